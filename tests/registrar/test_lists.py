"""Lists are taken in: each row has one fate, nothing is overwritten, nothing is added twice."""

from __future__ import annotations

import pytest

from safepassage.model.ids import ListId, SponsorId
from safepassage.register.fields import Field
from safepassage.registrar import NotAllowedError, RegistrarError, UnknownSubjectError
from safepassage.registrar.views import Entered
from safepassage.secure.roles import Viewer
from tests.registrar.conftest import GATE_OFFICER, REGISTRAR, SUBMITTER, Desk, written_list

FAMILY = """
    Name          | Date of birth | Passport
    Amira Noorzai | 1984-03-02    | P1234567
    Babur Noorzai | 1982-07-19    |
    ---           |               |
                  | 1990-05-05    |
"""


def test_every_row_is_a_record_or_in_quarantine(desk: Desk) -> None:
    taken = desk.take(FAMILY)
    assert (taken.rows, taken.records, taken.quarantined) == (4, 2, 2)
    assert (taken.added, taken.persons, taken.version) == (2, 2, 1)


def test_rows_in_quarantine_are_kept_as_they_came_with_a_sentence(desk: Desk) -> None:
    desk.take(FAMILY)
    rows = desk.registrar.quarantine(REGISTRAR, ListId("list-a"))
    assert [(row.line, row.cells[0]) for row in rows] == [
        (4, ("Name", "---")),
        (5, ("Name", "")),
    ]
    assert all(row.sentence and row.record is None for row in rows)


def test_the_same_file_again_adds_nothing(desk: Desk) -> None:
    first = desk.take(FAMILY)
    again = desk.take(FAMILY)
    assert again.is_known
    assert (again.added, again.version, again.rows) == (0, first.version, first.rows)
    assert desk.registrar.counts().records == 2


def test_a_newer_version_keeps_the_records_of_rows_that_say_the_same(desk: Desk) -> None:
    desk.take(FAMILY)
    before = desk.persons()
    taken = desk.take(FAMILY + "\n    Farid Haidari | 1990-01-05 | ")
    assert (taken.version, taken.rows, taken.known, taken.added) == (2, 5, 2, 1)
    assert before.items() <= desk.persons().items()


def test_a_row_that_says_something_else_is_a_record_beside_the_old_one(desk: Desk) -> None:
    desk.take(FAMILY)
    desk.take(FAMILY.replace("1982-07-19", "1983-07-19"))
    babur = [names for names in desk.persons().values() if "Babur Noorzai" in names]
    assert babur == [["Babur Noorzai"], ["Babur Noorzai"]]


def test_a_list_belongs_to_one_sponsor(desk: Desk) -> None:
    desk.take(FAMILY)
    with pytest.raises(RegistrarError, match="embassy's"):
        desk.take(FAMILY + "\n X Y | 1990-01-05 | ", sponsor="ministry")


def test_a_sponsor_sees_its_own_lists_alone(desk: Desk) -> None:
    desk.take(FAMILY, "list-a", "embassy")
    desk.take(FAMILY.replace("Noorzai", "Haidari"), "list-b", "ngo", SUBMITTER)
    assert [view.list for view in desk.registrar.lists(SUBMITTER)] == ["list-b"]
    assert len(desk.registrar.lists(REGISTRAR)) == 2
    with pytest.raises(NotAllowedError, match="other-sponsor"):
        desk.registrar.versions(SUBMITTER, ListId("list-a"))
    with pytest.raises(NotAllowedError, match="other-sponsor"):
        desk.registrar.quarantine(SUBMITTER, ListId("list-a"))


def test_nobody_without_the_right_takes_a_list_in(desk: Desk) -> None:
    with pytest.raises(NotAllowedError, match="not-your-role"):
        desk.take(FAMILY, viewer=GATE_OFFICER)
    assert desk.registrar.counts().records == 0


def test_a_list_that_is_not_there_is_said_to_be_missing(desk: Desk) -> None:
    with pytest.raises(UnknownSubjectError, match="no list list-x"):
        desk.registrar.versions(REGISTRAR, ListId("list-x"))


def test_a_confirmed_mapping_is_remembered_for_the_sponsor(desk: Desk) -> None:
    desk.take(FAMILY)
    file = written_list("Date of birth | Name\n 1984-03-02 | Amira Noorzai")
    proposal = desk.registrar.propose(REGISTRAR, file, 0, SponsorId("embassy"))
    assert [column.field for column in proposal.columns] == [Field.BORN, Field.FULL_NAME]
    assert {column.confidence for column in proposal.columns} == {1.0}


def enter(desk: Desk, viewer: Viewer = REGISTRAR, **said: str) -> Entered:
    fields = {Field(name.replace("_", "-")): text for name, text in said.items()}
    return desk.registrar.enter(viewer, fields, sponsor=SponsorId("desk"), list_id=ListId("desk-1"))


def test_one_person_keyed_at_the_desk_is_a_row_like_any_other(desk: Desk) -> None:
    desk.take(FAMILY)
    amira = enter(desk, full_name="Amira Noorzai", born="1984-03-02")
    farid = enter(desk, full_name="Farid Haidari", born="1990-01-05", household="7")
    assert (amira.is_new_person, farid.is_new_person) == (False, True)
    view = desk.registrar.person(REGISTRAR, amira.person)
    assert [(r.record.list, r.is_current) for r in view.records] == [
        ("list-a", True),
        ("desk-1", True),
    ]
    again = enter(desk, full_name="Amira Noorzai", born="1984-03-02")
    assert (again.record, again.is_known) == (amira.record, True)
    assert desk.registrar.counts().records == 4


def test_the_desk_is_told_at_once_when_nobody_can_be_told_by_an_entry(desk: Desk) -> None:
    with pytest.raises(RegistrarError, match="nobody can be told"):
        enter(desk, full_name="---")
    with pytest.raises(NotAllowedError):
        enter(desk, GATE_OFFICER, full_name="Amira Noorzai")
    assert desk.registrar.counts().records == 0


def test_the_quality_panel_of_a_list_is_kept_with_it(desk: Desk) -> None:
    desk.take(FAMILY)
    panel = desk.registrar.quality(REGISTRAR, ListId("list-a"))
    assert (panel.rows, panel.records, panel.quarantined, panel.documents) == (4, 2, 2, 1)
    assert panel.adds_up
    with pytest.raises(UnknownSubjectError, match="no version 9"):
        desk.registrar.quality(REGISTRAR, ListId("list-a"), 9)


NUMBERED = """
    Ref    | Name          | Date of birth
    R-1001 | Amira Noorzai | 1984-03-02
    R-1002 | Babur Noorzai | 1982-07-19
"""


def test_a_row_stated_anew_is_one_person_by_the_senders_word(desk: Desk) -> None:
    desk.take(NUMBERED)
    before = desk.persons()
    text = NUMBERED.replace("1982-07-19", "1983-07-19").replace("Amira Noorzai", "Zahra Amiri")
    taken = desk.take(text.replace("R-1001", "R-1003"))
    assert (taken.changed, taken.gone, taken.added) == (1, 1, 2)
    assert len(desk.person_ids()) == 3
    changes = desk.registrar.changes(REGISTRAR, ListId("list-a"), 2)
    (babur,) = (p for p, names in desk.persons().items() if names == ["Babur Noorzai"] * 2)
    assert changes.changed == {babur: ("born",)}
    assert len(changes.added) == len(changes.gone) == 1
    view = desk.registrar.person(REGISTRAR, babur)
    assert [r.is_current for r in view.records] == [False, True]
    assert "line 3, now line 3" in view.judgements[0].judgement.why
    desk.registrar.undo(REGISTRAR)
    assert before.items() <= desk.persons().items()


def test_a_row_that_only_moved_is_the_record_that_it_was(desk: Desk) -> None:
    rows = ["Amira Noorzai | 1984-03-02", "Babur Noorzai | 1982-07-19"]
    later = [*rows[:1], "Zahra Amiri | 2001-02-03", *rows[1:]]
    before, after = (
        "\n".join(["No | Name | Date of birth", *(f"{n} | {r}" for n, r in enumerate(table, 1))])
        for table in (rows, later)
    )
    desk.take(before)
    persons = desk.persons()
    taken = desk.take(after)
    assert (taken.added, taken.known, taken.changed, taken.gone) == (1, 2, 0, 0)
    assert persons.items() <= desk.persons().items()
