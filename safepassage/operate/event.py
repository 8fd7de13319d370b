"""An event: what one phone saw, once, read strictly.

`gate_app/` writes the same; `conformance/event/` has examples that hold the two together.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from safepassage.model.errors import InvalidFactError, SafePassageError
from safepassage.model.gate_pass import GROUP_HEADS_MAX, PASS_ID_DIGITS
from safepassage.model.ids import check_hexadecimal, check_id
from safepassage.model.movement import HEADS_MAX
from safepassage.model.refusal import RefusalReason

VERSION = 1
NOBODY_BEFORE = "0" * 64  # what the first event of a phone has as `prev`
BATCH = "safe-passage-batch-1"
WHOLE_MAX = 2**53  # the largest whole number that both languages write alike
EVENT_LENGTH_MAX = 8192  # characters; a true one has some five hundred


class EventKind(StrEnum):
    """What somebody at a phone did."""

    ADMIT = "admit"
    SPLIT = "split"  # part of a family was let on, and somebody took responsibility
    REFUSE = "refuse"
    WALKUP = "walkup"
    COUNT = "count"
    BOARD = "board"
    ALIGHT = "alight"
    NOTE_STATION = "note-station"


class EventError(SafePassageError):
    """An event that cannot be read; the message names the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What one phone saw.  Instants are on the phone's own clock."""

    id: str
    device: str
    seq: int
    prev: str
    kind: EventKind
    at: datetime
    mono: int  # milliseconds since the app was opened
    boot: str
    server_time: datetime | None
    station: str
    place: str
    pass_id: str | None
    group: str | None
    heads: int | None
    expected: int | None
    reason: RefusalReason | None
    lift: str | None
    to: str | None
    ack: str | None

    @property
    def subject(self) -> str | None:
        """What was scanned: a pass, or the band of people without one."""
        return self.pass_id or self.group


def canonical(value: Any) -> str:
    """The one text of a value that both sides hash and sign."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)  # as JavaScript writes them


def hash_of(text: str) -> str:
    """The hash of a canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()


def batch_text(device: str, sent_at: str, hashes: Iterable[str]) -> bytes:
    """What a phone signs for a batch."""
    return "\n".join([BATCH, device, sent_at, *hashes]).encode()


_HALF = re.compile("[\ud800-\udfff]")  # half of a character: no text, and yet it may be sent
_IDS = ("device", "boot", "station", "place")
_IDS_OR_NONE = ("group", "lift", "to", "ack")
_OTHERS = ("v", "id", "seq", "prev", "kind", "at", "mono", "server_time", "pass", "heads")
_FIELDS = frozenset((*_IDS, *_IDS_OR_NONE, *_OTHERS, "expected", "reason"))


def read_event(value: Any) -> Event:
    """The event of a JSON value.

    Raises:
        EventError: it is none; the message names the field.
    """
    if not isinstance(value, dict):
        raise EventError(f"expected an object, found {type(value).__name__}")
    odd = sorted(_FIELDS ^ set(value))
    if odd:
        stands = "is unknown" if odd[0] in value else "is missing"
        raise EventError(f"field {str(odd[0])[:40]!r} {stands}")
    try:
        event = _read(value)
    except (InvalidFactError, ValueError) as fault:
        raise EventError(str(fault)) from fault
    _check_kind(event)
    return event


def _read(value: Mapping[str, Any]) -> Event:
    if value["v"] != VERSION or isinstance(value["v"], bool):
        raise EventError(f"field 'v': {value['v']!r}; this server reads version {VERSION}")
    check_hexadecimal(value["id"], PASS_ID_DIGITS, "field 'id':")
    check_hexadecimal(value["prev"], len(NOBODY_BEFORE), "field 'prev':")
    for name in _IDS:
        check_id(value[name], f"field {name!r}:")
    for name in _IDS_OR_NONE:
        if value[name] is not None:
            check_id(value[name], f"field {name!r}:")
    if value["pass"] is not None:
        check_hexadecimal(value["pass"], PASS_ID_DIGITS, "field 'pass':")
    said = value["server_time"]
    return Event(
        id=value["id"],
        device=value["device"],
        seq=_whole(value, "seq", 1, WHOLE_MAX),
        prev=value["prev"],
        kind=_word(EventKind, value, "kind"),
        at=read_clock(value["at"], "field 'at':"),
        mono=_whole(value, "mono", 0, WHOLE_MAX),
        boot=value["boot"],
        server_time=None if said is None else read_clock(said, "field 'server_time':"),
        station=value["station"],
        place=value["place"],
        pass_id=value["pass"],
        group=value["group"],
        heads=None if value["heads"] is None else _whole(value, "heads", 0, HEADS_MAX),
        expected=_whole_or_none(value, "expected", 1, GROUP_HEADS_MAX),
        reason=None if value["reason"] is None else _word(RefusalReason, value, "reason"),
        lift=value["lift"],
        to=value["to"],
        ack=value["ack"],
    )


def read_clock(text: object, what: str) -> datetime:
    """An instant as a phone's clock says it, also one that was never set and stands in 1970.

    Raises:
        EventError: it is no instant with a zone.
    """
    try:
        instant = datetime.fromisoformat(text if isinstance(text, str) else "")
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise EventError(f"{what} {str(text)[:40]!r} is not an instant like 2021-08-20T09:00:00Z")


def _whole(value: Mapping[str, Any], name: str, least: int, most: int) -> int:
    number = value[name]
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        raise EventError(
            f"field {name!r}: {str(number)[:40]} is not a whole number from {least} to {most}"
        )
    return number


def _whole_or_none(value: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    return None if value[name] is None else _whole(value, name, least, most)


# What an event of each kind must say.
_OF_A_PASS = ("subject", "heads")
_NEEDED: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.ADMIT: _OF_A_PASS,
    EventKind.SPLIT: (*_OF_A_PASS, "ack"),
    EventKind.REFUSE: ("reason",),
    EventKind.WALKUP: ("group", "heads"),
    EventKind.COUNT: ("heads",),
    EventKind.BOARD: (*_OF_A_PASS, "lift"),
    EventKind.ALIGHT: _OF_A_PASS,
    EventKind.NOTE_STATION: ("subject",),
}


def _check_kind(event: Event) -> None:
    for name in _NEEDED[event.kind]:
        if getattr(event, name) is None:
            said = "'pass' and 'group'" if name == "subject" else repr(name)
            raise EventError(f"{event.kind}: field {said} says nothing")
    if event.heads == 0 and event.kind is not EventKind.COUNT:
        raise EventError(f"{event.kind}: field 'heads': nobody was there")
    if event.lift == event.place:
        raise EventError(f"{event.kind}: field 'lift': {event.lift} is where the phone stands")


_Word = TypeVar("_Word", bound=StrEnum)


def _word(words: type[_Word], value: Mapping[str, Any], name: str) -> _Word:
    if not isinstance(value[name], str) or value[name] not in set(words):
        raise EventError(f"field {name!r}: {str(value[name])[:40]!r} is none of {', '.join(words)}")
    return words(value[name])
