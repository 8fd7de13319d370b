"""The scenarios with published figures: what the windows say comes out of the implied ledger."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from safepassage.exchange.operation_file import read_operation
from safepassage.exchange.published_file import Published, read_published
from safepassage.model.asked import AskedOnce
from safepassage.model.fact import Fact, instant_of
from safepassage.model.ids import CategoryId, PlaceId
from safepassage.model.instant import LATEST, Window
from safepassage.model.ledger import Book
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.observation import Correction
from safepassage.model.operation import Operation
from safepassage.report.asking import Asking
from safepassage.report.checks.lift_load import lifts_overloaded
from safepassage.report.reconcile import RunningTotal, reconcile
from safepassage.simulate.implied import implied_facts, implied_size
from tests.fixtures.requirements import ROOT
from tests.simulate.implied_case import (
    book_of,
    every_transfer,
    heads_out,
    lifts_of_groups,
    lifts_out,
    lowest,
)

SCENARIOS = ROOT / "scenarios"
NAMES = ("kabul-2021", "hurricane-fictitious")
WINDOWS_END = datetime(2021, 8, 30, 7, tzinfo=UTC)


@cache
def scenario(name: str) -> tuple[Operation, Published]:
    folder = SCENARIOS / name
    path = folder / "operation.yaml"
    return read_operation(path.read_bytes(), path.name), read_published(folder)


@cache
def facts_of(name: str) -> tuple[Fact, ...]:
    of, published = scenario(name)
    return tuple(implied_facts(of, published.flows, published.lifts, "1"))


@cache
def book(name: str) -> Book:
    return book_of(scenario(name)[0], facts_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_window_of_every_class_is_exact(name: str) -> None:
    _, published = scenario(name)
    for row in published.flows:
        single = [
            x
            for x in published.lifts
            if x.departed_at in row.window and x.operator_class == row.operator_class
        ]
        lifts = len(single) if row.lifts is None else row.lifts
        heads = heads_out_of(name, row.window, row.operator_class, row.category)
        assert heads == row.people, row.id
        assert lifts_out(book(name), row.window, row.operator_class) == lifts, row.id


def heads_out_of(name: str, window: Window, operator_class: str, category: CategoryId) -> int:
    """People board at terminals in one scenario and at assembly areas in the other."""
    found = book(name)
    lifts = found.catalogue.lifts
    if name == "kabul-2021":
        return heads_out(found, window, operator_class, category)
    return sum(
        f.heads
        for f in found.flow(window.start, window.end)
        if f.to_place in lifts
        and lifts[f.to_place].operator_class == operator_class
        and f.category == category
    )


@pytest.mark.parametrize("name", NAMES)
def test_families_stay_together_and_everybody_is_somewhere(name: str) -> None:
    found = book(name)
    assert all(len(lifts) == 1 for lifts in lifts_of_groups(found).values())
    assert lowest(found) == 0
    assert sum(found.stock(LATEST - timedelta(1)).values()) == 0
    assert not found.oddities()


@pytest.mark.parametrize("name", NAMES)
def test_only_places_of_the_operation_and_its_lifts_are_used(name: str) -> None:
    found = book(name)
    used = {t.to_place for t in every_transfer(found)}
    assert not [place for place in used if found.catalogue.kind(place) is None]


@pytest.mark.parametrize("name", NAMES)
def test_facts_come_in_the_order_in_which_they_happened(name: str) -> None:
    instants = [instant_of(fact) for fact in facts_of(name)]
    assert instants == sorted(instants)
    assert len({fact.id for fact in facts_of(name)}) == len(instants)


def out_since(baseline: str) -> int:
    of, _ = scenario("kabul-2021")
    found = book("kabul-2021")
    start = next(b.at for b in of.baselines if b.id == baseline)
    lifts = found.catalogue.lifts
    return sum(f.heads for f in found.flow(start, WINDOWS_END) if f.to_place in lifts)


def test_the_windows_of_kabul_add_up_to_neither_published_total() -> None:
    """118,700 and 124,300: more than 114,400 and 120,000 said a day earlier plus 1,200."""
    assert out_since("since-14-august") == 118_700
    assert out_since("since-end-of-july") == 124_300


@cache
def totals() -> dict[str, RunningTotal]:
    of, published = scenario("kabul-2021")
    found = book("kabul-2021")
    rows = reconcile(AskedOnce(found), Asking(of, found.position), published.totals)
    return {row.published.id: row for row in rows}


def test_a_bound_is_set_against_the_ledger_and_is_no_step_of_the_series() -> None:
    """95,700 and 12,500 are 3,200 more than the 105,000 said after 100,000 had been topped."""
    bound = totals()["since-14-august-26-august-15h"]
    assert (bound.moved, bound.unexplained) == (None, None)
    assert (bound.ledger, bound.gap) == (102_800, -2_800)
    assert bound.to_json()["is_bound"] is True
    after = totals()["since-14-august-27-august"]
    assert (after.moved, after.unexplained) == (12_500, -3_200)


def test_more_than_is_marked_as_a_bound_but_where_a_series_starts_with_it() -> None:
    totals = scenario("kabul-2021")[1].totals
    assert sorted((t.people, t.baseline) for t in totals if t.is_bound) == [
        (100_000, "since-14-august"),
        (116_000, "since-14-august"),
        (123_000, "since-14-august"),
        (123_000, "since-end-of-july"),
    ]
    assert [t.people for t in totals if "more than" in t.note and not t.is_bound] == [3_200]


def test_reach_871_alone_carried_more_than_an_emergency_allows() -> None:
    """Loads that are drawn stay within the seats: what they exceeded would be made by the draw."""
    found = lifts_overloaded(book("kabul-2021"), datetime(2021, 9, 1, tzinfo=UTC))
    assert [d.sentence for d in found] == ["reach-871 carried 823 people on 500 seats"]


def test_reach_871_is_first_640_and_then_823() -> None:
    lift = PlaceId("reach-871")
    facts = facts_of("kabul-2021")
    found = book("kabul-2021")
    boarded = [t.heads for t in every_transfer(found) if t.to_place == lift]
    arrived = [t.heads for t in every_transfer(found) if t.from_place == lift]
    assert (boarded, arrived) == ([823], [823])
    corrections = [f for f in facts if isinstance(f, Correction)]
    assert {f.stated_at for f in corrections} == {datetime(2021, 8, 20, tzinfo=UTC)}
    first = min(p for p, e in enumerate(found.entries(), 1) if e.fact in corrections)
    before = found.at(first - 1)
    assert [t.heads for t in every_transfer(before) if t.to_place == lift] == [640]


def test_the_last_lift_leaves_a_minute_before_midnight_in_kabul() -> None:
    departed = [
        f
        for f in facts_of("kabul-2021")
        if isinstance(f, LiftStatus) and f.status is Status.DEPARTED
    ]
    last = max(departed, key=lambda f: f.occurred_at)
    assert last.lift == "last-c17"
    assert last.occurred_at == datetime(2021, 8, 30, 19, 29, tzinfo=UTC)
    assert last.drawn == ()


def test_37_c17_left_on_the_day_of_a_plane_every_39_minutes() -> None:
    row = next(f for f in scenario("kabul-2021")[1].flows if f.id == "25-august-own-military")
    lifts = {f.lift: f for f in facts_of("kabul-2021") if isinstance(f, Lift)}
    departed = book("kabul-2021").catalogue.departures(row.window.start, row.window.end)
    own = [lifts[s.lift] for s in departed if lifts[s.lift].operator_class == row.operator_class]
    assert sum(x.lift_type == "C-17" for x in own) == 37


def test_the_announced_size_fits_a_progress_bar() -> None:
    _, published = scenario("kabul-2021")
    assert implied_size(published.flows) == pytest.approx(len(facts_of("kabul-2021")), rel=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_published_baselines_and_classes_are_known_to_the_operation(name: str) -> None:
    of, published = scenario(name)
    assert {t.baseline for t in published.totals} <= {b.id for b in of.baselines}
    classes = {row.operator_class for row in (*published.flows, *published.lifts)}
    assert classes <= {c.id for c in of.operator_classes}
    categories = {row.category for row in (*published.flows, *published.lifts)}
    assert categories <= {c.id for c in of.categories}


def number(text: str) -> int:
    return int(text) if text else 0


def rows_of(path: Path, record_type: str) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["record_type"] == record_type]


def test_every_running_total_of_the_reference_data_is_there(reference_folder: Path) -> None:
    daily = reference_folder / "data" / "kabul_daily.csv"
    rows = [*rows_of(daily, "window"), *rows_of(daily, "cumulative")]
    said = [("since-14-august", number(r["cum_since_2021_08_14"])) for r in rows]
    said += [("since-end-of-july", number(r["cum_since_end_july"])) for r in rows]
    ours = [(t.baseline, t.people) for t in scenario("kabul-2021")[1].totals]
    quoted = [("since-end-of-july", 122_000)]  # stands in a note of the reference data
    assert sorted(ours) == sorted([pair for pair in said if pair[1]] + quoted)


def test_running_totals_are_as_of_the_ends_of_their_windows(reference_folder: Path) -> None:
    daily = reference_folder / "data" / "kabul_daily.csv"
    ours = {(t.people, t.as_of) for t in scenario("kabul-2021")[1].totals}
    for row in rows_of(daily, "window"):
        if row["window_end_utc"] and row["cum_since_2021_08_14"]:
            end = datetime.fromisoformat(row["window_end_utc"])
            assert (number(row["cum_since_2021_08_14"]), end) in ours


def test_the_windows_of_the_reference_data_are_the_sums_of_ours(reference_folder: Path) -> None:
    flows = scenario("kabul-2021")[1].flows
    for row in rows_of(reference_folder / "data" / "kabul_daily.csv", "window"):
        if not row["window_end_utc"]:
            continue
        start = datetime.fromisoformat(row["window_start_utc"])
        end = datetime.fromisoformat(row["window_end_utc"])
        inside = [f for f in flows if start <= f.window.start and f.window.end <= end]
        parts = number(row["us_mil_people"]) + number(row["coalition_people"])
        assert sum(f.people for f in inside) == (parts or number(row["people_total"]))
        lifts = number(row["us_mil_flights"]) + number(row["coalition_flights"])
        assert sum(f.lifts or 0 for f in inside) == lifts


def test_the_guide_of_the_scenario_says_how_many_facts_there_are() -> None:
    text = (SCENARIOS / "kabul-2021" / "README.md").read_text(encoding="utf-8")
    assert f"{len(facts_of('kabul-2021')):,}\nfacts" in text
