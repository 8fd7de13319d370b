"""The budget of reveals: who works sees enough, who copies the register is stopped."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from safepassage.secure.reveal import (
    HOUR,
    PERSONS_PER_HOUR,
    Budget,
    Reveal,
    left,
    looking,
    may_reveal,
    stands_out,
)
from safepassage.secure.roles import Why

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
reveals = st.lists(
    st.builds(
        Reveal,
        st.sampled_from([f"p{n}" for n in range(8)]),
        st.integers(-7200, 0).map(lambda s: NOON + s * SECOND),
    ),
    max_size=30,
)


def test_somebody_who_copies_the_register_is_stopped_at_sixty() -> None:
    seen: list[Reveal] = []
    at = NOON
    for number in range(200):
        if may_reveal([f"p{number}"], seen, at) is None:
            seen.append(Reveal(f"p{number}", at))
        at += SECOND
    assert len(seen) == PERSONS_PER_HOUR
    refusal = may_reveal(["p-new"], seen, at)
    assert refusal is not None
    assert refusal.why is Why.BUDGET_SPENT
    assert "try again in 57 min" in refusal.remedy


def test_an_hour_later_there_is_room_again() -> None:
    seen = [Reveal(f"p{n}", NOON + n * SECOND) for n in range(PERSONS_PER_HOUR)]
    assert may_reveal(["new"], seen, NOON + HOUR - SECOND) is not None
    assert may_reveal(["new"], seen, NOON + HOUR) is None
    assert may_reveal(["new", "newer"], seen, NOON + HOUR) is not None


@given(reveals, st.lists(st.sampled_from([f"p{n}" for n in range(12)]), max_size=6))
def test_the_same_person_again_costs_nothing(earlier: list[Reveal], asked: list[str]) -> None:
    budget = Budget(persons=5)
    inside = {r.subject for r in earlier if r.at > NOON - HOUR}
    known = [subject for subject in asked if subject in inside]
    assert may_reveal(known, earlier, NOON, budget) is None
    refused = may_reveal(asked, earlier, NOON, budget) is not None
    assert refused == (bool(set(asked) - inside) and len(inside | set(asked)) > 5)


@given(reveals)
def test_what_is_left_is_what_may_still_be_seen(earlier: list[Reveal]) -> None:
    budget = Budget(persons=5)
    rest = left(earlier, NOON, budget)
    new = [f"new-{n}" for n in range(rest + 1)]
    assert may_reveal(new[:rest], earlier, NOON, budget) is None
    assert may_reveal(new, earlier, NOON, budget) is not None


@given(reveals)
def test_the_remedy_names_a_time_when_it_works(earlier: list[Reveal]) -> None:
    budget = Budget(persons=3)
    refusal = may_reveal(["new"], earlier, NOON, budget)
    if refusal is not None:
        minutes = int(refusal.remedy.split("try again in ")[1].split()[0])
        assert may_reveal(["new"], earlier, NOON + timedelta(minutes=minutes), budget) is None


def test_more_at_once_than_an_hour_allows_is_told_so() -> None:
    refusal = may_reveal(["a", "b", "c"], [], NOON, Budget(persons=2))
    assert refusal is not None
    assert "fewer at a time" in refusal.remedy


def test_an_hour_far_above_somebodys_own_hours_stands_out() -> None:
    usual = [10, 12, 9, 11, 10, 13, 8, 11]
    assert not stands_out(14, usual)
    assert stands_out(40, usual)
    assert not stands_out(40, usual[:7])  # too early to know what is usual
    assert not stands_out(11, [10] * 20)


def test_who_looked_at_people_is_listed_whoever_stands_out_first() -> None:
    usual = [10, 12, 9, 11, 10, 13, 8, 11]
    found = looking(
        {"reg-1": [14, *usual], "reg-2": [40, 0, *usual, 0], "reg-3": [0, 5], "reg-4": [59, 0, 3]}
    )
    assert [(one.account, one.persons, one.stands_out) for one in found] == [
        ("reg-2", 40, True),
        ("reg-4", 59, False),  # nobody knows yet what is usual for it
        ("reg-1", 14, False),
    ]
