"""Families drawn: how many heads each has, when it comes, whether it comes, what it asks of a gate.

Families of one class at one origin in one replication are a *row*.  Every row has a stream of its
own for each cause; what is drawn from them is worked out for the families of many rows at a time,
which stand one row behind the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from safepassage.model.cause import Cause, CauseKind
from safepassage.model.errors import BadQuestionError
from safepassage.simulate.draws import draw, happens, shares_needed, whole_of
from safepassage.simulate.repeatable import Flags, Reals, Whole, log_of
from safepassage.simulate.script import Script
from safepassage.simulate.streams import shares

Counts = NDArray[np.int32]  # one for each family, of which there are many
WORK = 100  # what one head asks of a gate that is as fast as planned
WORK_MAX = 2**31 - 1  # of one family: no gate does so much in a step
FAMILIES_MAX = 20_000_000  # of one replication
_TOGETHER = 100_000  # people whose families are worked out at a time: they stay in the cache


@dataclass(frozen=True, eq=False)
class Families:
    """Some rows, one behind the other; the families of each in the order of their arrival."""

    lengths: Whole  # [row]
    arrives: Counts  # [n] step, the horizon for those who never come
    size: Counts  # [n] heads, whether they come or not
    shown: Counts  # [n] heads that stand at the gate when called
    work: Counts  # [n] what they ask of it
    admitted: Counts  # [n] heads that it lets in


def draw_families(
    script: Script, causes: Sequence[Cause], seed: str, replications: Sequence[int]
) -> Iterator[Families]:
    """The families of these replications, some replications at a time, in their order.

    Raises:
        BadQuestionError: there are more than memory has room for.
    """
    many = max(1, _TOGETHER // max(1, script.people))
    for n in range(0, len(replications), many):
        yield _Rows(script, causes, seed, replications[n : n + many]).drawn()


@dataclass(frozen=True)
class _Row:
    """One class at one origin in one replication."""

    seed: str
    replication: int
    category: str
    origin: str
    demand: Whole  # [t]

    def shares(self, cause: str, count: int) -> Reals:
        """From the row's own stream of a cause."""
        name = f"{cause}/{self.category}/{self.origin}"
        return shares(self.seed, name, self.replication, count)


class _Rows:
    """The rows of some replications while they are drawn."""

    def __init__(
        self, script: Script, causes: Sequence[Cause], seed: str, replications: Sequence[int]
    ) -> None:
        self.script, self.causes = script, causes
        self.rows = [
            _Row(seed, r, category, origin, script.demand[c, o])
            for r in replications
            for c, category in enumerate(script.classes)
            for o, origin in enumerate(script.origins)
        ]
        self.sizes = next((x for x in causes if x.kind is CauseKind.FAMILY_SIZES), None)

    def of(self, kind: CauseKind) -> list[Cause]:
        return [cause for cause in self.causes if cause.kind is kind]

    def drawn(self) -> Families:
        planned = [_families(row, self.sizes) for row in self.rows]
        late = self._late(np.array([len(size) for size, _ in planned]))
        sizes, whens = [], []
        for row, (size, arrives), more in zip(self.rows, planned, late, strict=True):
            extra = [
                _walk_ups(self.script, cause, self.sizes, row)
                for cause in self.of(CauseKind.WALK_UPS)
                if cause.category in (None, row.category) and cause.place in (None, row.origin)
            ]
            sizes.append(np.concatenate([size, *(x for x, _ in extra)]))
            whens.append(np.concatenate([arrives + more, *(when for _, when in extra)]))
        lengths = np.array([len(x) for x in sizes], np.int64)
        if lengths.max() > FAMILIES_MAX:
            raise BadQuestionError(
                f"{lengths.max():,} families in one replication; {FAMILIES_MAX:,} are the most: are"
                " the walk-ups an hour right?"
            )
        return self._in_line(lengths, np.concatenate(sizes), np.concatenate(whens))

    def _in_line(self, lengths: Whole, size: Whole, when: Whole) -> Families:
        """Every row in the order of arrival, with what the other causes make of its families."""
        ends = np.cumsum(lengths)
        arrives = np.minimum(when, self.script.horizon).astype(np.int32)
        order = np.empty(len(size), np.int64)
        for start, end in pairwise([0, *ends]):
            # A horizon fits into 16 bits, and numpy sorts those by counting.
            mine = arrives[start:end].astype(np.int16)
            order[start:end] = np.argsort(mine, kind="stable") + start
        size = size[order].astype(np.int32)
        shown, has_papers, work = size.copy(), np.ones(len(size), bool), size * WORK
        for cause in self.causes:
            if cause.kind is CauseKind.NO_SHOW:
                shown[self._chosen(cause, lengths)[order]] = 0
            elif cause.kind is CauseKind.MISSING_PAPERS:
                has_papers &= ~self._chosen(cause, lengths)[order]
            elif cause.kind is CauseKind.SERVICE_TIME:
                slowed = work * self._factor(cause, lengths)[order]
                work = np.rint(np.minimum(slowed, WORK_MAX)).astype(np.int32)
        work[shown == 0] = 0
        lines = (arrives[order], size, shown, work, shown * has_papers)
        return Families(lengths, *(np.asarray(x, np.int32) for x in lines))

    def _shares(self, cause: Cause, name: str, lengths: Whole, each: int = 1) -> Reals:
        """So many shares for each family, [n * each]; 1 for rows that the cause is not about."""
        return np.concatenate(
            [
                row.shares(name, int(n) * each)
                if cause.category in (None, row.category)
                else np.ones(int(n) * each)
                for row, n in zip(self.rows, lengths, strict=True)
            ]
        )

    def _chances(self, cause: Cause, lengths: Whole) -> Reals:
        """The chance of a cause for each family: one in a replication, for every class and origin.

        It is 0 in rows that the cause is not about.
        """
        assert cause.chance is not None  # noqa: S101 - asked only where there is one
        needed = shares_needed(cause.chance)
        found = {
            r: shares(self.rows[0].seed, f"{cause.id}/chance", r, needed)
            for r in dict.fromkeys(row.replication for row in self.rows)
        }
        drawn = dict(zip(found, draw(cause.chance, np.concatenate([*found.values()])), strict=True))
        each = [drawn[r.replication] * (cause.category in (None, r.category)) for r in self.rows]
        return np.repeat(np.array(each), lengths)

    def _chosen(self, cause: Cause, lengths: Whole) -> Flags:
        """Which families a cause befalls, each for itself."""
        return happens(self._chances(cause, lengths), self._shares(cause, cause.id, lengths))

    def _factor(self, cause: Cause, lengths: Whole) -> Reals:
        """The time at the gate, relative to what is planned, family by family."""
        assert cause.factor is not None  # noqa: S101 - its kind needs one
        each = shares_needed(cause.factor)
        factor = np.ones(int(lengths.sum()))
        mine = self._concerned(cause, lengths)
        share = self._shares(cause, cause.id, lengths, each).reshape(-1, each)
        factor[mine] = draw(cause.factor, share[mine].reshape(-1))
        return factor

    def _concerned(self, cause: Cause, lengths: Whole) -> Flags | slice:
        if cause.category is None:
            return slice(None)
        return np.repeat([row.category == cause.category for row in self.rows], lengths)

    def _late(self, lengths: Whole) -> list[Whole]:
        """Steps by which the planned families come late, row by row."""
        late = np.zeros(int(lengths.sum()), np.int64)
        for cause in self.of(CauseKind.LATE_ARRIVAL):
            assert cause.hours is not None  # noqa: S101 - its kind needs them
            befalls = np.zeros(len(late), bool)
            befalls[self._concerned(cause, lengths)] = True
            if cause.chance is not None:
                share = self._shares(cause, f"{cause.id}/who", lengths)
                befalls &= happens(self._chances(cause, lengths), share)
            who, each = np.flatnonzero(befalls), shares_needed(cause.hours)
            share = self._shares(cause, cause.id, lengths, each).reshape(-1, each)[who]
            rounding = self._shares(cause, f"{cause.id}/rounding", lengths)[who]
            hours = draw(cause.hours, share.reshape(-1))
            late[who] += whole_of(hours / self.script.step_hours, rounding)
        return np.split(late, np.cumsum(lengths)[:-1])


def _families(row: _Row, sizes: Cause | None) -> tuple[Whole, Whole]:
    """Families for all the people of a row, each where its first head arrives."""
    people, steps = int(row.demand.sum()), np.arange(len(row.demand))
    if sizes is None:
        return np.ones(people, np.int64), np.repeat(steps, row.demand)
    if people == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    count = int(people / _mean(sizes)) + 1
    size = _sized(sizes, row.shares(sizes.id, count))
    while size.sum() < people:  # the same stream goes on where it stopped
        count += count // 10 + 10
        size = _sized(sizes, row.shares(sizes.id, count))
    ends = np.cumsum(size)
    last = int(np.searchsorted(ends, people, side="left"))
    first = ends[: last + 1] - size[: last + 1]
    size = size[: last + 1]
    size[last] = people - first[last]
    come = np.searchsorted(first, np.cumsum(row.demand), side="left")
    return size, np.repeat(steps, np.diff(come, prepend=0))


def _mean(sizes: Cause | None) -> float:
    if sizes is None:
        return 1.0
    return sum(n * w for n, w in sizes.sizes) / sum(w for _, w in sizes.sizes)


def _sized(about: Cause, share: Reals) -> Whole:
    """The heads of a family for each share."""
    heads = np.array([n for n, w in about.sizes if w > 0], np.int64)
    weights = [w for _, w in about.sizes if w > 0]
    which, total, edge = np.zeros(len(share), np.uint8), sum(weights), 0.0
    for w in weights[:-1]:  # a handful: faster than to search among them
        edge += w / total
        which += share >= edge
    found: Whole = heads[which]
    return found


def _walk_ups(script: Script, cause: Cause, sizes: Cause | None, row: _Row) -> tuple[Whole, Whole]:
    """People who come at random (a Poisson process of families) while the cause lasts."""
    assert cause.an_hour is not None  # noqa: S101 - its kind needs it
    rate = draw(cause.an_hour, row.shares(f"{cause.id}/rate", shares_needed(cause.an_hour)))
    start, end = window(script, cause, script.steps)
    expected = float(rate[0]) * script.step_hours * (end - start) / _mean(sizes)
    count = int(expected + 10 * np.sqrt(max(0.0, expected)) + 20)
    if count > FAMILIES_MAX:
        raise BadQuestionError(
            f"{cause.id}: about {expected:,.0f} families would walk up, a queue that no gate ever"
            " drains; write fewer people_an_hour"
        )
    if expected <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    places = np.sort(row.shares(cause.id, count)[: _poisson(expected, row, cause.id, count)])
    when = np.floor(start + (end - start) * places).astype(np.int64)
    size = np.ones(len(when), np.int64)
    if sizes is not None:
        size = _sized(sizes, row.shares(f"{cause.id}/{sizes.id}", len(when)))
    return size, when


def _poisson(mean: float, row: _Row, cause: str, most: int) -> int:
    """How many come at random: unit exponential gaps that fit into the mean."""
    gaps = -log_of(row.shares(f"{cause}/number", most + 1))
    return int(np.searchsorted(np.cumsum(gaps), mean, side="right"))


def window(script: Script, cause: Cause, steps: int) -> tuple[float, float]:
    """The steps between which a cause can be at work, within the first so many."""
    hour = 3600 * script.step_hours
    start = (cause.starts_at - script.starts_at).total_seconds() / hour if cause.starts_at else 0.0
    end = (cause.ends_at - script.starts_at).total_seconds() / hour if cause.ends_at else steps
    return max(0.0, start), min(float(steps), end)
