"""Who is not out, and why: everybody in exactly one class, and the classes are everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from safepassage.model.fact import Entry
from safepassage.model.ids import PlaceId
from safepassage.model.instant import EARLIEST
from safepassage.model.ledger import Book
from safepassage.model.movement import EVACUEE
from safepassage.model.not_out import NotOutClass
from safepassage.model.place import OUTSIDE
from safepassage.model.refusal import RefusalReason
from safepassage.operate.caseload import Word, caseload, handed_over
from safepassage.operate.not_out import NotOut, Standing, Why, not_out
from tests.operate.abandoned import (
    at,
    book,
    classes,
    instants,
    issued,
    ledgers,
    only,
    refused,
    said,
)

FAMILY = "04:00 group fam-1: amira babur chalil dawud ellaha"
COUNTED = [EVACUEE]


def test_a_family_is_called_comes_and_leaves_and_is_five_heads_all_the_way() -> None:
    ledger = book(
        f"""
        {FAMILY}
        09:30 posted 5@fam-1 outside > gate
        09:50 posted 5@fam-1 gate > terminal
        12:00 posted 5@fam-1 terminal > lift-1
        16:00 posted 5@fam-1 lift-1 > doha
        """,
        issued("fam-1", 5, "09:00", "11:00", stated="08:00"),
    )
    assert classes(ledger, at("07:00")) == {"unknown": 5}
    assert classes(ledger, at("08:30")) == {"on-the-way": 5}
    assert classes(ledger, at("09:40")) == {"on-the-way": 5}
    assert classes(ledger, at("14:00")) == {"on-the-way": 5}
    assert classes(ledger, at("16:00")) == {}
    assert not_out(ledger, at("16:00"), COUNTED).out == 5


def test_whoever_does_not_come_by_the_end_of_the_window_is_called_and_did_not_come() -> None:
    ledger = book(FAMILY, issued("fam-1", 5, "09:00", "11:00", stated="08:00"))
    assert classes(ledger, at("10:59")) == {"on-the-way": 5}
    assert classes(ledger, at("11:00")) == {"called-did-not-come": 5}


def test_what_a_family_said_after_it_was_called_outlives_the_window_of_the_call() -> None:
    ledger = book(
        FAMILY,
        issued("fam-1", 5, "09:00", "11:00", stated="08:00"),
        said("09:15", NotOutClass.CHOSE_TO_STAY, person="babur"),
    )
    assert classes(ledger, at("11:30")) == {"called-did-not-come": 4, "chose-to-stay": 1}


def test_a_new_call_takes_the_place_of_what_was_said_before_it() -> None:
    ledger = book(
        FAMILY,
        said("09:00", NotOutClass.UNDECIDED, group="fam-1", heads=5),
        issued("fam-1", 5, "12:00", "13:00", stated="10:00"),
    )
    assert classes(ledger, at("09:30")) == {"undecided": 5}
    assert classes(ledger, at("12:30")) == {"on-the-way": 5}


def test_a_family_cut_in_two_by_a_gate_is_in_two_classes() -> None:
    ledger = book(
        f"""
        {FAMILY}
        09:30 posted 3@fam-1 outside > gate
        """,
        issued("fam-1", 5, "09:00", "11:00", stated="08:00"),
        refused("09:31", RefusalReason.PAPERS, group="fam-1", heads=2),
    )
    assert classes(ledger, at("10:00")) == {"on-the-way": 3, "refused": 2}


def test_a_refused_copy_of_a_pass_does_not_put_a_family_that_is_inside_outside_again() -> None:
    ledger = book(
        f"""
        {FAMILY}
        09:30 posted 5@fam-1 outside > gate
        """,
        refused("10:00", RefusalReason.ALREADY_USED, group="fam-1", heads=5),
        refused("10:05", RefusalReason.FORGED, group="fam-1", heads=2),
    )
    assert classes(ledger, at("11:00")) == {"on-the-way": 5}


def test_whoever_is_refused_at_a_station_inside_is_refused_and_let_on_again_is_not() -> None:
    medical = refused("10:00", RefusalReason.MEDICAL, group="fam-1", heads=1, station="medical")
    ledger = book(
        f"""
        {FAMILY}
        09:30 posted 5@fam-1 outside > terminal
        11:00 posted 5@fam-1 terminal > lift-1
        """,
        medical,
    )
    assert classes(ledger, at("10:30")) == {"refused": 1, "on-the-way": 4}
    assert classes(ledger, at("11:30")) == {"on-the-way": 5}


def test_a_refusal_without_a_group_is_that_of_the_pass_that_was_shown() -> None:
    call = issued("fam-1", 5, "09:00", "11:00", stated="08:00")
    shown = refused("09:30", RefusalReason.EXPIRED, heads=5, pass_id=call.pass_id)
    stranger = refused("09:40", RefusalReason.NOT_ON_LIST, heads=3)
    ledger = book(FAMILY, call, shown, stranger)
    assert classes(ledger, at("10:00")) == {"refused": 5}
    assert not_out(ledger, at("10:00"), COUNTED).turned_away == 3


def test_four_arrive_and_the_fifth_is_one_case_with_a_name_once_the_others_have_theirs() -> None:
    ledger = book(
        f"""
        {FAMILY}
        09:30 posted 4@fam-1 outside > terminal as in
        12:00 posted 4@fam-1 terminal > lift-1 as aboard
        16:00 posted 4@fam-1 lift-1 > doha as landed
        16:30 named amira of in,aboard,landed
        16:31 named babur of in,aboard,landed
        16:32 named chalil of in,aboard,landed
        16:33 named dawud of in,aboard,landed
        """,
        issued("fam-1", 5, "09:00", "11:00", stated="08:00"),
    )
    (case,) = not_out(ledger, at("17:00"), COUNTED).remaining
    assert (case.person, case.heads, case.standing) == ("ellaha", 1, "called-did-not-come")
    (unnamed,) = not_out(ledger.at(ledger.position - 5), at("16:15"), COUNTED).remaining
    assert (unnamed.person, unnamed.heads) == (None, 1)
    assert set(unnamed.among) == {"amira", "babur", "chalil", "dawud", "ellaha"}


def test_whoever_was_not_counted_off_a_lift_that_landed_is_a_case_after_two_hours() -> None:
    ledger = book(
        f"""
        {FAMILY}
        12:00 posted 5@fam-1 terminal > lift-1
        12:10 departed lift-1
        16:00 arrived lift-1
        16:05 posted 4@fam-1 lift-1 > doha
        """
    )
    assert classes(ledger, at("15:00")) == {"on-the-way": 5}
    assert classes(ledger, at("17:59")) == {"on-the-way": 1}
    assert classes(ledger, at("18:00")) == {"unknown": 1}
    (missing,) = not_out(ledger, at("18:00"), COUNTED).remaining
    assert (missing.why, missing.since) == (Why.NOT_COUNTED_OFF, at("16:00"))


def test_each_closing_place_has_its_class_and_whoever_was_counted_twice_is_nobody() -> None:
    ledger = book(
        """
        05:00 posted 10 outside > town
        06:00 posted 1 town > stays
        06:00 posted 2 town > by-road
        06:00 posted 1 town > dead
        06:00 posted 1 town > twice
        """
    )
    assert classes(ledger, at("07:00")) == {
        "chose-to-stay": 1,
        "elsewhere": 2,
        "died": 1,
        "unknown": 5,
    }
    assert not_out(ledger, at("07:00"), COUNTED).known == 9


def test_whoever_left_a_haven_on_their_own_or_flies_on_from_it_is_out() -> None:
    ledger = book(
        """
        05:00 posted 6 outside > terminal
        06:00 posted 6 terminal > lift-1
        09:00 posted 6 lift-1 > doha
        12:00 posted 1 doha > walked-off
        12:00 posted 3 doha > onward-1
        """
    )
    assert classes(ledger, at("08:00")) == {"on-the-way": 6}
    assert classes(ledger, at("13:00")) == {}


def test_when_the_last_deadline_has_passed_whoever_was_last_seen_at_a_gate_is_unknown() -> None:
    ledger = book("05:00 posted 7 outside > gate", said("06:00", NotOutClass.DIED, person="amira"))
    assert classes(ledger, at("19:59", 15)) == {"on-the-way": 7}
    found = not_out(ledger, at("20:00", 15), COUNTED)
    assert only(found, Standing.UNKNOWN) == [("gate", "last-seen", 7)]


def test_people_written_down_in_town_and_counted_at_the_gate_as_heads_are_counted_once() -> None:
    ledger = book(
        f"""
        {FAMILY}
        05:00 posted amira outside > town
        05:00 posted babur outside > town
        05:00 posted chalil outside > town
        09:30 posted 4@fam-1 outside > gate
        """
    )
    found = not_out(ledger, at("10:00"), COUNTED)
    assert (found.known, found.terms.seen_twice) == (5, 2)
    assert classes(ledger, at("10:00")) == {"on-the-way": 4, "unknown": 1}


def test_heads_of_no_group_have_an_owner_a_next_step_and_a_clock_as_families_do() -> None:
    walked_up = "18:00 posted 7 outside > gate"
    word = said("21:00", NotOutClass.UNREACHABLE, place="gate", heads=3, due="23:00")
    ledger = book(walked_up, replace(word, occurred_at=at("21:00", 15)))
    assert classes(ledger, at("21:30", 15)) == {"unknown": 7}  # one cannot be unreachable at a gate
    undecided = replace(word, standing=NotOutClass.UNDECIDED, occurred_at=at("21:00", 15))
    ledger = book(walked_up, undecided)
    assert classes(ledger, at("21:30", 15)) == {"unknown": 4, "undecided": 3}
    found = not_out(ledger, at("21:30", 15), COUNTED)
    load = caseload(found, ledger.catalogue.deadlines)
    assert sum(c.remaining.heads for c in load.cases) == found.not_out == 7
    assert load.owners() == {"desk-1": 7}  # whoever has some of those there has those who come
    steps = handed_over(load, Word(owner="desk-2", site=PlaceId("doha")), at("22:00", 15), "token")
    after = book(walked_up, undecided, *steps)
    assert classes(after, at("22:30", 15)) == {"unknown": 4, "undecided": 3}
    now = caseload(not_out(after, at("22:30", 15), COUNTED), after.catalogue.deadlines)
    assert (now.owners(), now.sites()) == ({"desk-2": 7}, {"doha": 7})


def test_heads_that_nobody_saw_enter_count_where_they_went_and_may_be_those_who_waited() -> None:
    ledger = book(
        """
        05:00 posted amira outside > terminal
        05:00 posted babur outside > terminal
        06:00 posted 823 terminal > lift-1
        08:00 posted 823 lift-1 > doha
        """
    )
    found = not_out(ledger, at("09:00"), COUNTED)
    assert (found.known, found.out, found.may_be_out) == (825, 823, 2)
    assert classes(ledger, at("09:00")) == {"on-the-way": 2}


def test_a_lone_person_whose_pass_bears_their_own_id_is_one_person() -> None:
    ledger = book(
        "05:00 posted amira outside > town", issued("amira", 1, "09:00", "11:00", stated="08:00")
    )
    assert classes(ledger, at("10:00")) == {"on-the-way": 1}


def test_staff_are_in_no_class() -> None:
    ledger = book(f"{FAMILY}\n05:00 posted amira/staff outside > town")
    assert classes(ledger, at("06:00")) == {"unknown": 4}


def test_a_late_scan_moves_people_to_another_class_and_the_sum_holds() -> None:
    call = issued("fam-1", 5, "09:00", "11:00", stated="08:00")
    before = book(FAMILY, call)
    after = book(f"{FAMILY}\n10:30 posted 4@fam-1 outside > terminal as late", call)
    assert classes(before, at("12:00")) == {"called-did-not-come": 5}
    assert classes(after, at("12:00")) == {"called-did-not-come": 1, "on-the-way": 4}
    corrected = book(
        f"""
        {FAMILY}
        10:30 posted 4@fam-1 outside > terminal as late
        10:31 corrected late because miscounted: posted 5@fam-1 outside > terminal
        """,
        call,
    )
    assert classes(corrected, at("12:00")) == {"on-the-way": 5}


# A failing ledger is short as it is; shrinking it takes minutes.
some = settings(
    max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)


@some
@given(ledgers(), st.one_of(instants, st.just(at("23:00", 15))))
def test_the_classes_partition_everybody_who_is_known_and_not_out(
    handed_in: list[Entry], as_of: datetime
) -> None:
    ledger = Book(handed_in)
    found = not_out(ledger, as_of, COUNTED)
    assert found.adds_up
    assert all(r.heads > 0 for r in found.remaining)
    named = [r.person for r in found.remaining if r.person is not None]
    assert len(named) == len(set(named))  # in exactly one class
    assert sum(found.by_class().values()) == sum(c.heads for c in found.counts()) == found.not_out
    total = sum(n for (p, c), n in ledger.stock(as_of).items() if p != OUTSIDE and c in COUNTED)
    assert found.terms.ever_seen == total
    assert caseload(found, ledger.catalogue.deadlines).due is not None


@some
@given(ledgers(), instants)
def test_handing_the_caseload_over_changes_no_class(
    handed_in: list[Entry], as_of: datetime
) -> None:
    as_of += timedelta(seconds=1)  # a desk does one thing after the other
    before = not_out(Book(handed_in), as_of, COUNTED)
    load = caseload(before, Book(handed_in).catalogue.deadlines)
    to = Word(owner="desk-doha", site=PlaceId("doha"))
    steps = handed_over(load, to, as_of, "token")
    more = [
        Entry(seq=len(handed_in) + n, recorded_at=as_of, source="desk", fact=step)
        for n, step in enumerate(steps, start=1)
    ]
    after = not_out(Book([*handed_in, *more]), as_of, COUNTED)
    assert summary(after) == summary(before)
    now = caseload(after, Book(handed_in).catalogue.deadlines)
    assert {case.owner for case in now.cases} <= {"desk-doha"}
    assert sum(c.remaining.heads for c in now.cases) == sum(c.remaining.heads for c in load.cases)


def summary(found: NotOut) -> object:
    """What a hand-over must leave as it is."""
    return found.known, found.out, found.by_class()


@some
@given(ledgers(), st.data())
def test_uploads_in_any_order_put_everybody_into_the_same_classes(
    handed_in: list[Entry], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(handed_in))
    again = [replace(entry, seq=n) for n, entry in enumerate(shuffled, start=1)]
    as_of = EARLIEST + timedelta(days=36500 // 2)
    one, other = (not_out(Book(e), as_of, COUNTED) for e in (handed_in, again))
    assert one.counts() == other.counts()


@pytest.mark.parametrize(("clock", "overdue"), [("10:20", 0), ("10:31", 2)])
def test_a_refusal_goes_back_within_the_hour_or_is_overdue(clock: str, overdue: int) -> None:
    ledger = book(FAMILY, refused("09:30", RefusalReason.PAPERS, group="fam-1", heads=2))
    found = not_out(ledger, at(clock), COUNTED)
    assert caseload(found, ledger.catalogue.deadlines).due.overdue == overdue
