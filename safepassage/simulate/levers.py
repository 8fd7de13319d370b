"""What would make a target 95 % sure: the smallest change of one thing, under the same luck.

A *lever* is a number of the plan or of the policy that somebody could change: gates that let more
through, more people called, parking slots, beds, hours.  The plan stays as it is: what is found is
the room that it needs to be made up for what happens to it.  Every value is a run of its own with
the seed of the others, so two values differ by the lever and by nothing else (common random
numbers), and a search that was broken off goes on.

    for the largest value of a lever, or else a half or a quarter of it, is the target sure enough?
    then the smallest of its steps that is, by bisection

Bisection takes for granted that more is not worse below a value that is enough; `tried` holds
every value that was played.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import format_instant, parse_instant
from safepassage.simulate.chances import Estimate
from safepassage.simulate.engines import Engine, run, serial
from safepassage.simulate.errors import SimulationError
from safepassage.simulate.odds import SURE, Target, chance_of_target
from safepassage.simulate.policy import OVER_CALL_MAX
from safepassage.simulate.run import Asked, Folder

_FIRST = (1.0, 0.5, 0.25)  # of a lever's steps: where a value that is enough is looked for


@dataclass(frozen=True)
class Lever:
    """Something that can be changed by so many steps."""

    id: str
    words: str  # what changes, with {} for by how much
    step: float
    steps: int
    pull: Callable[[Asked, float], Asked]

    def said(self, count: int) -> str:
        """A change by so many steps, in words."""
        return self.words.format(f"{count * self.step:g}")


@dataclass(frozen=True, slots=True)
class Tried:
    """A value of a lever, and the chance of the target with it."""

    amount: float  # in the unit of the lever
    said: str
    chance: Estimate


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of one lever."""

    lever: str
    tried: tuple[Tried, ...]  # in the order in which they were played
    enough: Tried | None  # the smallest that is; None: no value is


@dataclass(frozen=True, slots=True)
class Answer:
    """What would make a target sure."""

    target: str
    wanted: float
    replications: int
    now: Estimate  # with nothing changed
    levers: tuple[Pulled, ...]  # none were pulled where the target is sure already

    @property
    def is_sure(self) -> bool:
        """Whether nothing need be changed."""
        return self.now.value >= self.wanted

    def to_json(self) -> dict[str, Any]:
        """The answer as plain values."""

        def said(x: Tried) -> dict[str, Any]:
            return {"amount": x.amount, "said": x.said, "chance": x.chance.to_json()}

        return {
            "target": self.target,
            "wanted": self.wanted,
            "replications": self.replications,
            "now": self.now.to_json(),
            "levers": [
                {
                    "lever": p.lever,
                    "enough": None if p.enough is None else said(p.enough),
                    "tried": [said(x) for x in p.tried],
                }
                for p in self.levers
            ],
        }


def what_makes_sure(
    asked: Asked,
    target: Target,
    path: Path,
    *,
    levers: Sequence[str] = (),
    wanted: float = SURE,
    engine: Engine = serial,
    tell: Callable[[str, int, int], None] = lambda name, done, total: None,
) -> Answer:
    """The smallest change of each lever that makes a target as sure as wanted.

    Args:
        path: the folder in which the runs are kept.
        levers: ids from `LEVERS`; all if none is named.
        wanted: the chance that is enough, above 0 and below 1.
        tell: is told what is played, and how many replications of how many are done.  What it
            raises breaks the search off; what was played is kept.

    Raises:
        SimulationError: no such lever, no such chance, or the folder holds something else.
    """
    unknown = [name for name in levers if name not in LEVERS]
    if unknown:
        raise SimulationError(f"no lever {unknown[0]!r}; there are {', '.join(LEVERS)}")
    if not 0 < wanted < 1:
        raise SimulationError(
            f"a chance of {wanted:g}; write one above 0 and below 1, such as 0.95"
        )
    if asked.precision is not None:
        raise SimulationError("every value is played equally often; leave the precision out")
    searching = _Searching(asked, target, path, wanted, engine, tell)
    now = searching.chance("as asked", asked)
    pulled = tuple(
        searching.pulled(LEVERS[name]) for name in (levers or LEVERS) if now.value < wanted
    )
    return Answer(target.name, wanted, asked.replications, now, pulled)


@dataclass(frozen=True)
class _Searching:
    asked: Asked
    target: Target
    path: Path
    wanted: float
    engine: Engine
    tell: Callable[[str, int, int], None]

    def chance(self, name: str, asked: Asked) -> Estimate:
        """The chance of the target in one run, played now or before."""
        folder = Folder(self.path / name.replace(" ", "-"))
        run(asked, folder, self.engine, lambda done, total: self.tell(name, done, total))
        return chance_of_target(folder, asked.script(), self.target)

    def pulled(self, lever: Lever) -> Pulled:
        """The smallest of a lever's steps that is enough."""
        tried: dict[int, Tried] = {}

        def is_enough(count: int) -> bool:
            if count not in tried:
                said = lever.said(count)
                changed = lever.pull(self.asked, count * lever.step)
                found = self.chance(f"{lever.id} {count * lever.step:g}", changed)
                tried[count] = Tried(count * lever.step, said, found)
            return tried[count].chance.value >= self.wanted

        firsts = [max(1, round(share * lever.steps)) for share in _FIRST]
        most = next((count for count in firsts if is_enough(count)), None)
        if most is None:
            return Pulled(lever.id, tuple(tried.values()), None)
        least = 0  # with nothing changed it is not enough
        while most - least > 1:
            middle = (least + most) // 2
            least, most = (least, middle) if is_enough(middle) else (middle, most)
        return Pulled(lever.id, tuple(tried.values()), tried[most])


def _with_problem(asked: Asked, **changes: Any) -> Asked:
    problem = {**asked.document["problem"], **changes}
    return replace(asked, document={**asked.document, "problem": problem})


def _gates(asked: Asked, percent: float) -> Asked:
    gates = asked.document["problem"]["gates"]
    return _with_problem(
        asked, gates=[{**g, "people": _more(g["people"], percent).tolist()} for g in gates]
    )


def _more(values: Any, percent: float) -> Any:
    """Whole numbers, larger by a share."""
    return np.floor(np.array(values, float) * (1 + percent / 100) + 1e-9).astype(np.int64)


def _slots(asked: Asked, percent: float) -> Asked:
    problem = asked.document["problem"]
    slots = np.array(problem["slots"], float) * (1 + percent / 100)
    return _with_problem(
        asked, slots=slots.tolist(), runway=_more(problem["runway"], percent).tolist()
    )


def _beds(asked: Asked, percent: float) -> Asked:
    bases = asked.document["problem"]["bases"]
    return _with_problem(
        asked, bases=[{**b, "beds": int(_more(b["beds"], percent))} for b in bases]
    )


def _over_call(asked: Asked, percent: float) -> Asked:
    rate = min(OVER_CALL_MAX, asked.policy.over_call + percent / 100)
    return replace(asked, policy=replace(asked.policy, over_call=rate))


def _later(asked: Asked, hours: float) -> Asked:
    """The deadline moves out; gates and airfields go on as on the day before."""
    problem = asked.document["problem"]
    more = int(hours // problem["step_hours"])
    day = max(1, round(24 / problem["step_hours"]))

    def on(values: Any) -> Any:
        rows = np.array(values)
        past = rows[..., -day:]
        again = past[..., np.arange(more) % past.shape[-1]]
        return np.concatenate([rows, again], axis=-1).tolist()

    nobody = [(0, 0), (0, 0), (0, more)]
    return _with_problem(
        asked,
        steps=problem["steps"] + more,
        gates=[{**g, "people": on(g["people"])} for g in problem["gates"]],
        slots=on(problem["slots"]),
        runway=on(problem["runway"]),
        demand=np.pad(np.array(problem["demand"], np.int64), nobody).tolist(),
    )


def _earlier(asked: Asked, hours: float) -> Asked:
    """Everything that is planned, people's coming too, begins earlier; the deadline stays."""
    problem: Mapping[str, Any] = asked.document["problem"]
    whole = hours // problem["step_hours"] * problem["step_hours"]
    try:
        starts = parse_instant(problem["starts_at"], "starts_at") - timedelta(hours=whole)
    except OverflowError as fault:
        raise BadQuestionError(f"{hours:g} h before the plan no calendar begins") from fault
    return _with_problem(_later(asked, hours), starts_at=format_instant(starts))


LEVERS = {
    lever.id: lever
    for lever in (
        Lever("gates", "gates let {} % more through", 10, 10, _gates),
        Lever("over-call", "{} % more are called than the plan needs", 5, 16, _over_call),
        Lever("slots", "{} % more parking slots and movements", 10, 10, _slots),
        Lever("beds", "{} % more beds", 10, 10, _beds),
        Lever("later", "the deadline is {} h later", 6, 8, _later),
        Lever("earlier", "everything begins {} h earlier", 6, 8, _earlier),
    )
}
