"""Passes: what we sign is read as it was meant, and nothing else is."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.errors import InvalidFactError
from safepassage.model.instant import format_instant, parse_instant
from safepassage.secure import base45
from safepassage.secure.token import (
    PREFIX,
    TEXT_MAX,
    Claims,
    IssuingKey,
    TokenCode,
    TokenError,
    gate_mark,
    key_id_of,
    new_pass_id,
    read,
    seal,
)
from tests.fixtures.requirements import ROOT
from tests.mutated_tokens import MUTATIONS, run

CASES = ROOT / "conformance" / "token"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
FROM, UNTIL = datetime(2001, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
KEYS = {key_id_of(PUBLIC): IssuingKey(PUBLIC, FROM, UNTIL)}

seconds = st.integers(int(FROM.timestamp()), int(UNTIL.timestamp()) - 1)


@st.composite
def passes(draw: st.DrawFn) -> Claims:
    begin = draw(seconds)
    return Claims(
        pass_id=draw(st.binary(min_size=16, max_size=16)).hex(),
        gate=draw(st.binary(min_size=3, max_size=3)).hex(),
        valid_from=datetime.fromtimestamp(begin, UTC),
        valid_until=datetime.fromtimestamp(
            draw(st.integers(begin + 1, int(UNTIL.timestamp()))), UTC
        ),
        heads=draw(st.integers(1, 255)),
    )


@settings(max_examples=50, deadline=None)
@given(passes())
def test_what_was_sealed_is_read_as_it_was_meant(pass_: Claims) -> None:
    text = seal(pass_, KEY)
    assert len(text) <= TEXT_MAX
    assert read(text, KEYS) == pass_


@settings(max_examples=50, deadline=None)
@given(passes())
def test_a_pass_is_a_cose_message_in_deterministic_cbor_to_a_reader_that_is_not_ours(
    pass_: Claims,
) -> None:
    whole = base45.decode(seal(pass_, KEY)[len(PREFIX) :])
    assert len(whole) <= 120
    message = cbor2.loads(whole)
    assert cbor2.dumps(message, canonical=True) == whole
    protected, unprotected, payload, signature = message.value
    assert message.tag == 18
    assert not unprotected
    assert cbor2.loads(protected) == {1: -8, 4: bytes.fromhex(key_id_of(PUBLIC))}
    assert cbor2.loads(payload) == {
        4: int(pass_.valid_until.timestamp()),
        5: int(pass_.valid_from.timestamp()),
        7: bytes.fromhex(pass_.pass_id),
        -1: pass_.heads,
        -2: bytes.fromhex(pass_.gate),
    }
    signed = cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)
    KEY.public_key().verify(signature, signed)


@given(st.binary(max_size=200))
def test_base45_returns_every_byte(content: bytes) -> None:
    assert base45.decode(base45.encode(content)) == content


@given(st.text(alphabet=base45.ALPHABET, max_size=12))
def test_base45_has_one_text_for_each_bytes(text: str) -> None:
    try:
        content = base45.decode(text)
    except base45.Base45Error:
        return
    assert base45.encode(content) == text


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for odd in (text, PREFIX + text):
        with pytest.raises(TokenError):
            read(odd, KEYS)


def test_base45_is_that_of_the_rfc() -> None:
    cases = json.loads((CASES / "base45.json").read_text(encoding="utf-8"))
    for pair in cases["pairs"]:
        assert base45.encode(bytes.fromhex(pair["hex"])) == pair["text"]
        assert base45.decode(pair["text"]).hex() == pair["hex"]
    for text in cases["refused"]:
        with pytest.raises(base45.Base45Error):
            base45.decode(text)


def case_files() -> list[Path]:
    return sorted(p for p in CASES.glob("*.json") if "cases" in json.loads(p.read_text("utf-8")))


def keys_of(document: dict[str, Any]) -> dict[str, IssuingKey]:
    return {
        key["key_id"]: IssuingKey(
            bytes.fromhex(key["public_key"]),
            parse_instant(key["valid_from"]),
            parse_instant(key["valid_until"]),
        )
        for key in document["keys"]
    }


@pytest.mark.parametrize("path", case_files(), ids=lambda path: path.stem)
def test_every_case_is_decided_as_the_table_says(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    keys = keys_of(document)
    for case in document["cases"]:
        if "refused" in case:
            with pytest.raises(TokenError) as refused:
                read(case["text"], keys)
            assert refused.value.code == case["refused"], case["name"]
        else:
            said = read(case["text"], keys)
            if "claims" in case:
                assert case["claims"] == {
                    "pass": said.pass_id,
                    "gate_mark": said.gate,
                    "from": format_instant(said.valid_from),
                    "until": format_instant(said.valid_until),
                    "heads": said.heads,
                }, case["name"]


def test_the_cases_are_the_ones_that_the_script_writes() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "token_cases.py"), "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_cases_together_have_every_reason_for_a_refusal() -> None:
    found = {
        case.get("refused")
        for path in case_files()
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
    }
    assert found - {None} == set(TokenCode)


def test_what_no_pass_may_say_is_not_signed() -> None:
    good = Claims(
        pass_id=new_pass_id(),
        gate=gate_mark("north-gate"),
        valid_from=FROM,
        valid_until=FROM + timedelta(hours=2),
        heads=5,
    )
    for wrong in (
        {"heads": 0},
        {"heads": 256},
        {"valid_until": FROM},
        {"valid_until": FROM + timedelta(microseconds=1)},
        {"pass_id": "fam-12"},
        {"pass_id": new_pass_id().upper()},
        {"gate": "north-gate"},
        {"valid_from": datetime(2021, 8, 20)},  # noqa: DTZ001 - the case is a time without a zone
    ):
        with pytest.raises(InvalidFactError):
            dataclasses.replace(good, **wrong)


def test_two_passes_never_share_an_id() -> None:
    assert len({new_pass_id() for _ in range(2000)}) == 2000


def test_no_mutated_pass_is_accepted_whatever_was_mutated() -> None:
    found = run(3_000, seed=7)
    assert not [name for name in found if name.endswith("ACCEPTED")]
    assert {name.partition(":")[0] for name in found} == set(MUTATIONS)
