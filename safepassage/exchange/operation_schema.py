"""The published schema of the operation file, and its complaints in plain sentences.

The schema is the contract: editors complete from it and other programs check against it.  What a
JSON Schema validator says about a file is meant for programmers, so each complaint is said again
for the person who wrote the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from safepassage.exchange.document import Document
from safepassage.exchange.fault import choose_from, did_you_mean, shown
from safepassage.exchange.yaml_text import Path

SCHEMA_FILE = "operation_schema.json"
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "fields (key: value)",
}


class Complaint(NamedTuple):
    """What a validator says: a rule, what it wants and found, and the schema around it."""

    rule: str
    wanted: Any
    value: Any
    about: dict[str, Any]
    whole: dict[str, Any]


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the operation file."""
    text = files("safepassage.exchange").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def check_schema(document: Document, against: dict[str, Any] | None = None) -> None:
    """Every way in which the document departs from its schema, as faults.

    Without another schema it is that of the operation file.
    """
    whole = schema() if against is None else against
    for error in _VALIDATOR(whole).iter_errors(document.values):
        path: Path = tuple(error.absolute_path)
        about = error.schema if isinstance(error.schema, dict) else {}
        rule = str(error.validator)
        complaint = Complaint(rule, error.validator_value, error.instance, about, whole)
        _SENTENCES.get(rule, _other)(document, path, complaint)


def _search(validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "string") and not _compiled(pattern).search(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    r"""A pattern of a schema, with the end of the text that JSON Schema means by `$`.

    Python's `$` is also content before a last newline: "OAKB\n" would pass for an airport code.
    """
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern))


_EXTEND: Any = extend  # has no types
_VALIDATOR: Any = _EXTEND(Draft202012Validator, {"pattern": _search})


def _type(document: Document, path: Path, found: Complaint) -> None:
    wanted = str(found.wanted)
    expected = _TYPES[wanted]
    if wanted not in ("object", "array", "boolean"):
        expected = found.about.get("title", expected)
    written = document.node(path).written
    if wanted == "string" and isinstance(found.value, bool | int | float):
        remedy = f'Put it in quotes: "{written[:40]}"'
    elif wanted == "boolean" and str(found.value).lower() in _TRUTHS:
        remedy = f"Write {_TRUTHS[str(found.value).lower()]}"
    elif wanted in ("integer", "number") and isinstance(found.value, str):
        remedy = _number_remedy(document, found)
    else:
        remedy = _remedy(document, found)
    problem = (
        "nothing stands here"
        if found.value is None
        else f"{_kind(found.value, written)} stands here"
    )
    document.fault(path, f"{problem}, where {expected} belongs", remedy)


_TRUTHS = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}


def _kind(value: Any, written: str) -> str:
    if isinstance(value, bool):
        return f"{shown(written)}, which means {str(value).lower()},"
    if isinstance(value, int | float):
        return f"the number {written[:40]}"
    if isinstance(value, str):
        return f"the text {shown(value)}"
    return "a list" if isinstance(value, list) else "a group of fields"


def _number_remedy(document: Document, found: Complaint) -> str:
    digits = found.value.strip().replace("_", "").replace(",", "").replace(" ", "")
    if digits.isascii() and digits.isdigit() and len(digits) <= 12:
        return f"Write the digits alone, without quotes: {int(digits)}"
    if found.value.strip().lower().lstrip("+-.") in ("nan", "inf", "infinity"):
        return "Give a number, or leave the field out if nobody knows it"
    return _remedy(document, found)


def _remedy(document: Document, found: Complaint) -> str:
    about = found.about
    if "x-remedy" in about:
        return str(about["x-remedy"])
    if examples := about.get("examples"):
        return f"Write it like {examples[0]}"
    return str(about.get("description", f"See the reference of the {document.kind.name}"))


def _missing(document: Document, path: Path, found: Complaint) -> None:
    if not isinstance(found.value, dict):
        return
    for key in found.wanted:
        if key in found.value:
            continue
        about = found.about["properties"].get(key, {})
        about = found.whole.get("$defs", {}).get(
            str(about.get("$ref", "")).rpartition("/")[2], about
        )
        example = (about.get("examples") or [None])[0]
        if key == "zone":
            remedy = "Add the zone it is meant in, for example zone: Asia/Kabul"
        elif key == "id":
            remedy = f"Add a short id, for example id: {document.kind.example_id}"
        elif key == "at":
            remedy = "Add the instant, for example at: 2021-08-31T23:59"
        elif example is not None:
            remedy = f"Add it, for example {key}: {example}"
        else:
            remedy = f"Add {key}:"
        document.fault(path, f"{shown(key)} is missing", remedy, at_key=key)


def _unknown(document: Document, path: Path, found: Complaint) -> None:
    known = list(found.about["properties"])
    for key in found.value:
        if key in known or (not path and key.startswith("x-")):
            continue
        meant = did_you_mean(key, known)
        if key == "<<":
            remedy = "Write the fields out where they are used"
        elif meant:
            remedy = f"Did you mean {shown(meant)}?"
        else:
            remedy = f"Fields here: {', '.join(known)}"
            if not path:
                remedy += "; a field of your own begins with x-"
        document.fault(path, f"there is no field {shown(key)}", remedy, at_key=key)


def _one_of(document: Document, path: Path, found: Complaint) -> None:
    known = [str(value) for value in found.wanted]
    if path[-1:] == ("kind",) and found.value in ("outside", "lift"):
        problem = f"no place of kind {shown(found.value)} is written here"
        remedy = (
            "Leave it out: outside is built in, and a lift becomes a place when it is scheduled"
        )
    elif found.value is None or isinstance(found.value, list | dict):
        problem = "no word stands here" if found.value else "nothing stands here"
        remedy = f"Use one of: {', '.join(known)}"
    else:
        what = document.node(path).written
        problem = f"{shown(what)} is not one of the values known here"
        remedy = f"Write {what} without quotes" if what in known else choose_from(what, known)
    document.fault(path, problem, remedy)


def _pattern(document: Document, path: Path, found: Complaint) -> None:
    title = found.about.get("title", "what belongs here")
    document.fault(path, f"{shown(found.value)} is not {title}", _remedy(document, found))


def _bound(document: Document, path: Path, found: Complaint) -> None:
    relation = {
        "minimum": "at least",
        "maximum": "at most",
        "exclusiveMinimum": "above",
    }[found.rule]
    title = found.about.get("title", "a number")
    written = document.node(path).written
    remedy = f"Give {title}, {relation} {found.wanted}"
    if path[-1:] == ("hourly_rate",) and found.value == 0:
        remedy = "If the place is shut, write it under closures; if nobody knows, leave it out"
    document.fault(path, f"{written[:40]} is not {title} that can be", remedy)


def _length(document: Document, path: Path, found: Complaint) -> None:
    validator, bound = found.rule, found.wanted
    if validator == "minLength":
        document.fault(path, "the text is empty", _remedy(document, found))
    elif validator == "minItems" and found.value:
        needed = "two" if bound == 2 else bound
        problem = f"a list of {len(found.value)} that needs {needed} values"
        document.fault(path, problem, _remedy(document, found))
    elif validator == "minItems":
        document.fault(path, "the list is empty", _remedy(document, found))
    elif validator == "maxLength":
        problem = f"a text of {len(found.value)} characters"
        document.fault(path, problem, f"At most {bound} are read")
    else:
        problem = f"a list of {len(found.value)}"
        document.fault(path, problem, f"At most {bound} are read")


def _unique(document: Document, path: Path, found: Complaint) -> None:
    document.fault(path, "something stands twice in the list", "Keep each once")


def _other(document: Document, path: Path, found: Complaint) -> None:
    document.fault(path, "it does not have the form of this field", _remedy(document, found))


_SENTENCES: dict[str, Callable[[Document, Path, Complaint], None]] = {
    "type": _type,
    "required": _missing,
    "additionalProperties": _unknown,
    "enum": _one_of,
    "pattern": _pattern,
    "minimum": _bound,
    "maximum": _bound,
    "exclusiveMinimum": _bound,
    "minLength": _length,
    "maxLength": _length,
    "minItems": _length,
    "maxItems": _length,
    "uniqueItems": _unique,
}
