"""Claims of others, set against the ledger; nothing is guessed in silence."""

from __future__ import annotations

from datetime import datetime

import pytest

from safepassage.model.claim import Claim, Manner, Moment, Quantity, Subject
from safepassage.model.ids import CategoryId
from safepassage.model.instant import Window
from safepassage.report.verdict import Finding, Verdict, judge
from tests.report.evening import DAY, MIDNIGHT, asking, book

WHOLE_DAY = Window(DAY, MIDNIGHT, "UTC")


def said(number: int, manner: Manner = Manner.STATED, **parts: object) -> Claim:
    return Claim(
        id="claim",
        report="Gazette",
        said_by="a spokesman",
        topic="people-out",
        words="so many got out",
        subject=Subject.FIGURE,
        figure=str(parts.pop("figure", "people-out")),
        quantity=Quantity(manner=manner, value=number),
        **parts,  # type: ignore[arg-type]
    )


def verdict(claim: Claim, more: str = "") -> Finding:
    ledger = book(more)
    (finding,) = judge(ledger, asking(ledger), [claim])
    return finding


def test_a_claim_with_its_window_agrees() -> None:
    found = verdict(said(11, window=WHOLE_DAY))
    assert (found.verdict, found.reason) == (Verdict.AGREES, "the ledger holds 11")


def test_another_baseline_is_named_when_it_would_make_the_claim_true() -> None:
    found = verdict(said(11, baseline="since-ten", as_of=MIDNIGHT))
    assert found.verdict is Verdict.AGREES_OTHERWISE
    assert "counted since dawn (11); as said, the ledger holds 4" in found.reason


def test_another_population_is_named() -> None:
    found = verdict(said(12, window=WHOLE_DAY))
    assert found.verdict is Verdict.AGREES_OTHERWISE
    assert "staff who withdrew" in found.reason


def test_operators_that_were_left_out_are_named() -> None:
    found = verdict(said(7, window=WHOLE_DAY))
    assert "counting own-military lifts only" in found.reason


def test_twelve_hours_reprinted_as_twenty_four_are_found_out() -> None:
    found = verdict(said(7, window=Window(DAY, MIDNIGHT), operator_classes=None))
    means = [t.means for t in found.tried if t.holds]
    assert any("own-military" in m for m in means)
    eleven = verdict(said(7, window=Window(DAY.replace(hour=4), MIDNIGHT.replace(hour=4))))
    assert eleven.verdict is Verdict.AGREES_OTHERWISE


def test_a_number_that_no_reading_gives_contradicts_and_says_by_how_much() -> None:
    found = verdict(said(900, window=WHOLE_DAY))
    assert found.verdict is Verdict.CONTRADICTS
    assert "the ledger holds 11 (-889)" in found.reason


def test_a_claim_without_window_or_baseline_lists_the_readings_that_fit() -> None:
    found = verdict(said(4))
    assert found.verdict is Verdict.AGREES_OTHERWISE
    assert "true only if what was left unsaid is read as" in found.reason
    assert all(t.question is not None for t in found.tried)


def test_people_that_the_ledger_does_not_tell_apart_cannot_be_told() -> None:
    found = verdict(said(77, window=WHOLE_DAY, categories=(CategoryId("citizen"),)))
    assert found.verdict is Verdict.CANNOT_TELL
    assert "citizen" in found.reason


def test_citizens_said_and_everybody_meant_is_named() -> None:
    found = verdict(said(11, window=WHOLE_DAY, categories=(CategoryId("citizen"),)))
    assert "counting everybody, not citizen" in found.reason


def test_what_a_ledger_of_people_does_not_hold_cannot_be_told() -> None:
    claim = Claim(
        id="c",
        report="Gazette",
        said_by="a spokesman",
        topic="dead",
        words="so many died",
        subject=Subject.OTHER,
        cannot_tell="the ledger holds no casualties",
    )
    assert verdict(claim).verdict is Verdict.CANNOT_TELL


def moment(start: str, end: str, zone: str | None, *, lost: bool = False) -> Claim:
    return Claim(
        id="c",
        report="Gazette",
        said_by="a spokesman",
        topic="last-departure",
        words="the last one left then",
        subject=Subject.LAST_DEPARTURE,
        moment=Moment(
            start=datetime.fromisoformat(start),
            end=datetime.fromisoformat(end),
            zone=zone,
            half_day_lost=lost,
        ),
    )


LAST = """
    2021-08-30
    19:00 lift last-c17 own-military 100 hall > doha
    19:29 departed last-c17
"""


@pytest.mark.parametrize(
    ("start", "end", "zone"),
    [
        ("2021-08-30T15:29", "2021-08-30T15:30", "America/New_York"),
        ("2021-08-30T23:59", "2021-08-31T00:00", "Asia/Kabul"),
    ],
)
def test_15_29_in_washington_and_23_59_in_kabul_are_one_instant(
    start: str, end: str, zone: str
) -> None:
    found = verdict(moment(start, end, zone), LAST)
    assert found.verdict is Verdict.AGREES
    assert "301929Z AUG 21" in found.reason


def test_twelve_oclock_with_its_half_of_the_day_lost_is_midnight() -> None:
    found = verdict(moment("2021-08-30T12:00", "2021-08-30T12:01", None, lost=True), LAST)
    assert found.verdict is Verdict.AGREES_OTHERWISE
    assert "2021-08-31 00:00 +04:30 Asia/Kabul (other half of the day)" in found.reason


def test_a_wrong_zone_contradicts() -> None:
    found = verdict(moment("2021-08-30T15:29", "2021-08-30T15:30", "Asia/Kabul"), LAST)
    assert found.verdict is Verdict.CONTRADICTS


def test_a_day_early_is_true_in_the_zone_where_the_deadline_ends() -> None:
    claim = Claim(
        id="c",
        report="Gazette",
        said_by="a spokesman",
        topic="deadline",
        words="a day early",
        subject=Subject.HOURS_BEFORE_DEADLINE,
        quantity=Quantity(manner=Manner.ABOUT, value=24),
    )
    text = LAST + "19:30 deadline last-day 2021-08-31T19:30Z Asia/Kabul"
    found = verdict(claim, text)
    assert found.verdict is Verdict.AGREES_OTHERWISE
    assert "24 h 01 min" in found.reason


@pytest.mark.parametrize(
    ("manner", "number", "true", "false"),
    [
        (Manner.STATED, 2_900, 2_949, 2_950),
        (Manner.STATED, 823, 823, 824),
        (Manner.MORE_THAN, 123_000, 124_300, 122_999),
        (Manner.NEARLY, 6_000, 5_900, 6_100),
        (Manner.ABOUT, 2_900, 2_850, 3_100),
        (Manner.AT_MOST, 250, 250, 251),
    ],
)
def test_a_number_is_true_within_the_way_it_was_said(
    manner: Manner, number: int, true: int, false: int
) -> None:
    quantity = Quantity(manner=manner, value=number)
    assert quantity.allows(true)
    assert not quantity.allows(false)


def test_a_total_that_was_cut_off_instead_of_rounded_is_recognised() -> None:
    assert not Quantity(manner=Manner.STATED, value=10_900).allows(10_960)
    assert Quantity(manner=Manner.STATED, value=10_900).allows_rounded_down(10_960)
