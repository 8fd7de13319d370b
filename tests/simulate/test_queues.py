"""The queue engine against formulas of the textbook, each with its tolerance.

All runs start empty, so the first part is left out.  Loads are 0.7 at most: near 1 the mean of a
finite run is far from the limit.  The tolerance is 4 standard errors over
independent replications plus half a per cent for what is left of the start; every test states how
narrow 4 standard errors must be, as a share of the exact value, so that none passes by being vague.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from safepassage.model.cause import Distribution, Shape
from safepassage.model.errors import BadQuestionError
from safepassage.simulate.draws import draw, shares_needed
from safepassage.simulate.queues import NEVER, little, loss, onward, queue
from safepassage.simulate.streams import shares

LANES, PEOPLE, START = 250, 2500, 500  # 625,000 customers a run; the first 500 warm it up


@cache
def times(name: str, about: Distribution, people: int = PEOPLE) -> NDArray[np.float64]:
    """Times drawn from a stream of their own for each replication, [r, n]."""
    needed = people * shares_needed(about)
    return np.stack([draw(about, shares("oracle", name, r, needed)) for r in range(LANES)])


def exponential(mean: float) -> Distribution:
    return Distribution(Shape.EXPONENTIAL, (mean,))


def poisson(name: str, rate: float, people: int = PEOPLE) -> NDArray[np.float64]:
    """Arrivals at random, [r, 1, n]."""
    return times(name, exponential(1 / rate), people).cumsum(axis=1)[:, None]


def is_near(sample: NDArray[np.float64], exact: float, narrow: float, start: float = 0.005) -> None:
    """The mean of replications is the exact value, and the interval is narrow enough to say so."""
    mean, error = sample.mean(), sample.std(ddof=1) / math.sqrt(len(sample))
    assert 4 * error <= narrow * exact, f"the sample is too small: {4 * error / exact:.3%}"
    assert abs(mean - exact) <= 4 * error + start * exact, f"{mean:.5f}, exactly {exact:.5f}"


def erlang_b(servers: int, load: float) -> float:
    """The chance that all are busy (Erlang 1917), by its recursion."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """The chance to have to wait where everybody may."""
    blocked = erlang_b(servers, load)
    return servers * blocked / (servers - load * (1 - blocked))


@pytest.mark.parametrize(("servers", "rate"), [(1, 0.7), (3, 2.1), (12, 8.4)])
def test_a_gate_with_c_lanes_makes_people_wait_as_erlang_c_says(servers: int, rate: float) -> None:
    found = queue(poisson("come", rate), times("serve", exponential(1.0))[:, None], servers)
    waited = found.waited[:, 0, START:]
    chance = erlang_c(servers, rate)
    is_near(waited.mean(axis=1), chance / (servers - rate), 0.2)
    is_near((waited > 0).mean(axis=1), chance, 0.07)


@pytest.mark.parametrize(
    "service",
    [
        exponential(1.0),
        Distribution(Shape.CONSTANT, (1.0,)),
        Distribution(Shape.LOGNORMAL, (1.0, 2.0)),
        Distribution(Shape.ERLANG, (1.0, 3)),
    ],
    ids=str,
)
def test_parking_turns_as_many_away_as_erlang_b_says_whatever_the_ground_time(
    service: Distribution,
) -> None:
    found, away = loss(poisson("land", 6.0), times("ground", service)[:, None], 8)
    is_near(away[:, 0, START:].mean(axis=1), erlang_b(8, 6.0), 0.05)
    assert (found.began[away] == NEVER).all()


@pytest.mark.parametrize(
    ("service", "variation"),
    [
        (Distribution(Shape.CONSTANT, (1.0,)), 0.0),  # M/D/1
        (Distribution(Shape.ERLANG, (1.0, 2)), 0.5),
        (Distribution(Shape.UNIFORM, (0.0, 2.0)), 1 / 3),
        (Distribution(Shape.LOGNORMAL, (1.0, 0.8)), 0.64),
    ],
    ids=lambda x: str(x),
)
def test_one_lane_makes_people_wait_as_pollaczek_and_khinchine_say(
    service: Distribution, variation: float
) -> None:
    load = 0.6
    found = queue(poisson("come", load), times("serve", service)[:, None], 1)
    exact = load * (1 + variation) / (2 * (1 - load))
    is_near(found.waited[:, 0, START:].mean(axis=1), exact, 0.06)


def test_classes_wait_as_cobham_says() -> None:
    """Three classes, one lane, nobody interrupted: W_p = R / ((1 - s_{p-1}) (1 - s_p))."""
    rates, service = (0.2, 0.2, 0.2), Distribution(Shape.UNIFORM, (0.0, 2.0))
    come = np.concatenate([poisson(f"come {p}", r) for p, r in enumerate(rates)], axis=1)
    serve = np.stack([times(f"serve {p}", service) for p in range(3)], axis=1)
    found = queue(come, serve, 1)
    residual = sum(rates) * (4 / 3) / 2  # lambda E[S^2] / 2
    until = come[:, :, -1].min()  # later the classes no longer all arrive
    for p in range(3):
        before, with_it = sum(rates[:p]), sum(rates[: p + 1])
        exact = residual / ((1 - before) * (1 - with_it))
        in_time = (come[:, p] < 0.95 * until) & (come[:, p] > 0.1 * until)
        waited = np.where(in_time, found.waited[:, p], 0).sum(axis=1) / in_time.sum(axis=1)
        is_near(waited, exact, 0.08)


def test_a_jackson_network_is_gates_and_bases_that_know_nothing_of_each_other() -> None:
    """Gate, then terminal, then one of two bases: each an M/M/c of its own (Jackson 1957)."""
    gate = queue(poisson("come", 2.1), times("gate", exponential(1.0))[:, None], 3)
    come = onward(gate)
    terminal = queue(come, times("terminal", exponential(0.3))[:, None], 1)
    is_near(gate.waited[:, 0, START:].mean(axis=1), erlang_c(3, 2.1) / 0.9, 0.08)
    is_near(terminal.waited[:, 0, START:].mean(axis=1), 0.3 * 0.63 / 0.37, 0.08)
    there = onward(terminal)
    to_first = times("way", Distribution(Shape.UNIFORM, (0.0, 1.0)))[:, None] < 1 / 3
    for way, rate in ((to_first, 0.7), (~to_first, 1.4)):
        come = np.sort(np.where(way, there, NEVER), axis=2)
        base = queue(come, times("base", exponential(0.5))[:, None], 1)
        n = int(way.sum(axis=2).min())
        load = rate * 0.5
        is_near(base.waited[:, 0, START // 3 : n].mean(axis=1), 0.5 * load / (1 - load), 0.08)


@pytest.mark.parametrize("servers", [1, 4])
def test_littles_law_holds_at_every_station_of_every_run(servers: int) -> None:
    come, serve = poisson("come", 0.8 * servers), times("serve", exponential(1.0))[:, None]
    found = queue(come, serve, servers)
    for r in range(20):
        assert little(come[r, 0], found.began[r, 0]).gap < 1e-9
        assert little(come[r, 0], found.ended[r, 0]).gap < 1e-9


def test_without_noise_a_gate_is_the_fluid_queue() -> None:
    """Two come each minute, one leaves: after n minutes n wait, and the last waits as long."""
    come = np.arange(1, 201, dtype=float)[None, None] / 2
    found = queue(come, np.ones((1, 1, 200)), 1)
    assert found.waited[0, 0] == pytest.approx(np.arange(200) / 2)


def test_one_class_in_two_lanes_of_code_waits_the_same() -> None:
    """The loop for classes, given one class and an empty one, is the loop for one class."""
    come, serve = poisson("come", 2.1, 300), times("serve", exponential(1.0), 300)[:, None]
    empty = np.full_like(come, NEVER)
    both = queue(np.concatenate([empty, come], 1), np.concatenate([serve, serve], 1), 3)
    assert (both.began[:, 1] == queue(come, serve, 3).began[:, 0]).all()


@pytest.mark.parametrize(
    ("come", "serve", "servers", "said"),
    [
        ([1.0, 2.0], [1.0, 1.0], 0, "give at least one"),
        ([2.0, 1.0], [1.0, 1.0], 1, "sort them"),
        ([1.0, np.nan], [1.0, 1.0], 1, "sort them"),
        ([1.0, 2.0], [1.0, -1.0], 1, "below zero"),
        ([1.0, 2.0], [1.0], 1, "one shape"),
    ],
)
def test_a_queue_that_cannot_be_is_refused(
    come: list[float], serve: list[float], servers: int, said: str
) -> None:
    with pytest.raises(BadQuestionError, match=said):
        queue(np.array(come)[None, None], np.array(serve)[None, None], servers)
