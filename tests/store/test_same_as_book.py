"""The store answers as `Book` does, whatever was recorded and in whatever order it came."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safepassage.model.fact import Fact
from safepassage.model.fold import Transfer
from safepassage.model.ledger import Book
from safepassage.store import StoredLedger, open_store
from safepassage.store.check import check
from tests.store.conftest import NewAddress, NthAddress
from tests.store.ledgers import NOON, Batch, batches, entered, facts, instants

ALWAYS = datetime(2001, 1, 1, tzinfo=UTC)
NEVER_AGAIN = datetime(2099, 1, 1, tzinfo=UTC)
EXAMPLES = {"sqlite": 150, "postgresql": 25}
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
    for person in {t.person for t in book.transfers(ALWAYS, NEVER_AGAIN) if t.person}:
        assert in_full_order(stored.journey(person)) == in_full_order(book.journey(person))
    for places in ({"town"}, {t.to_place for t in book.transfers(ALWAYS, NEVER_AGAIN)}):
        for group in {None, *(t.group for t in book.through(places))}:
            found = in_full_order(list(stored.through(places, group)))
            assert found == in_full_order(list(book.through(places, group)))
    assert sorted(map(repr, stored.oddities())) == sorted(map(repr, book.oddities()))
    for after in (0, book.position // 2, book.position):
        assert stored.recorded(ALWAYS, NEVER_AGAIN, after) == book.recorded(
            ALWAYS, NEVER_AGAIN, after
        )
        assert stored.amendments_after(after) == book.amendments_after(after)
    assert stored.catalogue == book.catalogue
    assert stored.position == book.position
    assert stored.extent() == book.extent()
    assert stored.recorded_until() == book.recorded_until()
    assert list(stored.entries()) == list(book.entries())


@pytest.fixture
def emptied(backend: str, request: pytest.FixtureRequest) -> Iterator[NewAddress]:
    """Gives the address of an empty ledger, the same place again each time."""
    if backend == "postgresql":
        nth: NthAddress = request.getfixturevalue("databases")
        yield lambda: nth(0)
        return
    # In memory where there is such a place: nothing here is about power cuts.
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        empty: Path = request.getfixturevalue("empty_file")
        yield lambda: shutil.copy(empty, Path(folder, "ledger.db")).as_posix()


def test_every_answer_is_the_books(emptied: NewAddress, backend: str) -> None:
    @settings(
        max_examples=EXAMPLES[backend],
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(batches, st.lists(moments, min_size=3, max_size=3), st.data())
    def run(handed_in: list[Batch], asked: list[datetime], data: st.DataObject) -> None:
        resent = data.draw(st.lists(st.sampled_from(handed_in), max_size=2), "resent")
        arriving = handed_in + resent
        address = emptied()
        store = open_store(address, writer=True)
        try:
            for n, batch in enumerate(arriving, start=1):
                if batch.after_restart:
                    store.close()
                    store = open_store(address, writer=True)
                store.append(
                    batch.facts, source="phone", recorded_at=NOON, clock_ahead=batch.clock_ahead
                )
                if n in (len(arriving) // 2, len(arriving)):
                    book = Book(entered(arriving[:n]))
                    with store.ledger() as ledger:
                        compare(ledger, book, asked)
                        assert check(ledger).faults == []
        finally:
            store.close()

    run()


def test_the_order_of_arrival_changes_no_figure(emptied: NewAddress, backend: str) -> None:
    @settings(max_examples=EXAMPLES[backend] // 5, deadline=None)
    @given(st.lists(facts, unique_by=lambda f: f.id, min_size=2, max_size=12), st.data())
    def run(seen: list[Fact], data: st.DataObject) -> None:
        shuffled = data.draw(st.permutations(seen), "shuffled")
        cut_at = data.draw(st.integers(0, len(seen)), "cut at")
        answers = []
        for first, second in ((seen, []), (shuffled[:cut_at], shuffled[cut_at:])):
            with open_store(emptied(), writer=True) as store:
                store.append(first, source="phone", recorded_at=NOON)
                store.append([*second, *first], source="phone", recorded_at=NOON)
                with store.ledger() as ledger:
                    answers.append(
                        (
                            ledger.flow(ALWAYS, NEVER_AGAIN),
                            in_full_order(list(ledger.transfers(ALWAYS, NEVER_AGAIN))),
                            sorted(map(repr, ledger.oddities())),
                        )
                    )
        assert answers[0] == answers[1]

    run()
