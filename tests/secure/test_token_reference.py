"""Our pieces against the published vectors of their standards, where those are to be had."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import cbor2
import pytest

from safepassage.secure import base45
from safepassage.secure.token import IssuingKey, TokenError, read
from tests.secure.test_token import FROM, KEYS, UNTIL

pytestmark = pytest.mark.reference


def loaded(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_signatures_are_judged_as_wycheproof_says(reference_folder: Path) -> None:
    groups = loaded(
        reference_folder / "conformance" / "ed25519" / "testvectors_v1" / "ed25519_test.json"
    )["testGroups"]
    compared = 0
    for group in groups:
        key = IssuingKey(bytes.fromhex(group["publicKey"]["pk"]), FROM, UNTIL)
        for test in group["tests"]:
            signature, message = bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"])
            assert key.has_signed(signature, message) is (test["result"] == "valid"), test
            compared += 1
    assert compared == 151


def test_signed_messages_of_the_cose_working_group_verify_with_our_key(
    reference_folder: Path,
) -> None:
    compared = 0
    for path in sorted((reference_folder / "conformance" / "cose").rglob("*.json")):
        case = loaded(path)
        sign = case["input"].get("sign0")
        if sign is None or sign["key"].get("crv") != "Ed25519":
            continue
        protected, _, payload, signature = cbor2.loads(bytes.fromhex(case["output"]["cbor"])).value
        key = IssuingKey(public_of(sign["key"]), FROM, UNTIL)
        structure = ["Signature1", protected, b"", payload]
        assert key.has_signed(signature, cbor2.dumps(structure, canonical=True)), path.name
        assert not key.has_signed(signature, cbor2.dumps([*structure[:3], payload + b"x"]))
        compared += 1
    assert compared >= 1


def public_of(key: dict[str, str]) -> bytes:
    """The public half of a key as the examples write it."""
    if "x_hex" in key:
        return bytes.fromhex(key["x_hex"])
    text = key["x"]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_certificates_of_others_are_read_as_base45_and_refused_as_passes(
    reference_folder: Path,
) -> None:
    compared = 0
    for path in sorted((reference_folder / "conformance" / "dgc").rglob("*.json")):
        case = loaded(path)
        text, content = case.get("PREFIX"), case.get("COMPRESSED")
        if not text or not content or not text.startswith("HC1:"):
            continue
        assert base45.decode(text[4:]).hex() == content.lower(), path.name
        assert base45.encode(bytes.fromhex(content)) == text[4:], path.name
        for foreign in (text, "SP1:" + text[4:]):
            with pytest.raises(TokenError):
                read(foreign, KEYS)
        compared += 1
    assert compared >= 30
