"""Checks: what a ledger shows to be wrong, in sentences, with a remedy, an owner and an age."""

from __future__ import annotations

from datetime import datetime, timedelta

from safepassage.model.close_out import CloseOut
from safepassage.model.discrepancy import Discrepancy
from safepassage.model.ids import EntryId, PlaceId
from safepassage.model.ledger import Book
from safepassage.model.notation import enter
from safepassage.model.observation import Handling
from safepassage.report.checks import run_checks
from safepassage.report.discrepancies import doubts
from tests.report.evening import DAY, MIDNIGHT, NOON, book


def found(more: str = "") -> dict[str, Discrepancy]:
    return {d.check: d for d in run_checks(book(more), MIDNIGHT)}


def test_a_sound_ledger_has_nothing_but_the_lift_still_in_the_air() -> None:
    assert [d.check for d in run_checks(book(), NOON)] == []


def test_a_headcount_that_differs_is_a_doubt_with_its_difference() -> None:
    doubt = found("12:30 headcount 6 doha as count-1")["headcount-differs"]
    assert doubt.heads == -1
    assert "6 heads were counted at doha, the ledger holds 7" in doubt.sentence


def test_a_headcount_that_agrees_is_none() -> None:
    assert "headcount-differs" not in found("12:30 headcount 7 doha")


def test_people_who_departed_and_did_not_arrive_are_asked_after() -> None:
    more = "11:30 posted 1 hall > reach-1"
    doubt = found(more)["not-arrived"]
    assert "one of those who left on reach-1 was not counted off it" in doubt.sentence


def test_more_arrivals_than_departures_show_too() -> None:
    doubt = found("12:05 posted 2 reach-1 > doha")["not-arrived"]
    assert "2 more people were counted off reach-1 than boarded it" in doubt.sentence


def test_more_heads_than_seats_names_who_must_answer() -> None:
    more = "08:59 posted 60 outside > shuttle"
    assert "65 people on 50 seats" in found(more)["more-heads-than-seats"].sentence


def test_people_aboard_a_lift_that_never_left_are_no_lift() -> None:
    more = "00:00 lift ghost coalition 10 hall > doha\n08:30 posted 1 outside > ghost"
    assert "never reported to depart" in found(more)["no-departure"].sentence


def test_a_place_below_zero_knows_since_when() -> None:
    doubt = found("10:00 posted 30 hall > declined")["below-zero"]
    assert doubt.since - DAY.replace(hour=10) < timedelta(minutes=2)
    assert doubt.heads == -30


def test_a_place_that_nobody_stated_is_shown_not_dropped() -> None:
    assert (
        "a place that nobody has stated"
        in found("10:00 posted 1 outside > hale")["place-unknown"].sentence
    )


def test_a_movement_after_it_was_recorded_is_a_clock_that_runs_ahead() -> None:
    from dataclasses import replace

    entries = list(book("2021-08-16\n09:00 posted 1 outside > town").entries())
    entries[-1] = replace(entries[-1], recorded_at=NOON)
    (doubt,) = [d for d in run_checks(Book(entries), MIDNIGHT) if d.check == "in-the-future"]
    assert "after 141200Z AUG 21" in doubt.sentence


def test_a_doubt_has_an_owner_an_age_and_in_the_end_an_explanation() -> None:
    more = "12:30 headcount 6 doha as count-1"
    facts = [e.fact for e in book(more).entries()]
    (open_doubt,) = [
        d for d in doubts(book(more), MIDNIGHT) if d.discrepancy.check == "headcount-differs"
    ]
    assert (open_doubt.owner, open_doubt.is_open) == (None, True)
    assert open_doubt.age == timedelta(hours=11, minutes=30)
    handled = Handling(
        id=EntryId("h-1"),
        discrepancy=open_doubt.discrepancy.id,
        owner="reception-desk",
        occurred_at=DAY.replace(hour=13),
        explanation="one child was asleep under a seat",
    )
    (settled,) = [
        d
        for d in doubts(Book(enter([*facts, handled])), MIDNIGHT)
        if d.discrepancy.check == "headcount-differs"
    ]
    assert (settled.owner, settled.is_open) == ("reception-desk", False)


def test_the_same_doubt_keeps_its_id_from_day_to_day() -> None:
    more = "12:30 headcount 6 doha as count-1"
    first = {d.id for d in run_checks(book(more), NOON + timedelta(hours=1))}
    later = {d.id for d in run_checks(book(more), MIDNIGHT)}
    assert first <= later


def close_out(lift: str, heads: int, at: datetime) -> CloseOut:
    return CloseOut(
        id=EntryId(f"close/{lift}"),
        lift=PlaceId(lift),
        planned=heads,
        boarded=heads,
        counted=heads,
        occurred_at=at,
        signed_by="boarding-1",
    )


def closing_doubts(*closed: CloseOut) -> dict[str, int]:
    entries = enter([*(e.fact for e in book().entries()), *closed])
    found = run_checks(Book(entries), MIDNIGHT)
    wanted = ("close-out-differs", "not-closed-out")
    return {f"{d.check} {d.subject}": d.heads for d in found if d.check in wanted}


def test_a_lift_that_left_with_others_than_it_was_closed_out_with_is_asked_after() -> None:
    at = NOON.replace(hour=8, minute=55)
    assert closing_doubts(close_out("reach-1", 7, at)) == {"not-closed-out shuttle": 0}
    assert closing_doubts(close_out("reach-1", 6, at), close_out("shuttle", 5, at)) == {
        "close-out-differs reach-1": 1
    }


def test_where_no_lift_was_ever_closed_out_none_is_asked_after() -> None:
    assert closing_doubts() == {}
