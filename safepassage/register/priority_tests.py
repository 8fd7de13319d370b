"""The closed set of tests that a rule may ask of somebody, each with three answers.

What nobody has said is not known; what somebody said and is another thing is no.  A paper that was
not checked neither proves nor disproves.  Where lists contradict each other, one that says yes is
enough: who is entitled is not turned away by another agency's empty cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from safepassage.register.family_children import age_interval
from safepassage.register.priority_values import Answer, Applicant, Condition, RuleTest
from safepassage.register.record import Protection, Record, Sex
from safepassage.register.words import is_yes

PREGNANT_AGES = (10, 60)  # completed years; outside of them nobody is asked
_PREGNANT = frozenset({"pregnant", "pregnancy", "expecting", "حامله", "باردار", "حامل", "вагітна"})
_WORD = re.compile(r"[^\W_]+")


class Outcome(NamedTuple):
    """How a test came out, which ids say so, and what they say."""

    answer: Answer
    sources: tuple[str, ...] = ()
    said: str = ""


def ask(condition: Condition, applicant: Applicant, on: date) -> Outcome:
    """How one test comes out for somebody at a day."""
    return _TESTS[condition.kind](condition, applicant, on)


def _citizenship(condition: Condition, applicant: Applicant, _: date) -> Outcome:
    return _says(applicant.records, "citizenship", condition.one_of)


def _claim(condition: Condition, applicant: Applicant, _: date) -> Outcome:
    return _says(applicant.records, condition.key, condition.one_of)


def _says(records: Iterable[Record], key: str, wanted: Iterable[str]) -> Outcome:
    """Whether a claim has one of these words or phrases in it."""
    phrases = [_phrase(word) for word in wanted]
    said = [(record.id, record.claims[key]) for record in records if record.claims.get(key)]
    for source, text in said:
        words = _words(text)
        if any(_stands_in(phrase, words) for phrase in phrases):
            return Outcome(Answer.YES, (source,), text)
    if said:
        return Outcome(Answer.NO, tuple(s for s, _ in said), "; ".join(text for _, text in said))
    return Outcome(Answer.UNKNOWN)


@lru_cache(maxsize=1000)
def _phrase(text: str) -> list[str]:
    """The words of a rule, which are the same for everybody."""
    return _words(text)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _stands_in(phrase: list[str], words: list[str]) -> bool:
    return bool(phrase) and any(
        words[start : start + len(phrase)] == phrase for start in range(len(words))
    )


def _proof(condition: Condition, applicant: Applicant, _: date) -> Outcome:
    of_type = [
        (record.id, document)
        for record in applicant.records
        for document in record.documents
        if document.type in condition.one_of
    ]
    sound = [source for source, document in of_type if document.is_sound]
    if sound:
        return Outcome(Answer.YES, tuple(sound))
    if of_type and all(document.is_sound is False for _, document in of_type):
        return Outcome(Answer.NO, tuple(source for source, _ in of_type))
    return Outcome(Answer.UNKNOWN, tuple(source for source, _ in of_type))


def _relative(condition: Condition, applicant: Applicant, _: date) -> Outcome:
    known = [r for r in applicant.relatives if r.relation in condition.one_of]
    answer = Answer.NO
    for relative in known:
        found = _says(relative.records, "citizenship", condition.citizenship)
        if found.answer is Answer.YES:
            return Outcome(Answer.YES, (relative.person, *found.sources), found.said)
        answer = max(answer, found.answer)
    return Outcome(answer, tuple(relative.person for relative in known))


def _age(condition: Condition, applicant: Applicant, on: date) -> Outcome:
    age = age_interval(applicant.records, on)
    if age is None:
        return Outcome(Answer.UNKNOWN)
    sources = tuple(record.id for record in applicant.records if record.born is not None)
    said = f"{age.fewest}-{age.most}" if age.fewest != age.most else str(age.most)
    least = 0 if condition.at_least is None else condition.at_least
    under = 1000 if condition.under is None else condition.under
    if least <= age.fewest and age.most < under:
        return Outcome(Answer.YES, sources, said)
    if age.most < least or age.fewest >= under:
        return Outcome(Answer.NO, sources, said)
    return Outcome(Answer.UNKNOWN, sources, said)


def _pregnant(_condition: Condition, applicant: Applicant, on: date) -> Outcome:
    for record in applicant.records:
        said = record.claims.get("pregnant", "")
        if said and is_yes(said):
            return Outcome(Answer.YES, (record.id,), said)
        if said:
            return Outcome(Answer.NO, (record.id,), said)
        needs = record.claims.get("needs", "")
        words = _words(needs)
        if not _PREGNANT.isdisjoint(words) and not {"not", "no", "none"} & set(words):
            return Outcome(Answer.YES, (record.id,), needs)
    sexes = {record.sex for record in applicant.records if record.sex is not None}
    age = age_interval(applicant.records, on)
    youngest, oldest = PREGNANT_AGES
    if sexes == {Sex.MALE} or (age and (age.most < youngest or age.fewest >= oldest)):
        return Outcome(Answer.NO, tuple(record.id for record in applicant.records))
    return Outcome(Answer.UNKNOWN)


def _without_guardian(_condition: Condition, applicant: Applicant, _: date) -> Outcome:
    if applicant.is_without_guardian is None:
        return Outcome(Answer.NO, (applicant.family,))
    answer = Answer.YES if applicant.is_without_guardian else Answer.NO
    return Outcome(answer, (applicant.family,))


def _with_children(_condition: Condition, applicant: Applicant, _: date) -> Outcome:
    answer = Answer.YES if applicant.goes_with_children else Answer.NO
    return Outcome(answer, (applicant.family,))


def _peril(_condition: Condition, applicant: Applicant, _: date) -> Outcome:
    marked = tuple(r.id for r in applicant.records if Protection.AT_RISK in r.protection)
    return Outcome(Answer.YES, marked) if marked else Outcome(Answer.UNKNOWN)


def _designated(_condition: Condition, applicant: Applicant, _: date) -> Outcome:
    if applicant.designated_by:
        return Outcome(Answer.YES, (applicant.designated_by,))
    return Outcome(Answer.NO)


_TESTS: Mapping[RuleTest, Callable[[Condition, Applicant, date], Outcome]] = {
    RuleTest.CITIZENSHIP: _citizenship,
    RuleTest.CLAIM: _claim,
    RuleTest.PROOF: _proof,
    RuleTest.RELATIVE: _relative,
    RuleTest.AGE: _age,
    RuleTest.PREGNANT: _pregnant,
    RuleTest.WITHOUT_GUARDIAN: _without_guardian,
    RuleTest.WITH_CHILDREN: _with_children,
    RuleTest.PERIL: _peril,
    RuleTest.DESIGNATED: _designated,
}
