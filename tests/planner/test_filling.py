"""When a haven is full, foreseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from safepassage.model.ids import PlaceId
from safepassage.model.ledger import Book
from safepassage.model.notation import read_ledger
from safepassage.planner.filling import Filling, fullest

DAWN = datetime(2021, 8, 19, 7, tzinfo=UTC)
BASE = """
    05:00 place al-udeid haven
    06:00 posted 600 outside > al-udeid
    07:00 posted 200 outside > al-udeid
    08:00 posted 500 al-udeid > outside
    09:00 posted 100 outside > al-udeid
"""


def filling(coming: float, leaving: float, present: int = 7_000) -> Filling:
    return Filling(
        places=17_000, present=present, coming_a_day=coming, leaving_a_day=leaving, as_of=DAWN
    )


def test_a_haven_is_full_when_its_places_are_taken_at_the_rate_of_today() -> None:
    stated = filling(9_000, 0)
    assert stated.arithmetic == "(17,000 - 7,000) / 9,000 a day = 26.7 h"
    assert stated.full_at == DAWN + timedelta(hours=10_000 / 9_000 * 24)
    worked = filling(6_000, 2_500, present=0)  # the worked example of the planning norms
    assert worked.arithmetic == "(17,000 - 0) / (6,000 - 2,500) a day = 116.6 h"


def test_a_haven_from_which_as_many_go_on_is_never_full() -> None:
    even = filling(3_000, 3_000)
    assert even.full_at is None
    assert even.arithmetic.endswith("= never")


def test_a_haven_that_is_over_full_is_full_now() -> None:
    assert filling(100, 0, present=18_000).full_at == DAWN


def test_the_fullest_moment_of_a_place_is_found_in_its_movements() -> None:
    book = Book(read_ledger(BASE))
    assert fullest(book, PlaceId("al-udeid")) == (800, datetime(2021, 8, 14, 7, tzinfo=UTC))
    early = datetime(2021, 8, 14, 7, tzinfo=UTC)
    assert fullest(book, PlaceId("al-udeid"), early)[0] == 600
    assert fullest(book, PlaceId("ramstein")) == (0, None)
