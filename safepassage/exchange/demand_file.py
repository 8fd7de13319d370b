"""The demand file: when planning starts, who arrives when, and the limits of the day.

Only its shape is read here, safely; what its values mean is the planner's to say
(docs/reference/plan-file.md).
"""

from __future__ import annotations

from typing import Any

from safepassage.exchange.fault import DemandFileError, Fault
from safepassage.exchange.yaml_text import YamlError, YamlKind, read_yaml

_REMEDY = "Start with starts_at: and people:"
_KIND = YamlKind(
    name="demand file",
    example_id="evacuee",
    if_another_format="A demand file is plain text: give the .yaml or .json file",
    if_too_long="Give cohorts with from and until instead of every hour",
    if_empty=_REMEDY,
    if_two_documents="One file, one demand",
    if_too_many_values="Give cohorts with from and until instead of every hour",
    if_too_deep="A demand file needs four levels at most",
)


def read_demand(text: str | bytes, name: str) -> dict[str, Any]:
    """The values of a demand file; `name` is what the file is called in messages.

    Raises:
        DemandFileError: it cannot be read; its `faults` say where, what and the remedy.
    """
    try:
        root, faults, _ = read_yaml(text, _KIND)
    except YamlError as error:
        raise DemandFileError(name, error.faults) from None
    values = root.plain()
    if not isinstance(values, dict):
        faults = [*faults, Fault(1, 1, "", "this is no list of named parts", _REMEDY)]
    if faults:
        raise DemandFileError(name, faults)
    return dict(values)
