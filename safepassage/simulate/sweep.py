"""Many runs that differ in one thing each: plans, rules, rates of over-calling, causes off.

All have one seed, so they meet the same luck, and what differs between two of them is what was
changed (common random numbers).  A sweep is a folder of runs with a list of them; a sweep that was
broken off goes on where it stopped, because each of its runs does.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from safepassage.simulate.engines import Engine, run, serial
from safepassage.simulate.errors import SimulationError
from safepassage.simulate.run import Asked, Folder

FORMAT = "safepassage-sweep"
INDEX = "sweep.json"
RUNS_MAX = 1000
AS_ASKED = "as asked"
WITHOUT = "without "
NOTHING_HAPPENS = "nothing happens"


@dataclass(frozen=True)
class Variation:
    """One run of a sweep."""

    name: str
    asked: Asked


def each_cause_off(asked: Asked) -> Iterator[Variation]:
    """The run without each of its causes in turn, and without all of them."""
    for cause in asked.causes:
        off = (*asked.without, cause.id)
        yield Variation(f"{WITHOUT}{cause.id}", replace(asked, without=off))
    every = tuple(cause.id for cause in asked.operation.causes)
    if every:
        quiet = replace(asked, without=every, replications=1, precision=None)
        yield Variation(NOTHING_HAPPENS, quiet)


def over_calling(asked: Asked, rates: Sequence[float]) -> Iterator[Variation]:
    """The run with other rates of over-calling."""
    for rate in rates:
        policy = replace(asked.policy, over_call=rate)
        yield Variation(f"over-call {rate:g}", replace(asked, policy=policy))


def sweep(
    variations: Sequence[Variation],
    path: Path,
    engine: Engine = serial,
    tell: Callable[[str, int, int], None] = lambda name, done, total: None,
) -> dict[str, Folder]:
    """Make all runs, or what is missing of them; their folders by name.

    Raises:
        SimulationError: two have one name, there are too many, or the folder holds something else.
    """
    names = [v.name for v in variations]
    if len(set(names)) != len(names) or not 0 < len(names) <= RUNS_MAX:
        raise SimulationError(
            f"{len(names)} runs with {len(set(names))} names; a sweep has 1 to {RUNS_MAX} runs,"
            " each under a name of its own: give plan files of different names"
        )
    folders = {v.name: f"{n:03d}-{_plain(v.name)}" for n, v in enumerate(variations)}
    _begin(path, folders)
    for v in variations:
        run(v.asked, Folder(path / folders[v.name]), engine, lambda d, n, v=v: tell(v.name, d, n))  # type: ignore[misc]
    return {name: Folder(path / folder) for name, folder in folders.items()}


def read_sweep(path: Path) -> dict[str, Folder]:
    """The runs of a sweep, the first one first.

    Raises:
        SimulationError: this is no folder of a sweep.
    """
    try:
        index = json.loads((path / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        index = None
    if not isinstance(index, dict) or index.get("format") != FORMAT:
        raise SimulationError(
            f"{path} is no sweep; give the folder that `simulate sweep --out` wrote"
        )
    return {name: Folder(path / folder) for name, folder in index["runs"].items()}


def is_sweep(path: Path) -> bool:
    """Whether a folder is of a sweep."""
    return (path / INDEX).is_file()


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")[:60]


def _begin(path: Path, folders: dict[str, str]) -> None:
    wanted = {"format": FORMAT, "version": 1, "runs": folders}
    if is_sweep(path):
        if json.loads((path / INDEX).read_text(encoding="utf-8")) != wanted:
            raise SimulationError(f"{path} holds another sweep; give this one a folder of its own")
        return
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise SimulationError(f"{path} is not empty; name a new folder")
        partial = path / f".{INDEX}.partial"
        partial.write_text(json.dumps(wanted, indent=1), encoding="utf-8")
        os.replace(partial, path / INDEX)
    except OSError as fault:
        raise SimulationError(f"{path} cannot be written: {fault.strerror}") from fault
