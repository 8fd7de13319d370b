"""`safepassage plan replan`: the rest of a published plan, solved anew."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption, opened
from safepassage.cli.output import print_json
from safepassage.cli.plan_text import print_plan
from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import Window, parse_instant, zulu
from safepassage.planner.keeping import kept_plan
from safepassage.planner.posting import Clock, holds_from
from safepassage.planner.publishing import in_force


def replan(
    store: StoreOption = DEFAULT_STORE,
    out: Annotated[Path | None, typer.Option(help="Where the new plan is written.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="What happened by then counts; now if left out.")
    ] = None,
    shut: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLACE=FROM/UNTIL",
            help="A gate, origin, base or haven that is shut, or a way, PLACE..PLACE; what the"
            " ledger saw closed is known already.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Plan the rest of the published plan anew, from what has happened.

    Who has been told when to come keeps hour and gate unless changing it gets people out; how
    many are told otherwise is said. Nothing is published: `plan publish` does that.

    A lift that is under way when its base shuts still lands where it was to.

    Example:  safepassage plan replan --shut abbey-gate=2021-08-26T13:30Z/2021-08-27T06:00Z --out
    new.json
    """
    from safepassage.planner.replanning import Shut
    from safepassage.planner.replanning import replan as planned_on

    with opened(store) as at:
        signed = in_force(at.ledger)
        if signed is None:
            raise BadQuestionError(
                "no plan was published in this ledger; `safepassage plan publish` does"
            )
        document = kept_plan(at.store, signed.plan)
        until = datetime.now(UTC) if as_of is None else parse_instant(as_of, "as of")
        closures = [Shut(place, window, to) for place, to, window in map(_closure, shut or ())]
        made = planned_on(at.ledger, document, until, closures)
    if out is not None:
        out.write_text(json_text.dumps(made, ensure_ascii=False), encoding="utf-8")
    if json:
        wanted = ("replanned", "people_out", "left_behind", "bound", "cpu_seconds", "sha256")
        print_json({k: made[k] for k in wanted})
        return
    _print_change(made)
    print_plan(made)


def _closure(text: str) -> tuple[str, str, Window]:
    where, found, span = text.partition("=")
    place, is_way, to = where.partition("..")
    start, parted, end = span.partition("/")
    if not (place and found and parted) or (is_way and not to):
        raise BadQuestionError(
            f"--shut {text!r}: write it like abbey-gate=2021-08-26T13:30Z/2021-08-27T06:00Z"
        )
    return place, to, Window(parse_instant(start, "shut from"), parse_instant(end, "shut until"))


def _print_change(made: dict[str, Any]) -> None:
    about = made["replanned"]
    starts = Clock.of(made).at(holds_from(made))
    typer.echo(f"planned anew from {zulu(starts)}, in the place of {about['replaces']}")
    for closure in about["shut"]:
        typer.echo(f"  {closure['place']} shut from {closure['from']} until {closure['until']}")
    typer.echo(
        f"  {about['changed']:,} of {about['called']:,} people who were called are told another"
        " hour or gate, or not to come"
    )
    if "families_called" in about:
        typer.echo(
            f"  {about['families_changed']:,} of {about['families_called']:,} registered families,"
            f" {about['people_changed']:,} people of them"
        )
    for sentence in _given_up(about.get("unmet")):
        typer.echo(f"  {sentence}")
    if about["outside"]:
        typer.echo(f"  {about['outside']:,} people left otherwise than by the plan's lifts")


def _given_up(unmet: dict[str, Any] | None) -> Iterator[str]:
    """What can no longer be met, in sentences."""
    if unmet is None:
        return
    if unmet["sent_back"]:
        yield f"{unmet['sent_back']:,} people who have passed a gate find no lift in time"
    for x in unmet["guard"]:
        yield f"{x['people']:,} of the rear guard {x['class']} can no longer leave in time"
    for x in unmet["inbound"]:
        yield f"{x['amount']:,} {x['unit']} of {x['id']} can no longer be flown in in time"
