"""An entry as a row of the ledger, as the text that is hashed and exported, and back.

A movement's columns hold everything that its body holds, except the fields that a seed chose, so
movements are read back without parsing JSON; `safepassage.store.check` makes sure that the two
agree.  The text of a movement is written here without the general machinery of `model.wire`,
letter by letter the same: it is what a busy gate waits for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from safepassage.model.errors import InvalidFactError, NotationError
from safepassage.model.fact import CLOCK_AHEAD_MAX, Entry, Fact
from safepassage.model.fold import Transfer
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId, check_handed_in
from safepassage.model.instant import EARLIEST, LATEST, format_instant, from_micros, to_micros
from safepassage.model.movement import EVACUEE, Movement, Phase
from safepassage.model.wire import KIND_OF, from_body, from_text, to_body, to_text

GENESIS = "0" * 64  # the hash before the first entry
SOURCE_LENGTH_MAX = 200
_EARLIEST_US = to_micros(EARLIEST)
_LATEST_US = to_micros(LATEST)
_MICROSECOND = timedelta(microseconds=1)
_NO_MOVEMENT = (None, None, None, None, None, None, None, None, None)
# The columns from which a movement is made.
MOVED = (
    "id",
    "person",
    "grp",
    "phase",
    "from_place",
    "to_place",
    "heads",
    "category",
    "instant",
    "fulfils",
)
PHASES = {str(phase): phase for phase in Phase}


class Head(NamedTuple):
    """Where a ledger ends: the number and the hash of its last entry."""

    seq: int
    hash: str


START = Head(0, GENESIS)  # where an empty ledger ends


class Row(NamedTuple):
    """One row of the table ``entry``, in the order of its columns."""

    seq: int
    id: str
    kind: str
    person: str | None
    grp: str | None
    phase: str | None
    from_place: str | None
    to_place: str | None
    heads: int | None
    category: str | None
    instant: int | None
    fulfils: str | None
    recorded_at: int
    source: str
    clock_ahead: int
    body: str
    hash: str


class Offer(NamedTuple):
    """A fact on its way into the ledger, with its canonical text."""

    fact: Fact
    kind: str
    body: str
    source: str
    clock_ahead: int  # microseconds


def micros(span: timedelta) -> int:
    """A span in whole microseconds."""
    return span // _MICROSECOND


def check_source(source: str) -> None:
    """Refuse a source that could not be written on one line.

    Raises:
        InvalidFactError: it is empty, too long or not printable.
    """
    if not 1 <= len(source) <= SOURCE_LENGTH_MAX or not source.isprintable():
        raise InvalidFactError(
            f"source {source[:60]!r}: name the device, desk or file in 1-{SOURCE_LENGTH_MAX}"
            " printable characters"
        )


def check_clock_ahead(clock_ahead: timedelta) -> None:
    """Refuse a clock that is further off than any clock can be.

    Raises:
        InvalidFactError: more than sixty years.
    """
    if abs(clock_ahead) > CLOCK_AHEAD_MAX:
        raise InvalidFactError(f"a clock cannot be {clock_ahead} ahead: it was measured wrongly")


def offer(fact: Fact, source: str, clock_ahead: int) -> Offer:
    """A fact made ready for the ledger.

    Raises:
        InvalidFactError: it could be written but not read again, or its instant on the true clock
            lies outside 2000-2100.
    """
    if type(fact) is Movement:
        check_handed_in(fact.id)
        if clock_ahead:
            _check_true_instant(fact, clock_ahead)
        if not fact.drawn:
            return Offer(fact, "movement", movement_text(fact), source, clock_ahead)
    kind = KIND_OF.get(type(fact))
    if kind is None:
        raise InvalidFactError(f"{type(fact).__name__} is not a fact of the ledger")
    # Read back once: a line break in a reason, or 34 where 34.0 is meant, must not be found out
    # only when the ledger is read.
    try:
        fact = from_body(kind, from_text(to_text(to_body(fact))))
        body = to_text(to_body(fact))
        body.encode()
    except (NotationError, TypeError, ValueError) as fault:
        raise InvalidFactError(f"{fact.id}: {fault}") from fault
    if clock_ahead:
        _ = Entry(
            seq=1,
            recorded_at=EARLIEST,
            source=source,
            fact=fact,
            clock_ahead=timedelta(microseconds=clock_ahead),
        ).truth
    return Offer(fact, kind, body, source, clock_ahead)


def _check_true_instant(move: Movement, clock_ahead: int) -> None:
    if not _EARLIEST_US <= to_micros(move.occurred_at) - clock_ahead < _LATEST_US:
        raise InvalidFactError(
            f"{move.id}: occurred_at {format_instant(move.occurred_at)} on a clock that is"
            f" {timedelta(microseconds=clock_ahead)} ahead lies outside 2000-2100"
        )


def movement_text(move: Movement) -> str:
    """The canonical text of a movement of which nothing was drawn.

    Ids hold no character that JSON escapes, so they stand between quotes as they are.
    """
    return _movement_text(
        move.id,
        move.from_place,
        move.to_place,
        move.phase,
        format_instant(move.occurred_at),
        move.person,
        move.heads,
        move.group,
        move.category,
        move.fulfils,
    )


def _movement_text(
    entry: str,
    from_place: str | None,
    to_place: str | None,
    phase: str | None,
    occurred_at: str,
    person: str | None,
    heads: int | None,
    group: str | None,
    category: str | None,
    fulfils: str | None,
) -> str:
    text = (
        f'{{"id":"{entry}","from_place":"{from_place}","to_place":"{to_place}",'
        f'"phase":"{phase}","occurred_at":"{occurred_at}"'
    )
    if person is not None:
        text += f',"person":"{person}"'
    if heads != 1:
        text += f',"heads":{heads}'
    if group is not None:
        text += f',"group":"{group}"'
    if category != EVACUEE:
        text += f',"category":"{category}"'
    if fulfils is not None:
        text += f',"fulfils":"{fulfils}"'
    return text + "}"


def body_of_columns(row: Row) -> str | None:
    """The body that a movement's columns stand for; None if its columns are not a movement's."""
    if row.instant is None:
        return None
    occurred_at = micros_text(row.instant + row.clock_ahead)
    return _movement_text(
        row.id,
        row.from_place,
        row.to_place,
        row.phase,
        occurred_at,
        row.person,
        row.heads,
        row.grp,
        row.category,
        row.fulfils,
    )


def make_rows(offers: Iterable[Offer], head: Head, recorded_at: datetime) -> list[Row]:
    """The rows of these offers behind `head`, chained to it."""
    seq, previous = head
    recorded = to_micros(recorded_at)
    recorded_text = format_instant(recorded_at)
    rows: list[Row] = []
    for fact, kind, body, source, clock_ahead in offers:
        seq += 1
        before, after = _envelope(seq, recorded_text, source, clock_ahead, kind, body)
        previous = chained(previous, before + after)
        rows.append(_row(seq, fact, kind, recorded, source, clock_ahead, body, previous))
    return rows


def _row(
    seq: int,
    fact: Fact,
    kind: str,
    recorded: int,
    source: str,
    clock_ahead: int,
    body: str,
    digest: str,
) -> Row:
    if isinstance(fact, Movement):
        return Row(
            seq,
            fact.id,
            kind,
            fact.person,
            fact.group,
            fact.phase.value,
            fact.from_place,
            fact.to_place,
            fact.heads,
            fact.category,
            to_micros(fact.occurred_at) - clock_ahead,
            fact.fulfils,
            recorded,
            source,
            clock_ahead,
            body,
            digest,
        )
    return Row(
        seq,
        fact.id,
        kind,
        *_NO_MOVEMENT,
        recorded,
        source,
        clock_ahead,
        body,
        digest,
    )


def _envelope(
    seq: int, recorded_at: str, source: str, clock_ahead: int, kind: str, body: str
) -> tuple[str, str]:
    """The line of an entry, in two halves: its hash stands between them and covers both."""
    ahead = f'"clock_ahead_us":{clock_ahead},' if clock_ahead else ""
    return (
        f'{{"seq":{seq},"recorded_at":"{recorded_at}","source":{_quoted(source)},{ahead}',
        f'"kind":"{kind}","body":{body}}}',
    )


@lru_cache(maxsize=1024)
def _quoted(source: str) -> str:
    return json.dumps(source, ensure_ascii=False)


@lru_cache(maxsize=4096)
def _second_text(second: int) -> str:
    return from_micros(second * 1_000_000).replace(tzinfo=None).isoformat()


def micros_text(instant: int) -> str:
    """`format_instant` of a stored instant; quicker, because many instants share a second."""
    second, fraction = divmod(instant, 1_000_000)
    return f"{_second_text(second)}.{fraction:06d}Z" if fraction else f"{_second_text(second)}Z"


def chained(previous: str, line: str) -> str:
    """The hash of an entry: over the hash before it and its own line without the hash."""
    return hashlib.sha256(f"{previous}{line}".encode()).hexdigest()


def halves(row: Row) -> tuple[str, str]:
    """The line of a stored entry, in two halves."""
    return _envelope(
        row.seq, micros_text(row.recorded_at), row.source, row.clock_ahead, row.kind, row.body
    )


def line_of(row: Row) -> str:
    """The line of a stored entry, as it is exported."""
    before, after = halves(row)
    return f'{before}"hash":"{row.hash}",{after}'


def fact_of(row: Row) -> Fact:
    """The fact of a stored entry, as it was handed in."""
    if row.instant is None or '"drawn"' in row.body:
        return body_fact(row)
    return _movement(row, row.instant + row.clock_ahead)


def body_fact(row: Row) -> Fact:
    """The fact of a stored entry, from its body alone."""
    return from_body(row.kind, from_text(row.body))


def truth_of(row: Any) -> Movement:
    """The movement of a stored entry with the observer's clock put right."""
    return _movement(row, row.instant)


def _movement(row: Any, instant: int) -> Movement:
    return Movement(
        id=row.id,
        from_place=row.from_place,
        to_place=row.to_place,
        phase=PHASES[row.phase],
        occurred_at=from_micros(instant),
        person=row.person,
        heads=row.heads,
        group=row.grp,
        category=row.category,
        fulfils=row.fulfils,
    )


def entry_of(row: Row) -> Entry:
    """A stored entry."""
    return Entry(
        seq=row.seq,
        recorded_at=from_micros(row.recorded_at),
        source=row.source,
        fact=fact_of(row),
        clock_ahead=timedelta(microseconds=row.clock_ahead),
    )


def transfer_of(row: Any) -> Transfer:
    """The transfer of a movement's row (or of any row with its columns), just as it is written."""
    return Transfer(
        from_micros(row.instant),
        EntryId(row.id),
        PlaceId(row.from_place),
        PlaceId(row.to_place),
        row.heads,
        CategoryId(row.category),
        PHASES[row.phase],
        True,
        None if row.person is None else PersonId(row.person),
        None if row.grp is None else GroupId(row.grp),
    )
