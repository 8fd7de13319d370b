"""The export desk: asked for with a count, approved by somebody else, given out copy by copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from fastapi.testclient import TestClient

from safepassage.exchange.exports.inspect import inspect_file
from safepassage.secure.audit import Kind
from safepassage.secure.roles import Role
from tests.web.register_office import RegisterOffice, register_office
from tests.web.test_lists import EMBASSY, take

KEY = pyrage.x25519.Identity.generate()
TO = f"state-a {KEY.to_public()}"
WORDS = "otter lantern quarry violet seven"


@pytest.fixture
def register(tmp_path: Path) -> Iterator[RegisterOffice]:
    with register_office(tmp_path) as office, TestClient(office.app):
        take(office.desk(), EMBASSY)
        yield office


@pytest.fixture
def desk(register: RegisterOffice) -> TestClient:
    """A case officer's browser."""
    return register.desk(Role.CASE_OFFICER, id="case-1")


def ask(desk: TestClient, rows: str = "3", **changed: str) -> str:
    """Ask for a manifest; where its page is."""
    form = {
        "kind": "manifest",
        "list": "embassy-1",
        "recipients": TO,
        "purpose": "flight 12",
        "rows": rows,
        "days": "7",
        "format": "xlsx",
    }
    answer = desk.post("/exports/new", data=form | changed, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_copy_is_made_for_its_recipient_and_its_name_holds_ids_alone(desk: TestClient) -> None:
    page = ask(desk)
    assert "ready" in desk.get(page).text
    answer = desk.post(f"{page}/write", data={"recipient": "state-a"})
    assert answer.headers["content-disposition"].endswith('-state-a.xlsx.age"')
    assert answer.headers["cache-control"] == "no-store"
    rows = inspect_file(pyrage.decrypt(answer.content, [KEY])).rows
    assert any("Zqxnoori" in cell for row in rows for cell in row)
    assert "case-1" in desk.get(page).text
    listed = desk.get("/exports").text
    assert "1/1" in listed
    assert "Zqxnoori" not in listed + desk.get(page).text


def test_another_count_is_refused_and_the_form_keeps_everything_but_the_count(
    desk: TestClient, register: RegisterOffice
) -> None:
    form = {"kind": "manifest", "list": "embassy-1", "recipients": TO, "purpose": "flight 12"}
    answer = desk.post("/exports/new", data={**form, "rows": "2"})
    assert answer.status_code == 400
    assert "does not have 2 rows" in answer.text
    assert "flight 12" in answer.text
    assert " 3 " not in answer.text.split('role="alert"')[1].split("</p>")[0]
    assert register.protection.trail.page(kind=Kind.EXPORT_REFUSED.value)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"recipients": "state-a age1wrong"}, "public key"),
        ({"recipients": "\n"}, "recipients"),
        ({"list": "nobody"}, "no list"),
        ({"list": ""}, "persons or about a list"),
        ({"rows": "three"}, "whole number"),
        ({"days": "400"}, "within 90 days"),
        ({"purpose": "  "}, "what the export is for"),
    ],
)
def test_mistakes_are_said_above_the_form(
    desk: TestClient, changed: dict[str, str], said: str
) -> None:
    form = {
        "kind": "manifest",
        "list": "embassy-1",
        "recipients": TO,
        "purpose": "x 1",
        "rows": "3",
    }
    answer = desk.post("/exports/new", data=form | changed)
    assert answer.status_code == 400
    assert said in answer.text
    assert "<form" in answer.text


def test_a_decision_sheet_waits_for_an_exporter_who_did_not_ask(
    desk: TestClient, register: RegisterOffice
) -> None:
    page = ask(desk, kind="decision-sheet")
    assert "It waits for an exporter" in desk.get(page).text
    assert desk.post(f"{page}/approve").status_code == 403
    second = register.desk(Role.EXPORTER, id="exporter-1")
    assert "You are the second person" in second.get(page).text
    assert "ready" in second.post(f"{page}/approve").text
    other = ask(desk, kind="decision-sheet")
    assert "too much" in second.post(f"{other}/refuse", data={"why": "too much"}).text


def test_a_passphrase_that_would_be_guessed_is_refused_on_the_page(desk: TestClient) -> None:
    page = ask(desk, recipients="state-b", format="csv")
    weak = desk.post(f"{page}/write", data={"recipient": "state-b", "passphrase": "short"})
    assert weak.status_code == 400
    assert "16 characters" in weak.text
    made = desk.post(f"{page}/write", data={"recipient": "state-b", "passphrase": WORDS})
    assert len(inspect_file(pyrage.passphrase.decrypt(made.content, WORDS)).rows) == 3


def test_a_recalled_copy_is_listed_until_somebody_deletes_it(desk: TestClient) -> None:
    page = ask(desk)
    desk.post(f"{page}/write", data={"recipient": "state-a"})
    assert "should be deleted" not in desk.get("/exports").text
    assert "wrong office" in desk.post(f"{page}/recall", data={"why": "wrong office"}).text
    assert "should be deleted" in desk.get("/exports").text
    assert desk.post(f"{page}/write", data={"recipient": "state-a"}).status_code == 400


def test_who_may_not_export_sees_no_desk_and_who_had_no_part_makes_no_copy(
    desk: TestClient, register: RegisterOffice
) -> None:
    page = ask(desk)
    gate = register.desk(Role.GATE_OFFICER, id="gate-1")
    assert gate.get("/exports").status_code == 403
    assert 'href="/exports"' not in gate.get("/").text
    other = register.desk(Role.REGISTRAR, id="registrar-2")
    assert "Whoever asked for it or approved it" in other.get(page).text
    assert other.post(f"{page}/write", data={"recipient": "state-a"}).status_code == 403
    assert desk.get("/exports/of/nobody").status_code == 404
