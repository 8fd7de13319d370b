"""On the list, never past the gate: a figure that a sponsor is told and that adds up."""

from __future__ import annotations

from dataclasses import replace

from safepassage.model.ledger import Book
from safepassage.model.movement import EVACUEE
from safepassage.model.refusal import RefusalReason
from safepassage.operate.not_out import Standing, not_out
from safepassage.report.compare import compare
from safepassage.report.figure import ask
from safepassage.report.phrase import read_question
from safepassage.report.question import Question
from safepassage.report.sitrep import make_sitrep
from safepassage.report.why import why
from tests.operate.abandoned import at, book, issued, refused
from tests.report.evening import OPERATION, asking

NEVER = "never-past-the-gate"
LATE = at("20:00")
# A family comes whole, one comes in part and is called again, one does not come, one is refused.
CALLED = (
    issued("fam-1", 5, "06:00", "08:00", stated="04:00"),
    issued("fam-2", 4, "06:00", "08:00", stated="04:05"),
    issued("fam-2", 2, "09:00", "11:00", stated="08:30"),
    issued("fam-3", 3, "06:00", "08:00", stated="04:10"),
    issued("fam-4", 6, "06:00", "08:00", stated="04:15"),
    refused("06:30", RefusalReason.PAPERS, group="fam-4", heads=6),
    refused("07:00", RefusalReason.FORGED),  # of nobody's group
    refused("09:30", RefusalReason.ALREADY_USED, group="fam-1", heads=5),  # a copy of their pass
)
CAME = """
    06:10 posted 5@fam-1 outside > gate
    06:20 posted 2@fam-2 outside > gate
    07:00 posted 5@fam-1 gate > terminal
    08:00 pending 3@fam-3 terminal > lift-1
    08:00 posted 9 outside > gate
"""


def question(ledger: Book, **parts: object) -> Question:
    return replace(asking(ledger).at(NEVER, LATE), **parts)  # type: ignore[arg-type]


def value(ledger: Book, **parts: object) -> int:
    return ask(ledger, question(ledger, **parts)).value


def test_it_counts_who_was_called_or_refused_and_not_let_in() -> None:
    ledger = book(CAME, *CALLED)
    assert value(ledger) == 2 + 3 + 6
    assert value(ledger, as_of=at("04:07")) == 5 + 4
    assert value(ledger, categories=("staff",)) == 0


def test_a_group_that_was_refused_and_never_called_is_on_it() -> None:
    walked_up = refused("06:40", RefusalReason.NOT_ON_LIST, group="fam-9", heads=2)
    assert value(book(CAME, *CALLED, walked_up)) == 2 + 3 + 6 + 2


def test_the_rest_of_a_family_is_no_second_family_and_may_still_come() -> None:
    ledger = book(CAME + "    10:00 posted 2@fam-2 outside > gate\n", *CALLED)
    assert value(ledger) == 3 + 6


def test_it_is_what_the_classes_of_a_caseload_say_who_nobody_else_has_seen() -> None:
    ledger = book(CAME, *CALLED)
    by_class = not_out(ledger, LATE, [EVACUEE]).by_class()
    assert value(ledger) == by_class[Standing.REFUSED] + by_class[Standing.CALLED_DID_NOT_COME]


def test_an_operator_s_are_those_whom_its_lifts_had_a_seat_for() -> None:
    ledger = book(CAME, *CALLED)
    assert value(ledger, operator_classes=("own-military",)) == 3
    assert value(ledger, operator_classes=("charter",)) == 0


def test_every_group_behind_it_is_a_line_and_the_lines_add_up() -> None:
    ledger = book(CAME, *CALLED)
    found = why(ledger, question(ledger))
    assert found.total == found.figure.value == 11
    assert [(line.group, line.amount) for line in found.lines] == [
        ("fam-2", 2),
        ("fam-3", 3),
        ("fam-4", 6),
    ]


def test_a_late_scan_lowers_it_and_the_difference_is_told() -> None:
    ledger = book(CAME + "    10:00 posted 2@fam-2 outside > gate\n", *CALLED)
    first, second = question(ledger, as_of=at("09:00")), question(ledger)
    found = compare(ledger, first, second)
    assert found.difference == sum(term.amount for term in found.terms) == -2


def test_it_stands_in_the_situation_report_and_is_asked_in_words() -> None:
    ledger = book(CAME, *CALLED)
    report = make_sitrep(ledger, OPERATION, LATE)
    assert {f.question.figure: f.value for f in report.figures}[NEVER] == 11
    asked = read_question([NEVER, "as_of=2021-08-14T20:00Z"], asking(ledger), LATE)
    assert ask(ledger, asked).value == 11
