"""Families on sorties: nobody lost, no family split, seats never exceeded."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.plan.errors import PlanInputError
from safepassage.plan.families import Family, Load, pack
from safepassage.plan.overcall import sized

CLASSES = ("patient", "evacuee", "other")
sizes = st.lists(st.tuples(st.integers(1, 12), st.sampled_from(CLASSES)), max_size=60)


@st.composite
def loads(draw: st.DrawFn) -> list[Load]:
    """Sorties whose seats are shared out between some of the classes."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        shares = {c: draw(st.integers(0, 25)) for c in CLASSES if draw(st.booleans())}
        seats = draw(st.integers(sum(shares.values()), sum(shares.values()) + 10))
        found.append(Load(number, seats, shares))
    return found


@settings(max_examples=150, deadline=None)
@given(sizes, loads(), st.integers(0, 25))
def test_nobody_is_lost_no_family_split_and_no_seat_given_twice(
    wanted: list[tuple[int, str]], sorties: list[Load], look_ahead: int
) -> None:
    families = [Family(n, size, category) for n, (size, category) in enumerate(wanted)]
    packed = pack(families, sorties, look_ahead)
    placed = [f for load in packed.aboard for f in load]
    assert Counter([*placed, *packed.waiting]) == Counter(families)
    for load, aboard, lost in zip(sorties, packed.aboard, packed.lost, strict=True):
        heads = sum(f.size for f in aboard)
        planned = sum(load.by_class.values())
        assert heads <= planned <= load.seats
        assert lost in (0, planned - heads)
        assert {f.category for f in aboard} <= set(load.by_class)


@settings(max_examples=80, deadline=None)
@given(sizes, loads())
def test_seats_are_lost_only_while_somebody_waits_who_is_too_many(
    wanted: list[tuple[int, str]], sorties: list[Load]
) -> None:
    families = [Family(n, size, category) for n, (size, category) in enumerate(wanted)]
    packed = pack(families, sorties, look_ahead=len(families))
    for load, lost in zip(sorties[-1:], packed.lost[-1:], strict=True):
        last = list(load.by_class)[-1] if load.by_class else None
        assert all(f.size > lost for f in packed.waiting if f.category == last)


def test_the_first_family_goes_first_where_it_fits() -> None:
    families = [Family(n, size, "evacuee") for n, size in enumerate((4, 3, 5, 1))]
    packed = pack(families, [Load("c-130", 8, {"evacuee": 8}), Load("c-17", 8, {"evacuee": 8})])
    assert [[f.id for f in load] for load in packed.aboard] == [[0, 1, 3], [2]]
    assert packed.seats_lost == 0


def test_a_family_larger_than_every_sortie_waits_and_is_not_split() -> None:
    packed = pack([Family("nine", 9, "evacuee")], [Load(1, 8, {"evacuee": 8})] * 3)
    assert [f.id for f in packed.waiting] == ["nine"]
    assert (packed.heads, packed.seats_lost) == (0, 24)


def test_seats_that_one_class_leaves_go_to_the_next() -> None:
    families = [Family(1, 3, "patient"), Family(2, 5, "evacuee")]
    packed = pack(families, [Load(1, 8, {"patient": 4, "evacuee": 4})])
    assert packed.heads == 8


def test_hardly_a_seat_is_lost_when_twenty_families_are_in_sight() -> None:
    source = sized({1: 22, 2: 12, 3: 12, 4: 14, 5: 13, 6: 11, 7: 7, 8: 5, 9: 3, 10: 1})
    families = [Family(n, next(source), "evacuee") for n in range(3000)]
    sorties = [Load(n, 100 + n % 7 * 30, {"evacuee": 100 + n % 7 * 30}) for n in range(40)]
    planned = sum(load.seats for load in sorties)
    assert pack(families, sorties).seats_lost <= planned / 1000
    assert pack(families, sorties, look_ahead=0).seats_lost > 0


def test_sizes_keep_to_their_shares() -> None:
    source = sized({1: 1, 4: 2, 6: 1})
    assert Counter(next(source) for _ in range(400)) == {1: 100, 4: 200, 6: 100}


@pytest.mark.parametrize("shares", [{}, {3: 0}, {0: 1}, {4: -1}, {4: float("nan")}])
def test_shares_that_are_none_are_refused(shares: dict[int, float]) -> None:
    with pytest.raises(PlanInputError, match="famil"):
        sized(shares)
