"""From the first seat to the last child handed over, each step in one transaction, once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from safepassage.control.receiving import stock
from safepassage.model.close_out import Difference
from safepassage.model.errors import BadQuestionError, InvalidFactError, UnknownPlaceError
from safepassage.model.ids import GroupId, PersonId, PlaceId
from safepassage.model.notation import read_facts
from safepassage.operate.boarding import Boarders
from safepassage.operate.close_out import Signed
from safepassage.operate.haven import Hands
from safepassage.operate.step import StepRefusedError, Why
from safepassage.report.checks import run_checks
from tests.control.apron_desk import DOHA, RAMSTEIN, REACH, SECOND, ApronDesks, in_a_file, on_paper
from tests.operate.apron import DAY, HALL
from tests.operate.test_manifest import BY, family

AT_THE_GATE = """
    00:00 place gate gate as gate-stated
    05:00 posted 4@fam-7 outside > gate as scanned
"""


@pytest.fixture
def desks() -> ApronDesks:
    return on_paper()


def test_a_family_of_five_with_a_lap_child_is_diverted_and_four_arrive(tmp_path: Path) -> None:
    with in_a_file(tmp_path) as desks:
        divert_a_family(desks)


def divert_a_family(desks: ApronDesks) -> None:
    out, at_haven = desks.departing, desks.receiving
    out.seat(REACH, [Boarders(group=GroupId("fam-1"), heads=4)], token="a1")
    out.board(REACH, family(1, 4), token="a2")
    with pytest.raises(StepRefusedError, match="1 head was counted that nobody scanned"):
        out.close_out(REACH, Signed(by=BY, counted=5), token="a3")
    signed = Signed(by=BY, counted=5, difference=Difference.LAP_CHILDREN, bands=("KM00001A",))
    out.close_out(REACH, signed, token="a3")
    out.depart(REACH, token="a4")
    out.divert(REACH, RAMSTEIN, token="a5")
    at_haven.arrive(REACH, RAMSTEIN, family(1, 4), token="a6")
    desk = at_haven.desk(RAMSTEIN)
    (waited,) = desk.awaited
    assert (waited.departed, waited.arrived, waited.missing) == (5, 4, 1)
    assert desks.heads() == {"hall": 71, "reach-1": 1, "ramstein": 4}
    with desks.books.ledger() as ledger:
        assert sum(desks.heads().values()) == 76
        assert not ledger.oddities()


def test_a_family_last_seen_at_a_gate_boards_at_the_desk_and_leaves_nobody_at_the_gate() -> None:
    desks = on_paper()
    desks.books.record(read_facts(AT_THE_GATE, DAY.date()))
    desks.departing.board(REACH, family(7, 4), token="w1")
    assert {p: n for p, n in desks.heads().items() if p in ("gate", "reach-1")} == {"reach-1": 4}
    with desks.books.ledger() as ledger:
        assert not [d for d in run_checks(ledger, desks.now) if d.subject in ("gate", "hall")]
        ways = {(t.from_place, t.to_place) for t in ledger.through({HALL}, GroupId("fam-7"))}
    assert ways == {("gate", "hall"), ("hall", "reach-1")}  # at one instant: nobody saw the first
    again = desks.departing.board(REACH, family(7, 4), token="w1")
    assert again.is_known


def test_a_step_that_is_sent_twice_is_taken_once(desks: ApronDesks) -> None:
    first = desks.departing.board(REACH, family(1, 5), token="b1")
    entries = desks.entries()
    again = desks.departing.board(REACH, family(1, 5), token="b1")
    assert (first.is_known, again.is_known) == (False, True)
    assert again.entry == first.entry
    assert desks.entries() == entries
    with pytest.raises(InvalidFactError, match="no token"):
        desks.departing.board(REACH, family(2, 4), token="../b1")


def test_a_refused_step_leaves_no_trace(desks: ApronDesks) -> None:
    before = desks.entries()
    with pytest.raises(StepRefusedError):
        desks.departing.depart(REACH, token="c1")
    with pytest.raises(UnknownPlaceError, match="reach-9"):
        desks.departing.depart(PlaceId("reach-9"), token="c2")
    with pytest.raises(InvalidFactError, match="has not come yet"):
        desks.departing.board(REACH, family(1, 5), token="c3", at=DAY + timedelta(days=1))
    assert desks.entries() == before


def test_seats_go_to_whole_families_who_came_first(desks: ApronDesks) -> None:
    desks.departing.board(REACH, Boarders(heads=8), token="d1")
    desks.departing.fill(REACH, token="d2")
    found = desks.departing.manifest(REACH)
    assert {x.group: x.promised for x in found.lines if x.promised} == {
        "fam-1": 5,
        "fam-2": 4,
        "fam-3": 3,
    }
    assert found.seats_left == 0
    desks.departing.fill(SECOND, token="d3")
    assert [x.group for x in desks.departing.manifest(SECOND).lines] == ["fam-4"]
    with pytest.raises(BadQuestionError, match="nobody to seat"):
        desks.departing.fill(SECOND, token="d4")
    desks.departing.release(REACH, GroupId("fam-1"), token="d5")
    desks.departing.fill(SECOND, token="d6")
    assert desks.departing.manifest(SECOND).planned == 9


def test_names_handover_and_leaving_on_ones_own(desks: ApronDesks) -> None:
    out, at_haven = desks.departing, desks.receiving
    out.board(REACH, family(1, 5), token="e1")
    out.board(REACH, Boarders(heads=3), token="e2")
    out.close_out(REACH, Signed(by=BY, counted=8, difference=Difference.OTHER), token="e3")
    out.depart(REACH, token="e4")
    at_haven.arrive(REACH, DOHA, family(1, 5), token="e5")
    at_haven.arrive(REACH, DOHA, Boarders(heads=3), token="e6")
    before = desks.heads()
    child = PersonId("child-1")
    at_haven.name(child, DOHA, group=GroupId("fam-1"), token="e7")
    at_haven.name(PersonId("rider-1"), DOHA, lift=REACH, token="e8")
    assert desks.heads() == before
    with desks.books.ledger() as ledger:
        ways = [(t.from_place, t.to_place) for t in ledger.journey(child)]
        assert not ledger.oddities()
    assert ways == [("outside", "hall"), ("hall", "reach-1"), ("reach-1", "doha")]
    hands = Hands(given_by="mother-1", received_by="case-2", relation="unicef")
    at_haven.hand_over(child, DOHA, hands, token="e9")
    with pytest.raises(StepRefusedError) as caught:
        at_haven.hand_over(PersonId("child-2"), DOHA, hands, token="e10")
    assert caught.value.why is Why.NOT_HERE
    at_haven.go_on(DOHA, PlaceId("walked-off"), family(1, 1), token="e11")
    at_haven.go_on(DOHA, PlaceId("home"), family(1, 3), token="e12")
    with pytest.raises(StepRefusedError, match="1 of fam-1 are at doha"):
        at_haven.go_on(DOHA, PlaceId("home"), family(1, 2), token="e13")
    with pytest.raises(UnknownPlaceError, match="no place to go to"):
        at_haven.go_on(DOHA, PlaceId("hall"), family(1, 1), token="e14")
    desk = at_haven.desk(DOHA)
    assert (desk.stock.heads, at_haven.unnamed(DOHA)) == (4, 2)
    assert [h.person for h in desk.handovers] == [child]


def test_a_haven_counts_those_on_the_way_to_it(desks: ApronDesks) -> None:
    desks.departing.board(REACH, family(1, 5), token="f1")
    desks.departing.depart(REACH, token="f2", acknowledged={Why.NOT_CLOSED})
    with desks.books.ledger() as ledger:
        found = stock(ledger, DOHA, desks.now)
        assert (found.heads, found.expected) == (0, 5)
        with pytest.raises(UnknownPlaceError, match="no haven of this operation: doha, ramstein"):
            stock(ledger, PlaceId("hall"), desks.now)


def test_a_cancelled_lift_gives_its_families_back(desks: ApronDesks) -> None:
    desks.departing.fill(REACH, token="g1")
    desks.departing.board(REACH, family(1, 5), token="g2")
    desks.departing.cancel(REACH, token="g3")
    assert desks.heads() == {"hall": 76}
    desks.departing.fill(SECOND, token="g4")
    assert desks.departing.manifest(SECOND).planned == 16


def test_a_name_that_somebody_types_is_not_recorded(desks: ApronDesks) -> None:
    before = desks.entries()
    whoever = Boarders(group=GroupId("Wahid"), heads=2)
    with pytest.raises(StepRefusedError) as caught:
        desks.departing.board(REACH, whoever, token="h1")
    assert caught.value.why is Why.NEVER_SEEN
    assert "Wahid" not in str(caught.value)
    assert not caught.value.may_have_happened
    with pytest.raises(InvalidFactError, match="never written"):
        desks.receiving.name(PersonId("Wahid"), DOHA, group=GroupId("fam-1"), token="h2")
    hands = Hands(given_by="Wahid", received_by="case-2", relation="uncle")
    with pytest.raises(InvalidFactError, match="never written"):
        desks.receiving.hand_over(PersonId("p-1"), DOHA, hands, token="h3")
    assert desks.entries() == before
