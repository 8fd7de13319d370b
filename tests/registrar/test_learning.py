"""A model changes only when somebody decides so; then it is kept, named and in force."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from safepassage.registrar import RegistrarError
from safepassage.registrar.learning import kept
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


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_learned_model_is_kept_and_in_force_from_then_on(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk(default_matching())
    crowd = a_crowd(1_100, 1)
    desk.take(crowd, "list-a", "embassy")
    with pytest.raises(RegistrarError, match="teach nothing"):
        desk.registrar.learn(REGISTRAR)
    assert kept(desk.registrar.room) is None
    desk.take(crowd + "\n" + a_crowd(100, 2).split("\n", 1)[1], "list-b", "ministry")
    counts = desk.registrar.learn(REGISTRAR)
    assert counts.model.startswith("own-")
    assert counts.persons_at_most < counts.records
    assert not desk.registrar.check(REGISTRAR)
    again = open_registrar(desk.place, Vault(KEY), desk.protection.trail, desk.clock)
    assert again.counts().model == counts.model
