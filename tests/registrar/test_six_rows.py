"""Six rows that the strongest open peer gets wrong: one man in five spellings and two scripts, and
another man of his name.  One person and one other; nothing overwritten; every step undone exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from safepassage.model.ids import PersonId
from safepassage.register.judgement import Verdict
from safepassage.registrar.opening import default_matching
from tests.registrar.conftest import REGISTRAR, SECOND, Desk

HEADER = "Given name | Family name | Date of birth"
ROWS = (
    "Gholam | Sakhizada | 1984-03-02",
    "GHOLAM | SAKHIZADA | 1984-03-02",
    "Ghulam | Sakhi Zada | 1984-03-02",
    "غلام | سخی زاده | 1984-03-02",
    "Sakhizada | Gholam | 1984-03-02",
    "Gholam | Sakhizada | 1971-05-05",
)
THE_MAN, THE_OTHER = "1984-03-02", "1971-05-05"


class State(NamedTuple):
    """Everything that a merge changes: who is who, what each record says, who leads where."""

    persons: tuple[tuple[PersonId, tuple[str, ...]], ...]
    leads: tuple[tuple[PersonId, PersonId], ...]


def state(desk: Desk, minted: list[PersonId]) -> State:
    persons = []
    for person in desk.person_ids():
        view = desk.registrar.person(REGISTRAR, person)
        said = (" ".join(n.text for n in r.record.names) for r in view.records)
        persons.append((view.id, tuple(said)))
    leads = tuple((p, desk.registrar.current(p)) for p in minted)
    return State(tuple(persons), leads)


def births(desk: Desk) -> dict[PersonId, set[str]]:
    found = {}
    for person in desk.person_ids():
        records = desk.registrar.person(REGISTRAR, person).records
        found[person] = {r.record.born.written for r in records if r.record.born}
    return found


def as_six_lists(desk: Desk) -> None:
    for number, row in enumerate(ROWS):
        desk.take(f"{HEADER}\n{row}", f"list-{number}", f"sponsor-{number}")


def as_one_list(desk: Desk) -> None:
    desk.take("\n".join([HEADER, *ROWS]))


@pytest.mark.parametrize("arrive", [as_six_lists, as_one_list])
def test_one_man_in_five_spellings_and_another_of_his_name(
    open_desk: Callable[..., Desk], arrive: Callable[[Desk], None]
) -> None:
    desk = open_desk(default_matching())
    arrive(desk)
    minted = sorted({p for person in desk.person_ids() for p in ids_of(desk, person)})
    assert len(minted) == 6
    assert all(len(said) == 1 for said in births(desk).values()), "no machine joined the two men"
    steps = [state(desk, minted)]
    undoable = []
    while questions := desk.registrar.queue(REGISTRAR, limit=1).questions:
        (question,) = questions
        said = {r.record.born.written for r in (question.left, question.right) if r.record.born}
        verdict = Verdict.SAME if len(said) == 1 else Verdict.NOT_SAME
        judged = desk.registrar.judge(REGISTRAR, question.pair, verdict, "asked him")
        undoable.append(judged.judgement.id)
        steps.append(state(desk, minted))
        assert len(undoable) < 20
    assert sorted(len(said) for _, said in steps[-1].persons) == [1, 5]
    assert sorted(map(tuple, births(desk).values())) == [(THE_OTHER,), (THE_MAN,)]
    spellings = {text for _, said in steps[-1].persons for text in said}
    assert len(spellings) >= 5, "every spelling is kept as it was written"
    desk.registrar.rebuild(SECOND)
    assert state(desk, minted) == steps[-1]
    for judgement, before in zip(reversed(undoable), reversed(steps[:-1]), strict=True):
        desk.registrar.undo(REGISTRAR, judgement)
        assert state(desk, minted) == before


def ids_of(desk: Desk, person: PersonId) -> set[PersonId]:
    view = desk.registrar.person(REGISTRAR, person)
    return {view.id, *view.redirects}


def test_what_the_machine_joined_a_person_takes_apart_and_puts_back(
    open_desk: Callable[..., Desk],
) -> None:
    desk = open_desk(default_matching())
    with_father = "Given name | Family name | Father | Date of birth | Passport"
    for number, given in enumerate(("Gholam", "Ghulam")):
        row = f"{given} | Sakhizada | Mohammad Yasin | 1984-03-02 | P4410027"
        desk.take(f"{with_father}\n{row}", f"list-{number}", f"sponsor-{number}")
    (person,) = desk.person_ids()
    one, other = desk.registrar.person(REGISTRAR, person).records
    minted = sorted((one.person, other.person))
    before = state(desk, minted)
    pair = (one.record.id, other.record.id)
    judged = desk.registrar.judge(REGISTRAR, pair, Verdict.NOT_SAME, "cousins, seen both")
    assert len(judged.persons) == 2
    desk.registrar.undo(REGISTRAR)
    assert state(desk, minted) == before
