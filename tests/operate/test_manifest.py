"""A lift at its door: seats, families, counts and the close-out, as a hurried officer works it."""

from __future__ import annotations

import pytest

from safepassage.model.close_out import CloseOut, Difference
from safepassage.model.ids import GroupId
from safepassage.model.movement import Phase
from safepassage.operate.boarding import Boarders, board, count, release, seat, take_off
from safepassage.operate.close_out import Signed, close_out, three_numbers
from safepassage.operate.departure import depart
from safepassage.operate.manifest import Stage
from safepassage.operate.step import StepRefusedError, Why
from tests.operate.apron import DAY, Apron

BY = "boarding-1"


def family(number: int, heads: int) -> Boarders:
    return Boarders(group=GroupId(f"fam-{number}"), heads=heads)


def refused(apron: Apron, why: Why, *step: object, **more: object) -> StepRefusedError:
    before = list(apron.facts)
    with pytest.raises(StepRefusedError) as caught:
        apron.do(*step, **more)  # type: ignore[arg-type]
    assert caught.value.why is why
    assert apron.facts == before
    return caught.value


@pytest.fixture
def apron() -> Apron:
    return Apron()


def test_a_manifest_closes_when_planned_boarded_and_counted_agree(apron: Apron) -> None:
    apron.do(seat, [family(1, 5), family(2, 4)])
    apron.do(board, family(1, 5))
    apron.do(board, family(2, 4))
    apron.do(count, 9)
    (closing,) = apron.do(close_out, Signed(by=BY))
    assert isinstance(closing, CloseOut)
    assert (closing.planned, closing.boarded, closing.counted) == (9, 9, 9)
    assert closing.difference is None
    assert apron.manifest().stage is Stage.CLOSED


def test_a_hundred_and_eighty_three_children_on_laps_keep_the_doors_open() -> None:
    apron = Apron("05:00 posted 763 outside > hall\n 06:00 pending 640 hall > reach-1\n")
    apron.do(board, Boarders(heads=640), acknowledged={Why.SEATS})
    fault = refused(apron, Why.DIFFERENCE, close_out, Signed(by=BY, counted=823))
    assert "183 heads were counted that nobody scanned" in str(fault)
    assert not fault.may_have_happened
    signed = Signed(by=BY, counted=823, difference=Difference.LAP_CHILDREN)
    apron.do(close_out, signed)
    assert apron.heads()["reach-1"] == 823
    assert apron.manifest().is_closed
    assert apron.book.catalogue.close_outs[-1].boarded == 640


def test_riders_whom_nobody_listed_board_with_a_band_each(apron: Apron) -> None:
    apron.do(board, family(1, 5))
    signed = Signed(
        by=BY, counted=8, difference=Difference.UNLISTED_RIDERS, bands=("KM00001A", "KM00002C")
    )
    apron.do(close_out, signed)
    aboard = {x.group: x.boarded for x in apron.manifest().lines}
    assert aboard == {"fam-1": 5, "band-KM00001A": 1, "band-KM00002C": 1, None: 1}


def test_a_band_is_one_rider(apron: Apron) -> None:
    apron.do(board, family(1, 5))
    bands = ("KM00001A", "KM00002C")
    signed = Signed(by=BY, counted=6, difference=Difference.UNLISTED_RIDERS, bands=bands)
    refused(apron, Why.WRONG_REASON, close_out, signed)
    twice = ("KM00001A", "KM00001A")
    signed = Signed(by=BY, counted=7, difference=Difference.UNLISTED_RIDERS, bands=twice)
    refused(apron, Why.ALREADY_ABOARD, close_out, signed)


def test_who_left_the_cabin_late_is_back_in_the_terminal(apron: Apron) -> None:
    apron.do(board, family(1, 5))
    apron.do(close_out, Signed(by=BY, counted=3, difference=Difference.LATE_OFFLOAD))
    assert apron.heads() == {"hall": 69, "reach-1": 3}
    assert apron.manifest().is_closed


def test_a_miscount_moves_nobody_and_stays_a_discrepancy(apron: Apron) -> None:
    apron.do(board, family(1, 5))
    apron.do(close_out, Signed(by=BY, counted=4, difference=Difference.MISCOUNT))
    assert apron.heads()["reach-1"] == 5
    assert apron.manifest().is_closed


@pytest.mark.parametrize(
    ("difference", "counted"),
    [(Difference.LATE_OFFLOAD, 8), (Difference.LAP_CHILDREN, 3), (Difference.MISCOUNT, 5)],
)
def test_a_reason_must_fit_the_difference(difference: Difference, counted: int) -> None:
    apron = Apron()
    apron.do(seat, [family(1, 5)])
    apron.do(board, family(1, 5))
    signed = Signed(by=BY, counted=counted, difference=difference)
    refused(apron, Why.WRONG_REASON, close_out, signed)


def test_nobody_closes_a_lift_in_which_nobody_counted(apron: Apron) -> None:
    apron.do(board, family(1, 5))
    refused(apron, Why.NOT_COUNTED, close_out, Signed(by=BY))
    apron.do(count, 5)
    apron.do(board, family(2, 4))
    fault = refused(apron, Why.NOT_COUNTED, close_out, Signed(by=BY))
    assert "since" in str(fault)
    assert three_numbers(apron.manifest()).counted is None


def test_boarding_after_the_close_out_is_a_stop_and_reopens_it(apron: Apron) -> None:
    apron.do(board, family(1, 5))
    apron.do(close_out, Signed(by=BY, counted=5, difference=Difference.OTHER))
    refused(apron, Why.CLOSED_OUT, board, family(2, 4))
    apron.do(board, family(2, 4), acknowledged={Why.CLOSED_OUT})
    assert apron.manifest().stage is Stage.REOPENED
    refused(apron, Why.NOT_CLOSED, depart)
    apron.do(close_out, Signed(by=BY, counted=9, difference=Difference.OTHER))
    apron.do(depart)
    assert apron.manifest().stage is Stage.AIRBORNE


def test_a_late_offload_reopens_the_manifest(apron: Apron) -> None:
    apron.do(seat, [family(1, 5)])
    apron.do(board, family(1, 5))
    apron.do(close_out, Signed(by=BY, counted=5))
    apron.do(take_off, family(1, 5))
    assert apron.manifest().stage is Stage.REOPENED
    assert apron.heads() == {"hall": 72}
    refused(apron, Why.NOT_ABOARD, take_off, family(1, 5))


def test_a_family_boards_as_one(apron: Apron) -> None:
    apron.do(seat, [family(1, 5)])
    fault = refused(apron, Why.FAMILY_INCOMPLETE, board, family(1, 4))
    assert "5 of fam-1 go together and 4 are here" in str(fault)
    apron.do(board, family(1, 4), acknowledged={Why.FAMILY_INCOMPLETE})
    (line,) = apron.manifest().lines
    assert line.is_split
    assert line.open  # their promise is kept by the last of them
    apron.do(board, family(1, 1))
    (line,) = apron.manifest().lines
    assert not line.is_split
    assert not line.open


def test_a_family_is_not_scanned_aboard_twice(apron: Apron) -> None:
    apron.do(seat, [family(1, 5)])
    apron.do(board, family(1, 5))
    refused(apron, Why.ALREADY_ABOARD, board, family(1, 5))
    apron.do(board, family(2, 4), acknowledged={Why.NOT_ON_MANIFEST})
    refused(apron, Why.ALREADY_ABOARD, board, family(2, 4), acknowledged={Why.NOT_ON_MANIFEST})


def test_a_family_of_another_lift_is_a_stop(apron: Apron) -> None:
    apron.do(seat, [family(1, 5)])
    refused(apron, Why.NOT_ON_MANIFEST, board, family(2, 4))


def test_more_heads_than_seats_need_somebody_who_says_so(apron: Apron) -> None:
    apron.do(board, Boarders(heads=18))
    refused(apron, Why.SEATS, board, family(1, 5))
    apron.do(board, family(1, 5), acknowledged={Why.SEATS})
    assert apron.manifest().seats_left == -3


def test_seats_of_who_did_not_come_are_released(apron: Apron) -> None:
    apron.do(seat, [family(1, 5), family(2, 4)])
    apron.do(board, family(1, 5))
    apron.do(count, 5)
    fault = refused(apron, Why.DIFFERENCE, close_out, Signed(by=BY))
    assert "4 heads have seats and did not come" in str(fault)
    apron.do(release, GroupId("fam-2"))
    assert (apron.manifest().planned, apron.manifest().seats_left) == (5, 15)
    apron.do(close_out, Signed(by=BY))
    refused(apron, Why.NOT_ON_MANIFEST, release, GroupId("fam-2"))


def test_who_of_a_split_family_is_aboard_keeps_a_seat(apron: Apron) -> None:
    apron.do(seat, [family(1, 5)])
    apron.do(board, family(1, 3), acknowledged={Why.FAMILY_INCOMPLETE})
    apron.do(release, GroupId("fam-1"))
    (line,) = apron.manifest().lines
    assert (line.promised, line.boarded) == (3, 3)


def test_a_plans_seats_become_those_of_families() -> None:
    apron = Apron("06:00 pending 12 hall > reach-1 as plan-1/out/1\n")
    apron.do(seat, [family(1, 5), family(2, 4)])
    assert apron.manifest().planned == 12
    assert apron.manifest().seats_left == 8
    assert not apron.book.oddities()
    apron.do(board, family(1, 5))
    apron.do(board, family(2, 4))
    apron.do(release, None)
    assert apron.manifest().planned == 9


def test_families_may_board_on_seats_that_a_plan_kept_for_nobody_in_particular() -> None:
    apron = Apron("06:00 pending 12 hall > reach-1 as plan-1/out/1\n")
    apron.do(board, family(1, 5))
    apron.do(board, family(2, 4))
    assert apron.manifest().seats_left == 8
    apron.do(release, None)
    assert apron.manifest().planned == 9
    apron.do(close_out, Signed(by=BY, counted=9))


def test_no_seat_is_given_twice(apron: Apron) -> None:
    apron.do(seat, [family(1, 5)])
    refused(apron, Why.HAS_SEATS, seat, [family(1, 5)])
    refused(apron, Why.SEATS, seat, [Boarders(heads=16)])


def test_a_departure_withdraws_the_seats_of_no_shows(apron: Apron) -> None:
    apron.do(seat, [family(1, 5), family(2, 4)])
    apron.do(board, family(1, 5))
    apron.do(close_out, Signed(by=BY, counted=5, difference=Difference.OTHER))
    apron.do(depart)
    withdrawn = [m for m in apron.movements("depart/") if m.phase is Phase.VOIDED]
    assert [(m.group, m.heads) for m in withdrawn] == [("fam-2", 4)]
    assert apron.manifest().planned == 5


def test_a_lift_that_left_unclosed_did_leave(apron: Apron) -> None:
    apron.do(board, family(1, 5))
    fault = refused(apron, Why.NOT_CLOSED, depart)
    assert fault.may_have_happened
    apron.do(depart, acknowledged={Why.NOT_CLOSED})
    assert apron.manifest().stage is Stage.AIRBORNE
    refused(apron, Why.DEPARTED, depart)


def test_a_scan_that_comes_after_the_departure_boards_before_it(apron: Apron) -> None:
    apron.do(board, family(1, 5))
    apron.do(depart, acknowledged={Why.NOT_CLOSED})
    refused(apron, Why.DEPARTED, board, family(2, 4))
    (boarding,) = apron.do(board, family(2, 4), acknowledged={Why.DEPARTED})
    assert boarding.occurred_at == apron.manifest().departed_at  # type: ignore[union-attr]
    assert apron.manifest().boarded == 9


def test_a_manifest_is_as_it_was_at_the_instant_asked_about(apron: Apron) -> None:
    apron.do(board, family(1, 5))
    apron.now = DAY
    assert apron.manifest().boarded == 0
