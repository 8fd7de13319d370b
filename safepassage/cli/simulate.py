"""`safepassage simulate`: the odds of a plan, and single replications as ledgers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from safepassage.cli.init import read_file
from safepassage.cli.opened import JsonOption
from safepassage.cli.output import parts_progress, print_json
from safepassage.cli.plan_file import read_plan
from safepassage.cli.simulate_text import (
    print_answer,
    print_compared,
    print_odds,
    print_value,
)
from safepassage.exchange.operation_file import read_operation
from safepassage.model.errors import BadQuestionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from safepassage.simulate.engines import Engine
    from safepassage.simulate.odds import Odds
    from safepassage.simulate.run import Asked, Folder

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
PLANS_MAX = 100
_PATIENCE_S = 10

OperationOption = Annotated[
    Path, typer.Option("--operation", help="The operation file, with its causes.")
]
OutOption = Annotated[Path, typer.Option("--out", help="The folder of the results: a new one.")]
Replications = Annotated[int, typer.Option(help="At most, if a precision is asked for.")]
Precision = Annotated[
    float | None,
    typer.Option(help="Play until the mean of people out is known to so many (95 %)."),
]
Seed = Annotated[str, typer.Option(help="The same seed makes the same results.")]
Order = Annotated[str, typer.Option(help="Who is called and boards: plan or strict.")]
OverCall = Annotated[float, typer.Option(help="So many more are called, as a share: 0.1.")]
AtClosure = Annotated[str, typer.Option(help="Called to a shut gate: other-gates or wait.")]
AtFull = Annotated[str, typer.Option(help="A lift whose base is full: hold or divert.")]
Without = Annotated[list[str] | None, typer.Option(help="A cause to switch off; repeatable.")]
Workers = Annotated[int, typer.Option(help="Processes; 1 plays here. The results are the same.")]
Dask = Annotated[
    str | None, typer.Option(help="The address of a Dask scheduler to play on instead.")
]
TargetOption = Annotated[
    list[str] | None, typer.Option("--target", help="evacuee=100000, evacuee, or 100000.")
]


@app.callback()
def simulate() -> None:
    """The odds of a plan: run, sweep, compare, sure, value, open, export."""


@contextmanager
def _engine(workers: int, dask: str | None) -> Iterator[Engine]:
    from safepassage.simulate.engines import cluster, pool, serial

    if dask is None:
        yield serial if workers == 1 else pool(workers)
        return
    try:
        from distributed import Client
    except ImportError:
        raise BadQuestionError(
            "Dask is not installed; install safepassage[dask], or leave --dask out"
        ) from None
    try:
        client = Client(dask, timeout=_PATIENCE_S)
    except (OSError, ValueError) as fault:
        raise BadQuestionError(
            f"no Dask scheduler answers at {dask}: is its address as it printed it, such as"
            f" tcp://host:8786? ({fault})"
        ) from fault
    with client:
        yield cluster(client)


def _asked(
    plan: Path,
    operation: Path,
    *,
    order: str = "plan",
    over_call: float = 0.0,
    at_closure: str = "other-gates",
    at_full: str = "hold",
    **more: Any,
) -> Asked:
    from safepassage.simulate.policy import Policy
    from safepassage.simulate.run import Asked

    content = read_file(operation)
    known = read_operation(content, operation.name)  # refuses what is no text
    return Asked(
        read_plan(plan),
        known,
        content.decode("utf-8-sig"),
        Policy(order, over_call, at_closure, at_full),
        **more,
    )


@app.command("run")
def run_(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan file.")],
    operation: OperationOption,
    out: OutOption,
    replications: Replications = 200,
    precision: Precision = None,
    seed: Seed = "1",
    order: Order = "plan",
    over_call: OverCall = 0.0,
    at_closure: AtClosure = "other-gates",
    at_full: AtFull = "hold",
    without: Without = None,
    target: TargetOption = None,
    workers: Workers = 1,
    dask: Dask = None,
    json: JsonOption = False,
) -> None:
    """Play a plan many times against what may happen; a run that was broken off goes on.

    Example:  safepassage simulate run plan.json --operation operation.yaml --out odds
    """
    from safepassage.simulate.engines import run
    from safepassage.simulate.odds import read_target
    from safepassage.simulate.run import Folder

    asked = _asked(
        plan,
        operation,
        order=order,
        over_call=over_call,
        at_closure=at_closure,
        at_full=at_full,
        seed=seed,
        replications=replications,
        precision=precision,
        without=tuple(without or ()),
    )
    script = asked.script()
    for words in target or ():
        read_target(words, script)
    folder = Folder(out)
    with _engine(workers, dask) as engine, parts_progress() as tell:
        run(asked, folder, engine, lambda done, total: tell("replications", done, total))
    found = _odds(folder, target or ())
    if json:
        print_json({"run": asked.id, **found.to_json()})
        return
    if not asked.causes:
        typer.echo("note: no cause is at work, so nothing differs from the plan", err=True)
    print_odds(asked.id, found, asked.operation.local_zone)


def _odds(folder: Folder, targets: Sequence[str] = ()) -> Odds:
    from safepassage.planner.odds import asked_again
    from safepassage.simulate.odds import odds, read_target

    script = asked_again(folder).script()
    return odds(folder, script, [read_target(words, script) for words in targets])


@app.command()
def sweep(
    plans: Annotated[list[Path], typer.Argument(metavar="PLAN ...", help="Plan files.")],
    operation: OperationOption,
    out: OutOption,
    causes: Annotated[
        bool, typer.Option("--causes", help="Also without each cause: which costs most.")
    ] = False,
    over_call: Annotated[
        list[float] | None, typer.Option(help="Also with this rate; repeatable.")
    ] = None,
    order: Annotated[
        list[str] | None, typer.Option(help="Also with this order; repeatable.")
    ] = None,
    replications: Replications = 200,
    seed: Seed = "1",
    workers: Workers = 1,
    dask: Dask = None,
    json: JsonOption = False,
) -> None:
    """Many runs that meet the same luck, and what each costs or gains against the first.

    A sweep that was broken off goes on where it stopped: give the same command again.

    Examples:

      safepassage simulate sweep plan.json --operation operation.yaml --causes --out tornado

      safepassage simulate sweep plan.json --operation operation.yaml --over-call 0.1 --out calls
    """
    from safepassage.simulate import sweep as sweeping

    if len(plans) > PLANS_MAX:
        raise BadQuestionError(f"{len(plans)} plans; {PLANS_MAX} are the most in one sweep")
    variations = []
    for path in plans:
        asked = _asked(path, operation, seed=seed, replications=replications)
        mine = [sweeping.Variation(sweeping.AS_ASKED, asked)]
        mine += sweeping.each_cause_off(asked) if causes else []
        mine += sweeping.over_calling(asked, over_call or ())
        for name in order or ():
            policy = replace(asked.policy, order=name)
            mine.append(sweeping.Variation(f"order {name}", replace(asked, policy=policy)))
        first = f"{path.stem}: " if len(plans) > 1 else ""
        variations += [sweeping.Variation(f"{first}{v.name}", v.asked) for v in mine]
    with _engine(workers, dask) as engine, parts_progress() as tell:
        folders = sweeping.sweep(variations, out, engine, tell)
    print_compared({name: _odds(folder) for name, folder in folders.items()}, json)


@app.command()
def compare(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER ...", help="A sweep, or runs of one seed.")
    ],
    json: JsonOption = False,
) -> None:
    """Runs side by side, each against the first, replication by replication.

    Example:  safepassage simulate compare tornado
    """
    from safepassage.planner.odds import require_same_luck
    from safepassage.simulate.run import Folder
    from safepassage.simulate.sweep import is_sweep, read_sweep

    found: dict[str, Folder] = {}
    for path in folders:
        found |= read_sweep(path) if is_sweep(path) else {path.name: Folder(path)}
    require_same_luck(found.values())
    print_compared({name: _odds(folder) for name, folder in found.items()}, json)


@app.command()
def sure(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan file.")],
    operation: OperationOption,
    target: Annotated[str, typer.Option(help="evacuee=100000, evacuee=90%, evacuee, or 90%.")],
    out: OutOption,
    lever: Annotated[
        list[str] | None,
        typer.Option(help="What may be changed; all if none is named. Repeatable."),
    ] = None,
    chance: Annotated[float, typer.Option(help="How sure is sure enough.")] = 0.95,
    replications: Replications = 200,
    seed: Seed = "1",
    order: Order = "plan",
    over_call: OverCall = 0.0,
    without: Without = None,
    workers: Workers = 1,
    dask: Dask = None,
    json: JsonOption = False,
) -> None:
    """The smallest change of one thing at a time that makes a target sure.

    What may be changed: gates, over-call, slots, beds, later, earlier. A search that was broken off
    goes on where it stopped: give the same command again.

    Example:  safepassage simulate sure plan.json --operation operation.yaml --target 90% --out sure
    """
    from safepassage.simulate.levers import what_makes_sure
    from safepassage.simulate.odds import read_target

    more: dict[str, Any] = {
        "seed": seed,
        "replications": replications,
        "without": tuple(without or ()),
    }
    asked = _asked(plan, operation, order=order, over_call=over_call, **more)
    wanted = read_target(target, asked.script())
    with _engine(workers, dask) as engine, parts_progress() as tell:
        answer = what_makes_sure(
            asked, wanted, out, levers=lever or (), wanted=chance, engine=engine, tell=tell
        )
    if json:
        print_json(answer.to_json())
        return
    print_answer(answer)


@app.command()
def value(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan file.")],
    operation: OperationOption,
    at_least: Annotated[
        float, typer.Option(help="A gate that shuts for fewer hours is waited out.")
    ] = 2.0,
    replications: Annotated[int, typer.Option(help="Each is planned several times.")] = 20,
    seed: Seed = "1",
    order: Order = "plan",
    over_call: OverCall = 0.0,
    without: Without = None,
    json: JsonOption = False,
) -> None:
    """What it is worth to plan anew when a gate shuts, and to know beforehand when one will.

    Every replication meets the same luck three times: with the plan as it is, planned anew at each
    closure, and planned with all closures known from the start.

    Example:  safepassage simulate value plan.json --operation operation.yaml --replications 40
    """
    from safepassage.planner.foreseeing import plan_on
    from safepassage.simulate.foresight import value_of_information

    more: dict[str, Any] = {
        "seed": seed,
        "replications": replications,
        "without": tuple(without or ()),
    }
    asked = _asked(plan, operation, order=order, over_call=over_call, **more)
    with parts_progress() as tell:
        found = value_of_information(asked, plan_on, at_least_hours=at_least, tell=tell)
    if json:
        print_json(found.to_json())
        return
    print_value(found)


@app.command("open")
def open_(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    store: Annotated[str, typer.Option("--store", help="Its ledger: a new file.")],
    replication: Annotated[int, typer.Option(min=0, help="Which one, from 0.")] = 0,
    json: JsonOption = False,
) -> None:
    """One replication as a ledger of its own: board, figures, checks and sitrep read it.

    Examples:

      safepassage simulate open odds --replication 3 --store played.db

      safepassage serve --store played.db
    """
    from safepassage.planner.odds import asked_again
    from safepassage.planner.replaying import write_replication
    from safepassage.simulate.run import Folder

    asked = asked_again(Folder(run))
    recorded = write_replication(asked, replication, store)
    if json:
        print_json({"run": asked.id, "replication": replication, "recorded": recorded})
        return
    typer.echo(f"{asked.id}, replication {replication}: {recorded:,} facts in {store}")


@app.command()
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")],
    out: Annotated[Path, typer.Argument(help="A file that ends with .parquet or .csv.")],
) -> None:
    """Every replication as rows: people out by class and day, and what happened.

    Example:  safepassage simulate export odds odds.parquet
    """
    from safepassage.planner.odds import asked_again
    from safepassage.simulate.run import Folder
    from safepassage.simulate.table import write_table

    rows = write_table(Folder(run), asked_again(Folder(run)).script(), out)
    typer.echo(f"{rows:,} rows in {out}")
