"""Planning on from the middle of the reference case: CPU seconds, people out, and who is told
otherwise.

python -m benchmarks.replans [--seconds 30]

Everything has gone as planned until half of the time.  Then nothing changes, or one of the gates is
shut for a day.  Each is solved with the reward for published hours and without it.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from benchmarks.plan_reference import reference_problem
from safepassage.plan.people import Draft
from safepassage.plan.problem import Problem
from safepassage.plan.rolling import KEEP, Past, roll
from safepassage.plan.solving import plan

SHUT_HOURS = 24


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


def main() -> None:
    """Measure and print, a line for each change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="CPU seconds for the plan")
    asked = parser.parse_args()
    problem = reference_problem("base", 1, 1.0)
    draft = plan(problem, asked.seconds).draft
    step = problem.steps // 2
    shut = problem.gate.copy()
    shut[0, step : step + round(SHUT_HOURS / problem.step_hours)] = 0
    called = int(draft.passed[..., step:].sum())
    print(f"planned {draft.people:,} people; {called:,} called later than half of the time")
    for name, gate in (("nothing", problem.gate), (f"a gate shut {SHUT_HOURS} h", shut)):
        for keep in (KEEP, 0.0):
            began = time.process_time()
            found = roll(
                past_of(draft, replace(problem, gate=gate), step),
                draft.passed,
                draft.sorties,
                keep,
            )
            print(
                f"{name:16} reward {keep:g}: {found.draft.people:,} out of at most"
                f" {int(found.people.value):,}, {found.changed:,} told otherwise,"
                f" {time.process_time() - began:.1f} CPU s"
            )


if __name__ == "__main__":
    main()
