"""The phone's own code in a real browser, held to the tables that the server's is held to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.fixtures.requirements import ROOT
from tests.gate_app.issued import knowledge
from tests.gate_app.post import Post, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TABLES = ROOT / "conformance"
ADMISSION = """async tables => {
    const { decide } = await import("/gate/admission.js");
    const { Knowledge } = await import("/gate/knowledge.js");
    const { WordList } = await import("/gate/token/spoken.js");
    const words = await WordList.load();
    const wrong = [];
    for (const { knowledge, cases } of tables) for (const each of cases) {
        const list = await Knowledge.read({ ...knowledge, ...each.knowledge }, words);
        const { here, answer } = each;
        const { colour, reason, expected = null } = await decide(each.scan, list, {
            station: here.station, now: Date.parse(here.now), uncertain: here.uncertain_s * 1000,
            admitted: new Map(Object.entries(here.admitted)), present: here.present,
            acknowledged: new Set(here.acknowledged),
        });
        const found = { colour, reason, expected };
        const isRight = JSON.stringify(found) === JSON.stringify(answer);
        if (!isRight) wrong.push([each.name, found, answer]);
    }
    return wrong;
}"""
TOKENS = """async tables => {
    const { own, carried, verifier } = await import("/gate/token/ed25519.js");
    const { issuingKey, read } = await import("/gate/token/token.js");
    const { fromHex } = await import("/gate/token/bytes.js");
    if (await verifier() !== own) return ["this browser has no Ed25519 of its own"];
    const wrong = [];
    for (const ed25519 of [own, carried]) for (const { keys, cases } of tables) {
        const known = new Map();
        for (const { key_id: id, public_key: key, valid_from: from, valid_until: until } of keys) {
            const within = [Date.parse(from), Date.parse(until)];
            known.set(id, await issuingKey(fromHex(key), ...within, ed25519));
        }
        for (const each of cases) {
            const found = await read(each.text, known).then(
                ({ passId, gate, from, until, heads }) => ({ pass: passId, gate_mark: gate,
                    from: new Date(from).toISOString().replace(".000Z", "Z"),
                    until: new Date(until).toISOString().replace(".000Z", "Z"), heads }),
                (fault) => fault.code ?? String(fault));
            const wanted = each.refused ?? each.claims;
            if (JSON.stringify(found) !== JSON.stringify(wanted)) {
                wrong.push([ed25519.name, each.name, found, wanted]);
            }
        }
    }
    return wrong;
}"""
BASE45 = """async ({ pairs, refused }) => {
    const { decode } = await import("/gate/token/base45.js");
    const { hex } = await import("/gate/token/bytes.js");
    const wrong = pairs.filter(({ hex: wanted, text }) => hex(decode(text)) !== wanted);
    for (const text of refused) {
        try { decode(text); wrong.push(text); } catch { /* as it should be */ }
    }
    return wrong;
}"""
EVENTS = """async ({ texts, events, batch }) => {
    const { canonical, fromBase64url, fromHex, hex, sha256, utf8 } =
        await import("/gate/token/bytes.js");
    const { own, carried } = await import("/gate/token/ed25519.js");
    const wrong = [];
    for (const { value, event = value, text, hash, name } of [...texts.cases, ...events.cases]) {
        const found = canonical(event);
        if (found !== text || hex(await sha256(utf8(found))) !== hash) wrong.push(name);
    }
    for (const ed25519 of [own, carried]) {
        const key = await ed25519.importKey(fromHex(batch.public_key));
        const signature = fromBase64url(batch.signature);
        if (!await ed25519.verify(key, signature, utf8(batch.text))) wrong.push(ed25519.name);
    }
    return wrong;
}"""
SPOKEN = """async ({ codes, words }) => {
    const { codeDigest, typedCode, wordDigest, WordList } = await import("/gate/token/spoken.js");
    const list = await WordList.load();
    const wrong = [];
    for (const { typed, code = null, gate, digest } of codes) {
        const isRight = typedCode(typed) === code;
        if (!isRight || (code && await codeDigest(code, gate) !== digest)) wrong.push(typed);
    }
    for (const { typed, number, pass, digest } of words) {
        const isRight = list.number(typed) === number;
        if (!isRight || await wordDigest(number, pass) !== digest) wrong.push(typed);
    }
    return wrong;
}"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    with opened(Post(knowledge())) as post:
        page = chromium.new_page()
        page.goto(f"{post.origin}/gate/")
        yield page
        page.close()


def table(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((TABLES / name).read_text(encoding="utf-8"))
    return document


def tables(folder: str) -> list[dict[str, Any]]:
    return [table(f"{folder}/{path.name}") for path in sorted((TABLES / folder).glob("*.json"))]


def test_the_phone_decides_as_the_referee_does(page: Page) -> None:
    assert page.evaluate(ADMISSION, tables("admission")) == []


def test_the_phone_reads_a_pass_as_the_server_does_with_either_ed25519(page: Page) -> None:
    read = [
        t
        for t in tables("token")
        if any("claims" in c or "refused" in c for c in t.get("cases", []))
    ]
    assert len(read) > 5
    assert page.evaluate(TOKENS, read) == []


def test_the_phone_reads_base45_as_the_server_does(page: Page) -> None:
    assert page.evaluate(BASE45, table("token/base45.json")) == []


def test_the_phone_knows_spoken_codes_and_words_as_the_server_does(page: Page) -> None:
    assert page.evaluate(SPOKEN, table("token/spoken.json")) == []


def test_an_event_has_the_same_text_and_hash_on_the_phone(page: Page) -> None:
    names = ("texts", "events", "batch")
    given = {name: table(f"event/{name}.json") for name in names}
    assert page.evaluate(EVENTS, given) == []
