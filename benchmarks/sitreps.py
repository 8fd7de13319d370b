"""The situation report: its values and its page, from a store that was just opened."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from time import perf_counter

from benchmarks.crowd import operation
from benchmarks.figures import Figure, Spread
from benchmarks.queries import random_instants
from safepassage.model.ledger import Book, Ledger
from safepassage.report.sitrep import make_sitrep
from safepassage.report.sitrep_html import write_html
from safepassage.store import open_store

GOAL_SECONDS = 1
TIMES = 5
OPERATION = operation()


def report(ledger: Ledger, as_of: datetime) -> str:
    """The report as a page."""
    return write_html(make_sitrep(ledger, OPERATION, as_of))


def instants_of(path: Path, count: int) -> list[datetime]:
    """The last instant, then random ones."""
    with open_store(path) as store:
        with store.ledger() as ledger:
            extent = ledger.extent()
        if extent is None:
            raise AssertionError("an empty ledger has nothing to report")
        return [extent[1], *random_instants(store, count - 1, seed=3)]


def clock(path: Path, instants: list[datetime]) -> list[float]:
    """Seconds of each report, the opening of the store included."""
    took = []
    for as_of in instants:
        started = perf_counter()
        with open_store(path) as store, store.ledger() as ledger:
            report(ledger, as_of)
        took.append(perf_counter() - started)
    return took


def measure(path: Path, times: int = TIMES) -> list[Figure]:
    """The report at the last instant and at random ones."""
    spread = Spread.of(clock(path, instants_of(path, times)))
    return [
        Figure(
            part="sitrep",
            what="situation report as a page, slowest",
            value=spread.worst,
            unit="s",
            goal=GOAL_SECONDS,
            note=f"p50 {spread.median:.2f} s of {times} instants, the last one among them",
        )
    ]


def measure_book(path: Path) -> list[Figure]:
    """The same on a small store, in turn with a fold of all its entries.

    Raises:
        AssertionError: store and fold make two different reports.
    """
    instants = instants_of(path, 3)
    ours = Spread.of(clock(path, instants))
    with open_store(path) as store, store.ledger() as ledger:
        entries = list(ledger.entries())
        folded = []
        for as_of in instants:
            started = perf_counter()
            page = report(Book(entries), as_of)
            folded.append(perf_counter() - started)
            if page != report(ledger, as_of):
                raise AssertionError(f"situation report at {as_of}: Book has another one")
    return [
        Figure(
            part="sitrep",
            what=f"situation report, p50 at {len(entries):,} entries",
            value=ours.median,
            unit="s",
            peer="Book: all entries folded anew, p50",
            peer_value=Spread.of(folded).median,
        )
    ]
