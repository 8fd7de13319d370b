"""Revisions: figures that were published and whose answer has changed since.

A correction is never silent.  For each published figure whose question has another answer today,
a line says what was said, what is true now, and which entries made the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from safepassage.model.errors import BadQuestionError, NotationError
from safepassage.model.instant import format_instant
from safepassage.model.ledger import Ledger
from safepassage.model.observation import Publication
from safepassage.report.compare import Term, recorded_terms
from safepassage.report.figure import ask
from safepassage.report.question import Question, latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A published figure, its value now, and what changed it."""

    publication: Publication
    question: Question  # as published
    value: int  # today
    terms: list[Term]

    @property
    def difference(self) -> int:
        """Now minus then."""
        return self.value - self.publication.value

    def to_json(self) -> dict[str, Any]:
        """The revision as JSON values."""
        return {
            "published_at": format_instant(self.publication.published_at),
            "published": self.publication.value,
            "now": self.value,
            "difference": self.difference,
            "question": self.question.to_json(),
            "terms": [t.to_json() for t in self.terms],
        }

    def __str__(self) -> str:
        causes = "; ".join(f"{t.amount:+,} {t.sentence}" for t in self.terms)
        return (
            f"{self.question.defined.title}: published {self.publication.value:,}, now"
            f" {self.value:,} ({self.difference:+,}): {causes}"
        )


def revisions(ledger: Ledger) -> list[Revision]:
    """Every published figure that the ledger now answers differently, oldest publication first."""
    found = (_revision(ledger, p) for p in ledger.catalogue.publications if is_readable(p))
    return [r for r in found if r is not None]


def is_readable(publication: Publication) -> bool:
    """Whether a publication holds a question that can be asked again."""
    try:
        Question.from_canonical(publication.question)
    except (BadQuestionError, NotationError):
        return False
    return True


def _revision(ledger: Ledger, publication: Publication) -> Revision | None:
    asked = Question.from_canonical(publication.question)
    now = ask(ledger, latest(ledger, asked)).value
    if now == publication.value:
        return None
    terms = recorded_terms(ledger, asked, publication.position, now - publication.value)
    return Revision(
        publication=publication,
        question=asked,
        value=now,
        terms=[t for t in terms if t.amount],
    )
