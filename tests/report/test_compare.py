"""Two figures that differ are explained term by term, and the terms add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.ids import CategoryId
from safepassage.model.instant import Window
from safepassage.model.ledger import Book
from safepassage.model.notation import enter, read_facts
from safepassage.model.observation import Publication
from safepassage.report.compare import Stated, compare, compare_stated
from safepassage.report.figure import ask
from safepassage.report.question import Question
from safepassage.report.revision import revisions
from tests.report.evening import DAY, EVENING, MIDNIGHT, asking, book

instants = st.integers(0, 26).map(lambda h: DAY + timedelta(hours=h))
windows = st.tuples(instants, instants).filter(lambda w: w[0] < w[1]).map(lambda w: Window(*w))
LAST = book().position


@st.composite
def questions(draw: st.DrawFn) -> Question:
    figure = draw(
        st.sampled_from(["people-out", "lifts-out", "people-arrived", "families-out", "at-havens"])
    )
    stock = figure == "at-havens"
    return Question(
        figure=figure,
        window=None if stock else draw(windows),
        as_of=draw(instants),
        position=draw(st.integers(0, LAST)),
        operator_classes=draw(st.sampled_from([None, ("coalition",), ("own-military",)])),
        categories=draw(
            st.sampled_from(
                [(CategoryId("evacuee"),), (CategoryId("evacuee"), CategoryId("staff"))]
            )
        ),
    )


@settings(max_examples=150, deadline=None)
@given(questions(), questions())
def test_the_terms_add_up_to_the_difference_whatever_is_compared(
    first: Question, second: Question
) -> None:
    found = compare(book(), first, second)
    assert sum(t.amount for t in found.terms) == found.difference
    assert found.first.value == ask(book(), first).value


def test_another_baseline_is_named_with_its_amount() -> None:
    ledger = book()
    asked = asking(ledger)
    dawn = asked.since("people-out", "since-dawn", MIDNIGHT)
    ten = asked.since("people-out", "since-ten", MIDNIGHT)
    (term,) = compare(ledger, dawn, ten).terms
    assert (term.cause, term.amount) == ("baseline", -7)
    assert "since-ten instead of since-dawn" in term.sentence


def test_late_entries_and_corrections_are_told_apart() -> None:
    ledger = book(
        """
        15:00 posted 3 outside > reach-1 as late
        15:05 corrected five-out because lap-children: posted 6@fam-2 hall > reach-1 as fix
        15:06 corrected late because at-nine: posted 3 hall > reach-1 as when
        """
    )
    question = asking(ledger).over("people-out", Window(DAY, DAY.replace(hour=16)))
    before = replace(question, position=LAST)
    terms = {t.cause: t.amount for t in compare(ledger, before, question).terms}
    assert terms == {"late-entries": 3, "corrections": 1}
    assert ask(ledger, question).value - ask(ledger, before).value == 4


def test_two_statements_are_compared_by_way_of_the_ledger() -> None:
    ledger = book()
    asked = asking(ledger)
    a = Stated(
        name="a minister", value=12, question=asked.since("people-out", "since-dawn", MIDNIGHT)
    )
    b = Stated(name="a general", value=5, question=asked.since("people-out", "since-ten", MIDNIGHT))
    found = compare_stated(ledger, a, b)
    assert [(t.cause, t.amount) for t in found.terms] == [
        ("unexplained", -1),
        ("baseline", -7),
        ("unexplained", 1),
    ]
    assert sum(t.amount for t in found.terms) == found.difference == -7


def test_a_published_figure_that_changed_owes_a_revision_line() -> None:
    ledger = book()
    said = ask(ledger, asking(ledger).since("people-out", "since-dawn", MIDNIGHT))
    publication = Publication(
        id="said-1",  # type: ignore[arg-type]
        question=said.question.canonical,
        value=said.value,
        position=ledger.position,
        published_at=MIDNIGHT,
    )
    fix = "15:05 corrected five-out because lap-children: posted 6@fam-2 hall > reach-1 as fix"
    facts = [*read_facts(EVENING, DAY.date()), publication, *read_facts(fix, DAY.date())]
    assert revisions(Book(enter(facts[:-1]))) == []
    (revision,) = revisions(Book(enter(facts)))
    assert (revision.publication.value, revision.value) == (11, 12)
    assert "lap-children" in str(revision)
