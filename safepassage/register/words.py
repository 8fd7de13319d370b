"""Closed sets of words that cells hold: sex, relation to the head of the family, documents, yes.

They stand in `tables/cells.yaml`.
"""

from __future__ import annotations

import re

from safepassage.register.digits import plain
from safepassage.register.month_names import folded
from safepassage.register.record import DocumentType, Relation, Sex
from safepassage.register.tables import table

_CELLS = table("cells")
_SEX_OF = {folded(word): Sex(sex) for sex, words in _CELLS["sex"].items() for word in words}
_RELATION_OF = {
    folded(word): Relation(relation)
    for relation, words in reversed(_CELLS["relation"].items())
    for word in words
}
_YES_WORDS = {folded(word) for word in _CELLS["says_yes"]}
_NO_NAME = {folded(word) for word in _CELLS["no_name"]}
_MAYBE_NO_NAME = {folded(word) for word in _CELLS["maybe_no_name"]}
_SUMS = {folded(word) for word in _CELLS["sum"]}
_DOCUMENTS = [
    (DocumentType(kind), {frozenset(folded(name).split()) for name in names})
    for kind, names in _CELLS["document"].items()
]


def sex_named(text: str) -> Sex | None:
    """The sex a word names; None if it names none."""
    return _SEX_OF.get(folded(plain(text)).strip(" ./()"))


def relation_named(text: str) -> Relation | None:
    """The relation to the head of the family that a word names; None if it names none."""
    word = folded(plain(text)).strip(" .()").replace(" in law", "-in-law")
    if found := _RELATION_OF.get(word):
        return found
    first = word.split("/")[0].split("(")[0].strip()
    without_number = first.rstrip("0123456789 .")
    return _RELATION_OF.get(without_number)


def is_yes(text: str) -> bool:
    """Whether a word says yes."""
    return folded(plain(text)).strip(" .!") in _YES_WORDS


def is_nothing(text: str) -> bool:
    """Whether a cell says that something is not known: a dash, "unknown", "FNU"."""
    word = folded(plain(text)).strip(" .-–—?*")
    return not word or word in _NO_NAME or word in _MAYBE_NO_NAME


def may_be_a_name(text: str) -> bool:
    """Whether a word that says nothing is somebody's name as well: Null, Nil."""
    return folded(plain(text)).strip(" .-–—?*") in _MAYBE_NO_NAME


def is_sum(text: str) -> bool:
    """Whether a cell begins a row that adds up others."""
    return bool(set(folded(plain(text)).strip(" :.").split()) & _SUMS)


def document_named(text: str) -> DocumentType | None:
    """The type of document that words name; OTHER for words that name none; None for no word."""
    words = set(re.findall(r"[^\W_]+(?:-[^\W_]+)?", folded(plain(text))))
    if not words:
        return None
    for kind, names in _DOCUMENTS:
        if any(name <= words for name in names):
            return kind
    return DocumentType.OTHER
