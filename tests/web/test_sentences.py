"""What readers of lists say is said in the language of whoever reads it."""

from __future__ import annotations

import pytest

from safepassage.web.sentences import PREFIX, said, says
from safepassage.web.words import words

DARI, ENGLISH = words("fa-AF"), words("en")


def test_every_sentence_is_found_by_its_english_text_in_every_language() -> None:
    blanks = ("7", "9", "3", "5", "2")
    for key, text in ENGLISH.texts.items():
        if key.startswith(PREFIX):
            sentence = text.format(*blanks)
            assert said(sentence, ENGLISH) == sentence
            assert said(sentence, DARI) == DARI.texts[key].format(*blanks)


@pytest.mark.parametrize(
    "sentence",
    [
        "It is no birth date: the month has no such day. It is kept as it was written",
        "The phone cannot be dialled as written: it has too few digits",
        "The document is kept, but the number is too short for a passport",
        "the header says so, and so do the cells",
        "a part of the header says so, but most cells look like something else",
    ],
)
def test_a_sentence_within_a_sentence_is_translated_too(sentence: str) -> None:
    translated = said(sentence, DARI)
    assert translated is not None
    assert not any("a" <= letter <= "z" for letter in translated)
    assert said(sentence, ENGLISH) == sentence


def test_what_no_catalogue_knows_is_shown_as_the_english_it_is() -> None:
    assert said("Something quite new <b>", DARI) is None
    shown = says(DARI, "Something quite new <b>")
    assert shown == '<span lang="en" dir="ltr">Something quite new &lt;b&gt;</span>'


def test_sentences_are_escaped() -> None:
    assert "<" not in says(DARI, "it lies more than <i> years back")
