"""How the figures grow with the ledger, from ten thousand movements to ten million."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import checks, queries, sitreps
from benchmarks.appends import in_turn
from benchmarks.crowd import Crowd
from benchmarks.figures import Spread, short
from safepassage.store import open_store
from safepassage.store.statement import chunks

GROUP = 100
QUERY_TIMES = 100
BYTES_PER_MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The figures at one size; `bare_` is the peer of the same run."""

    movements: int
    entries: int
    append_rate: float  # entries a second over the last tenth, in groups of 100
    bare_append_rate: float
    stock_ms: float  # p95
    board_ms: float  # p95
    bare_stock_ms: float  # p50 of a GROUP BY over the movements
    check_seconds: float
    bare_check_seconds: float
    check_mib: float
    bare_check_mib: float
    sitrep_seconds: float  # slowest of a few instants
    file_mib: float
    bare_file_mib: float

    def to_json(self) -> dict[str, Any]:
        """The stage as JSON values."""
        return asdict(self)


def sizes(largest: int) -> list[int]:
    """Powers of ten from ten thousand up."""
    found, size = [], 10_000
    while size <= largest:
        found.append(size)
        size *= 10
    return found or [largest]


def measure(largest: int, folder: Path, say: Callable[[str], None]) -> list[Stage]:
    """One stage for each size, each in files of its own that are removed again."""
    found = []
    for size in sizes(largest):
        say(f"growth: {size:,} movements")
        found.append(measure_stage(size, folder))
    return found


def measure_stage(movements: int, folder: Path) -> Stage:
    """Fill a store of this size, in turn with its peer, and ask it everything."""
    ours, bare = folder / f"growth-{movements}.db", folder / f"growth-{movements}-bare.db"
    pace = in_turn(chunks(Crowd(movements).handed(), GROUP), GROUP, ours, bare).last_tenth()
    rates = pace.rates
    bare_bytes = bare.stat().st_size
    bare.unlink()
    with open_store(ours) as store:
        entries = store.head().seq
        instants = queries.random_instants(store, QUERY_TIMES)
        queries.clock(store, queries.whole_board, instants[:1])
        stock = Spread.of(queries.clock(store, queries.stock, instants))
        board = Spread.of(queries.clock(store, queries.whole_board, instants))
        asked = queries.BOARD_QUESTIONS[0]
        plain = Spread.of(queries.clock_plain(store, ours, asked, instants[:5]))
    took, memory = checks.measure(ours)
    [sitrep] = sitreps.measure(ours, times=3)
    stage = Stage(
        movements=movements,
        entries=entries,
        append_rate=rates[0],
        bare_append_rate=rates[1],
        stock_ms=stock.p95,
        board_ms=board.p95,
        bare_stock_ms=plain.median,
        check_seconds=took.value,
        bare_check_seconds=took.peer_value or 0.0,
        check_mib=memory.value,
        bare_check_mib=memory.peer_value or 0.0,
        sitrep_seconds=sitrep.value,
        file_mib=ours.stat().st_size / BYTES_PER_MIB,
        bare_file_mib=bare_bytes / BYTES_PER_MIB,
    )
    ours.unlink()
    return stage


HEADINGS = (
    "movements",
    "entries",
    "appends /s (x peer)",
    "stock p95 ms (x peer)",
    "board p95 ms",
    "check s (x peer)",
    "check MiB",
    "sitrep s",
    "file MiB (x peer)",
)
NUMERIC = set(range(len(HEADINGS)))


def cells(stage: Stage) -> tuple[str, ...]:
    """A stage as a row of text."""

    def beside(value: float, peer: float) -> str:
        return f"{short(value)} ({short(value / peer)})" if peer else short(value)

    return (
        f"{stage.movements:,}",
        f"{stage.entries:,}",
        beside(stage.append_rate, stage.bare_append_rate),
        beside(stage.stock_ms, stage.bare_stock_ms),
        short(stage.board_ms),
        beside(stage.check_seconds, stage.bare_check_seconds),
        short(stage.check_mib),
        short(stage.sitrep_seconds),
        beside(stage.file_mib, stage.bare_file_mib),
    )
