"""Queues, people by people: who is served when, in many replications at once.

The next thing that happens in a queue with c servers is that a server takes somebody.  So the loop
goes from one start of service to the next, in all replications together, each at its own time:

    1. the server that is free first, and when                         f = min free
    2. the first of each class who still waits or has yet to come      their arrivals a_1, a_2, ...
    3. now is the later of f and the earliest of these arrivals        t = max(f, min a)
    4. the highest class of which somebody has come by now is served   (at a tie the first server)
    5. the server is free again after that person's time of service

A customer is one turn of the loop, in whatever order departures fall; one class is first come,
first served; several are non-preemptive priority.  Times of arrival and of service belong to the
customer and are drawn before, so that another number of servers meets the same people.

Where nobody may wait (`loss`), a customer who finds every server busy leaves at once: parking slots
with diversion.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from safepassage.model.errors import BadQuestionError
from safepassage.simulate.repeatable import Flags, Reals

NEVER = np.inf


@dataclass(frozen=True, eq=False)
class Served:
    """What became of everybody, by replication r, class p and customer n."""

    arrived: Reals  # [r, p, n]
    began: Reals  # [r, p, n], NEVER for those who were turned away
    ended: Reals  # [r, p, n]

    @property
    def waited(self) -> Reals:
        """Time in the queue, [r, p, n]; NEVER for those who were turned away or never came."""
        waited = np.full(self.began.shape, NEVER)
        served = np.isfinite(self.began)
        np.subtract(self.began, self.arrived, out=waited, where=served)
        return waited


def queue(arrived: Reals, service: Reals, servers: int) -> Served:
    """Serve everybody; class 0 before class 1, within a class in order of arrival.

    Args:
        arrived: [r, p, n] times of arrival, rising along n; NEVER fills up a shorter class.
        service: [r, p, n] times of service, zero or more.
        servers: how many are served at a time.

    Raises:
        BadQuestionError: no server, arrivals out of order, or times that are none.
    """
    _check(arrived, service, servers)
    if arrived.shape[1] == 1:
        return _one_class(arrived, service, servers)
    return _by_class(arrived, service, servers)


def _check(arrived: Reals, service: Reals, servers: int) -> None:
    if servers < 1:
        raise BadQuestionError(f"{servers} servers serve nobody; give at least one")
    if arrived.shape != service.shape or arrived.ndim != 3:
        raise BadQuestionError("arrivals and services need one shape: replication, class, customer")
    come = np.isfinite(arrived)
    if not (np.isfinite(service) & (service >= 0) | ~come).all():
        raise BadQuestionError("a time of service is below zero or not a number; draw it again")
    # NaN compares as false, so it is caught as out of order.
    if arrived.shape[2] > 1 and not (arrived[..., 1:] >= arrived[..., :-1]).all():
        raise BadQuestionError("arrivals must rise within a class; sort them first")


def _one_class(arrived: Reals, service: Reals, servers: int) -> Served:
    """First come, first served: each takes the server that is free first."""
    come = np.ascontiguousarray(arrived[:, 0].T)
    work = np.ascontiguousarray(service[:, 0].T)
    began = np.empty_like(come)
    free = np.full((servers, come.shape[1]), -NEVER)
    rows = np.arange(come.shape[1])
    for n in range(len(come)):
        if servers == 1:
            np.maximum(free[0], come[n], out=began[n])
            np.add(began[n], work[n], out=free[0])
            continue
        first = free.argmin(axis=0)
        np.maximum(free[first, rows], come[n], out=began[n])
        free[first, rows] = began[n] + work[n]
    start = began.T[:, None]
    return Served(arrived, start, start + service)


def _by_class(arrived: Reals, service: Reals, servers: int) -> Served:
    lanes, classes, most = arrived.shape
    # One more column: a class that is through waits for somebody who never comes.
    come = np.concatenate([arrived, np.full((lanes, classes, 1), NEVER)], axis=2).reshape(-1)
    work = np.concatenate([service, np.zeros((lanes, classes, 1))], axis=2).reshape(-1)
    began = np.full(come.shape, NEVER)
    free = np.full((lanes, servers), -NEVER)
    rows = np.arange(lanes)
    at = (rows[:, None] * classes + np.arange(classes)) * (most + 1)  # who is next in each class
    head = come[at]
    for _ in range(int(np.isfinite(arrived).sum(axis=(1, 2)).max(initial=0))):
        first = free.argmin(axis=1)
        now = np.maximum(free[rows, first], head.min(axis=1))
        chosen = (head <= now[:, None]).argmax(axis=1)
        who = at[rows, chosen]
        is_over = now == NEVER  # everybody of this replication was served
        began[who] = now
        free[rows, first] = np.where(is_over, NEVER, now + work[who])
        who = np.where(is_over, who, who + 1)
        at[rows, chosen] = who
        head[rows, chosen] = come[who]
    start = began.reshape(lanes, classes, most + 1)[..., :-1]
    return Served(arrived, start, start + service)


def loss(arrived: Reals, service: Reals, servers: int) -> tuple[Served, Flags]:
    """Nobody waits: who finds every server busy is turned away.

    Args:
        arrived, service: [r, 1, n], as for `queue`.

    Returns:
        What became of everybody, and who was turned away, [r, 1, n].

    Raises:
        BadQuestionError: as `queue`, or more than one class.
    """
    _check(arrived, service, servers)
    if arrived.shape[1] != 1:
        raise BadQuestionError("whoever may not wait needs no class; give one class")
    come, work = arrived[:, 0].T.copy(), service[:, 0].T.copy()
    turned = np.zeros(come.shape, bool)
    free = np.full((servers, come.shape[1]), -NEVER)
    rows = np.arange(come.shape[1])
    for n in range(len(come)):
        first = free.argmin(axis=0)
        soonest = free[first, rows]
        np.greater(soonest, come[n], out=turned[n])
        free[first, rows] = np.where(turned[n], soonest, come[n] + work[n])
    away = turned.T[:, None]
    began = np.where(away, NEVER, arrived)
    return Served(arrived, began, began + service), away


def onward(served: Served) -> Reals:
    """Departures of one station in order, the arrivals of the next, [r, 1, n]."""
    lanes = served.ended.shape[0]
    return np.sort(served.ended.reshape(lanes, 1, -1), axis=2)


@dataclass(frozen=True, slots=True)
class Little:
    """Little's law L = lambda W, each side counted by itself over the whole run."""

    people: float  # L: the mean number of people there, from counting heads between events
    rate: float  # lambda: arrivals over time
    stay: float  # W: the mean time that each was there, from their own clocks

    @property
    def gap(self) -> float:
        """How far apart both sides are, as a share of L."""
        return abs(self.people - self.rate * self.stay) / max(self.people, 1e-300)


def little(arrived: Reals, left: Reals) -> Little:
    """Both sides of Little's law for one replication: times of coming and of leaving, any order."""
    start, end = float(arrived.min()), float(left.max())
    at = np.concatenate([arrived, left])
    change = np.concatenate([np.ones(len(arrived)), -np.ones(len(left))])
    order = np.argsort(at, kind="stable")
    present = np.cumsum(change[order])[:-1]
    span = end - start
    area = float(present @ np.diff(at[order]))
    return Little(area / span, len(arrived) / span, float((left - arrived).mean()))
