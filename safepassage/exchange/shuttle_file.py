"""A shuttle file: who waits where, which docks, vehicles and distances, as YAML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from safepassage.exchange.fault import Fault, FileFaultsError
from safepassage.exchange.yaml_text import YamlError, YamlKind, read_yaml

_KIND = YamlKind(
    name="shuttle file",
    example_id="ferry-1",
    if_another_format="A shuttle file is plain text: give the .yaml or .json file",
    if_too_long="A shuttle plan has a few dozen docks and vehicles",
    if_empty="Start with places:, havens:, vehicles: and distances:",
    if_two_documents="One file, one question",
    if_too_many_values="A shuttle plan has a few dozen docks and vehicles",
    if_too_deep="A shuttle file needs four levels at most",
)


class ShuttleFileError(FileFaultsError):
    """A shuttle file that cannot be read."""


def read_shuttle_file(raw: bytes, name: str) -> Mapping[str, Any]:
    """The plain values of a shuttle file; what they mean is for the planner to judge.

    Raises:
        ShuttleFileError: it is no YAML, a key stands there twice, or it is no mapping.
    """
    try:
        root, faults, _ = read_yaml(raw, _KIND)
    except YamlError as error:
        raise ShuttleFileError(name, error.faults) from None
    values = root.plain()
    if not faults and not isinstance(values, dict):
        faults = [Fault(1, 1, "", "this is no shuttle file", _KIND.if_empty)]
    if faults:
        raise ShuttleFileError(name, faults)
    plain: Mapping[str, Any] = values
    return plain
