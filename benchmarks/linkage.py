"""Who is the same, measured: `python -m benchmarks.linkage`.

Registers are made anew from seeds that no threshold was fixed on, linked by the command that users
run, in a process of its own, and scored by the scorer beside the reference data.  Thresholds were
fixed on seeds 99, 7 and 8.

With `--peers` Splink links the same files in the same run: with its stock rules and comparisons,
with our keys, and with our keys, clusters and judgements as `safepassage link --engine splink`
does. Splink's own clusters are scored at the threshold that is best on the truth itself, which
flatters it.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from benchmarks.figures import Figure, Sense, figures_table
from benchmarks.machine import Machine

ROOT: Final = Path(__file__).resolve().parents[1]
HARD: Final = ("--twice-on-list", "0.03", "--twins", "0.02", "--namesakes", "0.05")
PARTS: Final = ("fresh", "hard", "historical", "febrl4")


@dataclass(frozen=True, slots=True)
class Used:
    """What a process used, and what it said on standard output."""

    seconds: float
    processor: float  # seconds, of all its threads
    gib: float  # at its peak
    said: str


def started(*command: object) -> Used:
    """Run a program to its end."""
    begin = perf_counter()
    with tempfile.TemporaryFile() as said:
        child = os.posix_spawn(
            sys.executable,
            [sys.executable, *map(str, command)],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, said.fileno(), 1)],
        )
        _, status, used = os.wait4(child, 0)
        if status:
            raise SystemExit(f"{command[0]} {command[1]} failed")
        said.seek(0)
        text = said.read().decode()
    processor = used.ru_utime + used.ru_stime
    return Used(perf_counter() - begin, processor, used.ru_maxrss / 2**20, text)


@dataclass(frozen=True, slots=True)
class Run:
    """What a linking took and what it found."""

    used: Used
    found: dict[str, Any]


def linked(folder: Path, files: list[Path], truth: Path, score: Any, *options: str) -> Run:
    """Link files as a user does, and score the clusters."""
    out, same = folder / "clusters.csv", folder / "scored.csv"
    used = started("-m", "safepassage", "link", *files, "--out", out, *options)
    with out.open(newline="") as file, same.open("w", newline="") as copy:
        rows = list(csv.reader(file))
        csv.writer(copy).writerows([["unique_id", *rows[0][1:]], *rows[1:]])
    return Run(used, scored(score, truth, same))


def scored(score: Any, truth: Path, clusters: Path) -> dict[str, Any]:
    """What the scorer says of clusters."""
    found: dict[str, Any] = score.score(
        score.table(str(truth), ["unique_id"]), score.table(str(clusters), ["unique_id"])
    )
    return found


def peers(folder: Path, files: list[Path], truth: Path, score: Any) -> dict[str, Run]:
    """Splink on the same files."""
    runs = {}
    for setting, name in (("stock", "Splink stock"), ("keys", "Splink, our keys")):
        out = folder / setting
        out.mkdir(exist_ok=True)
        took = started("-m", "benchmarks.linkage_peer", *files, "--setting", setting, "--out", out)
        said = json.loads(took.said)
        used = replace(took, processor=said["processor_seconds"])
        found = {file: scored(score, truth, out / file) for file in said["files"]}
        ours = found.pop("clusters.csv")
        runs[name] = Run(used, max(found.values(), key=lambda one: float(one["f1"])))
        if setting == "keys":
            runs["Splink, our keys and clusters"] = Run(used, ours)
    return runs


def beside(part: str, ours: Run, others: dict[str, Run]) -> list[Figure]:
    """Ours beside each peer."""
    measures: list[tuple[str, str, Callable[[Run], float]]] = [
        ("f1", "", lambda run: float(run.found["f1"])),
        ("precision", "", lambda run: float(run.found["precision"])),
        ("recall", "", lambda run: float(run.found["recall"])),
        ("processor time", "s", lambda run: run.used.processor),
        ("peak memory", "GiB", lambda run: run.used.gib),
    ]
    return [
        Figure(part=part, what=what, value=of(ours), unit=unit, peer=name, peer_value=of(run))
        for name, run in others.items()
        for what, unit, of in measures
    ]


def blocking(part: str, made: Path) -> list[Figure]:
    """What our keys offer on a made-up register."""
    said = json.loads(started("-m", "benchmarks.linkage_blocking", made).said)
    return [Figure(part=part, what=what, value=value, unit="") for what, value in said.items()]


def figures(part: str, run: Run, goals: dict[str, float]) -> list[Figure]:
    """F1, precision and recall, and what it took."""
    found = [
        Figure(
            part=part,
            what=what,
            value=run.found[what],
            unit="",
            goal=goals.get(what),
            sense=Sense.AT_LEAST,
        )
        for what in ("f1", "precision", "recall")
    ]
    for label in ("false_pairs_in_one_household", "false_pairs_on_one_list", "largest_cluster"):
        if label in run.found:
            value = float(run.found[label])
            found.append(Figure(part=part, what=label, value=value, unit=""))
    for what, value in (("time", run.used.seconds), ("processor time", run.used.processor)):
        found.append(Figure(part=part, what=what, value=value, unit="s"))
    found.append(Figure(part=part, what="peak memory", value=run.used.gib, unit="GiB"))
    return found


def register(folder: Path, data: Path, records: int, seed: int, *options: str) -> Path:
    """A made-up register."""
    out = folder / f"register-{records}-{seed}.csv"
    arguments = ("--records", records, "--seed", seed, "--out", out, *options)
    started(data / "make_register.py", *arguments)
    return out


def measure(part: str, asked: argparse.Namespace, folder: Path, score: Any) -> list[Figure]:
    """One part."""
    files, truth, goal = prepared(part, asked, folder)
    run = linked(folder, files, truth, score)
    found = figures(part, run, goal)
    if part in ("fresh", "hard"):
        sure = {"precision": 0.9995} | ({"recall": 0.72} if part == "fresh" else {})
        alone = linked(folder, files, truth, score, "--automatic")
        found += figures(f"{part}, automatic", alone, sure) + blocking(f"{part}, blocking", truth)
    if asked.peers:
        found += beside(part, run, peers(folder, files, truth, score))
    return found


def prepared(
    part: str, asked: argparse.Namespace, folder: Path
) -> tuple[list[Path], Path, dict[str, float]]:
    """The files of a part, the file that holds the truth, and the goals."""
    data: Path = asked.data
    if part in ("fresh", "hard"):
        options = HARD if part == "hard" else ()
        made = register(folder, data, asked.records, asked.seed, *options)
        return [made], made, {"f1": 0.90 if part == "hard" else 0.92, "precision": 0.995}
    truth = folder / "truth.csv"
    if part == "historical":
        files = [data / "historical_50k.parquet"]
        write_truth(truth, historical_truth(files[0]))
        return files, truth, {"f1": 0.85, "precision": 0.93}
    files = [data / "febrl_dataset4a.csv.gz", data / "febrl_dataset4b.csv.gz"]
    write_truth(truth, [(i, i.split("-")[1]) for path in files for i in first_column(path)])
    return files, truth, {"f1": 0.9996}


def historical_truth(path: Path) -> list[tuple[str, str]]:
    """Which rows are of one person."""
    import duckdb

    found = duckdb.read_parquet(str(path)).project("unique_id, cluster").fetchall()
    return [(str(a), str(b)) for a, b in found]


def first_column(path: Path) -> list[str]:
    """The ids of a febrl file."""
    with gzip.open(path, "rt", newline="") as file:
        return [row[0].strip() for row in list(csv.reader(file))[1:]]


def write_truth(path: Path, rows: list[tuple[str, str]]) -> None:
    """The truth as the scorer reads it."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("unique_id", "person_id"), *rows])


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linkage", description=__doc__)
    shared = Path(os.environ.get("SAFEPASSAGE_REFERENCE", ROOT.parent / "shared"))
    parser.add_argument("--data", type=Path, default=shared / "identity", metavar="FOLDER")
    parser.add_argument("--records", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=4242, help="of the made-up registers")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part only")
    parser.add_argument("--peers", action="store_true", help="Splink on the same files, too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args(arguments)
    if not (asked.data / "score_register.py").is_file():
        parser.error(f"{asked.data}: no reference data there; name its folder with --data")
    sys.path.insert(0, str(asked.data))
    import score_register

    print(Machine.here().describe())
    print(f"registers of {asked.records:,} records, seed {asked.seed}")
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="linkage-") as folder:
        for part in asked.only or PARTS:
            measured = measure(part, asked, Path(folder), score_register)
            print(figures_table(measured), flush=True)
            found += measured
    if asked.json:
        asked.json.write_text(json.dumps([f.to_json() for f in found], indent=1) + "\n")
    return 1 if any(f.is_met is False for f in found) else 0


if __name__ == "__main__":
    sys.exit(main())
