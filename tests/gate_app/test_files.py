"""The files of the gate's app: complete, in both languages, served with what a phone needs."""

from __future__ import annotations

import base64
import hashlib
import json
import re

from fastapi import FastAPI
from fastapi.testclient import TestClient

from safepassage.model.refusal import RefusalReason
from safepassage.operate.admission import AdmissionReason
from safepassage.operate.stations import STATIONS
from safepassage.web.routes.gate import app_files, router
from safepassage.web.security import headers_for
from tests.fixtures.requirements import ROOT

APP = ROOT / "safepassage" / "gate_app"
TEXTS = {
    language: json.loads((APP / "text" / f"{language}.json").read_text("utf-8"))
    for language in ("en", "fa-AF")
}
SCRIPTS = {
    path: path.read_text("utf-8")
    for path in APP.rglob("*.js")
    if "vendor" not in path.relative_to(APP).parts
}
FRAMEWORK = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
FRAMEWORK.include_router(router)
CLIENT = TestClient(FRAMEWORK)


def blanks(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_text_is_in_both_languages_with_the_same_blanks() -> None:
    english, dari = TEXTS["en"], TEXTS["fa-AF"]
    assert english.keys() == dari.keys()
    assert {key for key in english if blanks(english[key]) != blanks(dari[key])} == set()
    same = {key for key in english if english[key] == dari[key]}
    assert same == {"language.en", "language.fa-AF"}


def test_every_reason_has_a_text_and_every_refusal_is_one_of_the_ledgers() -> None:
    asked = AdmissionReason.ASK_WORD  # a screen of its own
    reasons = {f"reason.{reason}" for reason in AdmissionReason if reason is not asked}
    assert {key for key in TEXTS["en"] if key.startswith("reason.")} == reasons | {
        "reason.already-used-here"
    }
    refusals = {f"refusal.{reason}" for reason in RefusalReason}
    assert {key for key in TEXTS["en"] if key.startswith("refusal.")} == refusals
    assert {f"station.{station}" for station in STATIONS} <= TEXTS["en"].keys()


def test_no_screen_says_what_no_language_has() -> None:
    said = {key for text in SCRIPTS.values() for key in re.findall(r'\bsay\("([\w.-]+)"', text)}
    assert len(said) > 60
    assert said - TEXTS["en"].keys() == set()


def test_no_script_reads_text_as_html_or_speaks_with_another_machine() -> None:
    odd = re.compile(r"innerHTML|insertAdjacentHTML|document\.write|\beval\(|https?://(?!www\.w3)")
    assert {path.name for path, text in SCRIPTS.items() if odd.search(text)} == set()


def test_a_phone_keeps_every_file_and_knows_each_by_its_hash() -> None:
    text = CLIENT.get("/gate/precache.js").text
    listed = json.loads(text.removeprefix("self.PRECACHE = ").rstrip(";\n"))
    served = {f["path"]: CLIENT.get(f["path"]).content for f in listed["files"]}
    for file in listed["files"]:
        digest = hashlib.sha256(served[file["path"]]).digest()
        assert file["integrity"] == f"sha256-{base64.b64encode(digest).decode()}"
    kept = {path.removeprefix("/gate/") or "index.html" for path in served}
    own = {path.relative_to(APP).as_posix() for path in APP.rglob("*") if path.is_file()}
    assert own - kept == {"sw.js", "vendor/MANIFEST.json"}
    assert kept - own == {"words.json"}


def test_every_file_that_a_script_imports_is_there() -> None:
    for path, text in SCRIPTS.items():
        for name in re.findall(r'^import .*?from "([./][^"]+)";', text, re.M | re.S):
            assert (path.parent / name).is_file(), f"{path.name}: {name}"


def test_files_come_packed_with_a_tag_that_saves_the_second_time() -> None:
    first = CLIENT.get("/gate/vendor/zxing_reader.wasm")
    assert first.headers["content-type"] == "application/wasm"
    assert int(first.headers["content-length"]) < len(first.content) / 2
    again = CLIENT.get(
        "/gate/vendor/zxing_reader.wasm", headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == 304
    plain = CLIENT.get("/gate/main.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == (APP / "main.js").read_bytes()


def test_what_is_no_file_of_the_app_is_not_served() -> None:
    for path in ("/gate/nothing.js", "/gate/vendor/MANIFEST.json", "/gate/../pyproject.toml"):
        assert CLIENT.get(path).status_code == 404
    assert CLIENT.get("/gate", follow_redirects=False).headers["location"] == "/gate/"


def test_the_camera_and_the_decoder_are_allowed_at_the_gate_alone() -> None:
    gate, desk = headers_for("/gate/see/decoder.js"), headers_for("/lifts")
    assert "camera=(self)" in gate["Permissions-Policy"]
    assert "'wasm-unsafe-eval'" in gate["Content-Security-Policy"]
    assert "camera=()" in desk["Permissions-Policy"]
    assert "unsafe" not in desk["Content-Security-Policy"]
    assert "'unsafe-eval'" not in gate["Content-Security-Policy"]


def test_the_first_load_is_small() -> None:
    once = sum(len(file.packed or file.content) for file in app_files().values())
    assert 2 * once < 1_500_000  # for the page, and again for the cache that opens it offline
