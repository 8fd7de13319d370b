"""The command: what to measure, in which order, and what to say about it."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import (
    appends,
    checks,
    growth,
    growth_chart,
    name_pairs,
    names,
    painting,
    queries,
    sitreps,
    starting,
)
from benchmarks.crowd import Crowd
from benchmarks.figures import (
    HEADINGS,
    NUMERIC,
    Figure,
    cells,
    figures_table,
    markdown,
    short,
    table,
)
from benchmarks.machine import Disturbance, Machine, Watch

MOVEMENTS = 1_230_000  # 123,000 people in ten steps each
SMALL = 100_000  # a ledger that is folded whole in memory for comparison
GROWTH_MAX = 1_000_000
CHART = Path(__file__).resolve().parent.parent / "docs" / "images" / "growth.svg"
MISSED, NOT_VALID = 1, 3  # exit codes


def say(text: str) -> None:
    """Progress, apart from the result."""
    print(text, file=sys.stderr, flush=True)


@dataclass(slots=True)
class Run:
    """One run: its size, its folder, the stores that were already filled, what was found."""

    movements: int
    folder: Path
    machine: Machine
    figures: list[Figure] = field(default_factory=list)
    stages: list[growth.Stage] = field(default_factory=list)
    disturbed: list[Disturbance] = field(default_factory=list)
    work: dict[str, float] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def store(self, movements: int) -> Path:
        """A store of this size, filled once."""
        path = self.folder / f"crowd-{movements}.db"
        if not path.exists():
            say(f"filling a store with {movements:,} movements")
            appends.fill(path, Crowd(movements))
        return path

    @property
    def is_valid(self) -> bool:
        """Whether the machine was quiet before the run and during all of it."""
        return self.machine.was_quiet and all(d.is_slight for d in self.disturbed)

    @property
    def small(self) -> Path:
        """The store that is also folded whole."""
        return self.store(min(SMALL, self.movements))


def run_appends(run: Run) -> list[Figure]:
    """Durable appends; the store they fill is what all other parts ask."""
    crowd = Crowd(run.movements)
    keep_as = run.folder / f"crowd-{run.movements}.db"
    keep_as.unlink(missing_ok=True)
    run.work = appends.count_work(crowd, run.folder)
    return appends.measure(crowd, run.folder, keep_as)


def run_queries(run: Run) -> list[Figure]:
    """The questions of the board."""
    return queries.measure(run.store(run.movements)) + queries.measure_book(run.small)


def run_check(run: Run) -> list[Figure]:
    """The full check."""
    return checks.measure(run.store(run.movements))


def run_sitrep(run: Run) -> list[Figure]:
    """The situation report."""
    return sitreps.measure(run.store(run.movements)) + sitreps.measure_book(run.small)


def run_paint(run: Run) -> list[Figure]:
    """The first paint of the board."""
    lacking = painting.lacking()
    if lacking:
        run.skipped["paint"] = lacking
        return []
    return painting.measure(run.store(run.movements), run.folder)


def run_start(_run: Run) -> list[Figure]:
    """The start of the command line."""
    return starting.measure()


def run_names(run: Run) -> list[Figure]:
    """The comparison of names, on pairs that nobody may ship."""
    if lacking := name_pairs.lacking():
        run.skipped["names"] = lacking
        return []
    pairs = name_pairs.read_pairs(name_pairs.pairs_file())
    return names.figures_of(names.measure_all(pairs), pairs)


PARTS: dict[str, Callable[[Run], list[Figure]]] = {
    "start": run_start,
    "appends": run_appends,
    "queries": run_queries,
    "check": run_check,
    "sitrep": run_sitrep,
    "paint": run_paint,
    "names": run_names,
}


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure the ledger and its board, each figure beside a peer of the same run.",
        epilog=f"Exit status: {MISSED} a goal is missed, {NOT_VALID} the machine was too busy for"
        " the figures to be valid (ratios to the peers still say something), 0 otherwise.",
    )
    parser.add_argument(
        "--only", action="append", choices=[*PARTS, "growth"], help="measure this part only"
    )
    parser.add_argument("--movements", type=int, default=MOVEMENTS, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything to FILE too")
    parser.add_argument("--markdown", action="store_true", help="print the tables for docs")
    parser.add_argument("--growth", action="store_true", help="also measure growth, and draw it")
    parser.add_argument(
        "--growth-max", type=int, default=GROWTH_MAX, metavar="N", help="up to N movements"
    )
    parser.add_argument(
        "--chart", type=Path, default=CHART, metavar="FILE", help="where growth is drawn"
    )
    parser.add_argument(
        "--folder", type=Path, help="where the stores are kept meanwhile (2 KB a movement)"
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say whether the goals are met."""
    asked = options(arguments)
    machine = Machine.here()
    say(machine.describe())
    if not machine.was_quiet:
        say("The machine is busy: absolute figures of this run will not be valid.")
    with tempfile.TemporaryDirectory(prefix="benchmarks-", dir=asked.folder) as folder:
        run = Run(asked.movements, Path(folder), machine)
        for part in PARTS:
            if not asked.only or part in asked.only:
                watched(run, part, partial(run_part, run, part))
        if asked.growth or "growth" in (asked.only or ()):
            watched(run, "growth", lambda: run_growth(run, asked.growth_max, asked.chart))
    print(report(run, asked.markdown))
    if asked.json:
        asked.json.write_text(json.dumps(as_json(run), indent=1) + "\n")
    if not run.is_valid:
        return NOT_VALID
    return MISSED if any(f.is_met is False for f in run.figures) else 0


def watched(run: Run, part: str, measure: Callable[[], None]) -> None:
    """Measure a part, and how much others disturbed it."""
    watch = Watch(part, run.machine.processors)
    measure()
    run.disturbed.append(watch.stop())
    say(f"{part}: {run.disturbed[-1].seconds:.0f} s, others {run.disturbed[-1].others:.0%}")


def run_part(run: Run, part: str) -> None:
    """A part that makes figures."""
    run.figures += PARTS[part](run)


def run_growth(run: Run, largest: int, chart: Path) -> None:
    """Growth, and its picture."""
    run.stages = growth.measure(largest, run.folder, say)
    chart.parent.mkdir(parents=True, exist_ok=True)
    chart.write_text(growth_chart.draw(run.stages, run.machine.measured_at))


def report(run: Run, is_docs: bool) -> str:
    """Everything that was found, for reading."""
    parts = [run.machine.describe(), verdict(run)]
    if run.figures:
        laid_out = markdown((cells(f) for f in run.figures), HEADINGS, NUMERIC)
        parts.append(laid_out if is_docs else figures_table(run.figures))
    if run.work:
        each = ", ".join(f"{what} {short(times)}" for what, times in run.work.items())
        parts.append(f"A group of 100 appended: {each} (rows or statements, a mean).")
    if run.stages:
        lay_out = markdown if is_docs else table
        rows = [growth.cells(s) for s in run.stages]
        parts.append(lay_out(rows, growth.HEADINGS, growth.NUMERIC))
    parts += [f"Not measured: {part}, {why}." for part, why in run.skipped.items()]
    return "\n\n".join(parts)


def verdict(run: Run) -> str:
    """Whether absolute figures can be trusted."""
    said = ", ".join(f"{d.part} {d.others:.0%}" for d in run.disturbed)
    used = f"share of the processors that other programs used: {said}"
    if run.is_valid:
        return f"The figures are valid; {used}."
    if not run.machine.was_quiet:
        load = run.machine.load_before[0]
        why = f"the load average before the run was {load:.2f}"
    else:
        why = "others disturbed " + ", ".join(d.part for d in run.disturbed if not d.is_slight)
    return (
        f"NOT ALL ABSOLUTE FIGURES ARE VALID: {why}; {used}. The ratios still say something: each"
        " peer was measured in turn with ours."
    )


def as_json(run: Run) -> dict[str, Any]:
    """Everything that was found, for programs."""
    return {
        "machine": asdict(run.machine),
        "valid": run.is_valid,
        "parts": [asdict(d) for d in run.disturbed],
        "movements": run.movements,
        "figures": [f.to_json() for f in run.figures],
        "work_per_group_of_100": run.work,
        "growth": [stage.to_json() for stage in run.stages],
        "not_measured": run.skipped,
    }
