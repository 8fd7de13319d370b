"""`safepassage discrepancy`: doubts about the ledger, who has them, and what explains them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption, all_recorded, opened
from safepassage.cli.output import print_json
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import DiscrepancyId, EntryId
from safepassage.model.instant import parse_instant
from safepassage.model.observation import Handling
from safepassage.report.discrepancies import doubts, still_open
from safepassage.report.sitrep_html import age
from safepassage.store.store import open_store

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)


@app.command("list")
def list_doubts(
    store: StoreOption = DEFAULT_STORE,
    as_of: Annotated[str | None, typer.Option(help="An instant with Z or an offset.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that were explained.")] = False,
    json: JsonOption = False,
) -> None:
    """List discrepancies, the oldest open one first, with owner, age and remedy.

    Example:  safepassage discrepancy list
    """
    with opened(store) as at:
        found = doubts(at.ledger, parse_instant(as_of, "--as-of") if as_of else at.now)
    shown = found if every else still_open(found)
    if json:
        print_json([d.to_json() for d in shown])
        return
    for d in shown:
        typer.echo(f"{d.discrepancy.id}  {age(d.age)}  owner: {d.owner or 'nobody yet'}")
        typer.echo(f"    {d.discrepancy.sentence}")
        typer.echo(f"    {d.explanation or 'to do: ' + d.discrepancy.remedy}")
    typer.echo(f"{len(still_open(found)):,} open, {len(found):,} in all")


@app.command()
def take(
    discrepancy: Annotated[str, typer.Argument(help="Its id, as `list` prints it.")],
    owner: Annotated[str, typer.Option(help="A desk or role, never a private name.")],
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Make a desk the owner of a discrepancy.

    Example:  safepassage discrepancy take d-1a2b3c4d5e6f --owner gate-desk
    """
    _handle(store, discrepancy, owner, None)
    typer.echo(f"{discrepancy} belongs to {owner}")


@app.command()
def explain(
    discrepancy: Annotated[str, typer.Argument(help="Its id, as `list` prints it.")],
    explanation: Annotated[str, typer.Argument(help="What explains it; ids only, no names.")],
    owner: Annotated[str, typer.Option(help="A desk or role, never a private name.")],
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Explain a discrepancy; it stays in the ledger, with its explanation.

    Example:  safepassage discrepancy explain d-1a2b3c4d5e6f "bus seats counted" --owner gate-desk
    """
    if not explanation.strip():
        raise BadQuestionError("an explanation says something")
    _handle(store, discrepancy, owner, explanation)
    typer.echo(f"{discrepancy} is explained")


def _handle(store: str, discrepancy: str, owner: str, explanation: str | None) -> None:
    with opened(store) as at:
        now = datetime.now(UTC)
        known = {d.discrepancy.id: d.discrepancy for d in doubts(at.ledger, max(at.now, now))}
        # What `list` shows is what the desk has read and explains.
        known |= {d.discrepancy.id: d.discrepancy for d in doubts(at.ledger, at.now)}
    found = known.get(DiscrepancyId(discrepancy))
    if found is None:
        raise BadQuestionError(f"no discrepancy {discrepancy!r}; `list` prints their ids")
    fact = Handling(
        id=EntryId(f"handling/{discrepancy}-{now:%Y%m%dT%H%M%S%f}"),
        discrepancy=found.id,
        owner=owner,
        occurred_at=now,
        explanation=explanation,
        heads=None if explanation is None else found.heads,
    )
    with open_store(store, writer=True) as writing:
        all_recorded(writing.append([fact], source=owner, recorded_at=now))
