"""`safepassage plan demand | families`: the register's families in a plan, from end to end."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import Annotated, Any

import typer

from safepassage.cli.init import read_file
from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption, stored_operation
from safepassage.cli.output import print_json
from safepassage.cli.plan_calling import GroupsOption, SizesOption, sizes_said
from safepassage.cli.plan_file import PlanArgument, read_plan
from safepassage.cli.unlocked import AsOption, KeyFileOption, now, unlocked
from safepassage.cli.written import written
from safepassage.exchange.demand_file import read_demand
from safepassage.exchange.yaml_writing import write_yaml
from safepassage.model.errors import BadQuestionError
from safepassage.model.operation import Operation
from safepassage.planner.errors import PlanRefusedError
from safepassage.planner.publishing import recounted
from safepassage.planner.roll import (
    OTHERS,
    Classes,
    Registered,
    Roll,
    Waiting,
    read_roll,
    roll_of,
    seen_last,
    with_people,
)
from safepassage.planner.seating import Seated, seat

WAITING_SHOWN = 20  # families without a seat that are printed; --json and the plan have all


def demand(
    base: Annotated[Path, typer.Argument(help="A demand file: its times and limits are kept.")],
    out: Annotated[Path, typer.Option(help="Where the demand of the register is written.")],
    roll: Annotated[Path, typer.Option(help="Where its families are written: ids, no names.")],
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            metavar="PRIORITY=CLASS",
            help="As which class of the operation a priority goes: I-B, I for all of I, * for"
            " others. Repeated.",
        ),
    ] = None,
    origin: Annotated[
        str, typer.Option(help="Where people wait whom the ledger has not seen.")
    ] = "",
    until: Annotated[
        str, typer.Option(help="They come evenly until then; all at once if left out.")
    ] = "",
    keep: Annotated[
        bool, typer.Option("--keep-estimates", help="The people of the demand file come as well.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Write the demand of the register: its families by class, in the order of priority.

    Who was seen aboard a lift or safe is left out. The demand file holds numbers; the roll says
    which families they are, and `plan families` gives them the seats of a plan.

    Example:  safepassage plan demand base.yaml --class I=citizen --class "*=evacuee" --out
    demand.yaml --roll families.json
    """
    known = read_demand(read_file(base), base.name)
    with unlocked(store, key_file, account) as at:
        operation = stored_operation(at.store)
        named = Classes(operation, _classes(classes or [], operation))
        waiting = Waiting(operation, origin)
        order = at.registrar.order_of_going(at.viewer)
        with at.store.ledger() as ledger:
            seen = seen_last(ledger, now(), order.leads_to)
        families = (
            Registered(
                group=f.family, priority=f.category, persons=tuple(m.person for m in f.members)
            )
            for f in order.families
        )
        found = roll_of(families, seen, named, waiting, as_of=now(), rules=order.rules)
    with written(out) as file:
        file.write(write_yaml(with_people(known, found, until=until, keep=keep)))
    with written(roll) as file:
        json_text.dump(found.to_json(), file, ensure_ascii=False)
    if json:
        print_json({k: v for k, v in found.to_json().items() if k != "families"} | _counts(found))
    else:
        _say_roll(found)


def _classes(said: list[str], operation: Operation) -> dict[str, str]:
    known = [c.id for c in operation.categories if not c.staff]
    if not said and len(known) == 1:
        return {OTHERS: known[0]}
    found = dict(word.partition("=")[::2] for word in said)
    if not all(found) or not all(found.values()):
        raise BadQuestionError(f"--class: write it like I={known[0]}; the classes are {known}")
    return found


def _counts(found: Roll) -> dict[str, Any]:
    return {
        "families": len(found.families),
        "people": [
            {"class": c, "origin": o, "number": n} for (c, o), n in sorted(found.people.items())
        ],
    }


def _say_roll(found: Roll) -> None:
    people = sum(found.people.values())
    typer.echo(
        f"{len(found.families):,} families of {people:,} people have to leave (rules {found.rules})"
    )
    for (category, origin), heads in sorted(found.people.items()):
        typer.echo(f"  {category} at {origin}: {heads:,} people")
    if found.out:
        typer.echo(f"  {found.out:,} families are out, or on their way")
    if found.apart:
        typer.echo(f"  {found.apart:,} families are apart: some of them out, or at another origin")
    for group in found.too_large:
        typer.echo(f"  {group} is too large for one family: look at it before it can go")


def families(
    path: PlanArgument,
    roll: Annotated[Path | None, typer.Option(help="The families of the register.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where the plan with its families is written.")
    ] = None,
    size: SizesOption = None,
    groups: GroupsOption = None,
    json: JsonOption = False,
) -> None:
    """Give a plan's seats to whole families, and say what wholeness costs and who has none.

    With --roll the seats have the families of the register, under their ids; people whom nobody
    has registered are taken to come in families of likely sizes. No family is split. The plan that
    --out writes is published, called forward and planned on like any other.

    Examples:

      safepassage plan families plan.json --roll families.json --out seated.json

      safepassage plan families plan.json --size 1:20 --size 4:50 --size 6:30
    """
    document = read_plan(path)
    if not recounted(document).is_sound:
        raise PlanRefusedError(f"{path.name} breaks a rule: see which with `plan check`")
    registered = None if roll is None else read_roll(_json_of(roll))
    found = seat(document, registered, sizes_said(size, groups))
    if out is not None:
        with written(out) as file:
            json_text.dump(found.document, file, ensure_ascii=False)
    if json:
        print_json(_seats(document, found))
    else:
        _say_seats(document, found)


def _json_of(path: Path) -> Any:
    try:
        return json_text.loads(read_file(path))
    except ValueError:
        return None


def _seats(document: dict[str, Any], found: Seated) -> dict[str, Any]:
    rows = found.document["families"]["rows"]
    return {
        "heads": found.heads,
        "families": found.families,
        "seats_planned": document["people_out"]["total"],
        "seats_lost": found.lost,
        "sorties_with_seats_lost": found.lifts_with_loss,
        "registered_families": len(rows),
        "registered_waiting": [row["group"] for row in found.waiting],
        "registered_waiting_heads": sum(row["size"] for row in found.waiting),
        "sha256": found.document["sha256"],
    }


def _say_seats(document: dict[str, Any], found: Seated) -> None:
    typer.echo(
        f"{found.families:,} families of {found.heads:,} people aboard"
        f" {len(document['sorties']):,} sorties, none split"
    )
    typer.echo(
        f"{found.lost:,} of {document['people_out']['total']:,} planned seats lost to wholeness,"
        f" on {found.lifts_with_loss:,} sorties"
    )
    rows = found.document["families"]["rows"]
    if not rows:
        return
    waiting = found.waiting
    typer.echo(
        f"{len(rows) - len(waiting):,} of {len(rows):,} registered families have a seat;"
        f" {len(waiting):,} of {sum(r['size'] for r in waiting):,} people have none"
    )
    for row in waiting[:WAITING_SHOWN]:
        typer.echo(f"  {row['group']}: {row['size']} people, {row['class']}, at {row['origin']}")
    if len(waiting) > WAITING_SHOWN:
        typer.echo(f"  ... and {len(waiting) - WAITING_SHOWN:,} more; --json has all of them")
