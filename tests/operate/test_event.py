"""Events and their texts: the same letters and hashes here and on the phone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from safepassage.control.receipts import is_signed
from safepassage.operate.event import EventError, batch_text, canonical, hash_of, read_event
from tests.fixtures.requirements import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = ROOT / "conformance" / "event"
PHONE = """async ([values, batch]) => {
    const { canonical, hex, sha256, utf8, fromHex, fromBase64url } =
        await import("/gate/token/bytes.js");
    const { verifier } = await import("/gate/token/ed25519.js");
    const wrong = [];
    for (const { name, value, text, hash } of values) {
        const found = canonical(value);
        if (found !== text || hex(await sha256(utf8(found))) !== hash) wrong.push([name, found]);
    }
    const ed25519 = await verifier();
    const key = await ed25519.importKey(fromHex(batch.public_key));
    const text = ["safe-passage-batch-1", batch.device, batch.sent_at, ...batch.hashes].join("\\n");
    const isRight = await ed25519.verify(key, fromBase64url(batch.signature), utf8(text));
    return isRight ? wrong : [...wrong, "batch"];
}"""


def table(name: str) -> dict[str, Any]:
    """A table of cases."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("case", table("events")["cases"], ids=lambda case: case["name"])
def test_an_event_is_read_and_has_one_text(case: dict[str, Any]) -> None:
    assert canonical(case["event"]) == case["text"]
    assert hash_of(case["text"]) == case["hash"]
    assert read_event(case["event"]).id == case["event"]["id"]


@pytest.mark.parametrize("case", table("refused")["cases"], ids=lambda case: case["name"])
def test_what_is_no_event_names_the_field(case: dict[str, Any]) -> None:
    with pytest.raises(EventError, match="field"):
        read_event(case["event"])


@pytest.mark.parametrize("case", table("texts")["cases"], ids=lambda case: case["name"])
def test_a_value_has_one_text(case: dict[str, Any]) -> None:
    assert canonical(case["value"]) == case["text"]
    assert hash_of(case["text"]) == case["hash"]


def test_a_batch_is_signed_over_its_hashes() -> None:
    batch = table("batch")
    text = batch_text(batch["device"], batch["sent_at"], batch["hashes"])
    assert text.decode() == batch["text"]
    assert is_signed(bytes.fromhex(batch["public_key"]), batch["signature"], text)


@pytest.mark.browser
def test_the_phone_writes_the_same_texts(chromium: Browser) -> None:
    from tests.gate_app.issued import knowledge
    from tests.gate_app.post import Post, opened

    values = [
        *({**case, "value": case["event"]} for case in table("events")["cases"]),
        *table("texts")["cases"],
    ]
    with opened(Post(knowledge())) as post:
        page = chromium.new_page()
        page.goto(f"{post.origin}/gate/")
        assert page.evaluate(PHONE, [values, table("batch")]) == []
        page.close()
