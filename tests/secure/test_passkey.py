"""Passkeys: only the holder, verified, at this site, answering this question."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.secure.passkey import (
    Passkey,
    PasskeyError,
    Site,
    asserted,
    assertion_options,
    challenge_in,
    handle_of,
    registered,
    registration_options,
    site_of,
)
from tests.secure.soft_key import PRESENT, SoftKey

SITE = Site("localhost", "http://localhost:8800")
CHALLENGE, OTHER = b"c" * 32, b"d" * 32


@pytest.fixture(scope="module")
def enrolled() -> tuple[SoftKey, Passkey]:
    key = SoftKey()
    return key, registered(SITE, key.register(CHALLENGE), CHALLENGE)


def test_a_passkey_is_registered_and_signs_in(enrolled: tuple[SoftKey, Passkey]) -> None:
    key, kept = enrolled
    answer = key.sign(OTHER)
    assert challenge_in(answer) == OTHER
    assert asserted(SITE, answer, OTHER, kept) == key.count


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:8801"},
        {"origin": "https://localhost:8800"},
        {"domain": "evil.example"},
        {"flags": PRESENT},  # a touch, and nobody was verified
        {"flags": 0},
    ],
)
def test_another_site_or_an_unverified_holder_is_refused(
    enrolled: tuple[SoftKey, Passkey], change: dict[str, Any]
) -> None:
    key, kept = enrolled
    elsewhere = replace(key, **change)
    with pytest.raises(PasskeyError):
        asserted(SITE, elsewhere.sign(CHALLENGE), CHALLENGE, kept)
    with pytest.raises(PasskeyError):
        registered(SITE, elsewhere.register(CHALLENGE), CHALLENGE)


def test_an_answer_to_another_question_is_refused(enrolled: tuple[SoftKey, Passkey]) -> None:
    key, kept = enrolled
    with pytest.raises(PasskeyError):
        asserted(SITE, key.sign(OTHER), CHALLENGE, kept)
    with pytest.raises(PasskeyError):
        asserted(SITE, key.register(CHALLENGE), CHALLENGE, kept)


def test_another_key_is_refused_and_so_is_a_copied_one(enrolled: tuple[SoftKey, Passkey]) -> None:
    key, kept = enrolled
    with pytest.raises(PasskeyError):
        asserted(SITE, SoftKey().sign(CHALLENGE), CHALLENGE, kept)
    ahead = replace(kept, sign_count=key.count + 10)
    with pytest.raises(PasskeyError):
        asserted(SITE, key.sign(CHALLENGE), CHALLENGE, ahead)


@settings(max_examples=40, deadline=None)
@given(part=st.sampled_from(["authenticatorData", "signature"]), at=st.integers(0, 500))
def test_an_answer_with_a_changed_letter_is_refused(part: str, at: int) -> None:
    key = SoftKey()
    kept = registered(SITE, key.register(CHALLENGE), CHALLENGE)
    answer = key.sign(CHALLENGE)
    letters = answer["response"][part]
    index = at % (len(letters) - 1)  # the last letter may hold bits that mean nothing
    changed = "A" if letters[index] != "A" else "B"
    answer["response"][part] = letters[:index] + changed + letters[index + 1 :]
    with pytest.raises(PasskeyError):
        asserted(SITE, answer, CHALLENGE, kept)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "rawId", "type", "response", "x"]), json_values))
def test_rubbish_is_refused_as_such(answer: dict[str, Any]) -> None:
    kept = Passkey("x", b"", 0)
    for ask in (
        lambda: challenge_in(answer),
        lambda: registered(SITE, answer, CHALLENGE),
        lambda: asserted(SITE, answer, CHALLENGE, kept),
    ):
        refuse(ask)


def refuse(ask: Callable[[], object]) -> None:
    with pytest.raises(PasskeyError) as refused:
        ask()
    assert "try" in str(refused.value)


def test_the_question_names_no_account_and_asks_for_a_verified_holder() -> None:
    told = assertion_options(SITE, CHALLENGE)
    assert told["userVerification"] == "required"
    assert not told.get("allowCredentials")
    made = registration_options(SITE, "reg-1", CHALLENGE, ["a2V5"])
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert made["authenticatorSelection"]["residentKey"] == "required"
    assert [known["id"] for known in made["excludeCredentials"]] == ["a2V5"]
    assert "safe" not in json.dumps(made).lower()  # a phone at a checkpoint shows it


def test_an_authenticator_files_each_account_apart() -> None:
    assert handle_of("reg-1") == handle_of("reg-1") != handle_of("reg-2")


@pytest.mark.parametrize(
    ("origin", "domain"),
    [
        ("http://localhost:8800", "localhost"),
        ("https://desk.example.org", "desk.example.org"),
        ("http://127.0.0.1:8800", None),
        ("https://[::1]:8800", None),
        ("http://desk.example.org", None),
        ("", None),
    ],
)
def test_passkeys_need_a_name_and_https_or_this_machine(origin: str, domain: str | None) -> None:
    site = site_of(origin)
    assert (None if site is None else site.domain) == domain
