"""Planning on from the middle of a reference case: CPU seconds, people out, and who is told
otherwise.

python -m benchmarks.replans [--case tight-3] [--seconds 30]

Everything has gone as planned until half of the time.  Then nothing changes, or one of the gates is
shut for a day.  Each is solved with the reward for published hours and without it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.plan_reference import reference_problem
from safepassage.plan.people import Draft
from safepassage.plan.problem import Problem
from safepassage.plan.rolling import KEEP, Past, roll
from safepassage.plan.solving import plan

SHUT_HOURS = 24


@dataclass(frozen=True, slots=True)
class Replanned:
    """What planning on came to."""

    change: str
    reward: float  # for a published head that keeps its hour
    people: int
    at_most: int
    told_otherwise: int
    cpu_seconds: float


def past_of(draft: Draft, problem: Problem, step: int) -> Past:
    """The past of a plan that was kept to the letter."""
    passed, boarded, carried, sent = (
        x.copy() for x in (draft.passed, draft.boarded, draft.carried, draft.sent_on)
    )
    for flow in (passed, boarded, carried):
        flow[..., step:] = 0
    sent[..., -(-step // problem.wave) :] = 0
    launched = [s for s in draft.sorties if s.launch < step]
    return Past(step, problem, draft.home, launched, passed, boarded, carried, sent)


def replanned(
    problem: Problem, draft: Draft, rewards: tuple[float, ...] = (KEEP, 0.0)
) -> Iterator[Replanned]:
    """Plan on from the middle of a draft, with nothing changed and with a gate shut."""
    step = problem.steps // 2
    shut = problem.gate.copy()
    shut[0, step : step + round(SHUT_HOURS / problem.step_hours)] = 0
    for name, gate in (("nothing", problem.gate), (f"a gate shut {SHUT_HOURS} h", shut)):
        for keep in rewards:
            began = time.process_time()
            past = past_of(draft, replace(problem, gate=gate), step)
            found = roll(past, draft.passed, draft.sorties, keep)
            spent = time.process_time() - began
            most = int(found.people.value)
            yield Replanned(name, keep, found.draft.people, most, found.changed, spent)


def main() -> None:
    """Measure and print, a line for each change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", default="base", help="of the reference generator")
    parser.add_argument("--seconds", type=float, default=30.0, help="CPU seconds for the plan")
    asked = parser.parse_args()
    problem = reference_problem(asked.case, 1, 1.0)
    draft = plan(problem, asked.seconds).draft
    called = int(draft.passed[..., problem.steps // 2 :].sum())
    print(f"planned {draft.people:,} people; {called:,} called later than half of the time")
    for found in replanned(problem, draft):
        print(
            f"{found.change:16} reward {found.reward:g}: {found.people:,} out of at most"
            f" {found.at_most:,}, {found.told_otherwise:,} told otherwise,"
            f" {found.cpu_seconds:.1f} CPU s"
        )


if __name__ == "__main__":
    main()
