"""Figures: defined, windowed, derived, and never without what they mean."""

from __future__ import annotations

from datetime import timedelta

import pytest

from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import EARLIEST, Window
from safepassage.report.definition import definitions
from safepassage.report.figure import ask
from safepassage.report.phrase import read_question
from safepassage.report.question import Question
from safepassage.report.why import why
from tests.report.evening import DAY, MIDNIGHT, NOON, asking, book

WHOLE_DAY = Window(DAY, MIDNIGHT, "Asia/Kabul")


def value(figure: str, **parts: object) -> int:
    ledger = book()
    return ask(ledger, asking(ledger).over(figure, WHOLE_DAY, **parts)).value  # type: ignore[arg-type]


def test_people_out_are_counted_when_their_lift_departs() -> None:
    assert value("people-out") == 2 + 5 + 4


def test_the_staff_who_leave_last_are_not_evacuees_unless_asked_for() -> None:
    assert value("people-out", categories=("evacuee", "staff")) == 12
    assert value("people-arrived", categories=("staff",)) == 0


def test_operator_classes_are_a_part_of_the_question() -> None:
    assert value("people-out", operator_classes=("own-military",)) == 7
    assert value("people-out", operator_classes=("coalition",)) == 4
    assert value("lifts-out", operator_classes=("coalition",)) == 1


def test_lifts_out_are_those_that_departed_from_the_ground() -> None:
    assert value("lifts-out") == 2


def test_a_family_counts_once_however_many_of_it_left() -> None:
    assert value("families-out") == 6  # fam-1, fam-2, and four heads of no group


def test_departed_is_not_arrived() -> None:
    ledger = book()
    question = asking(ledger).at("in-the-air", MIDNIGHT)
    assert value("people-arrived") == 7
    assert ask(ledger, question).value == 4


def test_the_stocks_add_up_to_everybody_ever_seen() -> None:
    ledger = book()
    parts = ("in-danger-area", "in-the-air", "at-havens")
    whole = ask(ledger, asking(ledger).at("ever-seen", NOON)).value
    assert sum(ask(ledger, asking(ledger).at(p, NOON)).value for p in parts) == whole == 11


def test_a_window_is_half_open_so_that_windows_share_nobody() -> None:
    ledger = book()
    nine = DAY.replace(hour=9)
    before = ask(ledger, asking(ledger).over("people-out", Window(DAY, nine)))
    after = ask(ledger, asking(ledger).over("people-out", Window(nine, MIDNIGHT)))
    assert (before.value, after.value) == (0, 11)


def test_as_of_counts_only_what_had_happened_by_then() -> None:
    assert value("people-out", as_of=DAY.replace(hour=10)) == 7


def test_a_position_reads_the_ledger_as_it_stood() -> None:
    ledger = book()
    early = asking(ledger.at(18)).over("people-out", WHOLE_DAY)
    assert ask(ledger, early).value == 1  # amira is entry 18; babur and the five came later


def test_a_position_that_is_not_there_yet_is_refused() -> None:
    ledger = book()
    with pytest.raises(BadQuestionError, match="the ledger has"):
        ask(ledger, asking(book("13:00 posted 1 outside > town")).over("people-out", WHOLE_DAY))


@pytest.mark.parametrize("figure", definitions())
def test_every_figure_explains_itself_line_by_line(figure: str) -> None:
    ledger = book()
    asked = asking(ledger)
    has_window = definitions()[figure].has_window
    question = asked.over(figure, WHOLE_DAY) if has_window else asked.at(figure, NOON)
    derivation = why(ledger, question)
    assert derivation.total == derivation.figure.value == ask(ledger, question).value
    assert sum(s.lines for s in derivation.subtotals(ledger)) == len(derivation.lines)


def test_a_figure_prints_its_definition_window_zone_as_of_and_position() -> None:
    ledger = book()
    printed = str(ask(ledger, asking(ledger).over("people-out", WHOLE_DAY)))
    for part in ("People out", "24 h", "Asia/Kabul", "140000Z AUG 21", "evacuee", "position"):
        assert part in printed


def test_a_question_survives_being_written_down() -> None:
    ledger = book()
    question = asking(ledger).since("people-out", "since-dawn", MIDNIGHT)
    assert Question.from_canonical(question.canonical) == question


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ([], "name a figure"),
        (["people-gone"], "no figure 'people-gone'; figures: people-out"),
        (["people-out", "form=x"], "parts: from=, to="),
        (["people-out", "from=2021-08-14T03:00"], "give both from= and to="),
        (["people-out", "from=yesterday", "to=2021-08-14T03:00"], "not an instant"),
        (["people-out", "from=2021-08-14T03:00", "to=2021-08-14T03:00"], "must end after"),
        (["people-out", "baseline=since-noon"], "baselines: since-dawn, since-ten"),
        (["people-out", "baseline=since-dawn", "from=2021-08-14"], "not both"),
        (["people-out", "zone=Kabul"], "use an IANA name"),
        (["at-havens", "from=2021-08-14T03:00"], "stock at an instant"),
        (["people-out", "position=１２"], "not a whole number"),
        (["people-out", "as_of=1969-01-01T00:00Z"], "2000-2100"),
        (["people-out", "phase=maybe"], "posted or pending"),
        (["people-out", "count=a", "count=b"], "stands twice"),
    ],
)
def test_a_question_that_cannot_be_answered_says_what_to_write(
    words: list[str], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        read_question(words, asking(book()), NOON)


def test_words_that_are_left_out_are_filled_in_and_printed() -> None:
    question = read_question(["people-out"], asking(book()), MIDNIGHT + timedelta(hours=12))
    assert "2021-08-14 03:00 to 2021-08-15 03:00 America/New_York" in question.describe()


def test_the_reporting_window_is_the_last_whole_one() -> None:
    asked = asking(book())
    window = asked.reporting_window(DAY.replace(hour=6, minute=59))
    assert window.end == DAY.replace(hour=7) - timedelta(days=1)
    assert asked.reporting_window(DAY.replace(hour=7)).end == DAY.replace(hour=7)


def test_a_twelve_hour_reporting_window_is_cut_twice_a_day() -> None:
    from dataclasses import replace

    from safepassage.report.asking import Asking
    from tests.report.evening import OPERATION

    rule = replace(OPERATION.reporting_window, hours=12)
    asked = Asking(replace(OPERATION, reporting_window=rule), 0)
    window = asked.reporting_window(DAY.replace(hour=20))
    assert (window.hours, window.end) == (12, DAY.replace(hour=19))


def test_an_unseen_boarding_counts_because_the_person_is_out() -> None:
    more = "12:30 posted chalil outside > town\n13:00 posted chalil shuttle > doha"
    ledger = book(more)
    question = asking(ledger).over("people-out", Window(EARLIEST, MIDNIGHT))
    assert ask(ledger, question).value == 12
