"""What the working process of a job does for the odds: plays plans, and variations of them."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from safepassage.exchange.operation_file import read_operation
from safepassage.planner.odds import OPERATION, asked_again, every
from safepassage.simulate.chances import Estimate
from safepassage.simulate.engines import run
from safepassage.simulate.levers import LEVERS, what_makes_sure
from safepassage.simulate.odds import EVERYBODY, Odds, Target, difference, odds, read_target
from safepassage.simulate.policy import Policy
from safepassage.simulate.run import Asked, Folder
from safepassage.simulate.sweep import Variation, each_cause_off, over_calling

Write = Callable[[dict[str, Any]], None]


def play_odds(task: dict[str, Any], out: Path, write: Write) -> dict[str, Any]:
    """Play a plan into a folder, or what is missing of it."""
    asked = Asked(
        task["plan"],
        read_operation(task["operation"], OPERATION),
        task["operation"],
        Policy(**task["policy"]),
        task["seed"],
        task["replications"],
        task["precision"],
        tuple(task["without"]),
    )
    folder, script = Folder(out), asked.script()
    run(asked, folder, tell=lambda done, total: write({"done": done, "total": total}))
    write({"stage": "count"})
    found = odds(folder, script, every_hours=every(script))
    as_planned = Target(EVERYBODY, int(script.board.sum())).name
    write(
        {
            "odds": {
                "replications": found.replications,
                "people_out": finite(found.people_out[EVERYBODY]),
                "sure": finite(found.sure[EVERYBODY]),
                "as_planned": finite(found.chances[as_planned]),
                "planned": int(script.board.sum()),
            }
        }
    )
    return {}


def play_variations(task: dict[str, Any], base: Path, scratch: Path, write: Write) -> None:
    """Play odds with one thing changed at a time; what each is worth, under the same luck."""
    folder = Folder(base)
    asked = asked_again(folder, replications=task["replications"])
    script = asked.script()
    first = odds(folder, script)
    variations = list(_variations(task, asked))
    total = sum(v.asked.replications for v in variations)
    before = 0
    for number, v in enumerate(variations):
        into = Folder(scratch / f"{number:03d}")
        begun = before
        run(
            v.asked,
            into,
            tell=lambda done, _, begun=begun, name=v.name: write(  # type: ignore[misc]
                {"done": begun + done, "total": total, "playing": name}
            ),
        )
        before += v.asked.replications
        write({"varied": _worth(v, first, odds(into, script))})
        shutil.rmtree(into.path)


def _variations(task: dict[str, Any], asked: Asked) -> Iterator[Variation]:
    if task["causes"]:
        yield from each_cause_off(asked)
    yield from over_calling(asked, task["rates"])


def _worth(variation: Variation, first: Odds, other: Odds) -> dict[str, Any]:
    """The people that a variation gains against the first, by class, and what it costs."""
    asked = variation.asked
    return {
        "name": variation.name,
        "without": list(asked.without),
        "over_call": asked.policy.over_call,
        "replications": other.replications,
        "gain": {name: finite(difference(first, other, name)) for name in other.people_out},
        "people_out": {name: finite(x) for name, x in other.people_out.items()},
        "sure": finite(other.sure[EVERYBODY]),
        "empty": finite(other.figures["seats flown empty"]),
    }


def find_what_is_sure(task: dict[str, Any], base: Path, scratch: Path, write: Write) -> None:
    """Find the smallest change of each lever that makes a target of odds sure; one by one."""
    asked = asked_again(Folder(base), replications=task["replications"])
    target = read_target(task["target"], asked.script())

    def tell(name: str, done: int, total: int) -> None:
        write({"done": done, "total": total, "playing": name})

    for lever in LEVERS:
        found = what_makes_sure(
            asked, target, scratch, levers=[lever], wanted=task["wanted"], tell=tell
        )
        write({"answer": found.to_json()})
        if found.is_sure:
            return


def finite(x: Estimate) -> dict[str, float | None]:
    """An estimate as JSON can say it: what nobody knows is null."""
    return {name: v if math.isfinite(v) else None for name, v in x.to_json().items()}
