"""A run: one plan, one policy, one seed, so many replications; kept in a folder, part by part.

    run.json           what was asked: everything that the results follow from
    plan.json          the plan document; operation.yaml the operation file
    part-00000.npz     what became of the first PART replications, part-00001.npz of the next ...

A part follows from run.json and its number alone, so it does not matter which process or machine
played it, and a run that was broken off goes on with the parts that are missing.  No more than a
few parts are in memory at a time, however many replications there are.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from safepassage.model.cause import Cause
from safepassage.model.operation import Operation
from safepassage.simulate.errors import SimulationError
from safepassage.simulate.luck import more_hours
from safepassage.simulate.playing import PARTS, Played, play
from safepassage.simulate.policy import Policy
from safepassage.simulate.script import Script, digest_of, read_script

FORMAT = "safepassage-run"
PART = 100  # replications
REPLICATIONS_MAX = 1_000_000
SEED_LENGTH_MAX = 100
SETTINGS, PLAN, OPERATION = "run.json", "plan.json", "operation.yaml"
AT_LEAST = 2 * PART  # before the precision is judged


@dataclass(frozen=True)
class Asked:
    """What a run is asked for.

    Raises:
        SimulationError: a seed or number that is none.
    """

    document: Mapping[str, Any]
    operation: Operation
    operation_text: str
    policy: Policy = field(default_factory=Policy)
    seed: str = "1"
    replications: int = 200  # at most, if a precision is asked for
    precision: float | None = None  # half of the 95 % interval of the mean people out, in people
    without: tuple[str, ...] = ()  # causes that are switched off

    def __post_init__(self) -> None:
        seed = self.seed
        if not (0 < len(seed) <= SEED_LENGTH_MAX and seed.isascii() and seed.isprintable()):
            raise SimulationError(
                f"the seed {seed[:40]!r} is none; write 1 to {SEED_LENGTH_MAX} plain characters,"
                " such as 1"
            )
        if not 1 <= self.replications <= REPLICATIONS_MAX:
            raise SimulationError(
                f"{self.replications:,} replications; write a number from 1 to {REPLICATIONS_MAX:,}"
            )
        if self.precision is not None and not 0 < self.precision < math.inf:
            raise SimulationError(f"a precision of {self.precision:g} people; write more than 0")
        known = {cause.id for cause in self.operation.causes}
        unknown = [name for name in self.without if name not in known]
        if unknown:
            listed = ", ".join(sorted(known)) or "none: write some under causes:"
            raise SimulationError(f"the operation has no cause {unknown[0]!r}; it has {listed}")

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes that are at work."""
        return tuple(c for c in self.operation.causes if c.id not in self.without)

    def script(self) -> Script:
        """The plan as the engine plays it, up to the same horizon whatever is switched off."""
        return read_script(self.document, self.operation, more_hours(self.operation.causes))

    def to_json(self) -> dict[str, Any]:
        """Everything that the results follow from."""
        text = hashlib.sha256(self.operation_text.encode()).hexdigest()
        return {
            "format": FORMAT,
            "version": 1,
            "operation": self.operation.id,
            "operation_sha256": text,
            "plan_sha256": digest_of(self.document),
            "policy": self.policy.to_json(),
            "seed": self.seed,
            "without": sorted(self.without),
            "part": PART,
        }

    @property
    def id(self) -> str:
        """The run's id; that of the same question is the same, however many replications."""
        text = json.dumps(self.to_json(), sort_keys=True)
        return f"run-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def part_name(number: int) -> str:
    """The file of a part."""
    return f"part-{number:05d}.npz"


def play_part(asked: Asked, number: int) -> bytes:
    """Play one part: the bytes of its file, the same on every engine."""
    first = number * PART
    end = min(first + PART, asked.replications)
    played = play(asked.script(), asked.causes, asked.policy, asked.seed, range(first, end))
    buffer = io.BytesIO()
    # numpy gives every member of the archive the same date, so equal arrays are equal bytes.
    np.savez_compressed(buffer, **{name: getattr(played, name) for name in PARTS})
    return buffer.getvalue()


class Folder:
    """The folder of a run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, asked: Asked) -> None:
        """Write down what is asked, or see that the folder is of the same question.

        Raises:
            SimulationError: it holds something else, or cannot be written.
        """
        wanted = asked.to_json()
        if (self.path / SETTINGS).is_file():
            if self.settings() != wanted:
                raise SimulationError(
                    f"{self.path} holds another run; give this one a folder of its own"
                )
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if any(self.path.iterdir()):
                raise SimulationError(f"{self.path} is not empty; name a new folder")
            text = json.dumps(asked.document, ensure_ascii=False)
            self._put(PLAN, text.encode())
            self._put(OPERATION, asked.operation_text.encode())
            self._put(SETTINGS, json.dumps(wanted, indent=1).encode())
        except OSError as fault:
            raise SimulationError(f"{self.path} cannot be written: {fault.strerror}") from fault

    def keep(self, number: int, content: bytes) -> None:
        """Keep a part."""
        self._put(part_name(number), content)

    def _put(self, name: str, content: bytes) -> None:
        partial = self.path / f".{name}.partial"
        partial.write_bytes(content)
        os.replace(partial, self.path / name)

    def settings(self) -> dict[str, Any]:
        """What was asked.

        Raises:
            SimulationError: this is no folder of a run.
        """
        try:
            found = json.loads((self.path / SETTINGS).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = None
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise SimulationError(
                f"{self.path} is no run; give the folder that `simulate run --out` wrote"
            )
        return found

    def plan(self) -> dict[str, Any]:
        """The plan that was played."""
        found: dict[str, Any] = json.loads((self.path / PLAN).read_text(encoding="utf-8"))
        return found

    def operation_text(self) -> str:
        """The operation file."""
        return (self.path / OPERATION).read_text(encoding="utf-8")

    def has(self, number: int) -> bool:
        """Whether a part is there, whole."""
        path = self.path / part_name(number)
        if not path.is_file():
            return False
        try:
            with np.load(path) as arrays:
                return set(arrays.files) == set(PARTS)
        except (OSError, ValueError, EOFError):
            return False

    def numbers(self) -> list[int]:
        """The parts that are there without a gap, from the first."""
        found = 0
        while (self.path / part_name(found)).is_file():
            found += 1
        return list(range(found))

    def part(self, number: int) -> Played:
        """What became of the replications of a part.

        Raises:
            SimulationError: it cannot be read.
        """
        try:
            with np.load(self.path / part_name(number)) as arrays:
                return Played(**{name: arrays[name] for name in PARTS})
        except (OSError, ValueError, EOFError, KeyError) as fault:
            raise SimulationError(
                f"{part_name(number)} in {self.path} is damaged; delete it and run again: the same"
                " seed makes the same part"
            ) from fault

    def parts(self) -> Iterator[Played]:
        """All of them, one after the other."""
        for number in self.numbers():
            yield self.part(number)
