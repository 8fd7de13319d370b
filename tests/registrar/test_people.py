"""Looking somebody up: little is enough for one person, nothing opens the whole register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from safepassage.model.ids import EntryId, GroupId, PersonId, PlaceId
from safepassage.model.movement import Movement, Phase
from safepassage.model.place import Place, PlaceKind
from safepassage.registrar import NotAllowedError, TooLittleError
from safepassage.secure.audit import Kind
from safepassage.secure.reveal import Budget
from safepassage.secure.roles import MASK, Field, Role, Viewer
from tests.registrar.conftest import NOON, REGISTRAR, Desk

BOARDING = Viewer("boarding-1", frozenset({Role.BOARDING_OFFICER}))  # type: ignore[arg-type]

LIST = """
    Family | Name          | Date of birth | Passport | Phone
    1      | Amira Noorzai | 1984-03-02    | P1234567 | +93701234567
    1      | Babur Noorzai | 1982-07-19    | P7654321 | +93701234567
    2      | Farid Haidari | 1990-01-05    |          |
"""


def found(desk: Desk, text: str, viewer: Viewer = REGISTRAR) -> list[str]:
    hits = desk.registrar.search(viewer, text).hits
    return sorted(hit.record.record.names[0].text for hit in hits)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("amira noorzai 1984-03-02", ["Amira Noorzai"]),
        ("P7654321", ["Babur Noorzai"]),
        ("nobody at all", []),
    ],
)
def test_a_name_with_something_beside_it_or_a_number_finds_a_person(
    desk: Desk, text: str, names: list[str]
) -> None:
    desk.take(LIST)
    assert found(desk, text) == names


@pytest.mark.parametrize("text", ["", "Amira", "*", "%", "1984", "A*", "__", "Amira %"])
def test_what_would_find_a_crowd_is_refused(desk: Desk, text: str) -> None:
    desk.take(LIST)
    with pytest.raises(TooLittleError, match="too many people"):
        desk.registrar.search(REGISTRAR, text)


def test_who_may_not_see_documents_does_not_search_by_them(desk: Desk) -> None:
    desk.take(LIST)
    with pytest.raises(TooLittleError):
        desk.registrar.search(BOARDING, "P7654321")
    result = desk.registrar.search(BOARDING, "Amira Noorzai P7654321")
    assert result.not_used == {Field.DOCUMENTS}


def test_a_desk_sees_of_a_person_what_it_needs(desk: Desk) -> None:
    desk.take(LIST)
    person = desk.registrar.search(REGISTRAR, "Amira Noorzai 1984-03-02").hits[0].person
    (record,) = desk.registrar.person(BOARDING, person).records
    assert record.record.names[0].text == "Amira Noorzai"
    assert record.record.documents == record.record.phones == ()
    assert record.record.born is None
    assert record.hidden == {Field.BORN, Field.DOCUMENTS, Field.CONTACT}
    assert MASK not in record.record.names[0].text


def test_every_reveal_is_in_the_audit_chain_before_it_is_shown(desk: Desk) -> None:
    desk.take(LIST)
    person = desk.registrar.search(REGISTRAR, "Amira Noorzai 1984-03-02").hits[0].person
    desk.registrar.person(BOARDING, person)
    seen = desk.protection.trail.entries_of("boarding-1", Kind.REVEALED, NOON)
    assert [entry.subject for entry in seen] == [person]
    assert not desk.protection.trail.verify()


def test_a_crawler_is_stopped_by_the_budget(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(desk=Budget(persons=3))
    rows = [f"Person N{letter}x | 1980-03-02 | P00000{letter}7" for letter in "ABCDEFGHI"]
    desk.take("Name | Date of birth | Passport\n" + "\n".join(rows))
    shown: list[str] = []

    def crawl() -> None:
        for letter in "ABCDEFGHI":
            shown.extend(found(desk, f"P00000{letter}7"))

    with pytest.raises(NotAllowedError, match="budget-spent"):
        crawl()
    assert len(shown) == 3
    assert desk.registrar.reveals_left(REGISTRAR) == 0
    refused = desk.protection.trail.entries_of("registrar-1", Kind.REVEAL_REFUSED, NOON)
    assert len(list(refused)) == 1


def test_who_came_in_one_household_is_named_as_a_relative(desk: Desk) -> None:
    desk.take(LIST)
    amira = desk.registrar.search(REGISTRAR, "P1234567").hits[0].person
    babur = desk.registrar.search(REGISTRAR, "P7654321").hits[0].person
    assert desk.registrar.person(REGISTRAR, amira).relatives == (babur,)


def test_the_ledger_says_where_a_person_is_under_any_of_their_ids(desk: Desk) -> None:
    desk.take(LIST, "list-a", "embassy")
    desk.take(LIST, "list-b", "ministry")
    view = desk.registrar.person(
        REGISTRAR, desk.registrar.search(REGISTRAR, "P1234567").hits[0].person
    )
    (younger,) = view.redirects
    seen = datetime(2021, 8, 20, 9, tzinfo=UTC)
    gate = Place(
        id=EntryId("place-1"), place=PlaceId("gate-1"), kind=PlaceKind.GATE, stated_at=seen
    )
    moved = Movement(
        id=EntryId("scan-1"),
        person=younger,
        from_place=PlaceId("outside"),
        to_place=PlaceId("gate-1"),
        phase=Phase.POSTED,
        occurred_at=seen,
        group=GroupId("g-1"),
    )
    desk.store.append([gate, moved], source="gate-1", recorded_at=NOON)
    with desk.store.ledger() as ledger:
        at = desk.registrar.person(REGISTRAR, view.id, ledger).whereabouts
    assert at is not None
    assert (at.place, at.since, at.person) == ("gate-1", seen, younger)


def test_nothing_of_a_person_is_in_the_text_of_what_is_shown(desk: Desk) -> None:
    desk.take(LIST)
    result = desk.registrar.search(REGISTRAR, "Amira Noorzai 1984-03-02")
    view = desk.registrar.person(REGISTRAR, result.hits[0].person)
    told = f"{result!r} {view!r} {view.records[0]!r} {view.history!r} {PersonId('p')!r}"
    assert "Amira" not in told
    assert "P1234567" not in told
