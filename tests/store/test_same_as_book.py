"""The store answers as `Book` does, whatever was recorded and in whatever order it came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safepassage.model.fold import Transfer
from safepassage.model.ledger import Book
from safepassage.store import StoredLedger, open_store
from safepassage.store.check import check
from tests.store.conftest import NewAddress
from tests.store.ledgers import NOON, Batch, batches, entered, instants

ALWAYS = datetime(2001, 1, 1, tzinfo=UTC)
NEVER_AGAIN = datetime(2099, 1, 1, tzinfo=UTC)
EXAMPLES = {"sqlite": 300, "postgresql": 40}
NUDGES = st.sampled_from([timedelta(0), timedelta(microseconds=1), timedelta(minutes=15)])
moments = st.builds(lambda instant, nudge: instant + nudge, instants, NUDGES)


def in_full_order(transfers: list[Transfer]) -> list[Transfer]:
    """Two transfers that differ in nothing by which they are ordered may come either way round."""
    assert transfers == sorted(transfers, key=lambda t: (t.instant, t.entry, t.seen))
    return sorted(transfers, key=lambda t: (t.instant, t.entry, t.seen, repr(t)))


def compare(stored: StoredLedger, book: Book, asked: list[datetime]) -> None:
    for as_of in asked:
        assert stored.stock(as_of) == book.stock(as_of)
    for start, end in [*zip(asked, sorted(asked), strict=True), (ALWAYS, NEVER_AGAIN)]:
        assert stored.flow(start, end) == book.flow(start, end)
        found = in_full_order(list(stored.transfers(start, end)))
        assert found == in_full_order(list(book.transfers(start, end)))
    assert sorted(map(repr, stored.oddities())) == sorted(map(repr, book.oddities()))
    assert stored.catalogue == book.catalogue
    assert stored.position == book.position
    assert stored.extent() == book.extent()
    assert stored.recorded_until() == book.recorded_until()
    assert list(stored.entries()) == list(book.entries())


@pytest.fixture
def examples(backend: str) -> settings:
    return settings(
        max_examples=EXAMPLES[backend],
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.function_scoped_fixture,
            HealthCheck.data_too_large,
        ],
    )


def test_every_answer_is_the_books(new_address: NewAddress, examples: settings) -> None:
    @examples
    @given(batches, st.lists(moments, min_size=3, max_size=3))
    def run(handed_in: list[Batch], asked: list[datetime]) -> None:
        address = new_address()
        with open_store(address, writer=True) as store:
            for n, batch in enumerate(handed_in, start=1):
                store.append(
                    batch.facts, source="phone", recorded_at=NOON, clock_ahead=batch.clock_ahead
                )
                if n % 2 == 0 or n == len(handed_in):
                    book = Book(entered(handed_in[:n]))
                    with store.ledger() as ledger:
                        compare(ledger, book, asked)
                        assert check(ledger).faults == []

    run()
