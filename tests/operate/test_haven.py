"""Departure, diversion, return and the haven: departed is not arrived, and nobody is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.close_out import Difference
from safepassage.model.ids import GroupId, PersonId, PlaceId
from safepassage.model.place import ClosingReason, Place, PlaceKind
from safepassage.operate.boarding import Boarders, board, count, release, seat, take_off
from safepassage.operate.close_out import Signed, close_out
from safepassage.operate.departure import cancel, depart, divert, turn_back
from safepassage.operate.haven import (
    Hands,
    Stock,
    arrive,
    awaited,
    hand_over,
    hours_to_full,
    leave,
    name_head,
)
from safepassage.operate.manifest import Stage
from safepassage.operate.step import StepRefusedError, Why
from tests.operate.apron import DAY, DOHA, HALL, RAMSTEIN, REACH, Apron
from tests.operate.test_manifest import BY, family, refused

HAVEN = PlaceKind.HAVEN
ON_THEIR_OWN = Place(
    id="walked",  # type: ignore[arg-type]
    place=PlaceId("walked-off"),
    kind=PlaceKind.CLOSING,
    stated_at=DAY,
    reason=ClosingReason.LEFT_ON_THEIR_OWN,
)


@pytest.fixture
def in_the_air() -> Apron:
    """Nine heads of two families left for Doha."""
    apron = Apron()
    apron.do(seat, [family(1, 5), family(2, 4)])
    apron.do(board, family(1, 5))
    apron.do(board, family(2, 4))
    apron.do(close_out, Signed(by=BY, counted=9))
    apron.do(depart)
    return apron


def test_departed_is_not_arrived(in_the_air: Apron) -> None:
    in_the_air.do(arrive, DOHA, family(1, 4))
    in_the_air.now += timedelta(hours=3)
    (waiting,) = awaited([in_the_air.manifest()], DOHA)
    assert (waiting.departed, waiting.arrived, waiting.missing) == (9, 4, 5)
    assert waiting.is_open
    assert waiting.age > timedelta(hours=3)
    assert in_the_air.heads()["reach-1"] == 5


def test_the_first_who_comes_off_says_that_it_has_landed(in_the_air: Apron) -> None:
    in_the_air.do(arrive, DOHA, family(1, 5))
    assert in_the_air.manifest().stage is Stage.LANDED
    in_the_air.do(arrive, DOHA, family(2, 4))
    assert in_the_air.heads() == {"hall": 63, "doha": 9}
    assert not awaited([in_the_air.manifest()], DOHA)[0].is_open


def test_a_diversion_moves_nobody_and_is_expected_elsewhere(in_the_air: Apron) -> None:
    in_the_air.do(divert, RAMSTEIN, HAVEN)
    assert in_the_air.heads()["reach-1"] == 9
    assert awaited([in_the_air.manifest()], DOHA) == []
    assert len(awaited([in_the_air.manifest()], RAMSTEIN)) == 1
    refused(in_the_air, Why.SAME_PLACE, divert, RAMSTEIN, HAVEN)
    refused(in_the_air, Why.NO_SUCH_PLACE, divert, PlaceId("rammstein"), None)
    refused(in_the_air, Why.WRONG_HAVEN, arrive, DOHA, family(1, 5))
    in_the_air.do(arrive, RAMSTEIN, family(1, 5))
    refused(in_the_air, Why.ARRIVED, divert, DOHA, HAVEN)


def test_a_lift_that_lands_elsewhere_was_diverted(in_the_air: Apron) -> None:
    in_the_air.do(arrive, RAMSTEIN, family(1, 5), acknowledged={Why.WRONG_HAVEN})
    assert in_the_air.manifest().destination == RAMSTEIN
    in_the_air.do(arrive, RAMSTEIN, family(2, 4))
    assert in_the_air.heads()["ramstein"] == 9


def test_a_lift_that_comes_back_sets_everybody_down_where_they_boarded(in_the_air: Apron) -> None:
    in_the_air.do(turn_back, has_landed=False)
    assert in_the_air.heads()["reach-1"] == 9
    refused(in_the_air, Why.SAME_PLACE, turn_back, has_landed=False)
    in_the_air.do(turn_back, has_landed=True)
    assert in_the_air.heads() == {"hall": 72}
    assert in_the_air.manifest().aboard == 0
    refused(in_the_air, Why.ARRIVED, turn_back, has_landed=True)


def test_a_cancelled_lift_leaves_nobody_aboard() -> None:
    apron = Apron()
    apron.do(seat, [family(1, 5), family(2, 4)])
    apron.do(board, family(1, 5))
    apron.do(cancel)
    assert apron.heads() == {"hall": 72}
    assert apron.manifest().planned == 5  # the kept promise; that of family 2 is withdrawn
    refused(apron, Why.CANCELLED, board, family(2, 4))
    refused(apron, Why.CANCELLED, depart)


def test_a_lift_that_never_left_does_not_arrive_unless_it_did() -> None:
    apron = Apron()
    apron.do(board, family(1, 5))
    refused(apron, Why.NOT_DEPARTED, arrive, DOHA, family(1, 5))
    refused(apron, Why.NOT_DEPARTED, divert, RAMSTEIN, HAVEN)
    apron.do(arrive, DOHA, family(1, 5), acknowledged={Why.NOT_DEPARTED})
    assert apron.heads()["doha"] == 5
    assert apron.manifest().departed_at is not None


def test_more_alight_than_boarded(in_the_air: Apron) -> None:
    fault = refused(in_the_air, Why.MORE_THAN_BOARDED, arrive, DOHA, Boarders(heads=12))
    assert "9 heads are still aboard reach-1 and 12 come off" in str(fault)
    refused(in_the_air, Why.MORE_THAN_BOARDED, arrive, DOHA, family(1, 6))
    everybody = in_the_air.everybody()
    in_the_air.do(arrive, DOHA, Boarders(heads=12), acknowledged={Why.MORE_THAN_BOARDED})
    assert in_the_air.heads() == {"hall": 60, "doha": 12}
    assert in_the_air.everybody() == everybody
    (unlisted,) = (m for m in in_the_air.movements("arrive/") if m.id.endswith("/unlisted"))
    assert unlisted.occurred_at == in_the_air.manifest().departed_at


def test_nobody_is_taken_off_a_lift_in_the_air(in_the_air: Apron) -> None:
    refused(in_the_air, Why.DEPARTED, take_off, family(1, 5))
    in_the_air.do(arrive, DOHA, family(1, 5))
    refused(in_the_air, Why.ARRIVED, close_out, Signed(by=BY, counted=9))


def test_what_nobody_can_answer_for_is_not_offered_for_acknowledging(in_the_air: Apron) -> None:
    fault = refused(in_the_air, Why.DEPARTED, depart, acknowledged=ALL)
    assert not fault.may_have_happened


def test_names_are_given_to_heads_and_change_no_count(in_the_air: Apron) -> None:
    in_the_air.do(arrive, DOHA, family(1, 5))
    before = in_the_air.heads()
    for n in range(5):
        book = in_the_air.book
        heads = [t for t in book.through({REACH, DOHA, HALL}) if t.group == "fam-1"]
        in_the_air.record(name_head(PersonId(f"p{n}"), heads, at=in_the_air.now, token=f"name{n}"))
    assert in_the_air.heads() == before
    assert set(in_the_air.book.whereabouts(in_the_air.now).values()) == {DOHA}
    assert not in_the_air.book.oddities()
    heads = [t for t in in_the_air.book.through({REACH, DOHA}) if t.group == "fam-1"]
    with pytest.raises(StepRefusedError, match="no head without a name"):
        name_head(PersonId("p9"), heads, at=in_the_air.now, token="again")


def test_a_person_who_is_not_known_to_be_aboard_is_counted_before_named(in_the_air: Apron) -> None:
    amira = Boarders(person=PersonId("amira"))
    refused(in_the_air, Why.NOT_ABOARD, arrive, DOHA, amira)


def test_leaving_on_ones_own_is_a_place(in_the_air: Apron) -> None:
    in_the_air.do(arrive, DOHA, family(1, 5))
    told = {"at": in_the_air.now, "token": "walk"}
    with pytest.raises(StepRefusedError) as caught:
        leave(DOHA, ON_THEIR_OWN, family(1, 6), 5, **told)  # type: ignore[arg-type]
    assert caught.value.why is Why.NOT_HERE
    facts = leave(DOHA, ON_THEIR_OWN, family(1, 2), 5, **told)  # type: ignore[arg-type]
    in_the_air.record(facts)
    assert in_the_air.heads()["walked-off"] == 2


def test_a_child_goes_from_hand_to_hand_on_record() -> None:
    child, hands = PersonId("c1"), Hands(given_by="p1", received_by="case-2", relation="unicef")
    told = {"at": DAY, "token": "h"}
    (fact,) = hand_over(child, DOHA, hands, DOHA, **told)  # type: ignore[arg-type]
    assert (fact.given_by, fact.received_by) == ("p1", "case-2")  # type: ignore[union-attr]
    with pytest.raises(StepRefusedError, match="was last seen at hall"):
        hand_over(child, DOHA, hands, HALL, **told)  # type: ignore[arg-type]
    own = Hands(given_by="c1", received_by="case-2", relation="unicef")
    with pytest.raises(StepRefusedError, match="three"):
        hand_over(child, DOHA, own, DOHA, **told)  # type: ignore[arg-type]


def test_a_haven_fills_by_who_is_on_the_way() -> None:
    stock = Stock(place=DOHA, heads=80, capacity=100, expected=30, gain=48)
    assert stock.room == -10
    assert stock.hours_to_full == 10.0
    assert hours_to_full(120, 100, 24) == 0.0
    assert hours_to_full(80, None, 24) is None
    assert hours_to_full(80, 100, -3) is None


ALL = frozenset(Why)
acknowledgements = st.sampled_from([frozenset(), ALL])
whoever = st.one_of(
    st.builds(family, st.integers(1, 3), st.integers(1, 5)),
    st.builds(Boarders, heads=st.integers(1, 9)),
)
signatures = st.builds(
    Signed,
    by=st.just(BY),
    counted=st.none() | st.integers(0, 25),
    difference=st.none() | st.sampled_from(Difference),
)
steps = st.one_of(
    st.tuples(st.just(board), st.tuples(whoever), acknowledgements),
    st.tuples(st.just(take_off), st.tuples(whoever), st.none()),
    st.tuples(st.just(seat), st.tuples(st.lists(whoever, max_size=2)), acknowledgements),
    st.tuples(st.just(release), st.tuples(st.none() | st.just(GroupId("fam-1"))), st.none()),
    st.tuples(st.just(count), st.tuples(st.integers(0, 25)), st.none()),
    st.tuples(st.just(close_out), st.tuples(signatures), acknowledgements),
    st.tuples(st.just(depart), st.just(()), acknowledgements),
    st.tuples(st.just(cancel), st.just(()), st.none()),
    st.tuples(st.just(divert), st.just((RAMSTEIN, HAVEN)), acknowledgements),
    st.tuples(
        st.just(arrive), st.tuples(st.sampled_from([DOHA, RAMSTEIN]), whoever), acknowledgements
    ),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(steps, min_size=4, max_size=12), st.booleans())
def test_whatever_happens_to_a_lift_its_heads_are_conserved(
    taken: list[tuple[object, tuple[object, ...], frozenset[Why] | None]], comes_back: bool
) -> None:
    apron = Apron()
    everybody = apron.everybody()
    for decide, words, acknowledged in taken:
        more = {} if acknowledged is None else {"acknowledged": acknowledged}
        try:
            apron.do(decide, *words, **more)  # type: ignore[arg-type]
        except StepRefusedError as fault:
            was_answered_for = bool(acknowledged) and fault.may_have_happened
        else:
            was_answered_for = False
        assert not was_answered_for
        manifest = apron.manifest()
        assert apron.everybody() == everybody
        assert manifest.aboard == apron.heads().get("reach-1", 0)
        assert manifest.aboard >= 0
        assert manifest.planned >= 0
    if comes_back:
        try:
            apron.do(turn_back, has_landed=True, acknowledged=ALL)
        except StepRefusedError:
            return
        assert apron.heads().get("reach-1", 0) == 0
        assert apron.everybody() == everybody
