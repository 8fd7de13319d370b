"""A ledger of promises read as if they were kept."""

from __future__ import annotations

from datetime import UTC, datetime

from safepassage.model.asked import AskedOnce
from safepassage.model.ids import CategoryId, PlaceId
from safepassage.model.ledger import Book
from safepassage.model.notation import read_ledger
from safepassage.model.promised import Promised, promises_of

EVACUEE = CategoryId("evacuee")
NOON = datetime(2021, 8, 14, 12, tzinfo=UTC)
MORNING = datetime(2021, 8, 14, 6, tzinfo=UTC)
PROMISES = """
    05:00 place town town
    06:00 pending 30 outside > town    as known
    07:00 pending 20 town > gate       as call
    07:00 pending 10 town > gate       as other-call
    07:00 voided  10 town > gate       fulfils other-call
    07:10 posted  17 town > gate       fulfils call
"""


def heads(ledger: Promised, place: str, at: datetime = NOON) -> int:
    return ledger.stock(at).get((PlaceId(place), EVACUEE), 0)


def test_promises_that_stand_are_counted_whether_kept_or_not() -> None:
    promised = Promised(Book(read_ledger(PROMISES)))
    assert (heads(promised, "gate"), heads(promised, "town")) == (20, 10)
    assert [f.heads for f in promised.flow(MORNING, NOON)] == [30, 20]
    assert sum(t.heads for t in promised.transfers(MORNING, NOON)) == 50
    assert sum(promised.stock(NOON).values()) == 0  # double entry, as in every ledger


def test_promises_at_a_position_are_those_that_stood_then() -> None:
    promised = Promised(Book(read_ledger(PROMISES)))
    assert heads(promised.at(4), "gate") == 30  # type: ignore[arg-type]


def test_reading_promises_of_promises_changes_nothing() -> None:
    promised = Promised(Book(read_ledger(PROMISES)))
    assert promises_of(promised) is promised
    again = promises_of(AskedOnce(promised))
    assert again.stock(NOON) == promised.stock(NOON)
