"""People in queues, ours beside SimPy and Ciw: the same model, the same run, the same answers.

`python -m benchmarks.queues` simulates a gate with c lanes (M/M/c), and a lane with three classes
of priority, with every engine; each draws for itself, and its times are in the figures.  Speed is
CPU seconds of one replication.  The waits of every engine's replications are compared with ours by
the two-sample Kolmogorov-Smirnov test on the means of replications, which are independent.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure, Sense, figures_table
from benchmarks.machine import Machine
from safepassage.model.cause import Distribution, Shape
from safepassage.simulate.draws import draw
from safepassage.simulate.queues import queue
from safepassage.simulate.streams import shares

REJECTED = 0.001  # a smaller chance than this says that two engines do not agree
Means = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """Classes of one service time, an exponential of mean 1, in front of so many lanes."""

    name: str
    rates: tuple[float, ...]  # of arrivals, the first class before the others
    lanes: int
    people: int  # of each class in a replication


MODELS = (
    Model("gate, 5 lanes, load 0.7", (3.5,), 5, 2000),
    Model("one lane, 3 classes, load 0.6", (0.2, 0.2, 0.2), 1, 700),
)


def ours(model: Model, replications: int, seed: str = "ours") -> Means:
    """The mean wait of each class, [replication, class]."""
    serve = Distribution(Shape.EXPONENTIAL, (1.0,))

    def times(what: str, mean: float) -> NDArray[np.float64]:
        about = Distribution(Shape.EXPONENTIAL, (mean,))
        rows = [shares(seed, what, r, model.people) for r in range(replications)]
        return draw(about, np.concatenate(rows)).reshape(replications, -1)

    come = [times(f"come {p}", 1 / r).cumsum(axis=1) for p, r in enumerate(model.rates)]
    work = [times(f"serve {p}", serve.mean) for p in range(len(model.rates))]
    waited = queue(np.stack(come, 1), np.stack(work, 1), model.lanes).waited
    return np.asarray(waited.mean(axis=2))


def simpy_means(model: Model, replications: int) -> Means:
    """The same with SimPy's priority resource."""
    import simpy

    return np.array([_simpy_once(simpy, model, random.Random(r)) for r in range(replications)])


def _simpy_once(simpy: object, model: Model, chance: random.Random) -> list[float]:
    environment = simpy.Environment()  # type: ignore[attr-defined]
    gate = simpy.PriorityResource(environment, model.lanes)  # type: ignore[attr-defined]
    waits: list[list[float]] = [[] for _ in model.rates]

    def person(p: int):  # type: ignore[no-untyped-def]
        came = environment.now
        with gate.request(priority=p) as turn:
            yield turn
            waits[p].append(environment.now - came)
            yield environment.timeout(chance.expovariate(1.0))

    def arrivals(p: int, rate: float):  # type: ignore[no-untyped-def]
        for _ in range(model.people):
            yield environment.timeout(chance.expovariate(rate))
            environment.process(person(p))

    for p, rate in enumerate(model.rates):
        environment.process(arrivals(p, rate))
    environment.run()
    return [sum(w) / len(w) for w in waits]


def ciw_means(model: Model, replications: int) -> Means:
    """The same with Ciw; it stops after so many customers, so it serves the first of each class."""
    import ciw

    names = [f"class {p}" for p in range(len(model.rates))]
    network = ciw.create_network(
        arrival_distributions={
            n: [ciw.dists.Exponential(r)] for n, r in zip(names, model.rates, strict=True)
        },
        service_distributions={n: [ciw.dists.Exponential(1.0)] for n in names},
        number_of_servers=[model.lanes],
        priority_classes={n: p for p, n in enumerate(names)},
    )
    found = []
    for r in range(replications):
        ciw.seed(r)
        simulation = ciw.Simulation(network)
        total = model.people * len(names)
        simulation.simulate_until_max_customers(total, method="Finish")
        records = simulation.get_all_records()
        waits = [[x.waiting_time for x in records if x.customer_class == n] for n in names]
        found.append([sum(w) / len(w) for w in waits])
    return np.array(found)


def kolmogorov_smirnov(first: Means, second: Means) -> float:
    """The chance of a distance as large as found if both are one distribution (asymptotic)."""
    every = np.sort(np.concatenate([first, second]))
    at = [np.searchsorted(np.sort(x), every, side="right") / len(x) for x in (first, second)]
    distance = float(np.abs(at[0] - at[1]).max())
    root = math.sqrt(len(first) * len(second) / (len(first) + len(second)))
    scaled = (root + 0.12 + 0.11 / root) * distance
    if scaled < 0.2:
        return 1.0
    terms = ((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return max(0.0, min(1.0, 2 * sum(terms)))


def timed(
    work: Callable[[Model, int], Means], model: Model, replications: int
) -> tuple[Means, float]:
    """What an engine found, and its CPU seconds for one replication."""
    began = time.process_time()
    found = work(model, replications)
    return found, (time.process_time() - began) / replications


def measure(model: Model, mine: int, theirs: int) -> list[Figure]:
    """Ours and both peers on one model."""
    means, cost = timed(ours, model, mine)
    found = []
    for peer, work, goal in (("SimPy", simpy_means, 20.0), ("Ciw", ciw_means, 40.0)):
        other, slow = timed(work, model, theirs)
        chance = min(kolmogorov_smirnov(means[:, p], other[:, p]) for p in range(means.shape[1]))
        found += [
            Figure(
                part=model.name,
                what=f"times faster than {peer}",
                value=slow / cost,
                unit="",
                goal=goal,
                sense=Sense.AT_LEAST,
                note=f"{1e6 * cost:,.0f} us against {1e6 * slow:,.0f} us of CPU a replication of"
                f" {model.people * len(model.rates):,} people; {mine:,} and {theirs:,} of them",
            ),
            Figure(
                part=model.name,
                what=f"chance of so different waits, {peer}",
                value=chance,
                unit="",
                goal=REJECTED,
                sense=Sense.AT_LEAST,
                note=f"mean wait {means.mean():.4f} against {other.mean():.4f}; the least of"
                f" {means.shape[1]} classes",
            ),
        ]
    return found


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queues", description=__doc__)
    parser.add_argument("--ours", type=int, default=1000, metavar="N", help="replications")
    parser.add_argument("--theirs", type=int, default=60, metavar="N", help="replications of each")
    asked = parser.parse_args(arguments)
    print(Machine.here().describe())
    found = [f for model in MODELS for f in measure(model, asked.ours, asked.theirs)]
    print(figures_table(found))
    return 1 if any(f.is_met is False for f in found) else 0


if __name__ == "__main__":
    sys.exit(main())
