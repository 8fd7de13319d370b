"""Named random streams: repeatable, apart from each other, the same in every Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safepassage.simulate.streams import Streams, between, one_of, some_of, stream, whole


def test_the_same_seed_and_name_make_the_same_stream() -> None:
    first, again = stream("1", "gates"), stream("1", "gates")
    assert [first.random() for _ in range(5)] == [again.random() for _ in range(5)]


def test_another_seed_or_another_name_makes_another_stream() -> None:
    found = {stream(seed, name).random() for seed in ("1", "2") for name in ("gates", "waits")}
    assert len(found) == 4


def test_seed_and_name_do_not_run_together() -> None:
    assert stream("a", "bc").random() != stream("ab", "c").random()


def test_a_stream_is_the_same_on_every_machine() -> None:
    """These numbers are part of every ledger ever drawn: if they change, so do all of them."""
    rng = stream("kabul", "gates")
    assert [whole(rng, 0, 1000) for _ in range(5)] == FIRST_DRAWS


FIRST_DRAWS = [749, 207, 342, 33, 997]


def test_asking_for_a_new_cause_disturbs_no_other() -> None:
    few, many = Streams("1", "flow"), Streams("1", "flow")
    assert many["storm"].random() >= 0
    assert few["gates"].random() == many["gates"].random()
    assert many["storm"].random() >= 0
    assert few["gates"].random() == many["gates"].random()


@given(st.integers(0, 50), st.integers(1, 50), st.text(max_size=5))
def test_whole_numbers_stay_in_their_range(low: int, width: int, seed: str) -> None:
    assert low <= whole(stream(seed, "n"), low, low + width) < low + width


@given(st.text(max_size=5))
def test_a_waiting_time_stays_between_its_ends(seed: str) -> None:
    assert 1 <= between(stream(seed, "wait"), 1, 4, 14) <= 14


def test_an_item_without_weight_is_never_drawn_while_another_has_some() -> None:
    rng = stream("1", "items")
    assert {one_of(rng, "abc", [1, 0, 2]) for _ in range(200)} == {"a", "c"}


def test_items_without_any_weight_are_drawn_alike() -> None:
    rng = stream("1", "items")
    assert {one_of(rng, "abc", [0, 0, 0]) for _ in range(200)} == {"a", "b", "c"}


def test_one_draw_is_used_however_many_items_there_are() -> None:
    short, long = stream("1", "items"), stream("1", "items")
    one_of(short, "ab", [1, 1])
    one_of(long, "abcdef", [1] * 6)
    assert short.random() == long.random()


@given(st.lists(st.integers(), max_size=20), st.text(max_size=5), st.data())
def test_some_of_a_list_are_different_positions(
    items: list[int], seed: str, data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, len(items)))
    drawn = some_of(stream(seed, "some"), list(enumerate(items)), count)
    assert len(set(drawn)) == count


def test_more_than_there_are_cannot_be_drawn() -> None:
    with pytest.raises(IndexError):
        some_of(stream("1", "some"), [1, 2], 3)
