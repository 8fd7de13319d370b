"""The ledger that published windows imply: exact where published, drawn and marked where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.errors import InvalidFactError, UnknownPlaceError
from safepassage.model.fact import Fact
from safepassage.model.instant import LATEST
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.movement import Movement
from safepassage.model.observation import Correction
from safepassage.model.operation import Closure, LiftType, Mode
from safepassage.model.place import OUTSIDE
from safepassage.model.published import PublishedFlow, PublishedLift
from safepassage.model.wire import to_body, to_text
from safepassage.simulate.implied import implied_facts, implied_size
from safepassage.simulate.implied_families import FAMILY_MEAN, FAMILY_SIZES, family_sizes
from safepassage.simulate.implied_loads import drawn_loads, shared
from safepassage.simulate.streams import stream
from tests.simulate.implied_case import (
    STAFF,
    at,
    book_of,
    every_transfer,
    flow,
    heads_out,
    is_in_order,
    lift,
    lifts_of_groups,
    lifts_out,
    lowest,
    operation,
)

OP = operation()


def drawn(
    flows: Sequence[PublishedFlow], lifts: Sequence[PublishedLift] = (), seed: str = "1"
) -> list[Fact]:
    return list(implied_facts(OP, flows, lifts, seed))


def as_bytes(facts: Sequence[Fact]) -> str:
    return "\n".join(to_text(to_body(fact)) for fact in facts)


def about(facts: Sequence[Fact], subject: str) -> list[Fact]:
    return [fact for fact in facts if fact.id.startswith(f"op/{subject}")]


def lift_of(facts: Sequence[Fact], lift_id: str) -> Lift:
    return next(f for f in facts if isinstance(f, Lift) and f.lift == lift_id)


def movement_of(facts: Sequence[Fact], entry: str) -> Movement:
    return next(f for f in facts if isinstance(f, Movement) and f.id == entry)


@st.composite
def published(draw: st.DrawFn) -> tuple[list[PublishedFlow], list[PublishedLift]]:
    """Windows that follow each other, with one or two classes each, and lifts among them."""
    flows, lifts, start = [], [], 100.0
    for window in range(draw(st.integers(1, 4))):
        end = start + draw(st.sampled_from([0.5, 6, 12, 24]))
        for operator_class in draw(st.sampled_from([("own",), ("own", "other"), ("unknown",)])):
            people = draw(st.integers(0, 900))
            count = draw(st.one_of(st.none(), st.integers(1, 12)))
            name = f"w{window}-{operator_class}"
            if draw(st.booleans()):
                heads = draw(st.integers(1, 200))
                first = draw(st.sampled_from([None, heads, heads + 7, max(1, heads - 9)]))
                lifts.append(
                    lift(
                        f"{name}-lift",
                        heads,
                        departed=start,
                        first=first,
                        operator_class=operator_class,
                    )
                )
                people += heads
                count = None if count is None else count + 1
            flows.append(
                flow(name, people, count, start=start, end=end, operator_class=operator_class)
            )
        start = end
    return flows, lifts


@given(published(), st.text(max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_published_window_comes_out_exactly(
    rows: tuple[list[PublishedFlow], list[PublishedLift]], seed: str
) -> None:
    flows, lifts = rows
    facts = drawn(flows, lifts, seed)
    book = book_of(OP, facts)
    for row in flows:
        single = [x for x in lifts if x.departed_at in row.window]
        known = sum(x.operator_class == row.operator_class for x in single)
        assert heads_out(book, row.window, row.operator_class) == row.people
        assert lifts_out(book, row.window, row.operator_class) == (
            known if row.lifts is None else row.lifts
        )
    assert is_in_order(facts)
    assert all(len(boarded) == 1 for boarded in lifts_of_groups(book).values())
    assert lowest(book) == 0
    assert sum(book.stock(LATEST - timedelta(1)).values()) == 0
    assert not book.oddities()


@given(published())
@settings(max_examples=20, deadline=None)
def test_everybody_who_came_from_outside_is_at_a_haven_in_the_end(
    rows: tuple[list[PublishedFlow], list[PublishedLift]],
) -> None:
    flows, lifts = rows
    stock = book_of(OP, drawn(flows, lifts)).stock(LATEST - timedelta(1))
    havens = sum(heads for (place, _), heads in stock.items() if place in ("near", "far"))
    assert havens == sum(row.people for row in flows)
    assert {place for place, _ in stock} <= {OUTSIDE, "near", "far"}


def test_no_lift_flies_empty_while_there_are_people_for_all() -> None:
    book = book_of(OP, drawn([flow("f", 12, 9)]))
    boarded = {t.to_place for t in every_transfer(book) if t.to_place in book.catalogue.lifts}
    assert len(boarded) == 9


def test_with_fewer_people_than_lifts_every_lift_still_departs() -> None:
    facts = drawn([flow("f", 2, 5)])
    departed = [f for f in facts if isinstance(f, LiftStatus) and f.status is Status.DEPARTED]
    assert len(departed) == 5
    assert heads_out(book_of(OP, facts), flow("f", 2, 5).window, "own") == 2


def test_people_board_at_the_instant_their_lift_departs() -> None:
    facts = drawn([flow("f", 300, 4)])
    departed = {
        f.lift: f.occurred_at
        for f in facts
        if isinstance(f, LiftStatus) and f.status is Status.DEPARTED
    }
    boarded = [f for f in facts if isinstance(f, Movement) and f.to_place in departed]
    assert boarded
    assert all(f.occurred_at == departed[f.to_place] for f in boarded)


def test_a_lift_is_under_way_as_long_as_its_type_needs_for_the_leg() -> None:
    facts = drawn([flow("f", 300, 4)])
    for stated in [f for f in facts if isinstance(f, Lift)]:
        km = {"near": 1400, "far": 3500}[stated.to_place]
        hours = OP.lift_type(stated.lift_type or "").hours(km)
        left, came = (
            next(f for f in facts if f.id == f"op/{stated.lift}/{word}")
            for word in ("departed", "arrived")
        )
        assert isinstance(left, LiftStatus)
        assert isinstance(came, LiftStatus)
        assert came.occurred_at - left.occurred_at == timedelta(minutes=round(60 * hours))


def test_a_family_walks_from_outside_to_a_haven_step_by_step() -> None:
    facts = drawn([flow("f", 1, 1)])
    steps = [(f.from_place, f.to_place) for f in facts if isinstance(f, Movement)]
    places = [OUTSIDE, "town", "gate", "field", "f-1", "haven"]
    names = {"east": "gate", "west": "gate", "near": "haven", "far": "haven"}
    seen = [(names.get(a, a), names.get(b, b)) for a, b in steps]
    assert seen == list(pairwise(places))


def test_the_same_seed_makes_the_same_bytes() -> None:
    flows = [flow("f", 700, 5), flow("g", 400, None, operator_class="unknown")]
    assert as_bytes(drawn(flows)) == as_bytes(drawn(flows))


def test_another_seed_makes_other_times_and_the_same_sums() -> None:
    rows = [flow("f", 700, 5)]
    one, other = drawn(rows), drawn(rows, seed="2")
    assert {f.occurred_at for f in one if isinstance(f, LiftStatus)} != {
        f.occurred_at for f in other if isinstance(f, LiftStatus)
    }
    window = rows[0].window
    assert heads_out(book_of(OP, one), window, "own") == 700
    assert heads_out(book_of(OP, other), window, "own") == 700


def test_one_more_flow_changes_nothing_in_the_others() -> None:
    rows = [flow("f", 700, 5)]
    more = [flow("a", 90, 2, operator_class="other"), flow("z", 50, None, start=124, end=130)]
    assert about(drawn(rows), "f") == about(drawn([*more, *rows]), "f")


def test_one_more_gate_changes_gates_and_nothing_else() -> None:
    rows = [flow("f", 700, 5)]
    three = list(implied_facts(operation("east", "north", "west"), rows, [], "1"))

    def without_gates(facts: Sequence[Fact]) -> list[tuple[object, ...]]:
        return [(f.id, f.occurred_at, f.heads, f.group) for f in facts if isinstance(f, Movement)]

    assert without_gates(drawn(rows)) == without_gates(three)
    assert "north" in {f.to_place for f in three if isinstance(f, Movement)}


def test_what_chance_chose_is_marked_and_what_was_published_is_not() -> None:
    facts = drawn([flow("f", 300, 4)], [lift("known", 90)])
    assert movement_of(facts, "op/f/1/1").drawn == ("occurred_at", "heads", "group")
    assert movement_of(facts, "op/f/1/2").drawn == ("to_place", "occurred_at", "heads", "group")
    boarded = movement_of(facts, "op/known/1/4")
    assert boarded.drawn == ("heads", "group")
    departed = next(f for f in facts if f.id == "op/known/departed")
    assert isinstance(departed, LiftStatus)
    assert departed.drawn == ()
    assert lift_of(facts, "known").drawn == ("to_place", "stated_at")
    assert lift_of(facts, "f-1").drawn == ("to_place", "stated_at", "lift_type", "seats")


def test_lifts_that_were_not_published_are_one_place_that_never_departs() -> None:
    rows = [flow("f", 900, None, operator_class="unknown")]
    facts = drawn(rows)
    assert lift_of(facts, "lifts-not-published-f").operator_class == "unknown"
    assert not [f for f in facts if isinstance(f, LiftStatus)]
    book = book_of(OP, facts)
    assert heads_out(book, rows[0].window, "unknown") == 900
    assert lifts_out(book, rows[0].window, "unknown") == 0
    assert len([f for f in facts if isinstance(f, Lift)]) == 1


def test_a_published_lift_is_part_of_the_flow_around_it() -> None:
    rows, single = [flow("f", 1000, 4)], [lift("known", 700)]
    book = book_of(OP, drawn(rows, single))
    assert heads_out(book, rows[0].window, "own") == 1000
    assert lifts_out(book, rows[0].window, "own") == 4
    assert sum(t.heads for t in every_transfer(book) if t.to_place == "known") == 700


def test_a_published_lift_outside_every_flow_is_added_as_it_is() -> None:
    rows = [flow("f", 100, 2)]
    last = [lift("last", 2, departed=130, category=STAFF)]
    facts = drawn(rows, last)
    book = book_of(OP, facts)
    after = flow("later", 0, 0, start=124, end=150).window
    assert heads_out(book, rows[0].window, "own") == 100
    assert heads_out(book, after, "own") == 0
    assert heads_out(book, after, "own", STAFF) == 2
    assert lifts_out(book, after, "own") == 1
    steps = [(f.from_place, f.to_place) for f in about(facts, "last") if isinstance(f, Movement)]
    assert steps[:2] == [(OUTSIDE, "field"), ("field", "last")]


def test_a_first_count_is_held_until_it_is_corrected_in_every_step() -> None:
    said_at = at(200)
    rows = [flow("f", 823, 1)]
    facts = drawn(rows, [lift("known", 823, first=640, corrected_at=said_at)])
    corrections = [f for f in facts if isinstance(f, Correction)]
    assert [c.corrects for c in corrections] == [f"op/known/1/{step}" for step in range(1, 6)]
    assert {c.stated_at for c in corrections} == {said_at}
    before = book_of(OP, [f for f in facts if not isinstance(f, Correction)])
    after = book_of(OP, facts)
    assert heads_out(before, rows[0].window, "own") == 640
    assert heads_out(after, rows[0].window, "own") == 823
    assert not after.oddities()


@pytest.mark.parametrize(("first", "heads"), [(640, 823), (823, 640)])
def test_no_place_falls_below_zero_between_two_corrections(first: int, heads: int) -> None:
    book = book_of(OP, drawn([flow("f", heads, 1)], [lift("known", heads, first=first)]))
    assert [lowest(book.at(position)) for position in range(1, book.position + 1)] == [
        0
    ] * book.position


def test_a_correction_without_its_own_instant_is_made_on_arrival() -> None:
    facts = drawn([], [lift("known", 90, first=80)])
    arrived = movement_of(facts, "op/known/1/5")
    assert {f.stated_at for f in facts if isinstance(f, Correction)} == {arrived.occurred_at}


def test_the_hour_of_a_lift_is_drawn_where_only_the_day_was_published() -> None:
    local_midnight = 4 * 24 - 4.5  # in Kabul
    single = lift("known", 90, departed=local_midnight, day_only=True)
    facts = drawn([flow("f", 90, 1, start=90, end=150)], [single])
    departed = next(f for f in facts if f.id == "op/known/departed")
    assert isinstance(departed, LiftStatus)
    assert at(local_midnight) < departed.occurred_at < at(local_midnight + 24)
    assert departed.drawn == ("occurred_at",)


def test_published_lift_types_come_out_in_their_numbers() -> None:
    row = flow("f", 500, 6, lift_types={"large": 2, "small": 4})
    facts = drawn([row], [lift("known", 90)])
    types = [f.lift_type for f in facts if isinstance(f, Lift)]
    assert sorted(map(str, types)) == ["large", "large", *["small"] * 4]


def test_a_lift_with_more_heads_than_seats_flew_as_in_an_emergency() -> None:
    facts = drawn([flow("f", 240, 1, lift_types={"large": 1})])
    assert lift_of(facts, "f-1").seats == 250


def test_nothing_departs_while_the_terminal_is_expected_to_be_shut() -> None:
    shut = Closure(starts_at=at(101), ends_at=at(123))
    closed = operation(closed=(shut,))
    facts = implied_facts(closed, [flow("f", 500, 30)], [], "1")
    departed = [f for f in facts if isinstance(f, LiftStatus) and f.status is Status.DEPARTED]
    assert not [f for f in departed if f.occurred_at in shut]


def test_an_airfield_shut_all_day_does_not_unmake_what_was_published() -> None:
    closed = operation(closed=(Closure(starts_at=at(0)),))
    book = book_of(closed, implied_facts(closed, [flow("f", 500, 30)], [], "1"))
    assert lifts_out(book, flow("f", 500, 30).window, "own") == 30


def test_a_lift_with_more_heads_than_its_flow_is_refused() -> None:
    with pytest.raises(InvalidFactError, match=r"leave -1 people on 0; correct"):
        implied_facts(OP, [flow("f", 90, 1)], [lift("known", 91)], "1")


def test_people_left_without_a_lift_are_refused() -> None:
    with pytest.raises(InvalidFactError, match=r"leave 10 people on 0; correct"):
        implied_facts(OP, [flow("f", 100, 1)], [lift("known", 90)], "1")


def test_ids_that_stand_twice_are_refused() -> None:
    with pytest.raises(InvalidFactError, match="'f' stands twice"):
        implied_facts(OP, [flow("f", 100, 1), flow("f", 90, 1, start=124, end=130)], [], "1")


def test_a_lift_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(UnknownPlaceError, match="zeppelin"):
        implied_facts(OP, [flow("f", 9, 1, lift_types={"zeppelin": 1})], [], "1")


def test_an_operation_without_a_way_out_is_refused() -> None:
    with pytest.raises(InvalidFactError, match="no leg leads from a terminal"):
        implied_facts(replace(OP, legs=()), [flow("f", 9, 1)], [], "1")


def test_the_announced_size_is_close_to_the_true_one() -> None:
    flows = [flow("f", 9000, 40), flow("g", 4000, None, operator_class="unknown")]
    assert implied_size(flows) == pytest.approx(len(drawn(flows)), rel=0.03)


def test_families_have_about_four_heads_singles_included() -> None:
    assert 3.9 < FAMILY_MEAN < 4.1
    sizes = list(family_sizes(stream("1", "families"), 100_000))
    assert sum(sizes) == 100_000
    assert sum(sizes) / len(sizes) == pytest.approx(FAMILY_MEAN, rel=0.02)
    assert {1, len(FAMILY_SIZES)} <= set(sizes)


@given(
    st.integers(0, 5000),
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 300)), min_size=1, max_size=30),
)
def test_a_total_is_shared_to_the_last_head(total: int, lifts: list[tuple[int, int]]) -> None:
    weights, room = [w for w, _ in lifts], [r for _, r in lifts]
    given_out = shared(total, weights, room)
    assert sum(given_out) == total
    assert min(given_out) >= 0
    if total <= sum(room):
        assert all(n <= r for n, r in zip(given_out, room, strict=True))


@given(st.integers(0, 4000), st.integers(1, 40), st.text(max_size=3))
def test_loads_keep_to_emergency_seats_while_there_are_any(
    people: int, count: int, seed: str
) -> None:
    kind = LiftType(
        id="t", name="T", mode=Mode.AIR, seats=50, seats_emergency=90, block_speed_kmh=1,
        ground_time_h=0,
    )  # fmt: skip
    loads = drawn_loads(stream(seed, "loads"), people, [kind] * count)
    assert sum(loads) == people
    assert min(loads) >= (1 if people >= count else 0)
    assert people > 90 * count or max(loads) <= 90


def test_a_type_that_takes_more_in_an_emergency_carries_more() -> None:
    """Large ones fly with 250 when lives depend on it and small ones with 40: 6.25 to one."""
    kinds = [OP.lift_type("large"), OP.lift_type("small")] * 500
    loads = drawn_loads(stream("1", "loads"), 70_000, kinds)
    assert sum(loads[0::2]) / sum(loads[1::2]) == pytest.approx(250 / 40, rel=0.1)
