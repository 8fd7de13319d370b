"""Passphrases and one-time codes: what is kept signs nobody in."""

import copy
import pickle
import time
from datetime import UTC, datetime, timedelta
from statistics import median

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.secure.errors import SealBrokenError, WeakSecretError
from safepassage.secure.one_time import (
    SECONDS,
    accepted_step,
    address_of,
    new_secret,
    open_secret,
    seal_secret,
    step_of,
)
from safepassage.secure.password import SIGN_IN, check_password, hashed, proven
from safepassage.secure.unlock import Cost

QUICK, OTHER = Cost(64, 1, 1), Cost(128, 1, 1)
PHRASE = "seven brass lanterns drift"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_passphrase_is_proven_by_itself_and_nothing_else(one: str, other: str) -> None:
    kept, _ = hashed(one, QUICK)
    assert proven(one, kept, QUICK) is not None
    if len({pyotp.utils.unicodedata.normalize("NFKC", word) for word in (one, other)}) == 2:
        assert proven(other, kept, QUICK) is None


def test_the_key_that_follows_is_the_same_each_time_and_is_not_kept() -> None:
    kept, first = hashed(PHRASE, QUICK)
    again = proven(PHRASE, kept, QUICK)
    assert again is not None
    assert again.key == first.key
    assert first.key.hex() not in kept
    assert hashed(PHRASE, QUICK)[0] != kept  # another salt


def test_what_was_kept_at_another_cost_still_opens_and_says_so() -> None:
    kept, first = hashed(PHRASE, OTHER)
    again = proven(PHRASE, kept, QUICK)
    assert again is not None
    assert again.needs_rehash
    assert not first.needs_rehash
    assert again.key == first.key


def test_what_follows_from_a_passphrase_is_neither_shown_nor_copied() -> None:
    _, first = hashed(PHRASE, QUICK)
    assert repr(first) == "<Proven>"
    for attempt in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            attempt(first)


@pytest.mark.parametrize(
    "kept",
    [None, "", "rubbish", "argon2id$64$1$1$AAAA$AAAA", "argon2id$99999999$9$9$AAAAAAAAAAA=$AAAA"],
)
def test_an_account_without_a_passphrase_is_opened_by_none(kept: str | None) -> None:
    assert proven(PHRASE, kept, QUICK) is None
    assert proven("", kept, QUICK) is None


def test_an_unknown_account_costs_the_same_work() -> None:
    cost = Cost(16 * 1024, 2, 1)
    kept, _ = hashed(PHRASE, cost)

    def seconds(what: str | None) -> float:
        begun = time.perf_counter()
        proven("wrong passphrase", what, cost)
        return time.perf_counter() - begun

    known, unknown = (median(seconds(what) for _ in range(7)) for what in (kept, None))
    assert 0.4 < known / unknown < 2.5


def test_the_cost_of_a_guess_is_what_was_decided() -> None:
    assert SIGN_IN.memory_kib >= 128 * 1024
    assert SIGN_IN.passes >= 3


@pytest.mark.parametrize(
    "weak",
    [
        "short",
        "a" * 40,
        "abababababababab",
        "123456789012",
        "qwertyuiopasdf",
        "reg-1reg-1reg-1",
        "SafePassage2026",
        "passwordpassword",
        "x" * 129,
    ],
)
def test_a_passphrase_that_would_be_guessed_is_refused_and_not_repeated(weak: str) -> None:
    with pytest.raises(WeakSecretError) as refused:
        check_password(weak, "reg-1")
    assert weak not in str(refused.value)


@pytest.mark.parametrize("good", [PHRASE, "چهار فانوس برنجی آرام", "Tr0ub4dor&3-and-more"])
def test_a_passphrase_of_words_is_taken_in_any_script(good: str) -> None:
    check_password(good, "reg-1")


def test_a_code_is_good_once() -> None:
    code = pyotp.TOTP(SECRET).at(NOON)
    step = accepted_step(SECRET, code, NOON, None)
    assert step == step_of(NOON)
    assert accepted_step(SECRET, code, NOON, step) is None


@given(st.integers(-5, 5))
def test_one_step_of_drift_is_forgiven_either_way(drift: int) -> None:
    code = pyotp.TOTP(SECRET).at(NOON + drift * timedelta(seconds=SECONDS))
    assert (accepted_step(SECRET, code, NOON, None) is not None) == (abs(drift) <= 1)


def test_a_code_from_before_the_last_one_used_is_refused() -> None:
    before = pyotp.TOTP(SECRET).at(NOON - timedelta(seconds=SECONDS))
    assert accepted_step(SECRET, before, NOON, step_of(NOON)) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "0" * 1000, "\0"])
def test_what_is_no_code_opens_nothing(code: str) -> None:
    assert accepted_step(SECRET, code, NOON, None) is None


def test_a_code_may_be_typed_on_any_keyboard() -> None:
    code = pyotp.TOTP(SECRET).at(NOON)
    persian = code.translate({ord("0") + n: ord("۰") + n for n in range(10)})
    assert accepted_step(SECRET, f"{persian[:3]} {persian[3:]}", NOON, None) is not None


def test_the_secret_of_codes_opens_to_the_passphrase_of_its_account_only() -> None:
    _, mine = hashed(PHRASE, QUICK)
    _, other = hashed(PHRASE, QUICK)
    secret = new_secret()
    sealed = seal_secret(secret, "reg-1", mine)
    assert secret.encode() not in sealed
    assert open_secret(sealed, "reg-1", mine) == secret
    for account, by in (("reg-2", mine), ("reg-1", other)):
        with pytest.raises(SealBrokenError, match="enrolment link"):
            open_secret(sealed, account, by)


def test_what_an_authenticator_shows_names_no_operation() -> None:
    address = address_of(SECRET, "reg-1")
    assert address.startswith("otpauth://totp/Desk:reg-1?")
    assert "safe" not in address.lower()
