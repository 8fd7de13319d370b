"""The rule by which the ledger is read, in the words of the field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from safepassage.model.errors import InvalidFactError
from safepassage.model.fold import Cause, headcounts, open_promises
from safepassage.model.instant import EARLIEST, LATEST
from safepassage.model.ledger import Book
from safepassage.model.movement import Movement, Phase
from safepassage.model.notation import read_facts, read_ledger

NOON = datetime(2021, 8, 14, 12, tzinfo=UTC)
EVACUEE = "evacuee"

MORNING = """
    06:00 posted  amira  outside   > town
    06:00 posted  babur  outside   > town
    07:00 pending amira  town      > gate       as call-amira
    07:00 pending babur  town      > gate       as call-babur
    08:20 posted  amira  town      > gate       fulfils call-amira
    08:40 posted  amira  gate      > terminal
    09:00 pending amira  terminal  > lift-871   as seat-amira
    09:50 posted  amira  terminal  > lift-871   fulfils seat-amira
    11:30 posted  amira  lift-871  > haven
"""


def book(text: str) -> Book:
    return Book(read_ledger(text))


def at(text: str, as_of: datetime = NOON) -> dict[str, int]:
    stock = book(text).stock(as_of)
    return {place: heads for (place, _), heads in stock.items() if place != "outside"}


def causes(text: str) -> list[Cause]:
    return [o.cause for o in book(text).oddities()]


def test_called_forward_but_never_past_the_gate_is_still_in_town() -> None:
    morning = book(MORNING)
    assert morning.whereabouts(NOON) == {"amira": "haven", "babur": "town"}
    assert [m.person for m in open_promises(morning.movements)] == ["babur"]


def test_a_manifest_is_a_promise_and_moves_nobody() -> None:
    assert at(MORNING, NOON.replace(hour=9, minute=30)) == {"town": 1, "terminal": 1}


def test_the_headcounts_of_all_places_add_up_to_everybody_ever_seen() -> None:
    morning = book(MORNING)
    for minute in range(0, 12 * 60, 10):
        as_of = NOON.replace(hour=0) + timedelta(minutes=minute)
        seen = {m.person for m in morning.movements if m.occurred_at <= as_of}
        count = headcounts(morning.transfers(EARLIEST, LATEST), as_of)
        assert count.total() == len(seen)


def test_heads_without_names_are_counted_at_once() -> None:
    text = "09:50 posted 823 terminal > lift-871\n11:30 posted 823 lift-871 > haven"
    assert at(text) == {"terminal": -823, "haven": 823}


def test_a_name_given_later_changes_no_headcount() -> None:
    counted = """
        08:00 posted amira outside > terminal
        09:50 posted 823 terminal > lift-871 as boarded
        11:30 posted 823 lift-871 > haven as landed
    """
    named = counted + "11:50 named amira of boarded, landed"
    assert at(named) == {"terminal": -822, "haven": 823}
    assert sum(at(named).values()) == sum(at(counted).values())
    assert book(named).whereabouts(NOON) == {"amira": "haven"}


def test_a_name_for_a_head_that_nobody_followed_before_changes_no_total() -> None:
    counted = """
        07:00 posted 10 outside > pier
        08:00 posted 10 pier > boat-1 as boarded
    """
    named = counted + "09:00 named amira of boarded"
    assert at(counted) == at(named) == {"boat-1": 10}
    assert book(named).whereabouts(NOON) == {"amira": "boat-1"}
    assert causes(named) == []


def test_what_is_read_instead_under_the_id_of_another_movement_is_a_doubt() -> None:
    text = """
        08:00 posted 3 outside > gate as a
        08:10 posted 50 outside > hall as b/instead
        09:00 corrected a because moved: posted 3 outside > hall as b
    """
    assert causes(text) == [Cause.REUSED]


def test_a_second_name_for_one_head_is_counted_and_doubted() -> None:
    text = """
        09:50 posted 1 outside > lift-871 as boarded
        10:00 named amira of boarded as n1
        10:01 named babur of boarded as n2
    """
    assert at(text) == {"lift-871": 2}
    assert causes(text) == [Cause.OVER_NAMED]


def test_a_person_missed_at_one_post_is_at_one_place_all_the_same() -> None:
    text = """
        06:00 posted amira outside > town
        09:50 posted amira terminal > lift-871
    """
    assert at(text) == {"lift-871": 1}
    assert causes(text) == [Cause.UNSEEN]


def test_one_pass_at_two_gates_admits_one_head() -> None:
    text = """
        08:00 posted amira outside > gate-north
        08:10 posted amira gate-north > terminal
        08:12 posted amira gate-south > terminal
    """
    assert at(text) == {"terminal": 1}
    assert causes(text) == [Cause.REPEAT]


def test_movements_of_one_minute_are_linked_up_whatever_their_ids() -> None:
    text = """
        08:00 posted amira outside > gate as z1
        08:40 posted amira gate > terminal as z2
        08:40 posted amira terminal > lift-871 as a1
    """
    assert at(text) == {"lift-871": 1}
    assert causes(text) == []


def test_a_correction_is_a_new_entry_and_the_wrong_one_stays() -> None:
    text = """
        09:50 posted 640 outside > lift-871 as by-bus-seats
        20:00 corrected by-bus-seats because children-on-laps: posted 823 outside > lift-871
    """
    ledger = book(text)
    assert ledger.entry("by-bus-seats") is not None
    evening = NOON + timedelta(hours=10)
    assert ledger.stock(evening)["lift-871", EVACUEE] == 823
    assert ledger.at(1).stock(evening)["lift-871", EVACUEE] == 640


def test_what_never_happened_is_withdrawn_and_moves_nobody() -> None:
    text = """
        08:00 posted amira outside > gate as wrong
        09:00 withdrawn wrong because scanned-twice
    """
    assert at(text) == {}


def test_two_people_correcting_one_entry_is_a_doubt_and_the_later_decision_is_read() -> None:
    text = """
        08:00 posted 5 outside > gate as wrong
        09:00 withdrawn wrong because never-came
        09:30 corrected wrong because miscounted: posted 6 outside > gate
    """
    assert at(text) == {"gate": 6}
    assert causes(text) == [Cause.CORRECTED_TWICE]


def test_a_correction_of_an_entry_that_is_not_here_waits_and_is_shown() -> None:
    assert causes("09:00 withdrawn nothing because mistake") == [Cause.UNANCHORED]


def test_corrections_that_point_at_each_other_do_not_hang() -> None:
    text = """
        08:00 posted 5 outside > gate as a
        09:00 corrected a because one: posted 6 outside > gate as b
        09:10 corrected b/instead because two: posted 7 outside > gate as c
        09:20 withdrawn c/instead because three as d
    """
    assert at(text) == {}


def test_a_promise_settled_twice_is_a_doubt() -> None:
    text = MORNING + "    08:30 voided amira town > gate fulfils call-amira"
    assert Cause.SETTLED_TWICE in causes(text)


def test_a_person_is_counted_under_the_category_of_their_first_movement() -> None:
    text = """
        08:00 posted amira/staff outside > gate
        08:10 posted amira gate > terminal
    """
    assert book(text).stock(NOON)["terminal", "staff"] == 1
    assert causes(text) == [Cause.CATEGORY]


def test_a_diverted_lift_arrives_where_it_landed() -> None:
    text = """
        07:00 lift lift-9 coalition 100 terminal > haven-a
        08:00 posted amira outside > lift-9
        08:05 departed lift-9
        09:00 diverted lift-9 to haven-b
        10:00 posted amira lift-9 > haven-b
    """
    assert at(text) == {"haven-b": 1}
    assert book(text).catalogue.lifts["lift-9"].to_place == "haven-a"


def test_a_phone_that_was_a_day_ahead_is_put_right_by_its_measured_offset() -> None:
    from dataclasses import replace

    entries = read_ledger(MORNING)
    ahead = timedelta(hours=26)
    shifted = [
        replace(
            e,
            clock_ahead=ahead,
            fact=replace(e.fact, occurred_at=e.fact.occurred_at + ahead)
            if isinstance(e.fact, Movement)
            else e.fact,
        )
        for e in entries
    ]
    assert Book(shifted).stock(NOON) == Book(entries).stock(NOON)


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        ("must change the place", "08:00 posted amira gate > gate"),
        ("not an id", "08:00 posted <b> gate > terminal"),
        ("a movement has 1 to", "08:00 posted 0 gate > terminal"),
        ("names the promise", "08:00 voided amira gate > terminal"),
    ],
)
def test_what_cannot_be_true_is_refused_with_its_line(fault: str, line: str) -> None:
    with pytest.raises(ValueError, match=f"line 2.*{fault}"):
        read_facts("# a comment\n" + line)


def test_a_person_is_one_head() -> None:
    with pytest.raises(InvalidFactError, match="is one head, not 2"):
        Movement(
            id="m1",  # type: ignore[arg-type]
            from_place="a",  # type: ignore[arg-type]
            to_place="b",  # type: ignore[arg-type]
            phase=Phase.POSTED,
            occurred_at=NOON,
            person="amira",  # type: ignore[arg-type]
            heads=2,
        )
