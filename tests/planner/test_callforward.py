"""Waves of call-forward: from the plan's passages, over-called, within what is known."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from safepassage.model.ids import EntryId, GroupId, PersonId
from safepassage.model.ledger import Book
from safepassage.model.notation import enter
from safepassage.model.observation import Group
from safepassage.planner.callforward import Calling, call_forward, sizes_of
from tests.planner.drawn import NOW, island_plan


def test_every_planned_head_is_in_one_wave() -> None:
    document = island_plan()
    found = call_forward(document, Calling(wave_hours=2))
    planned = Counter[str]()
    for wave in found.waves:
        planned.update(wave.planned)
        assert wave.end - wave.start == timedelta(hours=2)
    assert dict(planned) == {c: n for c, n in document["people_out"]["by_class"].items() if n}


def test_the_risk_is_kept_in_every_wave() -> None:
    for risk in (0.01, 0.2):
        found = call_forward(island_plan(), Calling(risk=risk, standby=5))
        assert max(w.chance_of_more for w in found.waves) <= risk
        assert all(w.room == sum(w.planned.values()) + 5 - w.waiting for w in found.waves)


def test_more_are_called_the_more_stay_away() -> None:
    heads = [call_forward(island_plan(), Calling(no_show=q)).heads for q in (0.0, 0.1, 0.3)]
    assert heads[0] < heads[1] < heads[2]


def test_who_waits_on_standby_is_not_called_again_in_the_next_wave() -> None:
    """If everybody comes, the stand-by places fill once at each gate, not once in each wave."""
    found = call_forward(island_plan(), Calling(no_show=0.0, standby=20))
    planned = sum(sum(w.planned.values()) for w in found.waves)
    assert planned < found.heads <= planned + 2 * 20


def test_nobody_is_called_who_is_not_known() -> None:
    document = island_plan()
    demand = document["problem"]["demand"]
    step = 0
    called = 0.0
    for wave in call_forward(document, Calling(no_show=0.0)).waves:
        step = round((wave.end - NOW) / timedelta(hours=1)) - 6
        called += sum(wave.heads.values())
        assert called <= sum(sum(row[0][:step]) for row in demand)


def test_seats_are_released_before_the_lift_leaves() -> None:
    document = island_plan()
    found = call_forward(document, Calling(release_hours=1.5))
    assert len(found.releases) == len(document["sorties"])
    for release in found.releases:
        assert release.departs_at - release.release_at == timedelta(hours=1.5)
        assert 0 <= release.to_json()["free"] == release.seats - release.planned


def test_sizes_come_from_the_groups_that_a_ledger_states() -> None:
    facts = [
        Group(
            id=EntryId(f"g-{n}"),
            group=GroupId(f"fam-{min(n, 2)}"),
            members=tuple(PersonId(f"p-{n}-{k}") for k in range(size)),
            stated_at=NOW + timedelta(hours=n),
        )
        for n, size in enumerate((4, 2, 6, 5))  # the last states the third group anew
    ]
    assert sizes_of(Book(enter(facts))) == {2: 1, 4: 1, 5: 1}
