"""The odds of a run: how many are out by when, how likely each target is, what it costs.

Nothing here draws anything: the folder of a run is read part by part, and of each replication only
the few numbers are kept that quantiles need.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from safepassage.simulate.chances import Estimate, chance_of, mean_of, quantile_of
from safepassage.simulate.errors import SimulationError
from safepassage.simulate.playing import WAIT_SHARES, Played
from safepassage.simulate.repeatable import Reals, Whole
from safepassage.simulate.run import Folder
from safepassage.simulate.script import Script

EVERYBODY = "everybody"
BAND = (0.1, 0.5, 0.9)
SURE = 0.95
_DIGITS_MAX = 12


@dataclass(frozen=True, slots=True)
class Target:
    """So many of a class out by the deadline; without a number all of them who came."""

    category: str  # or EVERYBODY
    people: int | None = None

    @property
    def name(self) -> str:
        """The target in words."""
        return f"{self.category}: " + ("nobody left" if self.people is None else f"{self.people:,}")


def read_target(words: str, script: Script) -> Target:
    """`evacuee=100000`, `evacuee=90%` of those whom the plan knows, `evacuee`, `100000` or `90%`.

    Raises:
        SimulationError: it names no class of the plan, or no number.
    """
    name, _, number = words.partition("=")
    if name.strip().replace(",", "").rstrip("%").isdigit() and not number:
        name, number = EVERYBODY, name
    name, number = name.strip(), number.strip().replace(",", "")
    if name not in (EVERYBODY, *script.classes):
        known = ", ".join((EVERYBODY, *script.classes))
        raise SimulationError(f"target {words!r}: no class {name!r}; the plan has {known}")
    digits = number.removesuffix("%")
    is_share = digits != number
    if number and not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS_MAX):
        raise SimulationError(
            f"target {words!r}: write a whole number of people, a share such as 90%, or none"
        )
    if is_share:
        if int(digits) > 100:
            raise SimulationError(f"target {words!r}: write a share of 100 % at most")
        known = script.demand.sum(axis=(1, 2))
        among = known.sum() if name == EVERYBODY else known[script.classes.index(name)]
        return Target(name, -(-int(among) * int(digits) // 100))
    return Target(name, int(number) if number else None)


@dataclass(frozen=True, slots=True)
class Band:
    """People out by an instant: of one class, or of everybody."""

    category: str
    at: datetime
    planned: int
    low: Estimate  # P10
    middle: Estimate  # P50
    high: Estimate  # P90


@dataclass(frozen=True, eq=False)
class Odds:
    """What a run says."""

    replications: int
    bands: tuple[Band, ...]
    people_out: dict[str, Estimate]  # the mean, by class and for everybody
    sure: dict[str, Estimate]  # so many or more, with a chance of SURE
    chances: dict[str, Estimate]
    figures: dict[str, Estimate]  # means of what happened, by its name
    full_hours: dict[str, Estimate]  # by base
    totals: Whole  # [r, class] people out, everybody last

    def to_json(self) -> dict[str, Any]:
        """The odds as plain values."""

        def said(table: dict[str, Estimate]) -> dict[str, Any]:
            return {name: _finite(x) for name, x in table.items()}

        return {
            "replications": self.replications,
            "people_out": said(self.people_out),
            "sure": said(self.sure),
            "chances": said(self.chances),
            "figures": said(self.figures),
            "full_hours": said(self.full_hours),
            "bands": [
                {
                    "class": b.category,
                    "at": b.at.isoformat(),
                    "planned": b.planned,
                    "p10": _finite(b.low),
                    "p50": _finite(b.middle),
                    "p90": _finite(b.high),
                }
                for b in self.bands
            ],
        }


def _finite(x: Estimate) -> dict[str, float | None]:
    return {name: v if math.isfinite(v) else None for name, v in x.to_json().items()}


FIGURES: dict[str, Callable[[Played], Reals]] = {
    "seats flown": lambda p: p.seats.astype(float),
    "seats flown empty": lambda p: p.empty.astype(float),
    "sorties too late to leave": lambda p: p.cancelled.astype(float),
    "sorties turned back": lambda p: p.turned.astype(float),
    "called and absent": lambda p: p.absent.astype(float),
    "sent back for papers": lambda p: p.refused.astype(float),
    "left behind": lambda p: p.left_behind.sum(axis=1).astype(float),
    "gone on to havens": lambda p: p.received.astype(float),
    "longest queue": lambda p: p.waiting.max(axis=1).astype(float),
    "most airside": lambda p: p.inside.max(axis=1).astype(float),
    "hours waited, mean": lambda p: p.wait_mean,
    **{
        f"hours waited, {share:.0%} wait no longer": lambda p, n=n: p.waits[:, n]  # type: ignore[misc]
        for n, share in enumerate(WAIT_SHARES)
    },
}


def edges(script: Script, every_hours: float = 24.0) -> Whole:
    """The last step of each day, and of the planned time."""
    each = max(1, round(every_hours / script.step_hours))
    found = np.arange(each - 1, script.horizon, each)
    return np.unique(np.append(found, script.horizon - 1))


def odds(
    folder: Folder, script: Script, targets: Sequence[Target] = (), every_hours: float = 24.0
) -> Odds:
    """The odds of a run.

    Raises:
        SimulationError: nothing was played yet, or a part is damaged.
    """
    at = edges(script, every_hours)
    curves, figures, full, left, clear = [], [], [], [], []
    for part in folder.parts():
        out = part.out[:, :, at]
        everybody = out.sum(axis=1, keepdims=True, dtype=np.int32)
        curves.append(np.concatenate([out, everybody], axis=1))
        figures.append(np.stack([measure(part) for measure in FIGURES.values()], axis=1))
        full.append(part.full)
        left.append(part.left_behind)
        clear.append(part.clear)
    if not curves:
        raise SimulationError("nothing was played yet; run it again")
    curve = np.concatenate(curves)
    figure, hours, behind = np.concatenate(figures), np.concatenate(full), np.concatenate(left)
    names = (*script.classes, EVERYBODY)
    totals = curve[:, :, -1].astype(np.int64)
    planned = script.board.sum(axis=1).cumsum(axis=1)
    planned = np.concatenate([planned, planned.sum(axis=0, keepdims=True)])
    return Odds(
        len(curve),
        tuple(
            Band(
                name,
                script.at(int(t) + 1),
                int(planned[c, t]),
                *(quantile_of(curve[:, c, n], q) for q in BAND),
            )
            for c, name in enumerate(names)
            for n, t in enumerate(at)
        ),
        {name: mean_of(totals[:, c]) for c, name in enumerate(names)},
        {name: quantile_of(totals[:, c], 1 - SURE) for c, name in enumerate(names)},
        _chances(script, totals, behind, targets),
        {name: mean_of(figure[:, n]) for n, name in enumerate(FIGURES)}
        | _clear(np.concatenate(clear)),
        {name: mean_of(hours[:, b]) for b, name in enumerate(script.bases)},
        totals,
    )


def _chances(
    script: Script, totals: Whole, behind: Whole, targets: Sequence[Target]
) -> dict[str, Estimate]:
    names = (*script.classes, EVERYBODY)
    left = np.concatenate([behind, behind.sum(axis=1, keepdims=True)], axis=1)
    planned = script.board.sum(axis=(1, 2))
    asked = [Target(name) for name in names]
    asked += [Target(n, int(p)) for n, p in zip(names, [*planned, planned.sum()], strict=True)]
    found = {}
    for target in [*asked, *targets]:
        c = names.index(target.category)
        met = left[:, c] == 0 if target.people is None else totals[:, c] >= target.people
        found[target.name] = chance_of(int(met.sum()), len(totals))
    return found


def chance_of_target(folder: Folder, script: Script, target: Target) -> Estimate:
    """The chance of one target in a run.

    Raises:
        SimulationError: nothing was played yet, or a part is damaged.
    """
    outs, lefts = [], []
    for part in folder.parts():
        outs.append(part.out[:, :, -1].astype(np.int64))
        lefts.append(part.left_behind)
    if not outs:
        raise SimulationError("nothing was played yet; run it again")
    out = np.concatenate(outs)
    totals = np.concatenate([out, out.sum(axis=1, keepdims=True)], axis=1)
    return _chances(script, totals, np.concatenate(lefts), [target])[target.name]


def _clear(hours: Reals) -> dict[str, Estimate]:
    """Hours until nobody is left, of the replications in which that happened."""
    cleared = hours[hours >= 0]
    return {"hours to clear, where cleared": mean_of(cleared)} if len(cleared) else {}


def difference(first: Odds, second: Odds, category: str = EVERYBODY) -> Estimate:
    """People out in the second less the first, replication by replication.

    Both met the same luck if they have one seed, so what they have in common is no noise.  A run of
    one replication, in which nothing is left to chance, is set against each of the first.

    Raises:
        SimulationError: they have no replication in common, or other classes.
    """
    n = first.replications if second.replications == 1 else second.replications
    n = min(n, first.replications)
    if list(first.people_out) != list(second.people_out):
        raise SimulationError("the runs are of other classes; compare runs of one operation")
    c = list(first.people_out).index(category)
    return mean_of(second.totals[:n, c] - first.totals[:n, c])
