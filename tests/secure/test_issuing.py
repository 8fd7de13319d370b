"""Issuing keys: the root says which key may issue passes, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from safepassage.secure.errors import KeyFileError, WeakSecretError, WrongKeyError
from safepassage.secure.issuing import (
    StatementError,
    believed,
    check_gates,
    new_key,
    public_half,
    read_public,
    read_root,
    read_statement,
    root_file,
    stated,
)
from safepassage.secure.token import (
    Claims,
    TokenCode,
    TokenError,
    gate_mark,
    new_pass_id,
    read,
    seal,
)

NOW = datetime(2021, 8, 20, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROOT, ISSUING = new_key(), new_key()


def test_a_pass_is_good_under_a_key_that_the_root_stated() -> None:
    said = stated(ROOT, public_half(ISSUING), NOW, NOW + 24 * HOUR)
    key = believed(read_statement(said.to_plain()), public_half(ROOT))
    pass_ = Claims(
        pass_id=new_pass_id(),
        gate=gate_mark("north-gate"),
        valid_from=NOW + HOUR,
        valid_until=NOW + 3 * HOUR,
        heads=5,
    )
    assert read(seal(pass_, ISSUING), {key.key_id: key}) == pass_
    with pytest.raises(TokenError) as refused:
        read(seal(pass_, new_key()), {key.key_id: key})
    assert refused.value.code == TokenCode.UNKNOWN_KEY


def test_no_word_of_a_statement_can_be_changed() -> None:
    plain = stated(ROOT, public_half(ISSUING), NOW, NOW + 24 * HOUR).to_plain()
    for field, other in (
        ("public_key", public_half(new_key()).hex()),
        ("valid_from", "2021-08-20T05:00:00Z"),
        ("valid_until", "2021-08-22T06:00:00Z"),
        ("signature", "00" * 64),
    ):
        with pytest.raises(StatementError, match="not signed by the root"):
            believed(read_statement({**plain, field: other}), public_half(ROOT))
    with pytest.raises(StatementError, match="not signed by the root"):
        believed(read_statement(plain), public_half(new_key()))


def test_what_is_no_statement_is_refused_with_a_sentence() -> None:
    plain = stated(ROOT, public_half(ISSUING), NOW, NOW + HOUR).to_plain()
    for wrong in (
        {},
        {**plain, "more": "1"},
        {**plain, "public_key": 5},
        {**plain, "public_key": "٣" * 64},
        {**plain, "valid_from": "yesterday"},
        {**plain, "valid_until": "2021-08-20T05:00:00Z"},
        {**plain, "valid_until": "2021-08-24T06:00:00Z"},
    ):
        with pytest.raises(StatementError):
            read_statement(wrong)


def test_no_key_issues_passes_for_more_than_three_days() -> None:
    stated(ROOT, public_half(ISSUING), NOW, NOW + 72 * HOUR)
    with pytest.raises(StatementError, match="72 hours"):
        stated(ROOT, public_half(ISSUING), NOW, NOW + 72 * HOUR + timedelta(seconds=1))


def test_the_root_is_kept_in_a_file_that_its_passphrase_opens() -> None:
    content = root_file(ROOT, "four words that are long enough")
    assert ROOT.private_bytes_raw() not in content
    again = read_root(content, "four words that are long enough")
    assert again.private_bytes_raw() == ROOT.private_bytes_raw()
    with pytest.raises(WrongKeyError):
        read_root(content, "four other words, long enough")
    with pytest.raises(WrongKeyError):
        read_root(b"no key file", "four words that are long enough")
    with pytest.raises(WeakSecretError):
        root_file(ROOT, "short")


def test_a_public_key_is_copied_from_paper() -> None:
    written = public_half(ROOT).hex()
    in_parts = " ".join(written[n : n + 8] for n in range(0, 64, 8)).upper()
    assert read_public(in_parts, "the root key") == public_half(ROOT)
    for wrong in ("", written[:-1], written + "0", "۱" * 64):
        with pytest.raises(KeyFileError, match="the root key has 64 hex digits"):
            read_public(wrong, "the root key")


def test_gates_that_a_pass_could_not_tell_apart_are_refused() -> None:
    check_gates(["north-gate", "south-gate", "north-gate"])
    marks: dict[str, str] = {}
    number = 0
    while True:  # three bytes: two of some thousand ids share a mark
        place = f"gate-{number}"
        if gate_mark(place) in marks:
            break
        marks[gate_mark(place)] = place
        number += 1
    with pytest.raises(StatementError, match="same mark"):
        check_gates([place, marks[gate_mark(place)]])
