"""A pass without paper: codes that can be spoken, and words kept in mind."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safepassage.secure.spoken import (
    ALPHABET,
    LENGTH,
    SpokenError,
    code_digest,
    new_code,
    new_word,
    shown_code,
    typed_code,
    typed_word,
    word_digest,
    words,
)
from safepassage.secure.token import new_pass_id
from tests.fixtures.requirements import ROOT

contents = st.text(alphabet=ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)


def whole(content: str) -> str:
    """The one code that begins so."""
    for last in ALPHABET:
        try:
            return typed_code(content + last)
        except SpokenError:
            continue
    raise AssertionError(content)


def test_a_code_is_read_as_it_was_spoken() -> None:
    for _ in range(200):
        code = new_code()
        assert typed_code(shown_code(code)) == code
        assert typed_code(shown_code(code).lower().replace(" ", "-")) == code


def test_a_keyboard_for_dari_writes_its_own_digits() -> None:
    code = whole("346793467")
    eastern = "".join(chr(0x06F0 + int(x)) if x.isdigit() else x for x in code)
    assert typed_code(eastern) == code
    assert typed_code("\u200f" + eastern) == code


@given(contents, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(content: str, place: int, other: str) -> None:
    code = whole(content)
    wrong = code[:place] + other + code[place + 1 :]
    if wrong != code:
        with pytest.raises(SpokenError):
            typed_code(wrong)


@given(contents, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_two_exchanged_characters_are_always_noticed(content: str, one: int, two: int) -> None:
    code = list(whole(content))
    wrong = list(code)
    wrong[one], wrong[two] = code[two], code[one]
    if wrong != code:
        with pytest.raises(SpokenError):
            typed_code("".join(wrong))


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_is_refused(text: str) -> None:
    try:
        code = typed_code(text)
    except SpokenError:
        return
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)


def test_codes_are_not_guessed_from_characters_that_look_alike() -> None:
    code = whole("3A9C4D6E7")
    for odd in ("O", "0", "1", "I", "８", "६", "Α", "ſ", "ß"):
        with pytest.raises(SpokenError, match="none of"):
            typed_code(odd + code[1:])


def test_no_two_things_of_the_list_share_a_word_in_any_language() -> None:
    assert len(words()) == 128
    for word in words():
        for form in word.forms.values():
            assert typed_word(form) == word
    assert typed_word("Pomegranate ").in_language("fa-AF") == "انار"
    assert typed_word("ماهي") == typed_word("mahi") == typed_word("fish")
    for odd in ("", "gate", "x" * 500):
        with pytest.raises(SpokenError):
            typed_word(odd)


def test_the_digests_say_which_gate_and_which_pass() -> None:
    code, word, pass_id = new_code(), new_word(), new_pass_id()
    assert code_digest(code, "north-gate") != code_digest(code, "south-gate")
    assert word_digest(word, pass_id) != word_digest(word, new_pass_id())
    assert code not in code_digest(code, "north-gate")


def test_the_phone_has_cases_for_codes_and_words() -> None:
    cases = json.loads((ROOT / "conformance/token/spoken.json").read_text(encoding="utf-8"))
    for case in cases["codes"]:
        if "refused" in case:
            with pytest.raises(SpokenError):
                typed_code(case["typed"])
        else:
            assert typed_code(case["typed"]) == case["code"]
            assert code_digest(case["code"], case["gate"]) == case["digest"]
    for case in cases["words"]:
        assert typed_word(case["typed"]).number == case["number"]
        assert word_digest(typed_word(case["typed"]), case["pass"]) == case["digest"]
