"""The devices desk: who may look, who may enrol and revoke, and the door of the phones."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient

from safepassage.control.batch import BYTES_MAX
from safepassage.control.gates import ASKING, Gates
from safepassage.secure.audit import Kind
from safepassage.secure.roles import Role
from safepassage.web.app import create_app
from tests.control.phones import Phone, open_gates, pass_of
from tests.web.airlift import NOON
from tests.web.conftest import Clock
from tests.web.people import Office, office_in


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Office, Gates]]:
    """Desks that serve gates."""
    clock = Clock(NOON)
    made = office_in(tmp_path, clock)
    with ExitStack() as stack:
        gates, pen, beside = open_gates(str(tmp_path / "ledger.db"), clock)  # type: ignore[arg-type]
        for each in (gates, pen, beside, made.protection):
            stack.callback(each.close)
        made.app = create_app(replace(made.app.state.desk.settings, gates=gates))
        with TestClient(made.app):
            yield made, gates


def test_an_administrator_makes_a_phone_that_is_seen_and_revoked(
    desks: tuple[Office, Gates],
) -> None:
    office, gates = desks
    browser = office.somebody(Role.ADMINISTRATOR)
    page = browser.post("/devices", data={"place": "north", "station": "gate"}).text
    found = re.search(r"/gate/#enrol=([\w-]+)\.([0-9a-f]{32})", html.unescape(page))
    assert found is not None
    assert "<svg" in page
    key = Ed25519PrivateKey.generate()
    asked = {"secret": found[1], "public_key": key.public_key().public_bytes_raw().hex()}
    phone = office.browser()
    answer = phone.post("/gate/api/enrol", json=asked).json()
    assert answer["station"] == "gate"
    assert phone.post("/gate/api/enrol", json=asked).status_code == 403
    shown = browser.get("/devices").text
    assert answer["device"] in shown
    browser.post(f"/devices/{answer['device']}/move", data={"place": "hall", "station": "search"})
    browser.post(f"/devices/{answer['device']}/revoke")
    device = gates.devices.get(answer["device"])
    assert device is not None
    assert (device.place, device.station) == ("hall", "search")
    assert device.revoked_at is not None
    kinds = [link.entry.kind for link in office.protection.trail.page()]
    assert {Kind.DEVICE_LINKED, Kind.DEVICE_MOVED, Kind.DEVICE_REVOKED} <= set(kinds)


def test_whoever_is_in_may_look_and_not_change(desks: tuple[Office, Gates]) -> None:
    office, gates = desks
    phone = Phone(gates, "north")
    browser = office.somebody(Role.DUTY_OFFICER)
    page = browser.get("/devices").text
    assert phone.id in page
    assert 'action="/devices' not in page
    assert browser.post(f"/devices/{phone.id}/revoke").status_code == 403
    assert browser.post("/devices", data={"place": "north", "station": "x"}).status_code == 403
    assert office.browser().get("/devices", follow_redirects=False).status_code == 303


def test_a_phone_that_owes_events_is_named(desks: tuple[Office, Gates]) -> None:
    office, gates = desks
    phone = Phone(gates, "north")
    for n in range(4):
        phone.scan(heads=1, group=f"fam-{n}", **{"pass": pass_of(n)})
    del phone.unsent[1:3]
    phone.sync()
    page = office.somebody(Role.DUTY_OFFICER).get("/devices").text
    assert f"{phone.id} owes events 2–3" in page


def signed(phone: Phone, at: str) -> dict[str, str]:
    text = "\n".join((ASKING, phone.id, at)).encode()
    signature = base64.urlsafe_b64encode(phone.key.sign(text)).decode().rstrip("=")
    said = {"Device": phone.id, "Time": at, "Signature": signature}
    return {f"Safe-Passage-{name}": value for name, value in said.items()}


def test_only_the_phone_itself_is_told_what_it_decides_by(desks: tuple[Office, Gates]) -> None:
    office, gates = desks
    phone, browser = Phone(gates, "north"), office.browser()
    headers = signed(phone, NOON.isoformat())
    answer = browser.get("/gate/api/knowledge", headers=headers)
    assert answer.json()["knowledge"]["place"] == "north"
    again = browser.get(
        "/gate/api/knowledge", headers={**headers, "If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304
    for wrong in (
        {},
        {**headers, "Safe-Passage-Signature": "x"},
        signed(phone, "x") | {"Safe-Passage-Time": "y"},
    ):
        assert browser.get("/gate/api/knowledge", headers=wrong).status_code == 401
    gates.devices.revoke(phone.id)
    refused = browser.get("/gate/api/knowledge", headers=headers)
    assert refused.json()["error"] == "revoked-device"


@pytest.mark.parametrize(
    ("sent", "status", "error"),
    [
        ({"content": b"{"}, 400, "unreadable"),
        ({"json": {"device": "x", "events": [], "sent_at": "x", "signature": "x"}}, 400, ""),
        ({"content": b" " * (BYTES_MAX + 1)}, 413, "oversized"),
        (
            {
                "json": {
                    "device": "phone-1",
                    "events": [],
                    "sent_at": "2021-08-20T05:00:00Z",
                    "signature": "x",
                }
            },
            401,
            "unknown-device",
        ),
    ],
)
def test_a_wrong_batch_is_answered_with_a_code(
    desks: tuple[Office, Gates], sent: dict[str, Any], status: int, error: str
) -> None:
    answer = desks[0].browser().post("/gate/api/events", **sent)
    assert answer.status_code == status
    assert answer.json()["error"] == (error or "unreadable")


def test_a_batch_gets_its_receipt_over_http(desks: tuple[Office, Gates]) -> None:
    office, gates = desks
    phone = Phone(gates, "north")
    phone.scan(heads=2, expected=2, group="fam-1", **{"pass": pass_of(1)})
    phone.settle(office.browser().post("/gate/api/events", content=phone.batch()).json())
    assert phone.unsent == []
    assert set(phone.fates.values()) == {"recorded"}
