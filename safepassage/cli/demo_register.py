"""The register's part of `safepassage demo`: three fictitious lists taken in, and who they are.

The register lives in a folder that is thrown away, under a key that is nowhere but in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from safepassage.cli.opened import scenario_folder
from safepassage.cli.output import heading, print_table
from safepassage.cli.unlocked import OPERATOR, now
from safepassage.exchange.lists import read_list
from safepassage.model.ids import ListId, SponsorId
from safepassage.registrar import Registrar
from safepassage.registrar.opening import open_registrar
from safepassage.registrar.views import Taken
from safepassage.secure.unlock import new_register_key
from safepassage.store.protection import Protection
from safepassage.store.register_place import RegisterPlace
from safepassage.store.store import open_store

LISTS = ("embassy.csv", "charity.csv", "employer.tsv")
LOOKED_FOR = "Gholam Sakhizada 1984-03-02"  # on all three lists, in two scripts and two calendars


def tell_register() -> None:
    """Take the three lists in and say what became of them."""
    heading("Who they are: the same few families on three fictitious lists")
    with _passing_register() as registrar:
        taken = [_taken(registrar, name) for name in LISTS]
        _tell_taken(taken)
        _tell_counts(registrar)
        _tell_question(registrar)
        _tell_person(registrar)


@contextmanager
def _passing_register() -> Iterator[Registrar]:
    with tempfile.TemporaryDirectory(prefix="safepassage-") as folder:
        address = str(Path(folder) / "register.db")
        open_store(address, writer=True).close()
        vault = new_register_key()
        with RegisterPlace(address) as place, Protection(address, now) as protection:
            yield open_registrar(place, vault, protection.trail, now)
        vault.lock()


def _taken(registrar: Registrar, name: str) -> Taken:
    read = read_list(scenario_folder("lists-fictitious", LISTS[0]) / name)
    sponsor = SponsorId(Path(name).stem)
    sheet = read.sheets.index(read.largest())
    columns = registrar.propose(OPERATOR, read, sheet, sponsor).mapping()
    return registrar.take_list(
        OPERATOR, read, sheet, columns, sponsor=sponsor, list_id=ListId(sponsor)
    )


def _tell_taken(taken: list[Taken]) -> None:
    print_table(
        ("list", "rows", "records", "quarantined", "of somebody known", "new persons"),
        [
            (t.list, *(f"{n:,}" for n in (t.rows, t.records, t.quarantined, t.merged, t.persons)))
            for t in taken
        ],
        numeric=5,
    )


def _tell_counts(registrar: Registrar) -> None:
    counts = registrar.counts()
    least, most = counts.persons_at_least, counts.persons_at_most
    persons = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    typer.echo(f"\n  {counts.records:,} records of {persons} persons: an interval, because")
    typer.echo(f"  {counts.questions:,} pairs wait for somebody to judge them")


def _tell_question(registrar: Registrar) -> None:
    queue = registrar.queue(OPERATOR)
    for question in queue.questions:
        typer.echo(f"\n  The first question (weight {question.weight:+.1f}):")
        typer.echo(f"  {question.sentence}")


def _tell_person(registrar: Registrar) -> None:
    found = registrar.search(OPERATOR, LOOKED_FOR).hits
    if not found:
        return
    person = registrar.person(OPERATOR, found[0].person)
    typer.echo(f"\n  One person, on {len(person.records)} lists, nothing overwritten:")
    for view in person.records:
        written = " ".join(name.text for name in view.record.names)
        born = view.record.born.written if view.record.born else ""
        typer.echo(f"    {view.record.list:<9} {written}, {born}")
