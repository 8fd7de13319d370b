"""Our own engine, list by list and judgement by judgement, gives exactly what a rebuild gives."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from safepassage.register.judgement import Verdict
from safepassage.registrar import matching
from safepassage.registrar.matching import OwnMatching
from safepassage.registrar.starting import starting_model
from tests.registrar.conftest import REGISTRAR, SECOND, Desk
from tests.registrar.test_any_order import links, opened, partition

GIVEN = ("Amira", "Ameera", "Babur", "Farid", "Fareed", "Zahra", "Omid", "Karim", "Kareem", "Nasir")
FAMILY = ("Noorzai", "Nurzai", "Haidari", "Rahimi", "Raheemi", "Wardak")
HEADER = "Family | Given name | Surname | Father | Sex | Date of birth | Passport | Phone"


def crowded(caps: int) -> OwnMatching:
    """Our engine with caps so low that names become too common while lists arrive."""
    model = starting_model()
    return OwnMatching(replace(model, caps=dict.fromkeys(model.caps, caps)))


def people(chance: random.Random, count: int) -> list[tuple[str, ...]]:
    """A few families, alike enough to be mistaken for each other."""
    found = []
    for n in range(count):
        family = n // 4
        found.append(
            (
                str(family),
                chance.choice(GIVEN),
                FAMILY[family % len(FAMILY)],
                GIVEN[family % len(GIVEN)],
                chance.choice("MF"),
                f"{1960 + chance.randrange(50)}-0{1 + n % 9}-1{n % 10}",
                f"P{4410000 + 7 * n}" if chance.random() < 0.4 else "",
                f"+9370555{1000 + family}",
            )
        )
    return found


def a_list(chance: random.Random, crowd: list[tuple[str, ...]]) -> str:
    """Some of the people, as another office writes them."""
    rows = []
    for family, given, surname, father, sex, born, passport, phone in chance.sample(crowd, 14):
        said = chance.random()
        rows.append(
            " | ".join(
                (
                    family,
                    given if said < 0.8 else chance.choice(GIVEN),
                    surname if said < 0.9 else "",
                    father if chance.random() < 0.7 else "",
                    sex,
                    born if chance.random() < 0.6 else born[:4],
                    passport if chance.random() < 0.8 else "",
                    phone if chance.random() < 0.5 else "",
                )
            )
        )
    return "\n".join([HEADER, *rows])


def state(desk: Desk) -> tuple[object, object]:
    return partition(desk.place), links(desk.place)


def judge_some(desk: Desk, chance: random.Random) -> None:
    for question in desk.registrar.queue(REGISTRAR, limit=20).questions[:3]:
        verdict = chance.choice((Verdict.SAME, Verdict.NOT_SAME, Verdict.UNSURE))
        for viewer in (REGISTRAR, SECOND):
            desk.registrar.judge(viewer, question.pair, verdict, "looked at both")


@pytest.fixture(params=["row by row", "all columns at once"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How lists are linked: by the neighbourhood of their rows, or beside all columns."""
    if request.param != "row by row":
        monkeypatch.setattr(matching, "MANY", 1)
        monkeypatch.setattr(matching, "KEPT_MIN", 10)
    return str(request.param)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("caps", [3, 50])
def test_lists_judgements_and_erasures_one_by_one_give_what_a_rebuild_gives(
    empty_file: Path, seed: int, caps: int
) -> None:
    chance = random.Random(seed)
    crowd = people(chance, 30)
    lists = [(f"list-{n}", a_list(chance, crowd)) for n in range(5)]
    with opened(empty_file, crowded(caps)) as desk, opened(empty_file, crowded(caps)) as other:
        for n, (name, text) in enumerate(lists):
            desk.take(text, name)
            if n == 2:
                judge_some(desk, chance)
        before = state(desk)
        desk.registrar.rebuild(REGISTRAR)
        assert state(desk) == before
        desk.registrar.undo(REGISTRAR)
        desk.registrar.shred(REGISTRAR, chance.choice(desk.person_ids()))
        before = state(desk)
        desk.registrar.rebuild(REGISTRAR)
        assert state(desk) == before
        for name, text in reversed(lists):
            other.take(text, name)
        alone = state(other)
        other.registrar.rebuild(REGISTRAR)
        assert state(other) == alone
