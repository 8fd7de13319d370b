"""The sealed columns of everybody: they say what the records say, and nothing to anybody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from safepassage.registrar import link_table, matching
from safepassage.registrar.matching import OwnMatching
from safepassage.registrar.shelf import all_records
from safepassage.registrar.starting import starting_model
from safepassage.store import register_columns as columns_stored
from tests.registrar.conftest import REGISTRAR, Desk

FAMILIES = """
    Family | Given name | Surname | Father | Date of birth | Phone
    1 | Zarghuna | Wardakzai | Mirwais | 1981-03-04 | +93705551001
    1 | Mirwais | Wardakzai | Gulbuddin | 1975 | +93705551001
    2 | Farid | Noorzai | Karim | 1990-07-12 | +93705551002
"""
MORE = """
    Family | Given name | Surname | Father | Date of birth | Phone
    7 | Zarghona | Wardakzai | Mirwais | 1981-03-04 | +93705551001
    8 | Omid | Haidari | Nasir | 2001 |
"""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "MANY", 1)
    monkeypatch.setattr(matching, "KEPT_MIN", 1)


def own() -> OwnMatching:
    return OwnMatching(starting_model())


def kept(desk: Desk) -> link_table.LinkTable | None:
    with desk.place.reading() as connection:
        return link_table.load(connection, desk.registrar.room.vault)


def test_columns_that_were_kept_are_those_that_were_made(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(own())
    desk.take(FAMILIES)
    table = kept(desk)
    assert table is not None
    made = link_table.LinkTable()
    with desk.place.reading() as connection:
        made.add(all_records(connection, desk.registrar.room.vault))
    ours, theirs = table.read(), made.read()
    assert ours.columns.ids == theirs.columns.ids
    assert ours.columns.words == theirs.columns.words
    assert ours.columns.texts == theirs.columns.texts
    assert list(ours.keys.hashes) == list(theirs.keys.hashes)
    for feature, column in ours.columns.values.items():
        assert np.array_equal(column, theirs.columns.values[feature])
    assert np.array_equal(table.households(), made.households())


def test_a_program_just_started_goes_on_from_them_and_a_rebuild_agrees(
    open_desk: Callable[..., Desk],
) -> None:
    open_desk(own()).take(FAMILIES)
    desk = open_desk(own())
    desk.take(MORE, "list-b")
    persons = desk.persons()
    assert ["Zarghuna", "Zarghona"] in persons.values()
    desk.registrar.rebuild(REGISTRAR)
    assert desk.persons() == persons


def test_nobody_reads_a_name_in_them_without_the_key(
    open_desk: Callable[..., Desk], database_files: Callable[[], list[Path]]
) -> None:
    desk = open_desk(own())
    desk.take(FAMILIES)
    with desk.place.reading() as connection:
        assert columns_stored.get_columns(connection)
    written = b"".join(path.read_bytes() for path in database_files())
    for name in (b"zarghuna", b"Zarghuna", b"wardakzai", b"705551001"):
        assert name not in written


def test_they_go_whole_when_anybody_is_erased(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(own())
    desk.take(FAMILIES)
    desk.registrar.shred(REGISTRAR, desk.person_ids()[0])
    assert kept(desk) is None
    desk.take(MORE, "list-b")
    before = desk.person_ids()
    desk.registrar.rebuild(REGISTRAR)
    assert desk.person_ids() == before


def test_columns_that_somebody_changed_are_made_again(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(own())
    desk.take(FAMILIES)
    with desk.place.writing() as connection:
        sealed = dict(columns_stored.get_columns(connection))
        sealed[1] = sealed[1][:-1] + bytes([sealed[1][-1] ^ 1])
        columns_stored.put_columns(connection, sealed.items())
    desk = open_desk(own())
    assert kept(desk) is None
    desk.take(MORE, "list-b")
    assert ["Zarghuna", "Zarghona"] in desk.persons().values()
