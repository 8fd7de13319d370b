"""`safepassage plan`: plans with a proven bound, their recount, and what-ifs."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from safepassage.cli import (
    plan_calling,
    plan_export,
    plan_families,
    plan_posting,
    plan_rolling,
    plan_shuttle,
)
from safepassage.cli.init import read_file
from safepassage.cli.opened import JsonOption
from safepassage.cli.output import print_json, print_table
from safepassage.cli.plan_file import PlanArgument, read_plan
from safepassage.cli.plan_text import print_plan
from safepassage.exchange.demand_file import read_demand
from safepassage.exchange.operation_file import read_operation
from safepassage.plan.errors import PlanInputError
from safepassage.planner.posting import sealed
from safepassage.planner.publishing import recounted

if TYPE_CHECKING:
    from safepassage.plan.problem import Problem
    from safepassage.plan.setup import Setup

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
EXIT_FOUND = 1


@app.callback()
def plan() -> None:
    """Plans: solve, check, what-if, compare; post, publish, call forward, plan on."""


def read_setup(operation: Path, demand: Path) -> Setup:
    """The problem of an operation file and a demand file."""
    from safepassage.plan.setup import set_up

    known = read_operation(read_file(operation), operation.name)
    return set_up(known, read_demand(read_file(demand), demand.name))


@app.command()
def solve(
    operation: Annotated[Path, typer.Argument(help="An operation file.")],
    demand: Annotated[
        Path, typer.Option(help="Who arrives when; see docs/reference/plan-file.md.")
    ],
    out: Annotated[Path | None, typer.Option(help="Where the plan is written.")] = None,
    time_limit: Annotated[float, typer.Option(min=1, help="CPU seconds, softly kept.")] = 60,
    json: JsonOption = False,
) -> None:
    """Plan sorties and people until the deadline, and prove how many more no plan can get out.

    Example:  safepassage plan solve operation.yaml --demand demand.yaml --out plan.json
    """
    from safepassage.plan.solving import plan as solved

    setup = read_setup(operation, demand)
    for note in setup.notes:
        typer.echo(f"note: {note}", err=True)
    made = solved(setup.problem, time_limit, lambda found: typer.echo(str(found), err=True))
    document = sealed(made.to_json())
    if out is not None:
        out.write_text(json_text.dumps(document, ensure_ascii=False), encoding="utf-8")
    if json:
        print_json({k: document[k] for k in _SUMMARY})
        return
    print_plan(document)


_SUMMARY = (
    "people_out",
    "left_behind",
    "objective",
    "bound",
    "order",
    "cpu_seconds",
    "assumptions",
)


@app.command()
def check(path: PlanArgument, json: JsonOption = False) -> None:
    """Recount every rule from a plan file, without the code that planned.

    Example:  safepassage plan check plan.json
    """
    found = recounted(read_plan(path))
    if json:
        faults = [{"rule": f.rule, "sentence": f.sentence} for f in found.faults]
        print_json({"people": found.people, "by_class": found.by_class, "faults": faults})
    else:
        for f in found.faults:
            typer.echo(f"{f.rule}: {f.sentence}")
        typer.echo(f"{found.people:,} people out; {len(found.faults)} faults")
    if not found.is_sound:
        raise typer.Exit(EXIT_FOUND)


def _problem(path: Path) -> Problem:
    from safepassage.plan.document import problem_of

    return problem_of(read_plan(path))


@app.command()
def whatif(
    path: PlanArgument,
    changes: Annotated[
        list[str] | None,
        typer.Argument(metavar="CHANGE ...", help='"gates +10%", "slots +1", "days +1"'),
    ] = None,
    day: Annotated[
        bool, typer.Option("--day", help="What one more day buys: two days less to four more.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """What a change buys: the bound on people proved again with it.

    Examples:

      safepassage plan whatif plan.json "gates +10%" "slots +1" "beds +25%"

      safepassage plan whatif plan.json "rebasing allowed"

      safepassage plan whatif plan.json --day
    """
    from safepassage.plan.whatif import in_whole_crews, people_at_most, what_if

    if not changes and not day:
        raise PlanInputError('nothing to change; write "gates +10%" for example, or --day')
    problem = _problem(path)
    planned = problem.steps * problem.step_hours / 24
    days = [f"days {n:+d}" for n in (-2, -1, 1, 2, 3, 4) if planned + n > 0] if day else []
    wanted = [*(changes or []), *days]
    before = people_at_most(problem)
    found = [what_if(problem, words, before) for words in wanted]
    if json:
        print_json(
            [
                {"change": w.change, "before": w.before, "after": w.after, "gain": w.gain}
                for w in found
            ]
        )
        return
    rows = [(w.change, f"{w.after:,}", f"{w.gain:+,}") for w in found]
    print_table(("change", "people at most", "more"), [("(none)", f"{before:,}", ""), *rows], 2)
    for said in filter(None, (in_whole_crews(problem, words) for words in wanted)):
        typer.echo(f"  {said}")


@app.command()
def compare(first: PlanArgument, second: PlanArgument, json: JsonOption = False) -> None:
    """Two plans side by side: people out, bound and sorties, class by class.

    Example:  safepassage plan compare plan.json other.json
    """
    plans = [read_plan(first), read_plan(second)]
    rows = [
        ("people out", *(p["people_out"]["total"] for p in plans)),
        ("at most", *(p["bound"]["people"] for p in plans)),
        ("sorties", *(len(p["sorties"]) for p in plans)),
        ("onward flights", *(len(p["onward"]) for p in plans)),
    ]
    for name in plans[0]["people_out"]["by_class"]:
        rows.append((name, *(p["people_out"]["by_class"].get(name, 0) for p in plans)))
    if json:
        print_json([{"what": w, "first": a, "second": b} for w, a, b in rows])
        return
    print_table(
        ("", first.name, second.name, "difference"),
        [(w, f"{a:,}", f"{b:,}", f"{b - a:+,}") for w, a, b in rows],
        3,
    )


app.command("export")(plan_export.export)
app.command("post")(plan_posting.post)
app.command("propose")(plan_posting.propose)
app.command("publish")(plan_posting.publish)
app.command("callforward")(plan_calling.callforward)
app.command("demand")(plan_families.demand)
app.command("families")(plan_families.families)
app.command("shuttle")(plan_shuttle.shuttle)
app.command("shuttle-check")(plan_shuttle.shuttle_check)
app.command("replan")(plan_rolling.replan)
