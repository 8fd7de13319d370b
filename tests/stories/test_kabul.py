"""The Kabul airlift: its figures are the published ones, and what does not add up is said.

F1 to F10 are the findings of the published arithmetic; each is a regression test here.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from safepassage.cli.opened import Opened, scenario_folder
from safepassage.exchange.published_file import read_published
from safepassage.model.instant import Window, local, parse_instant
from safepassage.model.published import PublishedFlow
from safepassage.report.compare import compare
from safepassage.report.figure import ask
from safepassage.report.reconcile import RunningTotal, reconcile
from safepassage.report.verdict import Finding, Verdict, judge
from safepassage.report.why import why
from tests.fixtures.kabul import Kabul

PUBLISHED = read_published(scenario_folder("kabul-2021"))


def window(start: str, end: str) -> Window:
    return Window(parse_instant(start), parse_instant(end), "America/New_York")


def out(at: Opened, over: Window, *operators: str) -> tuple[int, int]:
    """People and lifts out."""
    classes = operators or None
    people = ask(at.ledger, at.asking.over("people-out", over, operator_classes=classes)).value
    lifts = ask(at.ledger, at.asking.over("lifts-out", over, operator_classes=classes)).value
    return people, lifts


@pytest.fixture(scope="module")
def totals(kabul_opened: Opened) -> dict[tuple[str, str], RunningTotal]:
    rows = reconcile(kabul_opened.ledger, kabul_opened.asking, kabul_opened.published_totals())
    return {(r.published.baseline, f"{r.published.as_of:%d %H}"): r for r in rows}


@pytest.fixture(scope="module")
def findings(kabul_opened: Opened) -> dict[str, Finding]:
    judged = judge(kabul_opened.ledger, kabul_opened.asking, kabul_opened.claims())
    return {f.claim.id: f for f in judged}


@pytest.mark.parametrize("flow", PUBLISHED.flows, ids=lambda f: f.id)
def test_every_published_window_is_met_exactly(kabul_opened: Opened, flow: PublishedFlow) -> None:
    people, lifts = out(kabul_opened, flow.window, flow.operator_class)
    same_window = [
        f
        for f in PUBLISHED.flows
        if f.operator_class == flow.operator_class
        and flow.window.start <= f.window.start
        and f.window.end <= flow.window.end
    ]
    assert people == sum(f.people for f in same_window)
    assert lifts == sum(f.lifts or 0 for f in same_window)


def test_the_last_full_window_of_the_reports(kabul_opened: Opened, kabul: Kabul) -> None:
    over = window("2021-08-28T07:00Z", "2021-08-29T07:00Z")
    assert out(kabul_opened, over) == (2_900, 41)
    assert out(kabul_opened, over, "own-military") == (2_200, 32)
    assert out(kabul_opened, over, "coalition") == (700, 9)
    assert "280700Z AUG 21 to 290700Z AUG 21   2,900         2,200     32        700      9" in (
        kabul.printed
    )


def test_the_peak_day(kabul_opened: Opened, kabul: Kabul) -> None:
    over = window("2021-08-23T07:00Z", "2021-08-24T07:00Z")
    assert out(kabul_opened, over) == (21_600, 94)
    assert "Peak: 21,600 people on 37 + 57 lifts" in kabul.printed


def test_f1_two_baselines_differ_by_what_left_before_14_august(kabul_opened: Opened) -> None:
    as_of = datetime(2021, 8, 29, 7, tzinfo=UTC)
    asked = kabul_opened.asking
    august = asked.since("people-out", "since-14-august", as_of)
    july = asked.since("people-out", "since-end-of-july", as_of)
    (term,) = compare(kabul_opened.ledger, august, july).terms
    assert (term.cause, term.amount) == ("baseline", 5_600)


@pytest.mark.parametrize(
    ("as_of", "unexplained"),
    [("23 07", -4_500), ("25 07", 4_600), ("26 07", 0), ("27 07", -3_200), ("29 07", -400)],
)
def test_f2_a_published_total_is_not_the_sum_of_the_windows(
    totals: dict[tuple[str, str], RunningTotal], as_of: str, unexplained: int
) -> None:
    assert totals["since-14-august", as_of].unexplained == unexplained


def test_f3_a_plane_every_39_minutes_counted_one_type_of_aircraft(kabul_opened: Opened) -> None:
    over = window("2021-08-24T07:00Z", "2021-08-25T07:00Z")
    departed = kabul_opened.ledger.catalogue.departures(over.start, over.end)
    lifts = kabul_opened.ledger.catalogue.lifts
    c17 = [
        d
        for d in departed
        if lifts[d.lift].lift_type == "C-17" and lifts[d.lift].operator_class == "own-military"
    ]
    assert round(24 * 60 / len(c17), 1) == 38.9
    assert 24 * 60 / len(departed) == 16.0


def test_f4_twelve_hours_printed_as_twenty_four(findings: dict[str, Finding]) -> None:
    found = findings["12h-as-24h"]
    assert found.verdict is Verdict.AGREES_OTHERWISE
    assert "the first 12 hours" in found.reason


def test_f5_parts_were_rounded_and_the_total_was_cut_off(findings: dict[str, Finding]) -> None:
    found = findings["white-house-10900"]
    assert found.verdict is Verdict.AGREES_OTHERWISE
    assert "rounded down (10,960)" in found.reason


def test_f6_17_or_18_days_cannot_be_told(findings: dict[str, Finding]) -> None:
    assert findings["afp-18-days"].verdict is Verdict.CANNOT_TELL


def test_f7_the_daily_cut_is_no_calendar_day_anywhere(kabul_opened: Opened) -> None:
    cut = kabul_opened.asking.reporting_window(datetime(2021, 8, 29, 12, tzinfo=UTC))
    assert cut.end == datetime(2021, 8, 29, 7, tzinfo=UTC)
    assert local(cut.end, "Asia/Kabul") == "2021-08-29 11:30 +04:30"
    assert local(cut.end, "America/New_York") == "2021-08-29 03:00 -04:00"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("afp-123000", Verdict.AGREES_OTHERWISE),
        ("press-tv-123000", Verdict.AGREES),
        ("cnn-116000", Verdict.AGREES),
        ("afp-122000", Verdict.CONTRADICTS),
        ("31-august-120000", Verdict.AGREES_OTHERWISE),
        ("cnn-2900", Verdict.AGREES),
        ("cnn-32-lifts", Verdict.AGREES),
        ("cnn-9-lifts", Verdict.AGREES),
        ("afp-last-c17", Verdict.AGREES),
        ("press-tv-last-c17", Verdict.AGREES),
        ("news247-last-flight", Verdict.AGREES),
        ("31-august-left-at-12", Verdict.AGREES_OTHERWISE),
        ("afp-day-early", Verdict.AGREES_OTHERWISE),
        ("cnn-5500", Verdict.CANNOT_TELL),
    ],
)
def test_f8_each_total_has_the_verdict_that_its_definition_earns(
    findings: dict[str, Finding], claim: str, verdict: Verdict
) -> None:
    assert findings[claim].verdict is verdict


def test_f9_departed_is_not_arrived(kabul_opened: Opened) -> None:
    midway = datetime(2021, 8, 24, 3, tzinfo=UTC)
    asked = kabul_opened.asking
    left = ask(kabul_opened.ledger, asked.since("people-out", "since-end-of-july", midway)).value
    came = ask(
        kabul_opened.ledger, asked.since("people-arrived", "since-end-of-july", midway)
    ).value
    air = ask(kabul_opened.ledger, asked.at("in-the-air", midway)).value
    assert left - came == air > 0


def test_f10_640_became_823_and_a_revision_says_so(kabul: Kabul, kabul_opened: Opened) -> None:
    over = window("2021-08-14T19:30Z", "2021-08-15T19:30Z")
    found = why(
        kabul_opened.ledger,
        kabul_opened.asking.over("people-out", over, operator_classes=("own-military",)),
    )
    assert found.total == 823
    assert "now 7,000 (+183)" in kabul.printed
    assert "first counted as 640" in kabul.printed


def test_the_account_names_every_verdict_and_ends_with_a_sound_ledger(kabul: Kabul) -> None:
    assert "301929Z AUG 21 (2021-08-30 23:59 +04:30 Asia/Kabul)" in kabul.printed
    assert "301929Z AUG 21 (2021-08-30 15:29 -04:00 America/New_York)" in kabul.printed
    assert "Sound: " in kabul.printed


def test_123000_against_116000_is_explained_by_the_baseline(kabul: Kabul) -> None:
    for comparison in kabul.json("figure", "compare", "123000", "116000"):
        terms = {t["cause"]: t["amount"] for t in comparison["terms"]}
        assert terms["baseline"] == -5_600
        assert sum(t["amount"] for t in comparison["terms"]) == -7_000 == comparison["difference"]


def test_why_lists_the_entries_behind_2900(kabul: Kabul) -> None:
    found = kabul.json(
        "figure", "why", "people-out", "from=2021-08-28T03:00", "to=2021-08-29T03:00",
        "zone=America/New_York",
    )  # fmt: skip
    assert found["value"] == 2_900 == sum(line["amount"] for line in found["lines"])
    assert len({line["to"] for line in found["lines"]}) == 41
