"""The quarantine desk of the gates: who may look, who decides, and that it is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from safepassage.control.gates import Gates
from safepassage.secure.audit import Kind
from safepassage.secure.roles import Role
from tests.control.phones import Phone, pass_of
from tests.web.people import Office
from tests.web.test_devices import desks as desks  # the fixture

JSON = {"Accept": "application/json"}
FAMILY: dict[str, Any] = {"pass": pass_of(9), "group": "fam-9", "heads": 5, "expected": 5}


@pytest.fixture
def phone(desks: tuple[Office, Gates]) -> Phone:
    """A phone that sent a scan and a count from tomorrow, and one that nobody reads."""
    _, gates = desks
    phone = Phone(gates, "north")
    tomorrow = gates.clock() + timedelta(days=1)
    phone.scan(**FAMILY, at=tomorrow)
    phone.scan("count", heads=5, at=tomorrow)
    phone.unsent.append(phone.event("teleport", **FAMILY))
    phone.sync()
    return phone


def numbers(browser: TestClient) -> list[int]:
    return [held["number"] for held in browser.get("/devices/quarantine", headers=JSON).json()]


def test_a_gate_officer_releases_one_and_dismisses_the_others(
    desks: tuple[Office, Gates], phone: Phone
) -> None:
    office, gates = desks
    browser = office.somebody(Role.GATE_OFFICER)
    assert "3</bdi> in quarantine</a>" in browser.get("/devices").text
    page = browser.get("/devices/quarantine").text
    assert page.count("from the future") == 2
    assert "teleport" in page
    scan, count, odd = numbers(browser)
    wrong = browser.post(f"/devices/quarantine/{scan}/release", data={"at": ""})
    assert wrong.status_code == 400
    assert "say when it did" in wrong.text
    when = {"at": gates.clock().isoformat()}
    browser.post(f"/devices/quarantine/{scan}/release", data=when)
    again = browser.post(f"/devices/quarantine/{scan}/release", data=when, headers=JSON)
    assert again.json() == {"decided": True, "before": True}
    assert browser.post(f"/devices/quarantine/{odd}/release", data=when).status_code == 400
    for number, reason in ((count, "drill"), (odd, "never-happened")):
        browser.post(f"/devices/quarantine/{number}/dismiss", data={"reason": reason})
    assert numbers(browser) == []
    assert "Nothing of the gates" in browser.get("/devices/quarantine").text
    with gates.pen.borrowed() as store, store.ledger() as ledger:
        came = ledger.through(["north"])  # type: ignore[list-item]
        assert [(t.group, t.heads) for t in came if t.group == "fam-9"] == [("fam-9", 5)]
    kinds = [link.entry.kind for link in office.protection.trail.page()]
    assert kinds.count(Kind.EVENT_RELEASED) == 1
    assert kinds.count(Kind.EVENT_DISMISSED) == 2


def test_others_look_and_decide_nothing(desks: tuple[Office, Gates], phone: Phone) -> None:
    office, _ = desks
    browser = office.somebody(Role.DUTY_OFFICER)
    page = browser.get("/devices/quarantine?lang=fa-AF").text
    assert phone.id in page
    assert "<form" not in page.partition("<main")[2]
    (first, *_) = numbers(browser)
    for step, data in (("release", {"at": ""}), ("dismiss", {"reason": "drill"})):
        answer = browser.post(f"/devices/quarantine/{first}/{step}", data=data)
        assert answer.status_code == 403
    assert len(numbers(browser)) == 3
