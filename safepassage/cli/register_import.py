"""Taking lists in, and what the lists are worth: `register import`, `lists`, `quality`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.app import EXIT_FOUND
from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption
from safepassage.cli.output import parts_progress, print_json, print_table
from safepassage.cli.register_plain import (
    list_to_json,
    quality_lines,
    quality_to_json,
    taken_to_json,
)
from safepassage.cli.unlocked import AsOption, KeyFileOption, unlocked
from safepassage.exchange.lists import read_list
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import ListId, SponsorId
from safepassage.model.sheet import ReadList
from safepassage.register.columns import Proposal
from safepassage.register.fields import Field
from safepassage.register.mapping import Column, Mapping
from safepassage.registrar.views import RegisterCounts, Taken

LEAST_SURE = 0.5  # a column that is less sure than this is confirmed by a person, or mapped


def import_list(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX, XLS, ODS or JSON.")],
    sponsor: Annotated[str, typer.Option(help="The agency that answers for the list; an id.")],
    list_id: Annotated[str, typer.Option("--list", help="An id for the list.")],
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="HEADER=FIELD for a column; again for each."),
    ] = None,
    sheet: Annotated[int, typer.Option(help="Which sheet of the file, counted from 1.")] = 0,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take the proposed columns without asking.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Take a list in. Every row becomes a record or goes into quarantine with its reason; the
    same file again adds nothing. Exit code 1: something is in quarantine.

    Examples:

      safepassage register import families.xlsx --sponsor embassy --list embassy-1

      safepassage register import list.csv --sponsor ngo --list ngo-7 --map "Tel=phone" --yes
    """
    read = read_list(file)
    number = _sheet_number(read, sheet)
    with unlocked(store, key_file, account, writer=True) as at:
        proposal = at.registrar.propose(at.viewer, read, number, SponsorId(sponsor))
        mapping = _mapped(proposal, map_ or [])
        _warn(read, proposal)
        if not yes and not json:
            _confirm(mapping, proposal)
        with parts_progress() as tell:
            taken = at.registrar.take_list(
                at.viewer,
                read,
                number,
                mapping,
                sponsor=SponsorId(sponsor),
                list_id=ListId(list_id),
                progress=tell,
            )
        counts = at.registrar.counts()
    if json:
        print_json(taken_to_json(taken))
    else:
        _say(taken)
        _advise(counts)
    if taken.quarantined:
        raise typer.Exit(EXIT_FOUND)


def _sheet_number(read: ReadList, sheet: int) -> int:
    if sheet:
        return sheet - 1
    return read.sheets.index(read.largest())


def _mapped(proposal: Proposal, given: list[str]) -> Mapping:
    """The proposed mapping with what was given in place of what was proposed."""
    proposed = proposal.mapping()
    wanted: dict[str, Field] = {}
    for text in given:
        header, _, field = text.rpartition("=")
        if field not in {str(known) for known in Field}:
            known = ", ".join(str(f) for f in Field)
            raise BadQuestionError(f"--map {header}={field}: a field is one of {known}")
        wanted[header.strip().casefold()] = Field(field)
    columns = []
    for column in proposed.columns:
        header = column.header.strip().casefold()
        columns.append(Column(column.index, column.header, wanted.pop(header, column.field)))
    if wanted:
        raise BadQuestionError(
            f"--map: the list has no column {next(iter(wanted))!r}; its columns:"
            f" {', '.join(c.header or '(no header)' for c in proposed.columns)}"
        )
    return Mapping(
        tuple(columns), proposed.header_row, proposed.order, proposed.calendar, proposed.region
    )


def _warn(read: ReadList, proposal: Proposal) -> None:
    for sentence in (*read.warnings, *proposal.warnings):
        typer.echo(f"note: {sentence}", err=True)


def _confirm(mapping: Mapping, proposal: Proposal) -> None:
    reasons = {column.index: column for column in proposal.columns}
    print_table(
        ("column", "is", "sure", "because"),
        [
            (
                column.header or f"column {column.index + 1}",
                str(column.field),
                f"{reasons[column.index].confidence:.0%}",
                reasons[column.index].reason,
            )
            for column in mapping.columns
        ],
    )
    typer.echo(f"  dates: {proposal.order} ({proposal.order_reason})")
    if not typer.confirm("Take the list in with these columns?", err=True):
        raise BadQuestionError("nothing was taken in: say what a column is with --map HEADER=FIELD")


def _say(taken: Taken) -> None:
    name = f"{taken.list} version {taken.version}"
    if taken.is_known:
        typer.echo(f"{name}: the same file was taken in before; nothing was added")
        return
    typer.echo(
        f"{name}: {taken.rows:,} rows = {taken.records:,} records + {taken.quarantined:,}"
        " in quarantine"
    )
    typer.echo(f"  {taken.added:,} records are new, {taken.known:,} stood in an earlier version")
    typer.echo(f"  {taken.persons:,} new persons; {taken.merged:,} records of somebody known")
    for reason, count in sorted(taken.reasons.items()):
        typer.echo(f"  in quarantine, {reason}: {count:,}")
    if taken.left_out:
        typer.echo(f"  {taken.left_out:,} rows on other sheets were not taken: see --sheet")
    if taken.questions:
        typer.echo(f"  {taken.questions:,} questions wait: safepassage register review")


def _advise(counts: RegisterCounts) -> None:
    if counts.outgrew_its_model:
        typer.echo(
            f"note: {counts.records:,} records are linked by the model that comes with the program,"
            " which is meant for fewer; let it learn from them: safepassage register match --learn",
            err=True,
        )


def show_lists(
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """List what was taken in: sponsor, version, rows, records, quarantine.

    Example:  safepassage register lists
    """
    with unlocked(store, key_file, account) as at:
        found = at.registrar.lists(at.viewer)
        counts = at.registrar.counts()
    if json:
        print_json([list_to_json(view) for view in found])
        return
    print_table(
        ("list", "sponsor", "version", "rows", "records", "quarantined"),
        [
            (
                v.list,
                v.sponsor,
                f"{v.version}",
                f"{v.rows:,}",
                f"{v.records:,}",
                f"{v.quarantined:,}",
            )
            for v in found
        ],
        numeric=4,
    )
    least, most = counts.persons_at_least, counts.persons_at_most
    persons = f"{most:,}" if least == most else f"{least:,} to {most:,}"
    typer.echo(f"  {counts.records:,} records of {persons} persons; model {counts.model}")
    _advise(counts)


def show_quality(
    list_id: Annotated[str, typer.Argument(metavar="LIST", help="The list's id.")],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show what a list is worth: birthdays on 1 January against chance, empty fields, impossible
    documents, people twice, and its rows in quarantine.

    Example:  safepassage register quality embassy-1
    """
    with unlocked(store, key_file, account) as at:
        panel = at.registrar.quality(at.viewer, ListId(list_id))
        rows = at.registrar.quarantine(at.viewer, ListId(list_id))
    if json:
        print_json(quality_to_json(panel, rows))
        return
    for line in quality_lines(panel):
        typer.echo(f"  {line}")
    for row in rows:
        typer.echo(f"  line {row.line}: {row.sentence}")
