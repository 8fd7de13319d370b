"""What is sealed opens where it belongs and nowhere else; the vault says nothing of itself."""

import copy
import hmac
import os
import pickle
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.secure.errors import LockedError, SealBrokenError, WrongKeyError
from safepassage.secure.vault import BLIND_BYTES, OVERHEAD, RecordKey, Vault, mac_under

subjects = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
some = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def vault() -> Vault:
    return Vault(os.urandom(32))


def key_of(vault: Vault, subject: str = "record-1") -> RecordKey:
    return vault.new_record_key(subject)[0]


@some
@given(subject=subjects, field=subjects, content=st.binary(max_size=500))
def test_what_is_sealed_opens_again_also_by_the_wrapped_key(
    vault: Vault, subject: str, field: str, content: bytes
) -> None:
    key, wrapped = vault.new_record_key(subject)
    sealed = key.seal(field, content)
    assert len(sealed) == len(content) + OVERHEAD
    assert vault.open_key(subject, wrapped).open(field, sealed) == content


@some
@given(content=st.binary(min_size=1, max_size=60), flipped=st.integers(min_value=0), data=st.data())
def test_any_changed_bit_is_refused(
    vault: Vault, content: bytes, flipped: int, data: st.DataObject
) -> None:
    key, wrapped = vault.new_record_key("record-1")
    sealed = bytearray(key.seal("name", content))
    sealed[flipped % len(sealed)] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealBrokenError):
        key.open("name", bytes(sealed))
    broken = bytearray(wrapped)
    broken[flipped % len(broken)] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(WrongKeyError):
        vault.open_key("record-1", bytes(broken))


@some
@given(cut=st.integers(min_value=0, max_value=OVERHEAD + 4))
def test_what_was_cut_short_is_refused(vault: Vault, cut: int) -> None:
    key = key_of(vault)
    sealed = key.seal("name", b"Maryam")
    with pytest.raises(SealBrokenError):
        key.open("name", sealed[:cut])


@some
@given(one=subjects, other=subjects, field=subjects)
def test_a_key_and_what_it_seals_cannot_be_moved_to_somebody_else(
    vault: Vault, one: str, other: str, field: str
) -> None:
    key, wrapped = vault.new_record_key(one)
    sealed = key.seal(field, b"x")
    if one != other:
        with pytest.raises(WrongKeyError):
            vault.open_key(other, wrapped)
    if field != one:
        with pytest.raises(SealBrokenError):
            key.open(one, sealed)


def test_subject_and_field_cannot_be_cut_elsewhere(vault: Vault) -> None:
    """ "ab" + "c" and "a" + "bc" are two places, also under one data key."""
    data_key = os.urandom(32)
    sealed = RecordKey(vault, "ab", data_key).seal("c", b"x")
    with pytest.raises(SealBrokenError):
        RecordKey(vault, "a", data_key).open("bc", sealed)


def test_a_register_does_not_open_what_another_one_wrapped(vault: Vault) -> None:
    _, wrapped = vault.new_record_key("record-1")
    with pytest.raises(WrongKeyError):
        Vault(os.urandom(32)).open_key("record-1", wrapped)


def test_the_same_words_sealed_twice_look_different(vault: Vault) -> None:
    key = key_of(vault)
    assert key.seal("name", b"Maryam") != key.seal("name", b"Maryam")


@some
@given(value=st.text(max_size=40), other=st.text(max_size=40))
def test_blind_keys_are_equal_for_equal_values_of_one_domain_of_one_register(
    vault: Vault, value: str, other: str
) -> None:
    blind = vault.blind("phone", value)
    assert len(blind) == BLIND_BYTES
    assert blind == vault.blind("phone", value)
    assert blind != vault.blind("document", value)
    assert blind != Vault(bytes(32)).blind("phone", value)
    assert (blind == vault.blind("phone", other)) == (value == other)


def test_many_blind_keys_are_those_of_one_at_a_time(vault: Vault) -> None:
    values = ["a", "ب", "", "\ud800", "a"]
    assert vault.blind_all("phone", values) == [vault.blind("phone", value) for value in values]


@some
@given(key=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200))
def test_the_fast_hmac_is_the_standard_one(key: bytes, message: bytes) -> None:
    assert mac_under(key)(message) == hmac.digest(key, message, "sha256")


def test_a_fingerprint_is_keyed(vault: Vault) -> None:
    told = vault.fingerprint("row", b"content")
    assert len(told) == 64
    assert told != sha256(b"content").hexdigest()
    assert told != Vault(bytes(32)).fingerprint("row", b"content")
    assert told != vault.fingerprint("list", b"content")


def test_a_locked_vault_stops_everything_that_was_made_by_it() -> None:
    vault = Vault(os.urandom(32))
    key, wrapped = vault.new_record_key("record-1")
    sealed = key.seal("name", b"Maryam")
    vault.blind("phone", "1")
    vault.fingerprint("row", b"1")
    vault.lock()
    assert vault.is_locked
    for asked in (
        lambda: key.open("name", sealed),
        lambda: key.seal("name", b""),
        lambda: vault.open_key("record-1", wrapped),
        lambda: vault.new_record_key("record-2"),
        lambda: vault.blind("phone", "1"),
        lambda: vault.fingerprint("row", b"1"),
        lambda: vault.wrapped_under(bytearray(32), b""),
    ):
        with pytest.raises(LockedError, match="unlock it"):
            asked()


def test_the_register_key_is_overwritten_where_it_stood() -> None:
    vault = Vault(os.urandom(32))
    stood = vault._root
    vault.lock()
    assert stood == bytes(32)


def test_nothing_that_holds_a_key_can_be_printed_copied_or_sent_elsewhere() -> None:
    secret = bytes(range(32))
    vault = Vault(secret)
    for holder in (vault, key_of(vault)):
        shown = f"{holder!r} {holder} {[holder]}"
        assert shown.startswith("<")
        assert secret.hex() not in shown
        assert repr(secret)[2:-1] not in shown
        assert not hasattr(holder, "__dict__")
        for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="holds a secret"):
                attempt(holder)


def test_no_error_repeats_what_it_refused(vault: Vault) -> None:
    key, wrapped = vault.new_record_key("record-1")
    with pytest.raises(SealBrokenError) as broken:
        key.open("name", b"\x01Maryam" * 9)
    with pytest.raises(WrongKeyError) as wrong:
        vault.open_key("Maryam", wrapped)
    for fault in (broken.value, wrong.value):
        assert "Maryam" not in str(fault)
        assert fault.__cause__ is None
        assert fault.__context__ is None
