"""`safepassage compare plan actual`: two ledgers side by side, window by window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, Opened, StoreOption, opened
from safepassage.cli.output import heading, print_json, print_table
from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import parse_instant, zulu
from safepassage.model.ledger import Ledger
from safepassage.model.promised import promises_of
from safepassage.planner.against import Against, Share, WindowPair, against
from safepassage.planner.keeping import OWN, is_plan_ledger, kept_plan
from safepassage.planner.posting import Clock
from safepassage.planner.publishing import in_force

app = typer.Typer(rich_markup_mode=None, add_completion=False)
PLAN, ACTUAL = "plan", "actual"


@dataclass(frozen=True)
class Side:
    """One of the two ledgers, and the time that a plan in it is about."""

    name: str
    ledger: Ledger
    opened: Opened
    span: tuple[datetime, datetime] | None


@app.command()
def compare(
    first: Annotated[
        str, typer.Argument(help="`plan`, `actual`, or another ledger, such as a plan's own.")
    ] = PLAN,
    second: Annotated[str, typer.Argument(help="As the first.")] = ACTUAL,
    store: StoreOption = DEFAULT_STORE,
    as_of: Annotated[
        str | None, typer.Option(help="Count only what had happened by then: 2021-08-28T07:00Z.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Compare what was promised with what happened: people, lifts, classes and havens.

    The difference is first minus second. Both are asked for the same figures over the same
    reporting windows; what lies after the as-of instant counts in neither.

    Examples:

      safepassage compare plan actual

      safepassage compare plan.db actual --store demo/kabul-2021.db --json
    """
    with ExitStack() as stack:
        one, other = (stack.enter_context(_side(name, store)) for name in (first, second))
        if one.opened.operation.id != other.opened.operation.id:
            raise BadQuestionError(
                f"{first} is of the operation {one.opened.operation.id!r}, {second} of"
                f" {other.opened.operation.id!r}: they have nothing to compare"
            )
        until = other.opened.now if as_of is None else parse_instant(as_of, "as of")
        span = one.span or other.span or (None, None)
        found = against(one.ledger, other.ledger, other.opened.operation, until, *span)
    if json:
        print_json({"first": first, "second": second, **found.to_json()})
        return
    print_against(found, first, second)


@contextmanager
def _side(name: str, store: str) -> Iterator[Side]:
    """One side of a comparison, open.

    Raises:
        BadQuestionError: the plan is asked for and none was published.
    """
    with opened(store if name in (PLAN, ACTUAL) else name) as at:
        if is_plan_ledger(at.store):
            clock = Clock.of(kept_plan(at.store, OWN))
            yield Side(name, at.ledger, at, (clock.starts, clock.ends))
            return
        if name != PLAN:
            yield Side(name, at.ledger, at, None)
            return
        signed = at.ledger.catalogue.plans
        last = in_force(at.ledger)
        if last is None:
            raise BadQuestionError(
                "no plan was published in this ledger; `safepassage plan publish` does, or name a"
                " plan's own ledger instead of `plan`"
            )
        ends = Clock.of(kept_plan(at.store, last.plan)).ends
        span = min(p.holds_from for p in signed), ends
        yield Side(name, promises_of(at.ledger), at, span)


def print_against(found: Against, first: str, second: str) -> None:
    """The comparison as tables."""
    heading(f"{first} and {second}, as of {zulu(found.as_of)}")
    columns = (first, second, "difference")
    rows = [(_span(w), *_numbers(w, "people-out"), *_numbers(w, "lifts-out"), *_running(w))
            for w in found.windows]  # fmt: skip
    total = found.total
    rows.append(("together", *_numbers(total, "people-out"), *_numbers(total, "lifts-out"), "", ""))
    header = (
        "people out in",
        *columns,
        *(f"lifts, {c}" for c in columns),
        *(f"since the start, {c}" for c in columns[:2]),
    )
    print_table(header, rows, numeric=8)
    for title, shares in (("people out", found.classes), ("people arrived", found.havens)):
        typer.echo("")
        print_table((title, *columns), [_share(s) for s in shares], numeric=3)


def _span(row: WindowPair) -> str:
    return f"{zulu(row.window.start)} to {zulu(row.window.end)}"


def _numbers(row: WindowPair, figure: str) -> tuple[str, str, str]:
    pair = row.figures[figure]
    return f"{pair.first.value:,}", f"{pair.second.value:,}", f"{pair.difference:+,}"


def _running(row: WindowPair) -> tuple[str, str]:
    return f"{row.running.first.value:,}", f"{row.running.second.value:,}"


def _share(share: Share) -> tuple[str, str, str, str]:
    return share.name, f"{share.first:,}", f"{share.second:,}", f"{share.difference:+,}"
