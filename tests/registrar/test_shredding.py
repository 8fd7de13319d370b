"""Shredding one person: what was known of them is gone, every figure is as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from safepassage.model.ids import EntryId, ListId, PlaceId
from safepassage.model.movement import Movement, Phase
from safepassage.register.judgement import Verdict
from safepassage.registrar import NotAllowedError, RegistrarError
from safepassage.secure.audit import Kind
from safepassage.store import open_store
from safepassage.store.register_records import get_keys
from tests.registrar.conftest import CASE_OFFICER, GATE_OFFICER, NOON, REGISTRAR, Desk
from tests.registrar.test_judging import EMBASSY, MINISTRY, the_pair

CANARIES = """
    Family | Full name      | Father       | Date of birth | Passport   | Tazkira  | {more}
    1      | Qanarivan Tun  | Qanarifather | 1984-03-02    | QNR7654321 | 98712345 | {first}
    1      | Zweitvogel Tun | Qanarifather | 2009-04-05    | QNR1112223 | 98754321 |
    2      | ---            |              |               |            |          | {nobody}
""".format(
    more="Sex | Phone | Email | Address | Remarks",
    first="F | +93709871234 | qanari@example.org | Qanaristreet 5 | Qanariremark",
    nobody=" | | | | Qanarinobody",
)
PLANTED = (
    "Qanarivan", "Qanarifather", "QNR7654321", "98712345", "709871234", "qanari@example.org",
    "Qanaristreet", "Qanariremark", "Qanarinobody", "Zweitvogel", "Qanarireason", "families.csv",
)  # fmt: skip


def test_what_was_known_is_gone_and_every_count_stays(desk: Desk) -> None:
    desk.take(EMBASSY, "list-a", "embassy")
    desk.take(MINISTRY, "list-b", "ministry")
    judged = desk.registrar.judge(REGISTRAR, the_pair(desk), Verdict.SAME, "her band")
    before = desk.registrar.counts(), desk.registrar.lists(REGISTRAR)
    (person,) = judged.persons
    done = desk.registrar.shred(REGISTRAR, person)
    assert (done.records, done.rows, done.decisions) == (2, 2, 1)
    after = desk.registrar.counts()
    assert (after.records, after.persons_at_most) == (before[0].records, before[0].persons_at_most)
    assert after.shredded == 2
    assert desk.registrar.lists(REGISTRAR) == before[1]
    view = desk.registrar.person(REGISTRAR, person)
    assert (view.records, view.shredded) == ((), 2)
    assert not desk.registrar.search(REGISTRAR, "Amira Noorzai 1984-03-02").hits
    assert not desk.store.check().findings


def test_a_rebuild_after_shredding_changes_no_count(desk: Desk) -> None:
    desk.take(EMBASSY)
    desk.registrar.shred(REGISTRAR, desk.person_ids()[0])
    before = desk.registrar.counts()
    assert desk.registrar.rebuild(REGISTRAR) == before


def test_the_ledger_is_untouched(desk: Desk) -> None:
    desk.take(EMBASSY)
    person = desk.person_ids()[0]
    moved = Movement(
        id=EntryId("scan-1"),
        person=person,
        from_place=PlaceId("outside"),
        to_place=PlaceId("gate-1"),
        phase=Phase.POSTED,
        occurred_at=datetime(2021, 8, 20, 9, tzinfo=UTC),
    )
    desk.store.append([moved], source="gate-1", recorded_at=NOON)
    before = list(desk.store.export_lines())
    desk.registrar.shred(REGISTRAR, person)
    assert list(desk.store.export_lines()) == before


def test_the_same_row_on_a_later_list_does_not_bring_the_person_back(desk: Desk) -> None:
    desk.take(EMBASSY)
    person = desk.registrar.search(REGISTRAR, "Amira Noorzai 1984-03-02").hits[0].person
    desk.registrar.shred(REGISTRAR, person)
    again = desk.take(EMBASSY + "\n Farid Haidari | 1990-01-05", "list-a")
    elsewhere = desk.take(EMBASSY, "list-c", "ministry")
    assert (again.records, again.quarantined, again.reasons) == (2, 1, {"erased": 1})
    assert (elsewhere.records, elsewhere.quarantined) == (1, 1)
    (row,) = desk.registrar.quarantine(REGISTRAR, ListId("list-c"))
    assert row.cells == ()
    assert "erased" in row.sentence
    assert not desk.registrar.search(REGISTRAR, "Amira Noorzai 1984-03-02").hits


def test_the_chain_of_decisions_holds_when_reasons_are_gone(desk: Desk) -> None:
    desk.take(EMBASSY, "list-a", "embassy")
    desk.take(MINISTRY, "list-b", "ministry")
    judged = desk.registrar.judge(REGISTRAR, the_pair(desk), Verdict.SAME, "her band")
    desk.registrar.shred(REGISTRAR, judged.persons[0])
    assert not desk.registrar.check(REGISTRAR)
    kinds = [line.kind for line in desk.registrar.person(REGISTRAR, judged.persons[0]).history]
    assert kinds == ["judgement", "erasure"]


def test_erasing_is_allowed_to_few_done_once_and_written_down(desk: Desk) -> None:
    desk.take(EMBASSY)
    person = desk.person_ids()[0]
    for viewer in (GATE_OFFICER, CASE_OFFICER):
        with pytest.raises(NotAllowedError):
            desk.registrar.shred(viewer, person)
    desk.registrar.shred(REGISTRAR, person)
    with pytest.raises(RegistrarError, match="already"):
        desk.registrar.shred(REGISTRAR, person)
    erased = desk.protection.trail.entries_of("registrar-1", Kind.ERASED, NOON)
    assert [entry.subject for entry in erased] == [person]


def on_disk(files: list[Path], planted: tuple[str, ...]) -> list[tuple[str, str]]:
    """Where planted words are found, in the encodings in which they could stand."""
    found = []
    for path in files:
        content = path.read_bytes()
        folded = content.lower()
        for word in planted:
            written = {word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")}
            if any(w in content or w.lower() in folded for w in written):
                found.append((path.name, word))
    return found


def test_no_word_of_a_list_is_found_on_the_disk(
    open_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    address = tmp_path / "canary.db"
    open_store(address, writer=True).close()
    desk = open_desk(at=str(address))
    files = lambda: sorted(tmp_path.glob("canary.db*"))  # noqa: E731
    desk.take(CANARIES, "list-a", "embassy")
    desk.take(CANARIES.replace("1984-03-02", "1984"), "list-b", "ministry")
    assert len(files()) >= 3
    assert on_disk(files(), PLANTED) == []
    pair = desk.registrar.queue(REGISTRAR).questions[0].pair
    desk.registrar.judge(REGISTRAR, pair, Verdict.SAME, "Qanarireason: she said so")
    desk.registrar.search(REGISTRAR, "Qanarivan Tun 1984-03-02")
    desk.registrar.rebuild(REGISTRAR)
    assert on_disk(files(), PLANTED) == []
    desk.registrar.shred(REGISTRAR, desk.person_ids()[0])
    assert on_disk(files(), PLANTED) == []
    assert on_disk(files(), ("list-a", "embassy")), "the search finds what is there in the clear"


def test_a_shredded_key_is_found_nowhere_on_the_disk(
    open_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    address = tmp_path / "shredded.db"
    open_store(address, writer=True).close()
    desk = open_desk(at=str(address))
    desk.take(EMBASSY)
    person = desk.person_ids()[0]
    with desk.place.reading() as connection:
        keys = [*get_keys(connection, "record", [1, 2]).values()]
    desk.registrar.shred(REGISTRAR, person)
    with desk.place.reading() as connection:
        (kept,) = get_keys(connection, "record", [1, 2]).values()
    (gone,) = (key for key in keys if key != kept)
    disk = b"".join(path.read_bytes() for path in tmp_path.glob("shredded.db*"))
    assert kept in disk
    assert gone not in disk
