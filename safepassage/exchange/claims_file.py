"""The claims file: what others said about an operation, written by hand, read into claims.

A claim is kept as far as it was defined: what nobody said is left out of the file and stays None.
A reader that filled the gaps would invent the very agreement that the claims are there to test.
What is contradictory in itself (two numbers, a range that ends before it starts, a zone that does
not exist) is refused, with every fault of the file at once.

Whether a baseline, figure, operator class or category exists is not asked here: that is known only
beside the operation and its ledger, and the same claims are read against several of them.

See docs/reference/claims-file.md.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from safepassage.exchange.document import Document, TooManyFaults
from safepassage.exchange.fault import ClaimsFileError, shown
from safepassage.exchange.local_time import LocalTimeError, known_zone, read_clock, read_instant
from safepassage.exchange.operation_schema import check_schema
from safepassage.exchange.yaml_text import Path, YamlError, YamlKind, read_yaml
from safepassage.model.claim import Claim, Manner, Moment, Quantity, Subject
from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId
from safepassage.model.instant import EARLIEST, LATEST, Window, format_instant

__all__ = ["ClaimsFileError", "claims_schema", "read_claims"]

SCHEMA_FILE = "claims_schema.json"
_KIND = YamlKind(
    name="claims file",
    example_id="afp-123000",
    if_another_format="A claims file is plain text: give the .yaml file",
    if_too_long="A claim needs a few hundred bytes: divide the file, or is it the right one?",
    if_empty="Start with claims: and a list below it",
    if_two_documents="Put all claims of a file into one list",
    if_too_many_values="Divide it into several files",
    if_too_deep="A claims file needs four levels at most",
)
_MANNERS = {
    "value": Manner.STATED,
    "more_than": Manner.MORE_THAN,
    "nearly": Manner.NEARLY,
    "about": Manner.ABOUT,
    "between": Manner.BETWEEN,
    "at_most": Manner.AT_MOST,
}
_SAID = (*_MANNERS, "moment")
_DAY = timedelta(days=1)
_LAST_SECOND = time(23, 59, 59)


@cache
def claims_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the claims file."""
    text = files("safepassage.exchange").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def read_claims(text: str | bytes, name: str) -> list[Claim]:
    """The claims of a file, in its order; `name` is what messages call the file.

    Raises:
        ClaimsFileError: something is wrong; it has every fault with line, field and remedy.
    """
    try:
        root, faults, warnings = read_yaml(text, _KIND)
    except YamlError as error:
        raise ClaimsFileError(name, error.faults) from None
    document = Document(root, _KIND, faults, warnings)
    claims: list[Claim] = []
    with suppress(TooManyFaults):
        # In the same sentences as for an operation file, so that a planner learns them once.
        check_schema(document, claims_schema())
        claims = _claims(document)
    if document.faults:
        raise ClaimsFileError(name, document.faults)
    return claims


def _claims(document: Document) -> list[Claim]:
    listed = document.values.get("claims") if isinstance(document.values, dict) else None
    if not isinstance(listed, list):
        return []
    claims: list[Claim] = []
    lines: dict[str, int] = {}
    for index, fields in enumerate(listed):
        path: Path = ("claims", index)
        if not isinstance(fields, dict):
            continue
        _check_id_stands_once(document, path, fields, lines)
        claim = _ClaimReader(document, path, fields).claim()
        if claim is not None:
            claims.append(claim)
    return claims


def _check_id_stands_once(
    document: Document, path: Path, fields: Mapping[str, Any], lines: dict[str, int]
) -> None:
    claim_id = fields.get("id")
    if not isinstance(claim_id, str):
        return
    line = document.key_spot(path, "id").line
    if claim_id in lines:
        first = lines[claim_id]
        problem = f"{shown(claim_id)} is the id of two claims, on lines {first} and {line}"
        document.fault((*path, "id"), problem, "Give one of them another id")
    lines.setdefault(claim_id, line)


class _ClaimReader:
    """One claim of the file.  A part with a fault is passed over, so that all faults are found."""

    def __init__(self, document: Document, path: Path, fields: dict[str, Any]) -> None:
        self.document = document
        self.path = path
        self.fields = fields

    def claim(self) -> Claim | None:
        """The claim, or None if anything in it is wrong."""
        said_at, as_of = self._said_at(), self._as_of()
        quantity, moment, window = self._quantity(), self._moment(), self._window()
        self._check_one_thing_is_said()
        self._check_one_way_of_counting()
        subject = self._subject()
        if subject is None or not self.document.is_sound(*self.path):
            return None
        fields = self.fields
        who = fields.get("who")
        operators = fields.get("operator_classes")
        try:
            return Claim(
                id=fields["id"],
                report=fields["report"],
                said_by=fields["said_by"],
                said_at=said_at,
                topic=fields["topic"],
                words=fields["words"],
                subject=subject,
                quantity=quantity,
                moment=moment,
                figure=fields.get("figure"),
                window=window,
                baseline=fields.get("baseline"),
                as_of=as_of,
                operator_classes=None if operators is None else tuple(operators),
                categories=None if who is None else tuple(CategoryId(c) for c in who),
                cannot_tell=fields.get("cannot_tell"),
            )
        except InvalidFactError as error:
            self.document.fault(self.path, str(error), "See the reference of the claims file")
            return None

    def _part(self, key: str) -> Any:
        return self.fields.get(key) if self.document.is_sound(*self.path, key) else None

    def _fault(self, key: str, problem: str, remedy: str) -> None:
        self.document.fault(self.path, problem, remedy, at_key=key)

    # What was said: a number or a moment

    def _check_one_thing_is_said(self) -> None:
        said = [key for key in self.fields if key in _SAID]
        if len(said) > 1:
            self._fault(
                said[1],
                f"a claim says one thing, and this one has {said[0]} and {said[1]}",
                "Keep one; a statement with two figures is two claims",
            )

    def _quantity(self) -> Quantity | None:
        key = next((key for key in self.fields if key in _MANNERS), None)
        number = self._part(key) if key is not None else None
        if key is None or number is None:
            return None
        if key != "between":
            return Quantity(manner=_MANNERS[key], value=number)
        lower, upper = number
        if upper < lower:
            problem = f"the range {lower} to {upper} ends before it starts"
            self._fault(key, problem, f"Write between: [{upper}, {lower}]")
            return None
        return Quantity(manner=Manner.BETWEEN, value=lower, upper=upper)

    def _moment(self) -> Moment | None:
        written = self._part("moment")
        if written is None:
            return None
        path = (*self.path, "moment")
        zone_name = self._zone(path, written)
        start = self._day(path, written, "date")
        end = self._day(path, written, "to_date") if "to_date" in written else start
        if start is None or end is None:
            return None
        lost = bool(written.get("half_day_lost"))
        if "from" not in written:
            return self._whole_days(path, written, start, end, zone_name)
        begins = datetime.combine(start, read_clock(written["from"]))
        ends = begins + timedelta(minutes=1)
        if "to" in written:
            ends = datetime.combine(end, read_clock(written["to"]))
            ends += _DAY if written["to"] == "24:00" else timedelta()
        elif "to_date" in written:
            self.document.fault(path, "to_date has no to", "Add to: with the time", at_key="to")
            return None
        if ends <= begins:
            problem = f"the moment ends at {ends:%Y-%m-%d %H:%M}, not after it starts"
            remedy = "Put the earlier time under from; past midnight add to_date: with the next day"
            self.document.fault(path, problem, remedy, at_key="to")
            return None
        return Moment(start=begins, end=ends, zone=zone_name, half_day_lost=lost)

    def _whole_days(
        self, path: Path, written: dict[str, Any], start: date, end: date, zone_name: str | None
    ) -> Moment | None:
        for key in ("to", "half_day_lost"):
            if written.get(key):
                remedy = "Add from: with the time that was said, or leave this out"
                self.document.fault(path, f"{key} stands without from", remedy, at_key=key)
                return None
        if end < start:
            problem = f"the moment ends on {end}, before it starts"
            self.document.fault(path, problem, "Put the earlier day under date", at_key="to_date")
            return None
        midnight = time()
        begins, ends = datetime.combine(start, midnight), datetime.combine(end, midnight) + _DAY
        return Moment(start=begins, end=ends, zone=zone_name)

    def _day(self, path: Path, written: dict[str, Any], key: str) -> date | None:
        text = written[key]
        try:
            found = date.fromisoformat(text)
        except ValueError:
            problem = f"{shown(text)} is no day of the calendar"
            self.document.fault(path, problem, "Check day and month", at_key=key)
            return None
        if not EARLIEST.date() < found < LATEST.date() - _DAY:
            problem = f"{shown(text)} lies outside the years 2000 to 2099"
            self.document.fault(path, problem, "Check the year", at_key=key)
            return None
        return found

    # When it was said, and over which time it counts

    def _said_at(self) -> datetime | None:
        written = self._part("said_at")
        if written is None:
            return None
        path = (*self.path, "said_at")
        if len(written["at"]) > len("2021-08-30"):
            return self._instant(path, written, "at")
        day, zone_name = self._day(path, written, "at"), self._zone(path, written)
        if day is None or not self.document.is_sound(*path):
            return None
        if zone_name is None:
            remedy = (
                "Add the zone in which the speaker counts days; if nobody can tell it,"
                " leave said_at out"
            )
            self.document.fault(path, f"{shown(written['at'])} has no zone", remedy, at_key="zone")
            return None
        # It was said at some time of that day: by its last second it had been.
        return self._read(path, "at", datetime.combine(day, _LAST_SECOND).isoformat(), zone_name)

    def _as_of(self) -> datetime | None:
        written = self._part("as_of")
        return None if written is None else self._instant((*self.path, "as_of"), written, "at")

    def _window(self) -> Window | None:
        written = self._part("window")
        if written is None:
            return None
        path = (*self.path, "window")
        start, end = (self._instant(path, written, key) for key in ("start", "end"))
        if start is None or end is None:
            return None
        if end <= start:
            problem = (
                f"the window ends at {format_instant(end)}, not after it starts"
                f" at {format_instant(start)}"
            )
            self.document.fault(path, problem, "Put the earlier end under start", at_key="end")
            return None
        return Window(start, end, written["zone"])

    def _zone(self, path: Path, written: dict[str, Any]) -> str | None:
        name = written.get("zone")
        if name is None:
            return None
        try:
            return known_zone(name)
        except LocalTimeError as error:
            self.document.fault((*path, "zone"), error.problem, error.remedy)
            return None

    def _instant(self, path: Path, written: dict[str, Any], key: str) -> datetime | None:
        zone_name = self._zone(path, written)
        if not self.document.is_sound(*path, "zone"):
            return None
        return self._read(path, key, written[key], zone_name)

    def _read(self, path: Path, key: str, text: str, zone_name: str | None) -> datetime | None:
        try:
            return read_instant(text, zone_name)
        except LocalTimeError as error:
            self.document.fault((*path, key), error.problem, error.remedy)
            return None

    def _check_one_way_of_counting(self) -> None:
        if "window" in self.fields and "baseline" in self.fields:
            self._fault(
                "baseline",
                "a number counts over a window or since a baseline, and here are both",
                "Keep the one that was said; a total and a day's number are two claims",
            )

    # What kind of thing it is

    def _subject(self) -> Subject | None:
        fields = self.fields
        known = claims_schema()["$defs"]["claim"]["properties"]
        if not self.document.is_sound(*self.path, "subject") or not fields.keys() <= known.keys():
            return None  # what seems to be missing may stand under a misspelt name
        if "subject" in fields:
            subject = Subject(fields["subject"])
        elif "cannot_tell" in fields:
            subject = Subject.OTHER
        elif "figure" in fields:
            subject = Subject.FIGURE
        elif "moment" in fields:
            subject = Subject.LAST_DEPARTURE
        else:
            self.document.fault(
                self.path,
                "nothing says with what the claim is to be compared",
                "Add figure:, moment: or subject:; or cannot_tell: if no ledger can answer it",
            )
            return None
        return subject if self._fits(subject) else None

    def _fits(self, subject: Subject) -> bool:
        has_number = any(key in self.fields for key in _MANNERS)
        needed = {
            Subject.FIGURE: ("figure", has_number, "a number, such as value: or about:"),
            Subject.LAST_DEPARTURE: ("moment", True, ""),
            Subject.HOURS_BEFORE_DEADLINE: (None, has_number, "the hours, such as about: 24"),
            Subject.OTHER: ("cannot_tell", True, ""),
        }
        key, is_said, wanted = needed[subject]
        fits = True
        if key is not None and key not in self.fields:
            remedy = f"Add {key}:, or another subject"
            self._fault(key, f"a claim with subject {subject} has no {key}", remedy)
            fits = False
        if not is_said:
            self.document.fault(
                self.path, f"a claim with subject {subject} has no number", f"Add {wanted}"
            )
            fits = False
        return self._has_nothing_else(subject) and fits

    def _has_nothing_else(self, subject: Subject) -> bool:
        allowed = {
            Subject.FIGURE: ("figure",),
            Subject.LAST_DEPARTURE: ("moment",),
            Subject.HOURS_BEFORE_DEADLINE: (),
            Subject.OTHER: ("moment", "cannot_tell"),
        }
        for key in ("figure", "moment", "cannot_tell"):
            if key in self.fields and key not in allowed[subject]:
                remedy = "Leave it out, or write the subject that is meant"
                self._fault(key, f"a claim with subject {subject} cannot have {key}", remedy)
                return False
        return True
