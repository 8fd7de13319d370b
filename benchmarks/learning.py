"""What reviewed pairs add: `python -m benchmarks.learning`.

Somebody who knows the truth answers the review queue in its own order, in rounds, and after each
the queue is worked out anew.  At 0, 100, 200, 500 and 1,000 answers the clusters are scored: with
the answers alone, and with the thresholds besides that they teach.  A second reviewer errs in two
of a hundred answers.

The registers are made from a seed that nothing was fixed on; the recalibration's constants were
fixed on seed 99.  `historical` is of another kind: no families, no documents, 50,578
records of long dead people.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any, Final

import numpy as np

from benchmarks.learning_chart import draw
from benchmarks.linkage import HARD, ROOT, historical_truth, register
from benchmarks.machine import Machine
from safepassage.model.ids import RecordId
from safepassage.register.judgement import Pair
from safepassage.register.match.engine import linkage_of, questions, read
from safepassage.register.match.linking import Judged, Linked, link_rows
from safepassage.register.match.model import Model
from safepassage.register.match.table import Table, propose_columns, records_of
from safepassage.register.match.taught import Taught
from safepassage.register.match.weighing import Weights
from safepassage.register.record import Record

PARTS: Final = ("plain", "hard", "historical")
ANSWERS: Final = (0, 100, 200, 500, 1_000)
ROUND: Final = 100  # answers before the queue is worked out anew
SLIPS: Final = (0.0, 0.02)  # of the reviewers' answers
AS_OF: Final = datetime(2026, 1, 1, tzinfo=UTC).date()  # ages and future dates are read against it


@dataclass(frozen=True, slots=True)
class Scored:
    """Clusters against the truth, by pairs of records."""

    f1: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class Point:
    """One row of the table."""

    part: str
    slips: float
    answers: int
    is_recalibrated: bool
    likely: Scored
    automatic: Scored
    said_same: int
    changes: dict[str, tuple[float, float]]  # thresholds before and after, in bits


class Register:
    """Records with their truth, weighed once."""

    def __init__(self, records: Sequence[Record], person_of: dict[str, str]) -> None:
        self.taught = Taught.of(read(records))
        self.weights: Weights = self.taught.weights()
        self.ids = self.taught.columns.ids
        self.row = {record: row for row, record in enumerate(self.ids)}
        persons = [person_of[record] for record in self.ids]
        self.person = np.unique(persons, return_inverse=True)[1].astype(np.int64)

    def linked(self, answers: dict[Pair, bool], model: Model) -> Linked:
        """The register linked under a model of the same weights, and people's answers."""
        return link_rows(self.taught.bench, self.weights, self.judged(answers), model)

    def judged(self, answers: dict[Pair, bool]) -> Judged:
        """Answers as pairs of rows."""
        rows = sorted((*sorted((self.row[a], self.row[b])), s) for (a, b), s in answers.items())
        table = np.array(rows, dtype=np.int64).reshape(-1, 3)
        same, none = table[:, 2] == 1, np.zeros(0, np.int64)
        sides = [(table[which, 0], table[which, 1]) for which in (same, ~same)]
        return Judged(sides[0], sides[1], (none, none))

    def is_same(self, pair: Pair) -> bool:
        """The truth about a pair."""
        return bool(self.person[self.row[pair[0]]] == self.person[self.row[pair[1]]])

    def scored(self, cluster_of: np.ndarray[Any, np.dtype[np.int64]]) -> Scored:
        """Every pair of records in one cluster counts, so a chain of merges pays for all of its."""
        both = _pairs(cluster_of * len(self.person) + self.person)
        made, true = _pairs(cluster_of), _pairs(self.person)
        precision, recall = both / made if made else 1.0, both / true if true else 1.0
        return Scored(2 * both / max(1, made + true), precision, recall)


def _pairs(groups: np.ndarray[Any, np.dtype[np.int64]]) -> int:
    sizes = np.unique(groups, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())


def answered(
    register: Register, slips: float, seed: int, most: int, tell: bool
) -> list[tuple[Pair, bool]]:
    """What a reviewer answers, in the order in which the queue asks."""
    chance, said = random.Random(seed), list[tuple[Pair, bool]]()
    while len(said) < most:
        linked = register.linked(dict(said), register.taught.model)
        linkage = linkage_of(register.taught.columns, linked, register.taught.model)
        asked = questions(linkage, {pair for pair, _ in said}, share_max=1.0)[:ROUND]
        if not asked:
            break
        for link in asked:
            errs = chance.random() < slips
            said.append((link.pair, register.is_same(link.pair) is not errs))
        if tell:
            print(f"\r  {len(said):,} answers", end="", file=sys.stderr, flush=True)
    if tell:
        print(file=sys.stderr)
    return said[:most]


def measure(part: str, register: Register, seed: int, counts: Sequence[int]) -> list[Point]:
    """The whole curve of one register."""
    points = []
    for slips in SLIPS:
        said = answered(register, slips, seed, max(counts), sys.stderr.isatty())
        for count in counts:
            if count <= len(said):
                points += _at(part, register, slips, dict(said[:count]))
    return points


def _at(part: str, register: Register, slips: float, answers: dict[Pair, bool]) -> list[Point]:
    trained = register.taught.model
    moved = register.taught.recalibrated(register.judged(answers), register.weights)
    points = []
    for is_recalibrated, model in ((False, trained), (True, moved.model)):
        linked = register.linked(answers, model)
        point = Point(
            part=part,
            slips=slips,
            answers=len(answers),
            is_recalibrated=is_recalibrated,
            likely=register.scored(linked.likely_of),
            automatic=register.scored(linked.cluster_of),
            said_same=sum(answers.values()),
            changes=moved.changes if is_recalibrated else {},
        )
        points.append(point)
    return points if answers else points[:1]


def made_register(folder: Path, asked: argparse.Namespace, part: str) -> Register:
    """A part's records, read, trained on and weighed."""
    if part == "historical":
        import duckdb

        path = asked.data / "historical_50k.parquet"
        found = duckdb.read_parquet(str(path))
        texts = [["" if v is None else str(v) for v in row] for row in found.fetchall()]
        return _register(found.columns, texts, dict(historical_truth(path)), str(path))
    options = HARD if part == "hard" else ()
    path = register(folder, asked.data, asked.records, asked.seed, *options)
    with path.open(newline="") as file:
        headers, *texts = csv.reader(file)
    at = headers.index("unique_id"), headers.index("person_id")
    return _register(headers, texts, {row[at[0]]: row[at[1]] for row in texts}, str(path))


def _register(
    headers: Sequence[str], rows: list[list[str]], person_of: dict[str, str], where: str
) -> Register:
    table = Table(rows, propose_columns(headers, {}, where), AS_OF)
    records = list(records_of(table, [RecordId(i) for i in table.ids()]))
    return Register(records, person_of)


HEADINGS: Final = (
    f"{'register':<11}{'slips':>6}{'answers':>9}  {'':<14}"
    f"{'F1':>7}{'prec.':>8}{'recall':>8}   {'auto prec.':>10}{'recall':>8}  thresholds"
)


def line(point: Point) -> str:
    """A point as a row of the table."""
    with_what = "recalibrated" if point.is_recalibrated else "answers alone"
    likely, alone = point.likely, point.automatic
    moved = ", ".join(f"{name} {a:g} to {b:g}" for name, (a, b) in point.changes.items())
    return (
        f"{point.part:<11}{point.slips:>6.0%}{point.answers:>9,}  {with_what:<14}"
        f"{likely.f1:>7.4f}{likely.precision:>8.4f}{likely.recall:>8.4f}"
        f"   {alone.precision:>10.5f}{alone.recall:>8.4f}  {moved}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning", description=__doc__)
    shared = Path(os.environ.get("SAFEPASSAGE_REFERENCE", ROOT.parent / "shared"))
    parser.add_argument("--data", type=Path, default=shared / "identity", metavar="FOLDER")
    parser.add_argument("--records", type=int, default=20_000, metavar="N")
    parser.add_argument("--seed", type=int, default=4242, help="of registers and reviewers")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the points there, too")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="draw the curves, as SVG")
    asked = parser.parse_args(arguments)
    if not (asked.data / "make_register.py").is_file():
        parser.error(f"{asked.data}: no reference data there; name its folder with --data")
    print(Machine.here().describe())
    print(f"registers of {asked.records:,} records, seed {asked.seed}; {ROUND} answers a round")
    print(HEADINGS, flush=True)
    points: list[Point] = []
    with tempfile.TemporaryDirectory(prefix="learning-") as folder:
        for part in asked.only or PARTS:
            begin = process_time()
            whole = made_register(Path(folder), asked, part)
            found = measure(part, whole, asked.seed, ANSWERS)
            print("\n".join(map(line, found)))
            print(f"  {part}: {process_time() - begin:,.0f} s of processor time", flush=True)
            points += found
    if asked.json:
        asked.json.write_text(json.dumps([asdict(p) for p in points], indent=1) + "\n")
    if asked.chart:
        asked.chart.write_text(draw(points, f"{asked.records:,} records, seed {asked.seed}"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
