"""A model changes only when somebody decides so; then it is kept, named and in force."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from safepassage.register.judgement import Verdict
from safepassage.registrar import RegistrarError, learning, linking, starting
from safepassage.registrar.learning import kept, reviews
from safepassage.registrar.opening import default_matching, open_registrar
from safepassage.secure.vault import Vault
from tests.registrar.conftest import KEY, REGISTRAR, Desk


def a_crowd(count: int, seed: int) -> str:
    chance = random.Random(seed)
    starts = ("Ab", "Ba", "Fa", "Ha", "Ja", "Ka", "Na", "Ra", "Sa", "Za")
    rows = []
    for _ in range(count):
        name = chance.choice(starts) + chance.choice(("dul", "rid", "mir"))
        day = date(1950, 1, 1) + timedelta(days=chance.randrange(22_000))
        phone = f"+9370{chance.randrange(10**7):07}"
        rows.append(f"{name} | {chance.choice(starts)}zai | {day} | {phone}")
    return "\n".join(["Given name | Surname | Date of birth | Phone", *rows])


def without_birth_dates(crowd: str, count: int) -> str:
    """The first of them again, as a list that knows their names and phones writes them."""
    rows = [line.split(" | ") for line in crowd.split("\n")[: count + 1]]
    return "\n".join(" | ".join((row[0], row[1], row[3])) for row in rows)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_learned_model_is_kept_and_in_force_from_then_on(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(default_matching())
    crowd = a_crowd(1_100, 1)
    desk.take(crowd, "list-a", "embassy")
    with pytest.raises(RegistrarError, match="teach nothing"):
        desk.registrar.learn(REGISTRAR)
    assert kept(desk.registrar.room) is None
    desk.take(crowd + "\n" + a_crowd(100, 2).split("\n", 1)[1], "list-b", "ministry")
    learned = desk.registrar.learn(REGISTRAR)
    assert (learned.same, learned.not_same, learned.thresholds) == (0, 0, {})
    counts = learned.counts
    assert counts.model.startswith("own-")
    assert counts.persons_at_most < counts.records
    assert not desk.registrar.check(REGISTRAR)
    again = open_registrar(desk.place, Vault(KEY), desk.protection.trail, desk.clock)
    assert again.counts().model == counts.model


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_judgements_move_thresholds_until_they_are_taken_back(
    open_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "RECORDS_MIN", 100)
    desk = open_desk(default_matching())
    crowd = a_crowd(300, 1)
    desk.take(crowd, "list-a", "embassy")
    desk.take(without_birth_dates(crowd, 60), "list-b", "ministry")
    trained = desk.registrar.learn(REGISTRAR).counts.model
    asked = desk.registrar.queue(REGISTRAR, None, 12).questions
    for question in asked:
        desk.registrar.judge(REGISTRAR, question.pair, Verdict.NOT_SAME, "two people, seen both")
    learned = desk.registrar.learn(REGISTRAR)
    assert learned.not_same == len(asked) > 9
    assert all(after > before for before, after in learned.thresholds.values())
    assert learned.counts.model.startswith(f"{trained}-judged-")
    assert learning.learned(desk.registrar.room, from_people=False).model.version == trained
    again = open_registrar(desk.place, Vault(KEY), desk.protection.trail, desk.clock)
    assert again.counts().model == learned.counts.model
    for _ in asked:
        desk.registrar.undo(REGISTRAR)
    assert desk.registrar.learn(REGISTRAR).counts.model == trained


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_row_stated_anew_is_no_review(desk: Desk) -> None:
    first = "Ref | Name | Date of birth\nR-1001 | Amira Noorzai | 1984-03-02"
    desk.take(first)
    assert desk.take(first.replace("1984-03", "1985-03")).changed == 1
    room = desk.registrar.room
    with room.store.reading() as connection:
        assert len(linking.all_standings(connection, room.vault)) == 1
        assert reviews(connection, room) == []


def test_a_register_says_when_it_has_outgrown_the_model_of_the_program(desk: Desk) -> None:
    counts = replace(desk.registrar.counts(), model=starting.VERSION, records=10_000)
    assert not counts.outgrew_its_model
    assert replace(counts, records=10_001).outgrew_its_model
    assert not replace(counts, records=10_001, model="register-1").outgrew_its_model
