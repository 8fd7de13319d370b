"""`safepassage pass print`: cards, what is read out, bands."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.opened import DEFAULT_STORE, StoreOption
from safepassage.cli.pass_office import PassOffice, pass_office
from safepassage.cli.unlocked import AsOption, KeyFileOption, now
from safepassage.cli.written import written
from safepassage.control.kit import cards_of, read_out_of
from safepassage.control.printing import NumberedBand, bands_html, cards_html, read_out_html
from safepassage.model.errors import BadQuestionError
from safepassage.operate.passes import Called, called
from safepassage.secure.audit import Kind


class Sheet(StrEnum):
    """What is printed."""

    CARDS = "cards"
    READ_OUT = "read-out"
    BANDS = "bands"


def print_kit(
    what: Annotated[Sheet, typer.Argument(help="Which part of the kit.")],
    out: Annotated[Path, typer.Option("--out", help="The HTML file to write; print it on A4.")],
    gate: Annotated[str | None, typer.Option(help="Only passes of one gate.")] = None,
    series: Annotated[str, typer.Option(help="Bands: the two letters of the series.")] = "XA",
    count: Annotated[int, typer.Option(min=1, max=3000, help="Bands: how many.")] = 90,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
) -> None:
    """Write a sheet to print: cards for good passes, what is read out instead, bands for walk-ups.

    Cards leave out whom papers endanger; the list to read out has everybody, with the words.

    Example:  safepassage pass print cards --gate north-gate --out cards.html
    """
    with pass_office(store, key_file, account) as desk:
        if what is Sheet.BANDS:
            run = desk.registrar.print_run(desk.viewer, series.strip().upper(), count)
            page = bands_html([NumberedBand(band.text, band.spoken) for band in run])
            said = f"{len(run):,} bands, {run[0].spoken} to {run[-1].spoken}"
        else:
            page, said = _of_passes(desk, what, gate)
        with written(out, desk.store) as file:
            file.write(page)
    typer.echo(f"{said}: {out}")


def _of_passes(desk: PassOffice, what: Sheet, gate: str | None) -> tuple[str, str]:
    with desk.office.books.ledger() as ledger:
        found: list[Called] = [c for c in called(ledger, now()) if gate in (None, c.issue.gate)]
    good = [c for c in found if c.is_good]
    if not good:
        raise BadQuestionError("no pass is good there: `safepassage pass list` shows them")
    detail: dict[str, str | int] = {"passes": len(good), "sheet": what.value}
    desk.registrar.room.access.note(desk.viewer, Kind.PASS_TOLD, detail=detail)
    if what is Sheet.CARDS:
        cards = cards_of(desk.office, good)
        return cards_html(cards), f"{len(cards):,} cards of {len(good):,} passes"
    lines = read_out_of(desk.office, good)
    return read_out_html(lines), f"{len(lines):,} families to be told"
