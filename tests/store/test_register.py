"""What the register's tables keep: found by blind keys, linked, chained, and shredded for good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st

from safepassage.store import (
    engine,
    open_store,
    register_journal,
    register_links,
    register_records,
)
from safepassage.store import register_rows as rows_stored
from safepassage.store.errors import StoreError
from safepassage.store.register_journal import StoredDocument, StoredEntry
from safepassage.store.register_links import Member, StoredLink
from safepassage.store.register_place import RegisterPlace
from safepassage.store.register_records import StoredRecord
from safepassage.store.register_rows import ListVersion, StoredRow

longs = st.integers(-(2**63), 2**63 - 1)


@pytest.fixture
def store(address: str) -> Iterator[RegisterPlace]:
    """An empty register."""
    with RegisterPlace(address) as place:
        yield place


def record(number: int, keys: list[int], household: int | None = None) -> StoredRecord:
    return StoredRecord(
        number=number,
        id=f"r-{number}",
        person=f"p-{number}",
        list="list-a",
        household=household,
        minted_at=0,
        keys=register_records.packed(keys),
        sealed=b"sealed",
    )


def entry(number: int, subject: str, other: str | None = None) -> StoredEntry:
    return StoredEntry(
        number, f"e-{number}", "judgement", subject, other, "same", "registrar-1", 0, b"why", ""
    )


@pytest.fixture
def filled(store: RegisterPlace) -> RegisterPlace:
    """Three records, of which two share a key and a household."""
    with store.writing() as connection:
        records = [record(1, [10, 11], 7), record(2, [11, -12], 7), record(3, [13])]
        register_records.add_records(connection, records)
        register_records.make_findable(connection, records)
        register_records.put_keys(connection, "record", [(n, b"wrapped") for n in (1, 2, 3)])
        register_links.put_links(connection, [StoredLink(1, 2, 9.5, "ask", "name-only one-list")])
        register_links.put_members(connection, [Member(1, 1, 1), Member(2, 2, 1), Member(3, 3, 3)])
    return store


@given(st.lists(longs))
def test_blind_keys_are_kept_as_a_set_whatever_their_sign(keys: list[int]) -> None:
    assert register_records.unpacked(register_records.packed(keys)) == sorted(set(keys))


def test_records_are_found_by_number_id_person_household_and_blind_key(
    filled: RegisterPlace,
) -> None:
    with filled.reading() as connection:
        assert [r.id for r in register_records.by_numbers(connection, [3, 1])] == ["r-1", "r-3"]
        assert [r.number for r in register_records.by_ids(connection, ["r-2", "none"])] == [2]
        assert [r.number for r in register_records.by_persons(connection, ["p-3"])] == [3]
        assert [r.number for r in register_records.of_households(connection, [7])] == [1, 2]
        held = register_records.holders(connection, [11, -12, 99], at_most=10)
        assert {key: sorted(numbers) for key, numbers in held.items()} == {11: [1, 2], -12: [2]}


def test_a_key_that_a_camp_holds_is_read_no_further(store: RegisterPlace) -> None:
    with store.writing() as connection:
        crowd = [record(n, [5]) for n in range(1, 101)]
        register_records.add_records(connection, crowd)
        register_records.make_findable(connection, crowd)
        held = register_records.holders(connection, [5], at_most=20)
    assert len(held[5]) == 20


def test_records_wait_until_they_are_members(store: RegisterPlace) -> None:
    with store.writing() as connection:
        register_records.add_records(connection, [record(1, [1]), record(2, [2])])
        assert [r.number for r in register_records.waiting(connection)] == [1, 2]
        register_links.put_members(connection, [Member(1, 1, 1)])
        assert [r.number for r in register_records.waiting(connection)] == [2]
        assert register_records.holders(connection, [1], 10) == {}


def test_a_link_is_kept_once_and_taken_back(filled: RegisterPlace) -> None:
    with filled.writing() as connection:
        register_links.put_links(connection, [StoredLink(1, 2, 11.0, "automatic", "")])
        assert register_links.links_of(connection, [2]) == [StoredLink(1, 2, 11.0, "automatic", "")]
        assert register_links.link_between(connection, 2, 1) is not None
        assert register_links.band_counts(connection) == {"automatic": 1}
        register_links.drop_links(connection, [(1, 2)])
        assert register_links.links_of(connection, [1, 2, 3]) == []


def test_persons_are_counted_as_an_interval(filled: RegisterPlace) -> None:
    with filled.reading() as connection:
        assert register_links.person_counts(connection) == (2, 3)
        assert register_links.members_of(connection, [1, 3]) == {1: [1], 3: [3]}


def test_shredding_leaves_the_number_and_nothing_that_was_said(filled: RegisterPlace) -> None:
    with filled.writing() as connection:
        row = StoredRow(1, "list-a", 1, 2, "digest", 1, None, b"cells")
        rows_stored.add_rows(connection, [row])
        register_records.put_keys(connection, "row", [(1, b"wrapped")])
        (gone,) = register_records.by_numbers(connection, [1])
        register_records.shred(connection, [gone])
        (left,) = register_records.by_numbers(connection, [1])
        assert (left.sealed, left.keys, left.household) == (None, b"", None)
        assert left.is_shredded
        assert left.person == "p-1"
        assert register_records.get_keys(connection, "record", [1, 2]) == {2: b"wrapped"}
        assert register_records.get_keys(connection, "row", [1]) == {}
        assert register_records.holders(connection, [10, 11], 10) == {11: [2]}
        assert register_links.links_of(connection, [1, 2]) == []
        assert [r.sealed for r in rows_stored.rows_of_records(connection, [1])] == [None]
        assert register_records.counts(connection) == (3, 1)
        assert register_links.person_counts(connection) == (2, 3)
    filled.forget_deleted()


def test_what_was_decided_is_chained_and_cannot_be_changed(store: RegisterPlace) -> None:
    with store.writing() as connection:
        for n in (1, 2, 3):
            register_journal.append_entry(connection, entry(n, "r-1", "r-2" if n > 1 else None))
        assert register_journal.broken_link(connection) is None
        about = register_journal.entries_about(connection, ["r-2"], "judgement")
        assert [e.number for e in about] == [2, 3]
    for change in ("UPDATE register_entry SET word = 'x'", "DELETE FROM register_entry"):
        with (
            pytest.raises(StoreError, match="only grows"),
            store.writing() as connection,
        ):
            connection.exec_driver_sql(change)


def test_a_decision_taken_out_of_the_chain_is_missed(store: RegisterPlace) -> None:
    with store.writing() as connection:
        kept = [register_journal.append_entry(connection, entry(n, "r-1")) for n in (1, 2, 3)]
    assert len({e.hash for e in kept}) == 3
    with store.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER register_entry_no_delete")
        else:
            connection.exec_driver_sql("ALTER TABLE register_entry DISABLE TRIGGER USER")
        connection.exec_driver_sql("DELETE FROM register_entry WHERE number = 2")
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("ALTER TABLE register_entry ENABLE TRIGGER USER")
        assert register_journal.broken_link(connection) == 2


def test_every_version_of_a_list_and_a_document_is_kept(store: RegisterPlace) -> None:
    with store.writing() as connection:
        for n in (1, 2):
            version = ListVersion(
                n, "list-a", n, "file", "ngo", f"d{n}", 0, "me", 1, 1, 0, 1, b"sealed"
            )
            rows_stored.add_version(connection, version)
            document = StoredDocument(n, "model", n, 0, b"sealed")
            register_journal.put_document(connection, document)
        assert [v.version for v in rows_stored.versions(connection, "list-a")] == [1, 2]
        assert [v.version for v in rows_stored.latest_versions(connection)] == [2]
        latest = register_journal.latest_document(connection, "model")
        assert latest is not None
        assert latest.version == 2


def test_rows_that_were_erased_are_remembered_once(store: RegisterPlace) -> None:
    with store.writing() as connection:
        rows_stored.remember_erased(connection, ["a", "b"], at=1)
        rows_stored.remember_erased(connection, ["b", "c"], at=2)
        assert rows_stored.erased_among(connection, ["a", "c", "x"]) == {"a", "c"}


def test_a_ledger_from_before_the_register_is_brought_up_to_date(tmp_path: Path) -> None:
    """The migration adds tables beside the ledger and takes nothing away."""
    path = tmp_path / "old.db"
    made = engine.writing_engine(engine.parse_address(path))
    config = Config()
    config.set_main_option("script_location", str(engine._MIGRATIONS))
    with made.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    made.dispose()
    open_store(path, writer=True).close()
    with RegisterPlace(path) as place, place.reading() as connection:
        assert register_records.counts(connection) == (0, 0)
