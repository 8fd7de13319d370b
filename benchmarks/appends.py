"""Durable appends, in turn with plain inserts of the same rows into the same table.

Both files grow side by side, group by group: whatever slows the machine down slows both.  Each
group is one transaction that is on the disk when it returns (WAL, synchronous=FULL).  The plain
insert gets the finished rows; ours starts from facts and also writes their canonical text, chains
them by hashes, looks up who is known, and brings the projections up to date.  That the rows are the
same is not assumed: the hash of the last row of every group must agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from sqlalchemy import Engine, event

from benchmarks.bare import BareLedger
from benchmarks.crowd import OPERATION_TEXT, START, Crowd, Handed
from benchmarks.figures import Figure, Sense
from safepassage.store import Store, open_store, record
from safepassage.store.record import Head, Row
from safepassage.store.statement import chunks

SOURCE = "gate-phone"
GOAL_RATIO = 0.5
GROUPS = {1: 3_000, 10: 2_000, 1_000: 100}  # size of a group, and how many are measured


@dataclass(slots=True)
class Pace:
    """How long groups took: ours and the peer's, in turn."""

    group: int
    rows: int = 0
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def rates(self) -> tuple[float, float]:
        """Entries a second: ours, the peer's."""
        return self.rows / sum(self.ours), self.rows / sum(self.bare)

    def last_tenth(self) -> Pace:
        """The end of the file, where it is largest."""
        keep = max(1, len(self.ours) // 10)
        ours, bare = self.ours[-keep:], self.bare[-keep:]
        return Pace(self.group, keep * self.group, ours, bare)


def finished_rows(group: list[Handed], head: Head) -> list[Row]:
    """What the store will write for a group: the same rows for the peer."""
    offers = [record.offer(handed.fact, SOURCE, 0) for handed in group]
    return record.make_rows(offers, head, group[-1].recorded_at)


def append(store: Store, group: list[Handed]) -> Head:
    """Hand a group in."""
    facts = [handed.fact for handed in group]
    return store.append(facts, source=SOURCE, recorded_at=group[-1].recorded_at).head


def in_turn(groups: Iterable[list[Handed]], size: int, ours: Path, bare_path: Path) -> Pace:
    """Fill both files, group by group, and clock each.

    Raises:
        AssertionError: the two files do not hold the same rows.
    """
    pace = Pace(size)
    head = record.START
    bare = BareLedger(bare_path)
    with open_store(ours, writer=True) as store:
        store.put_document("operation", OPERATION_TEXT, recorded_at=START)
        for number, group in enumerate(groups):
            rows = finished_rows(group, head)
            if number % 2:
                took_bare = _seconds(bare.append, rows)
            started = perf_counter()
            head = append(store, group)
            took_ours = perf_counter() - started
            if not number % 2:
                took_bare = _seconds(bare.append, rows)
            if head != Head(rows[-1].seq, rows[-1].hash):
                raise AssertionError(f"group {number}: the peer was not given the same rows")
            pace.ours.append(took_ours)
            pace.bare.append(took_bare)
            pace.rows += len(rows)
    bare.close()
    return pace


def _seconds(do: Callable[[list[Row]], None], rows: list[Row]) -> float:
    started = perf_counter()
    do(rows)
    return perf_counter() - started


def fill(path: Path, crowd: Crowd, group: int = 1_000) -> None:
    """A store with the whole crowd, without a peer."""
    with open_store(path, writer=True) as store:
        store.put_document("operation", OPERATION_TEXT, recorded_at=START)
        for handed in chunks(crowd.handed(), group):
            append(store, handed)


def measure(crowd: Crowd, folder: Path, keep_as: Path) -> list[Figure]:
    """Groups of 100 until the whole crowd is recorded (that file is kept), then the other sizes."""
    found = []
    pace = in_turn(chunks(crowd.handed(), 100), 100, keep_as, folder / "bare-100.db")
    (folder / "bare-100.db").unlink()
    found.append(_figure(pace, f"groups of 100, all {pace.rows:,} entries", goal=GOAL_RATIO))
    last = pace.last_tenth()
    found.append(_figure(last, f"groups of 100, the last {last.rows:,}"))
    for size, times in GROUPS.items():
        ours, bare = folder / f"ours-{size}.db", folder / f"bare-{size}.db"
        pace = in_turn(_some(crowd, size, times), size, ours, bare)
        found.append(_figure(pace, f"groups of {size:,}, the first {pace.rows:,}"))
        for path in (ours, bare):
            path.unlink()
    return found


def _some(crowd: Crowd, size: int, times: int) -> Iterator[list[Handed]]:
    groups = chunks(crowd.handed(), size)
    return (group for group, _ in zip(groups, range(times), strict=False))


def _figure(pace: Pace, what: str, goal: float | None = None) -> Figure:
    ours, bare = pace.rates
    return Figure(
        part="appends",
        what=what,
        value=ours,
        unit="/s",
        goal=goal,
        sense=Sense.AT_LEAST,
        goal_is_ratio=True,
        peer="plain sqlite3 executemany of the same rows",
        peer_value=bare,
    )


def count_work(crowd: Crowd, folder: Path, size: int = 100, skip: int = 50) -> dict[str, float]:
    """Rows written and statements run per group, by statement; not clocked."""
    done: Counter[str] = Counter()
    groups = 20

    def note(
        _connection: object,
        _cursor: object,
        statement: str,
        parameters: object,
        _context: object,
        executemany: bool,
    ) -> None:
        words = statement.split()
        verb = words[0].upper()
        after = {"SELECT": "FROM", "INSERT": "INTO", "UPDATE": "UPDATE", "DELETE": "FROM"}
        table = words[words.index(after[verb]) + 1] if after.get(verb) in words else ""
        done[f"{verb} {table}".strip()] += (
            len(parameters) if executemany and isinstance(parameters, list) else 1
        )

    path = folder / "counted.db"
    with open_store(path, writer=True) as store:
        for number, group in enumerate(_some(crowd, size, skip + groups)):
            if number == skip:
                event.listen(Engine, "before_cursor_execute", note)
            append(store, group)
    event.remove(Engine, "before_cursor_execute", note)
    path.unlink()
    return {what: times / groups for what, times in done.most_common()}
