"""A question as words on a command line: `people-out from=2021-08-28T03:00 zone=America/New_York`.

What is not said is filled from the operation file and always printed with the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from zoneinfo import available_timezones

from safepassage.model.errors import BadQuestionError, InvalidFactError
from safepassage.model.ids import CategoryId
from safepassage.model.instant import Window, in_utc, zone
from safepassage.model.movement import Phase
from safepassage.report.asking import Asking
from safepassage.report.definition import definition
from safepassage.report.figure import UNKNOWN_OPERATOR
from safepassage.report.question import Question

KEYS = {
    "from": "start of the window, 2021-08-28T03:00 with zone=, or with Z or an offset",
    "to": "end of the window, not included",
    "zone": "IANA zone of the times given here, for example America/New_York",
    "baseline": "name of a running total in the operation file, instead of from=",
    "as_of": "count only what had happened by then",
    "position": "read the ledger as it stood with so many entries",
    "operators": "operator classes, separated by commas; all of them unless said",
    "count": "categories of people, separated by commas; everyone but staff unless said",
    "phase": "posted (what happened) or pending (what was promised)",
}


def read_question(words: Sequence[str], asking: Asking, now: datetime) -> Question:
    """The question that the words ask; `now` stands in for an as-of that was not said.

    Raises:
        BadQuestionError: no figure, an unknown word, or times that contradict each other.
    """
    if not words:
        raise BadQuestionError("name a figure first; `safepassage figure list` shows them")
    figure, *rest = words
    defined = definition(figure)
    said = _said(rest)
    zone_name = said.get("zone") or asking.zone
    if "zone" in said:
        _check_zone(zone_name)
    if "position" in said:
        asking = replace(asking, position=_whole(said["position"]))
    question = (
        _windowed(figure, said, zone_name, asking, now)
        if defined.has_window
        else asking.at(figure, _instant(said.get("as_of"), zone_name) or now)
    )
    if not defined.has_window and said.keys() & {"from", "to", "baseline"}:
        raise BadQuestionError(f"{figure} is a stock at an instant: give as_of= only")
    return replace(
        question,
        categories=_categories(said.get("count"), asking) or question.categories,
        operator_classes=_operators(said.get("operators"), asking),
        phase=_phase(said.get("phase")),
        zone=zone_name,
    )


def _windowed(
    figure: str, said: dict[str, str], zone_name: str, asking: Asking, now: datetime
) -> Question:
    as_of = _instant(said.get("as_of"), zone_name)
    if "baseline" in said:
        if said.keys() & {"from", "to"}:
            raise BadQuestionError("give baseline= or from= and to=, not both")
        return asking.since(figure, said["baseline"], as_of or now)
    start, end = _instant(said.get("from"), zone_name), _instant(said.get("to"), zone_name)
    if start is None and end is None:
        return asking.over(figure, asking.reporting_window(as_of or now), as_of=as_of)
    if start is None or end is None:
        raise BadQuestionError("a window has two ends: give both from= and to=")
    return asking.over(figure, Window(start, end, zone_name), as_of=as_of)


def _said(words: Sequence[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for word in words:
        key, found, value = word.partition("=")
        if not found or key not in KEYS or not value:
            listed = ", ".join(f"{k}=" for k in KEYS)
            raise BadQuestionError(f"{word!r} is not part of a question; parts: {listed}")
        if key in said:
            raise BadQuestionError(f"{key}= stands twice")
        said[key] = value
    return said


def _instant(text: str | None, zone_name: str) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadQuestionError(
            f"{text!r} is not an instant: write it like 2021-08-28T03:00"
        ) from None
    try:
        if instant.tzinfo is None:
            return _local(instant, zone_name)
        return in_utc(instant, "instant")
    except InvalidFactError as fault:
        raise BadQuestionError(str(fault)) from fault


def _local(written: datetime, zone_name: str) -> datetime:
    """The one instant at which the clocks of a zone read this."""
    there = zone(zone_name)
    first = in_utc(written.replace(tzinfo=there, fold=0), "instant")
    second = in_utc(written.replace(tzinfo=there, fold=1), "instant")
    if first == second:
        return first
    shown = f"{written:%Y-%m-%dT%H:%M}"
    either = " or ".join(i.astimezone(there).isoformat(timespec="minutes") for i in (first, second))
    if first.astimezone(there).replace(tzinfo=None) != written:
        raise BadQuestionError(
            f"{shown} does not exist in {zone_name}, where clocks go forward then: give an offset,"
            f" {either}"
        )
    raise BadQuestionError(
        f"{shown} happens twice in {zone_name}, where clocks go back then: give an offset, {either}"
    )


def _check_zone(name: str) -> None:
    """Refuse what is not the name of a place: EST has no summer time, and AFT is nowhere."""
    known = available_timezones()
    if name == "UTC" or ("/" in name and name in known):
        return
    cities = {z.rpartition("/")[2].casefold(): z for z in sorted(known, reverse=True) if "/" in z}
    meant = cities.get(name.strip().replace(" ", "_").casefold())
    raise BadQuestionError(
        f"{name[:60]!r} is not a time zone: use an IANA name such as"
        f" {meant or 'Asia/Kabul'}, or UTC"
    )


def _operators(text: str | None, asking: Asking) -> tuple[str, ...] | None:
    known = [*(c.id for c in asking.operation.operator_classes), UNKNOWN_OPERATOR]
    return _known(_list(text), known, "operator class", "operator classes")


def _categories(text: str | None, asking: Asking) -> tuple[CategoryId, ...] | None:
    known = [c.id for c in asking.operation.categories]
    said = _known(_list(text), known, "category", "categories")
    return tuple(map(CategoryId, said)) if said else None


def _known(
    said: tuple[str, ...] | None, known: Sequence[str], one: str, several: str
) -> tuple[str, ...] | None:
    """What was said, if the operation knows all of it."""
    for word in said or ():
        if word not in known:
            near = get_close_matches(word, known, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise BadQuestionError(
                f"no {one} {word[:60]!r}; {several}: {', '.join(dict.fromkeys(known))}{hint}"
            )
    return said


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise BadQuestionError(f"position {text!r} is not a whole number")
    return int(text)


def _phase(text: str | None) -> Phase:
    try:
        return Phase(text or Phase.POSTED)
    except ValueError:
        raise BadQuestionError(f"phase {text!r}: say posted or pending") from None


def _list(text: str | None) -> tuple[str, ...] | None:
    return tuple(part for part in text.split(",") if part) if text else None
