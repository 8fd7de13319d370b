"""What the tests use of others is what they published, unchanged."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from tests.fixtures.requirements import ROOT

VENDOR = Path(__file__).with_name("vendor")


def test_the_files_are_those_of_the_manifest() -> None:
    told = {e["file"]: e["sha256"] for e in json.loads((VENDOR / "MANIFEST.json").read_text())}
    present = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "MANIFEST.json"
    }
    assert present == told


def test_the_script_that_fetches_them_pins_the_same_versions() -> None:
    script = (ROOT / "scripts" / "vendor_assets.py").read_text()
    pinned = dict(re.findall(r'Pin\("([\w.@/-]+)", "([\d.]+)"', script))
    package = ROOT / "safepassage"
    folders = (VENDOR, package / "web" / "static" / "vendor", package / "gate_app" / "vendor")
    entries = [e for f in folders for e in json.loads((f / "MANIFEST.json").read_text())]
    assert {e["package"]: e["version"] for e in entries} == pinned
