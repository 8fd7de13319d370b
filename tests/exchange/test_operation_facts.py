"""From the operation file to the ledger: what is stated once, and what is stated anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safepassage.model.catalogue import Catalogue
from safepassage.model.deadline import Deadline, deadlines_in_force
from safepassage.model.errors import InvalidFactError, UnknownPlaceError
from safepassage.model.fact import Fact
from safepassage.model.ids import PlaceId
from safepassage.model.operation import (
    HOURS_OF_A_WINDOW,
    Closure,
    Fleet,
    Leg,
    Mode,
    OpeningHours,
    Operation,
    PlannedPlace,
    ReportingWindow,
    great_circle_km,
    opening_facts,
)
from safepassage.model.place import OUTSIDE, Place, PlaceKind
from safepassage.model.wire import KIND_OF, from_body, to_body
from tests.exchange.small_operation import SMALL, read

FIRST = datetime(2021, 8, 13, tzinfo=UTC)
LATER = datetime(2021, 8, 20, tzinfo=UTC)
EASTERN = ReportingWindow(start=time(3), hours=24, zone="America/New_York")


def stated(operation: Operation, at: datetime, before: list[Fact]) -> list[Fact]:
    """What the ledger says after the file was read again at an instant."""
    return before + opening_facts(operation, at, Catalogue.of(before))


def with_capacity(heads: int) -> Operation:
    """The small operation with another capacity of its haven."""
    return read(SMALL.replace("capacity: 17000", f"capacity: {heads}"))


def test_places_and_deadlines_become_facts() -> None:
    facts = opening_facts(read(SMALL), FIRST)
    assert [type(f) for f in facts] == [Place] * 5 + [Deadline]
    haven = facts[3]
    assert isinstance(haven, Place)
    assert (haven.place, haven.capacity, haven.airport) == ("haven", 17000, "OTBH")
    assert haven.id.startswith("place/haven/")
    assert facts[5].id.startswith("deadline/last-day/")


def test_facts_survive_the_wire() -> None:
    for fact in opening_facts(read(SMALL), FIRST):
        assert from_body(KIND_OF[type(fact)], to_body(fact)) == fact


def test_the_same_file_makes_the_same_entry_ids_at_any_time() -> None:
    ids = [f.id for f in opening_facts(read(SMALL), FIRST)]
    assert [f.id for f in opening_facts(read(SMALL), LATER)] == ids
    assert len(set(ids)) == len(ids)


def test_reading_the_same_file_again_states_nothing() -> None:
    ledger = stated(read(SMALL), FIRST, [])
    assert stated(read(SMALL), LATER, ledger) == ledger


def test_a_changed_place_is_stated_anew_and_the_others_are_not() -> None:
    ledger = stated(read(SMALL), FIRST, [])
    changed = stated(with_capacity(9000), LATER, ledger)
    assert len(changed) == len(ledger) + 1
    assert Catalogue.of(changed).places[PlaceId("haven")].capacity == 9000


def test_a_place_that_changes_and_changes_back_is_stated_three_times() -> None:
    ledger: list[Fact] = []
    for day, heads in enumerate((17000, 9000, 17000)):
        ledger = stated(with_capacity(heads), FIRST + timedelta(days=day), ledger)
        assert Catalogue.of(ledger).places[PlaceId("haven")].capacity == heads
    assert len({f.id for f in ledger}) == len(ledger) == 8


def test_a_moved_deadline_is_a_revision() -> None:
    ledger = stated(read(SMALL), FIRST, [])
    moved = stated(
        read(SMALL.replace("at: 2021-09-01T00:00", "at: 2021-09-02T00:00")), LATER, ledger
    )
    deadlines = [f for f in moved if isinstance(f, Deadline)]
    assert len(deadlines) == 2
    assert deadlines_in_force(deadlines, FIRST)["last-day"].at.day == 31
    assert deadlines_in_force(deadlines, LATER)["last-day"].at == datetime(
        2021, 9, 1, 19, 30, tzinfo=UTC
    )


def test_a_window_of_figures_is_cut_at_three_in_washington() -> None:
    window = EASTERN.window_at(datetime(2021, 8, 28, 12, tzinfo=UTC))
    assert window.start == datetime(2021, 8, 28, 7, tzinfo=UTC)
    assert window.end == datetime(2021, 8, 29, 7, tzinfo=UTC)
    assert EASTERN.window_at(window.end - timedelta(microseconds=1)) == window
    assert EASTERN.window_at(window.end).start == window.end


def test_when_clocks_change_the_day_of_figures_is_longer_or_shorter() -> None:
    assert EASTERN.window_at(datetime(2021, 11, 7, 5, tzinfo=UTC)).hours == 25
    assert EASTERN.window_at(datetime(2021, 3, 14, 5, tzinfo=UTC)).hours == 23


@given(
    minutes=st.integers(0, 15 * 366 * 24 * 60),
    hours=st.sampled_from(HOURS_OF_A_WINDOW),
    start=st.times(),
    zone=st.sampled_from(["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]),
)
def test_windows_follow_each_other_without_a_gap(
    minutes: int, hours: int, start: time, zone: str
) -> None:
    instant = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    windows = ReportingWindow(start=start.replace(microsecond=0), hours=hours, zone=zone)
    window = windows.window_at(instant)
    assert instant in window
    assert windows.window_at(window.start) == window
    after = windows.window_at(window.end)
    assert after.start == window.end
    assert 0 < window.hours <= hours + 1


def test_a_night_shift_is_open_through_midnight() -> None:
    night = OpeningHours(opens=time(22), closes=time(6), zone="Asia/Kabul")
    assert datetime(2021, 8, 20, 20, tzinfo=UTC) in night  # 00:30 in Kabul
    assert datetime(2021, 8, 20, 8, tzinfo=UTC) not in night


def test_a_closure_without_an_end_lasts() -> None:
    closure = Closure(starts_at=LATER)
    assert LATER in closure
    assert LATER + timedelta(days=400) in closure
    assert LATER - timedelta(seconds=1) not in closure


def test_the_great_circle_is_the_shortest_way_over_a_round_earth() -> None:
    assert great_circle_km((0, 0), (0, 180)) == pytest.approx(20015.1, abs=0.1)
    assert great_circle_km((90, 0), (-90, 77)) == pytest.approx(20015.1, abs=0.1)
    assert great_circle_km((34.5, 69.2), (34.5, 69.2)) == 0


def test_an_operation_built_in_code_obeys_the_same_rules() -> None:
    operation = read(SMALL)
    town = operation.places[0]
    wrong = [
        {"zones": ()},
        {"zones": ("Nowhere/Land",)},
        {"places": (*operation.places, town)},
        {"legs": (Leg(from_place=town.id, to_place=OUTSIDE, mode=Mode.ROAD, distance_km=1),)},
        {"fleets": (Fleet(lift_type="C-5", operator_class="own-military", count=1, base=town.id),)},
        {"withdraw_last": ("nobody",)},
    ]
    for change in wrong:
        with pytest.raises(InvalidFactError):
            replace(operation, **change)
    with pytest.raises(InvalidFactError, match="built in"):
        PlannedPlace(id=OUTSIDE, kind=PlaceKind.TOWN)
    with pytest.raises(UnknownPlaceError):
        operation.place(PlaceId("nowhere"))
    assert operation.place(town.id) is town
    assert operation.of_kind(PlaceKind.HAVEN) == (operation.places[3],)
