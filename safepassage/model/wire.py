"""A fact as JSON, and back: the form in which it is sent, hashed, exported and kept.

Canonical: fields in their declared order, nothing that has its default value, no blanks, instants
in UTC with Z.  The same fact therefore always has the same bytes, which is what lets a resend be
recognised and a chain of hashes be checked.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from enum import StrEnum
from typing import Any, NamedTuple, cast

from safepassage.model.close_out import CloseOut, Difference
from safepassage.model.deadline import Deadline
from safepassage.model.errors import InvalidFactError, NotationError
from safepassage.model.fact import Fact
from safepassage.model.gate_pass import PassIssue, PassRevocation, Resighting, RevocationReason
from safepassage.model.ids import check_handed_in
from safepassage.model.instant import format_instant, parse_instant
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.movement import Movement, Phase
from safepassage.model.not_out import CaseStep, Handover, NextStep, NotOutClass
from safepassage.model.observation import (
    Correction,
    Group,
    Handling,
    Headcount,
    Naming,
    PlanSignature,
    Publication,
)
from safepassage.model.place import ClosingReason, Opening, Place, PlaceKind
from safepassage.model.refusal import Refusal, RefusalReason

KINDS: dict[str, type[Fact]] = {
    "movement": Movement,
    "headcount": Headcount,
    "naming": Naming,
    "correction": Correction,
    "group": Group,
    "place": Place,
    "opening": Opening,
    "lift": Lift,
    "lift-status": LiftStatus,
    "deadline": Deadline,
    "publication": Publication,
    "plan": PlanSignature,
    "handling": Handling,
    "pass": PassIssue,
    "pass-revocation": PassRevocation,
    "resighting": Resighting,
    "refusal": Refusal,
    "close-out": CloseOut,
    "handover": Handover,
    "case": CaseStep,
}
KIND_OF: dict[type[Fact], str] = {cls: kind for kind, cls in KINDS.items()}
TEXT_LENGTH_MAX = 20_000
_UNWRITABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)  # control characters, line ends, overrides of the direction of writing, half characters


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise InvalidFactError(f"{value!r} is not text")
    if len(value) > TEXT_LENGTH_MAX:
        raise InvalidFactError(f"text of {len(value)} characters; at most {TEXT_LENGTH_MAX}")
    if _UNWRITABLE.search(value):
        raise InvalidFactError("text with a control character, a line end or half a character")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**53:
        raise InvalidFactError(f"{value!r} is not a whole number")
    return value


def _real(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidFactError(f"{value!r} is not a number")
    return float(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidFactError(f"{value!r} is neither true nor false")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InvalidFactError(f"{value!r} is not a list")
    return tuple(_text(v) for v in value)


def _same(value: Any) -> Any:
    return value


_Convert = Callable[[Any], Any]
# The closed lists of words that fields are made of.
WORDS: tuple[type[StrEnum], ...] = (
    Phase,
    Status,
    PlaceKind,
    ClosingReason,
    RevocationReason,
    RefusalReason,
    Difference,
    NotOutClass,
    NextStep,
)


def _word(words: type[StrEnum]) -> tuple[_Convert, _Convert]:
    return str, lambda v: words(_text(v))


_TEXT: tuple[_Convert, _Convert] = (_same, _text)
_CODECS: dict[str, tuple[_Convert, _Convert]] = {
    "int": (_same, _whole),
    "float": (_same, _real),
    "bool": (_same, _truth),
    "datetime": (format_instant, lambda v: parse_instant(_text(v))),
    "tuple": (list, _texts),
    **{word.__name__: _word(word) for word in WORDS},
    "Movement": (lambda v: to_body(v), lambda v: from_body("movement", v)),
}


class _Slot(NamedTuple):
    name: str
    encode: _Convert
    decode: _Convert
    optional: bool
    default: Any


def _slot(f: Field[Any]) -> _Slot:
    annotation = cast("str", f.type)
    base = annotation.split(" | ")[0].split("[")[0]
    encode, decode = _CODECS.get(base, _TEXT)
    default = None if f.default is MISSING else f.default
    optional = f.default is not MISSING or annotation.endswith("| None")
    return _Slot(f.name, encode, decode, optional, default)


_SLOTS: dict[type[Fact], list[_Slot]] = {
    cls: [_slot(f) for f in fields(cls)] for cls in KINDS.values()
}


def to_body(fact: Fact) -> dict[str, Any]:
    """The fields of a fact that differ from their defaults, as JSON values in declared order."""
    body: dict[str, Any] = {}
    for slot in _SLOTS[type(fact)]:
        value = getattr(fact, slot.name)
        if value is None or (slot.optional and value == slot.default):
            continue
        body[slot.name] = slot.encode(value)
    return body


def from_body(kind: str, body: Any) -> Fact:
    """The fact of that kind.

    Raises:
        NotationError: unknown kind or field, a field missing or of the wrong type, or a fact that
            cannot be true; the message names the field.
    """
    if kind not in KINDS:
        raise NotationError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}")
    if not isinstance(body, dict):
        raise NotationError(f"{kind}: expected an object with fields, found {type(body).__name__}")
    cls = KINDS[kind]
    values: dict[str, Any] = {}
    for slot in _SLOTS[cls]:
        if slot.name in body:
            values[slot.name] = _decode(kind, slot, body[slot.name])
        elif not slot.optional:
            raise NotationError(f"{kind}: field {slot.name!r} is missing")
        elif slot.default is None:
            values[slot.name] = None
    unknown = [name for name in body if name not in values]
    if unknown:
        raise NotationError(f"{kind}: unknown field {unknown[0]!r}")
    try:
        check_handed_in(values["id"])
        return cls(**values)
    except InvalidFactError as fault:
        raise NotationError(f"{kind}: {fault}") from fault


def _decode(kind: str, slot: _Slot, value: Any) -> Any:
    if value is None and slot.optional:
        return slot.default
    try:
        return slot.decode(value)
    except (ValueError, TypeError) as fault:
        raise NotationError(f"{kind}: field {slot.name!r}: {fault}") from fault


def to_text(body: dict[str, Any]) -> str:
    """Canonical JSON text of a body."""
    return _ENCODER.encode(body)


def from_text(text: str | bytes) -> Any:
    """JSON read strictly: no NaN, no doubled field.

    Raises:
        NotationError: not JSON, or one of these.
    """
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode("utf-8"))
    except (ValueError, RecursionError) as fault:
        raise NotationError(f"not JSON: {fault}") from fault


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"field {doubled!r} stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
