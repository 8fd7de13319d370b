"""A new version of a list against the one before, by row and by person."""

from __future__ import annotations

import random
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.ids import ListId, PersonId, RecordId
from safepassage.model.sheet import Row, Sheet
from safepassage.register.columns import propose
from safepassage.register.difference import by_person, difference
from safepassage.register.record import Record
from safepassage.register.rows import read_rows

HEADER = ("Ref", "Family", "Name", "Born", "Passport", "Phone")
PARWANA = ("E-001", "F1", "Parwana Noori", "1991-05-14", "P7781201", "0705550101")
OMID = ("E-002", "F1", "Omid Noori", "2012-06-30", "", "0705550101")
TWINS = [
    ("", "F2", "Hamed Rahimi", "2006-02-11", "", ""),
    ("", "F2", "Hamid Rahimi", "2006-02-11", "", ""),
]


def records(*rows: tuple[str, ...], version: int = 1) -> tuple[Record, ...]:
    sheet = Sheet("", tuple(Row(n, cells) for n, cells in enumerate([HEADER, *rows], start=1)))
    return read_rows(
        sheet,
        propose(sheet).mapping(),
        list_id=ListId("l"),
        record_id=lambda n: RecordId(f"v{version}-{n}"),
        received=date(2021, 8, 20),
    ).records


def test_the_same_rows_in_another_order_change_nothing() -> None:
    found = difference(records(PARWANA, OMID, *TWINS), records(*TWINS, OMID, PARWANA, version=2))
    assert len(found.same) == 4
    assert (found.changed, found.added, found.gone) == ((), (), ())


def test_a_corrected_row_is_changed_and_says_in_what() -> None:
    corrected = (*PARWANA[:5], "0705550999")
    found = difference(records(PARWANA, OMID), records(corrected, OMID, version=2))
    assert [change.parts for change in found.changed] == [("phones",)]
    assert len(found.same) == 1


def test_a_name_spelled_anew_is_found_by_number_or_document() -> None:
    by_reference = ("E-001", "F1", "Parwaneh Nuri", "1991-05-14", "", "")
    by_document = ("", "F9", "Parwaneh Nuri", "", "P7781201", "")
    for row in (by_reference, by_document):
        found = difference(records(PARWANA), records(row, version=2))
        assert len(found.changed) == 1
        assert "names" in found.changed[0].parts


def test_twins_are_never_taken_for_one_another() -> None:
    moved = [("", "F3", *twin[2:]) for twin in TWINS]
    found = difference(records(*TWINS), records(*reversed(moved), version=2))
    assert len(found.changed) == 2
    for change in found.changed:
        assert change.before.names == change.after.names


def test_who_is_gone_and_who_is_new_is_told() -> None:
    found = difference(records(PARWANA, OMID), records(OMID, *TWINS, version=2))
    assert [r.names[0].text for r in found.gone] == ["Parwana Noori"]
    assert len(found.added) == 2


def test_by_person_somebody_on_two_rows_is_told_of_once() -> None:
    twice = ("E-009", "F9", "Parwana Nuri", "1991-05-14", "", "")
    before = records(PARWANA, OMID)
    after = records(PARWANA, twice, *TWINS, version=2)
    people = {"v1-2": "p1", "v1-3": "p2", "v2-2": "p1", "v2-3": "p1", "v2-4": "p3", "v2-5": "p4"}
    found = by_person(
        difference(before, after), lambda r: PersonId(people[r]) if r in people else None
    )
    assert found.added == ("p3", "p4")
    assert found.gone == ("p2",)
    assert found.same == 1


@settings(max_examples=50)
@given(st.lists(st.sampled_from([PARWANA, OMID, *TWINS]), max_size=8), st.integers(0, 99))
def test_every_row_of_both_versions_is_told_of_once(rows: list[tuple[str, ...]], seed: int) -> None:
    chance = random.Random(seed)
    before = records(*rows)
    after = records(*chance.sample(rows, chance.randrange(len(rows) + 1)), PARWANA, version=2)
    found = difference(before, after)
    assert found.adds_up
    old = [a.id for a, _ in found.same] + [c.before.id for c in found.changed]
    new = [b.id for _, b in found.same] + [c.after.id for c in found.changed]
    assert sorted([*old, *(r.id for r in found.gone)]) == sorted(r.id for r in before)
    assert sorted([*new, *(r.id for r in found.added)]) == sorted(r.id for r in after)
