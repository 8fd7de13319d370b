"""The families of many replications: who comes, when, how many, with what papers.

A *row* is one class at one origin in one replication, and its families stand in a line, in order of
their arrival.  Families of one row are served in this order and never split, so where a row
stands is one number for each stage (called, passed, ready, aboard): how many families of the line
are through.  Heads between two stages are differences of running sums over the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from safepassage.model.cause import Cause, CauseKind
from safepassage.model.errors import BadQuestionError
from safepassage.simulate.draws import draw, happens, shares_needed, whole_of
from safepassage.simulate.repeatable import Flags, Reals, Whole, log_of
from safepassage.simulate.script import Script
from safepassage.simulate.streams import shares

WORK = 100  # what one head asks of a gate that is as fast as planned
_APART = 1 << 40  # between the sums of one row and the next, so that all rows are one sorted line
FAMILIES_MAX = 20_000_000  # of one replication


class Sums:
    """Running sums of every row, and how far a row gets with a given amount."""

    def __init__(self, values: Whole) -> None:
        rows, most = values.shape
        self._width = most + 1
        sums = np.zeros((rows, self._width), np.int64)
        np.cumsum(values, axis=1, out=sums[:, 1:])
        sums += np.arange(rows)[:, None] * _APART
        self._line = sums.reshape(-1)

    def upto(self, row: Whole, at: Whole) -> Whole:
        """The sum over the first `at` families of each row."""
        found: Whole = self._line[row * self._width + at] - row * _APART
        return found

    def advance(self, row: Whole, at: Whole, amount: Whole, limit: Whole) -> Whole:
        """How many families are through when those behind `at` may take an amount, `limit` at most.

        Whole families only, none before the one in front of it.
        """
        aim = self._line[row * self._width + at] + np.maximum(amount, 0)
        found = np.searchsorted(self._line, aim, side="right") - 1 - row * self._width
        reached: Whole = np.maximum(at, np.minimum(found, limit))
        return reached


@dataclass(frozen=True, eq=False)
class Crowd:
    """Families of all rows; row = (replication * classes + class) * origins + origin."""

    arrives: Whole  # [row, n] step, the horizon for those who never come
    come: Whole  # [row, t] families that have arrived by a step
    called: Sums  # heads, whether they come or not
    shown: Sums  # heads that stand at the gate when called
    heads: Whole  # [row, n] the same, family by family
    work: Sums  # what they ask of the gate
    admitted: Sums  # heads that it lets in
    largest: int  # heads of the largest family


@dataclass(frozen=True)
class _Line:
    """One row."""

    arrives: Whole
    size: Whole
    shown: Whole
    work: Whole
    admitted: Whole


def draw_crowd(
    script: Script, causes: Sequence[Cause], seed: str, replications: Sequence[int]
) -> Crowd:
    """The families of these replications.

    Raises:
        BadQuestionError: there are more than memory has room for.
    """
    ways = [(c, o) for c in range(len(script.classes)) for o in range(len(script.origins))]
    lines = [
        _line(script, causes, _Named(seed, f"{script.classes[c]}/{script.origins[o]}", r), c, o)
        for r in replications
        for c, o in ways
    ]
    most = max(len(x.size) for x in lines)
    if most > FAMILIES_MAX:
        raise BadQuestionError(
            f"{most:,} families in one replication; {FAMILIES_MAX:,} are the most: are the walk-ups"
            " an hour right?"
        )
    size = _stacked([x.size for x in lines], most, 0)
    called = Sums(size)
    all_come = not any(cause.kind is CauseKind.NO_SHOW for cause in causes)
    heads = size if all_come else _stacked([x.shown for x in lines], most, 0)
    steps = np.arange(script.horizon)
    return Crowd(
        _stacked([x.arrives for x in lines], most, script.horizon),
        np.stack([np.searchsorted(x.arrives, steps, side="right") for x in lines]),
        called,
        called if all_come else Sums(heads),
        heads,
        Sums(_stacked([x.work for x in lines], most, 0)),
        Sums(_stacked([x.admitted for x in lines], most, 0)),
        int(size.max(initial=1)),
    )


def _stacked(rows: Sequence[Whole], most: int, filled: int) -> Whole:
    found = np.full((len(rows), most), filled, np.int64)
    for n, row in enumerate(rows):
        found[n, : len(row)] = row
    return found


@dataclass(frozen=True)
class _Named:
    """The streams about one class at one origin in one replication."""

    seed: str
    subject: str
    replication: int

    def __call__(self, cause: str, count: int) -> Reals:
        return shares(self.seed, f"{cause}/{self.subject}", self.replication, count)


def _line(
    script: Script, causes: Sequence[Cause], named: _Named, category: int, origin: int
) -> _Line:
    about = [
        x
        for x in causes
        if (x.category in (None, script.classes[category]))
        and (
            x.place is None or x.kind is not CauseKind.WALK_UPS or x.place == script.origins[origin]
        )
    ]
    sizes = next((x for x in about if x.kind is CauseKind.FAMILY_SIZES), None)
    size, arrives = _families(script.demand[category, origin], sizes, named)
    for cause in about:
        if cause.kind is CauseKind.LATE_ARRIVAL:
            arrives = arrives + _late(script, cause, named, len(size))
    for cause in about:
        if cause.kind is CauseKind.WALK_UPS:
            more, when = _walk_ups(script, cause, sizes, named)
            size, arrives = np.concatenate([size, more]), np.concatenate([arrives, when])
    arrives = np.minimum(arrives, script.horizon)
    order = np.argsort(arrives.astype(np.int32), kind="stable")
    size, arrives = size[order], arrives[order]
    shown, has_papers, work = size.copy(), np.ones(len(size), bool), size * WORK
    for cause in about:
        if cause.kind is CauseKind.NO_SHOW:
            shown[_chosen(cause, named, order)] = 0
        elif cause.kind is CauseKind.MISSING_PAPERS:
            has_papers &= ~_chosen(cause, named, order)
        elif cause.kind is CauseKind.SERVICE_TIME and cause.factor is not None:
            needed = len(size) * shares_needed(cause.factor)
            factor = draw(cause.factor, named(cause.id, needed))[order]
            work = np.rint(work * factor).astype(np.int64)
    work[shown == 0] = 0
    return _Line(arrives, size, shown, work, np.where(has_papers, shown, 0))


def _chance(cause: Cause, named: _Named) -> float:
    """The chance of a cause in this replication, the same for every class and origin."""
    assert cause.chance is not None  # noqa: S101 - asked only where there is one
    needed = shares_needed(cause.chance)
    share = shares(named.seed, f"{cause.id}/chance", named.replication, needed)
    return float(draw(cause.chance, share)[0])


def _chosen(cause: Cause, named: _Named, order: Whole) -> Flags:
    """Which families a cause befalls, each for itself."""
    chosen: Flags = happens(_chance(cause, named), named(cause.id, len(order)))[order]
    return chosen


def _families(demand: Whole, sizes: Cause | None, named: _Named) -> tuple[Whole, Whole]:
    """Families for all the people of a row, each where its first head arrives."""
    people = int(demand.sum())
    if sizes is None:
        return np.ones(people, np.int64), np.repeat(np.arange(len(demand)), demand)
    mean = sum(n * w for n, w in sizes.sizes) / sum(w for _, w in sizes.sizes)
    count = int(people / mean) + 1
    size = _sized(sizes, named(sizes.id, count))
    while size.sum() < people:  # the same stream goes on where it stopped
        count += count // 10 + 10
        size = _sized(sizes, named(sizes.id, count))
    ends = np.cumsum(size)
    last = int(np.searchsorted(ends, people, side="left"))
    if people == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    size = size[: last + 1].copy()
    size[last] -= ends[last] - people
    first = ends[: last + 1] - np.append(size[:-1], size[last] + ends[last] - people)
    return size, np.searchsorted(np.cumsum(demand), first, side="right")


def _sized(about: Cause, share: Reals) -> Whole:
    heads = np.array([n for n, w in about.sizes if w > 0], np.int64)
    weights = [w for _, w in about.sizes if w > 0]
    total, edges, so_far = sum(weights), [], 0.0
    for w in weights[:-1]:
        so_far += w / total
        edges.append(so_far)
    found: Whole = heads[np.searchsorted(np.array(edges), share, side="right")]
    return found


def _late(script: Script, cause: Cause, named: _Named, count: int) -> Whole:
    assert cause.hours is not None  # noqa: S101 - its kind needs them
    needed = shares_needed(cause.hours)
    who = np.arange(count)
    if cause.chance is not None:
        who = np.flatnonzero(happens(_chance(cause, named), named(f"{cause.id}/who", count)))
    share = named(cause.id, count * needed).reshape(count, needed)[who].reshape(-1)
    hours, rounding = draw(cause.hours, share), named(f"{cause.id}/rounding", count)[who]
    late = np.zeros(count, np.int64)
    late[who] = whole_of(hours / script.step_hours, rounding)
    return late


def _walk_ups(
    script: Script, cause: Cause, sizes: Cause | None, named: _Named
) -> tuple[Whole, Whole]:
    """People who come at random (a Poisson process of families) while the cause lasts."""
    assert cause.an_hour is not None  # noqa: S101 - its kind needs it
    rate = draw(cause.an_hour, named(f"{cause.id}/rate", shares_needed(cause.an_hour)))
    mean = 1.0
    if sizes is not None:
        mean = sum(n * w for n, w in sizes.sizes) / sum(w for _, w in sizes.sizes)
    start, end = window(script, cause, script.steps)
    expected = float(rate[0]) * script.step_hours * (end - start) / mean
    count = int(expected + 10 * np.sqrt(expected) + 20)
    if count > FAMILIES_MAX:
        raise BadQuestionError(
            f"{cause.id}: about {expected:,.0f} families would walk up, a queue that no gate ever"
            " drains; write fewer people_an_hour"
        )
    if expected <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    places = np.sort(named(cause.id, count)[: _poisson(expected, named, cause.id, count)])
    when = np.floor(start + (end - start) * places).astype(np.int64)
    size = np.ones(len(when), np.int64)
    if sizes is not None:
        size = _sized(sizes, named(f"{cause.id}/{sizes.id}", len(when)))
    return size, when


def _poisson(mean: float, named: _Named, cause: str, most: int) -> int:
    """How many come at random: unit exponential gaps that fit into the mean."""
    gaps = -log_of(named(f"{cause}/number", most + 1))
    return int(np.searchsorted(np.cumsum(gaps), mean, side="right"))


def window(script: Script, cause: Cause, steps: int) -> tuple[float, float]:
    """The steps between which a cause can be at work, within the first so many."""
    hour = 3600 * script.step_hours
    start = (cause.starts_at - script.starts_at).total_seconds() / hour if cause.starts_at else 0.0
    end = (cause.ends_at - script.starts_at).total_seconds() / hour if cause.ends_at else steps
    return max(0.0, start), min(float(steps), end)
