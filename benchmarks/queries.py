"""What the board asks, as of random instants, in turn with the same answer from plain SQL.

Every question gets a snapshot of its own, as a request of the board does.  The answers of the peer
must be equal to ours, or nothing is published; at a size that fits into memory both are compared
with `Book`, the plain fold of all entries.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.bare import PlainLedger
from benchmarks.crowd import operation
from benchmarks.figures import Figure, Spread
from safepassage.model.asked import AskedOnce
from safepassage.model.instant import EARLIEST
from safepassage.model.ledger import Book, Ledger
from safepassage.report.discrepancies import doubts
from safepassage.store import Store, open_store
from safepassage.web.board import board

GOAL_MS = 50
DAY = timedelta(hours=24)
TIMES = 200
PEER_TIMES = 15
DOUBTS_TIMES = 10
BOOK_TIMES = 5

Question = Callable[[Ledger, datetime], Any]
OPERATION = operation()


def stock(ledger: Ledger, as_of: datetime) -> Any:
    """Who is where."""
    return ledger.stock(as_of)


def day_flow(ledger: Ledger, as_of: datetime) -> Any:
    """Who went where in a window of 24 hours."""
    return ledger.flow(as_of - DAY, as_of)


def whole_flow(ledger: Ledger, as_of: datetime) -> Any:
    """Who went where since the start."""
    return ledger.flow(EARLIEST, as_of)


def whole_board(ledger: Ledger, as_of: datetime) -> Any:
    """Everything on the board but the discrepancies, asked as the page asks it."""
    return board(AskedOnce(ledger), OPERATION, as_of)


def found_doubts(ledger: Ledger, as_of: datetime) -> Any:
    """The discrepancies on the board."""
    return doubts(AskedOnce(ledger), as_of)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, how it is called, and its goal."""

    what: str
    question: Question
    goal: float | None = GOAL_MS


BOARD_QUESTIONS = (
    Asked("stock", stock),
    Asked("flow over 24 hours", day_flow),
    Asked("flow since the start", whole_flow),
    Asked("the board's values", whole_board),
)
DOUBTS = Asked("the board's discrepancies", found_doubts, None)


def random_instants(store: Store, count: int, seed: int = 1) -> list[datetime]:
    """Instants anywhere between the first and the last movement."""
    with store.ledger() as ledger:
        extent = ledger.extent()
    if extent is None:
        raise AssertionError("an empty ledger has nothing to ask")
    chance = random.Random(seed)
    length = (extent[1] - extent[0]) / timedelta(microseconds=1)
    return [extent[0] + timedelta(microseconds=int(chance.random() * length)) for _ in range(count)]


def clock(store: Store, question: Question, instants: list[datetime]) -> list[float]:
    """Milliseconds of each question, each on a snapshot of its own."""
    question_times = []
    for as_of in instants:
        started = perf_counter()
        with store.ledger() as ledger:
            question(ledger, as_of)
        question_times.append((perf_counter() - started) * 1000)
    return question_times


def clock_plain(store: Store, path: Path, asked: Asked, instants: list[datetime]) -> list[float]:
    """The same by plain SQL.

    Raises:
        AssertionError: its answer is another one.
    """
    took = []
    with store.ledger() as ledger:
        plain = PlainLedger(ledger, path)
        for as_of in instants:
            started = perf_counter()
            answer = asked.question(plain, as_of)
            took.append((perf_counter() - started) * 1000)
            if answer != asked.question(ledger, as_of):
                raise AssertionError(f"{asked.what} at {as_of}: the peer has another answer")
        plain.close()
    return took


def measure(path: Path, times: int = TIMES) -> list[Figure]:
    """Every question of the board at random instants."""
    found = []
    with open_store(path) as store:
        # The catalogue is read once by a server, not once by a question.
        clock(store, whole_board, random_instants(store, 1, seed=2))
        for asked in BOARD_QUESTIONS:
            instants = random_instants(store, times)
            spread = Spread.of(clock(store, asked.question, instants))
            plain = Spread.of(clock_plain(store, path, asked, instants[:PEER_TIMES]))
            found.append(_figure(asked, spread, plain))
        spread = Spread.of(clock(store, found_doubts, random_instants(store, DOUBTS_TIMES)))
        found.append(_figure(DOUBTS, spread, None))
    return found


def _figure(asked: Asked, spread: Spread, plain: Spread | None) -> Figure:
    beside = f"; the peer's worst {plain.worst:.0f} ms" if plain else ""
    return Figure(
        part="queries",
        what=f"{asked.what}, p95",
        value=spread.p95,
        unit="ms",
        goal=asked.goal,
        peer="GROUP BY over the movements, p50" if plain else "",
        peer_value=plain.median if plain else None,
        note=f"p50 {spread.median:.1f}, p95 {spread.p95:.1f}, worst {spread.worst:.1f} ms{beside}",
    )


def measure_book(path: Path) -> list[Figure]:
    """The same questions on a small store, in turn with a fold of all its entries.

    Raises:
        AssertionError: store and fold disagree.
    """
    found = []
    with open_store(path) as store:
        with store.ledger() as ledger:
            entries = list(ledger.entries())
        instants = random_instants(store, BOOK_TIMES)
        for asked in (*BOARD_QUESTIONS, DOUBTS):
            folded = []
            with store.ledger() as ledger:
                for as_of in instants:
                    started = perf_counter()
                    answer = asked.question(Book(entries), as_of)
                    folded.append((perf_counter() - started) * 1000)
                    if answer != asked.question(ledger, as_of):
                        raise AssertionError(f"{asked.what} at {as_of}: Book has another answer")
            ours = Spread.of(clock(store, asked.question, instants))
            found.append(
                Figure(
                    part="queries",
                    what=f"{asked.what}, p50 at {len(entries):,} entries",
                    value=ours.median,
                    unit="ms",
                    peer="Book: all entries folded anew, p50",
                    peer_value=Spread.of(folded).median,
                )
            )
    return found
