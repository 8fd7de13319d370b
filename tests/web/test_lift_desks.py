"""The desks of lifts and havens: who may, what is refused, what is said, and in which language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from safepassage.secure.roles import Role
from safepassage.web.words import words
from tests.web.apron_office import ApronOffice, apron_office

LIFT, HAVEN = "/lifts/reach-1", "/reception/ramstein"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApronOffice]:
    with apron_office(tmp_path_factory.mktemp("apron")) as found, found.browser():
        yield found


@pytest.fixture(scope="module")
def desk(office: ApronOffice) -> TestClient:
    return office.both()


def send(desk: TestClient, where: str, token: str, step: str, **fields: str) -> str:
    """Send a step; a minute passes, since what happens takes time."""
    desk.app.state.desk.settings.clock.pass_by(timedelta(minutes=1))  # type: ignore[attr-defined]
    answer = desk.post(where, data={"token": token, "step": step, **fields})
    assert answer.status_code in (200, 409), answer.text
    return answer.text


def test_a_lift_is_worked_from_its_door_to_the_second_haven(
    office: ApronOffice, desk: TestClient
) -> None:
    page = desk.get(LIFT).text
    assert "2 families" not in page  # both have seats
    refused = send(desk, LIFT, "a1", "board", who="fam-1", heads="4")
    assert "5 of fam-1 go together and 4 are here" in refused
    assert words("en")("why.family-incomplete") in refused
    send(desk, LIFT, "a1", "board", who="fam-1", heads="4", acknowledged="family-incomplete")
    send(desk, LIFT, "a2", "board", who="fam-1", heads="۱")
    send(desk, LIFT, "a3", "release", who="fam-2")
    refused = send(desk, LIFT, "a4", "close", counted="6")
    assert "1 head was counted that nobody scanned" in refused
    send(desk, LIFT, "a4", "close", counted="6", difference="lap-children", bands="km 04217 t\n")
    assert "CLOSED OUT" in desk.get(LIFT).text
    send(desk, LIFT, "a5", "depart")
    send(desk, LIFT, "a6", "divert", to="ramstein")
    page = desk.get(HAVEN).text
    assert "reach-1" in page
    send(desk, HAVEN, "a7", "arrive", lift="reach-1", who="fam-1", heads="5")
    send(desk, HAVEN, "a7", "arrive", lift="reach-1", who="fam-1", heads="5")
    assert office.heads() == {"hall": 33, "reach-1": 1, "ramstein": 5}
    found = desk.get(HAVEN, headers={"accept": "application/json"}).json()
    (awaited,) = found["awaited"]
    assert (awaited["departed"], awaited["arrived"], awaited["missing"]) == (6, 5, 1)
    send(desk, HAVEN, "a8", "name", person="p-7", who="fam-1")
    send(desk, HAVEN, "a9", "go-on", to="walked-off", who="fam-1", heads="1")
    send(desk, HAVEN, "a10", "hand-over", child="p-7", given_by="p-8", received_by="officer-1",
         relation="unicef")  # fmt: skip
    assert "unicef" in desk.get(HAVEN).text
    assert office.heads()["walked-off"] == 1
    assert "Ramstein" in desk.get("/reception").text
    assert "fam-9" not in desk.get("/lifts/moose-9?waiting=yes").text
    rows = desk.get("/lifts", headers={"accept": "application/json"}).json()
    row = next(r for r in rows if r["lift"] == "reach-1")
    assert (row["planned"], row["boarded"], row["counted"], row["status"]) == (5, 6, 6, "landed")


def test_the_paper_manifest_has_ids_and_no_script(desk: TestClient) -> None:
    page = desk.get("/lifts/moose-9/paper").text
    assert "moose-9" in page
    assert "<script" not in page
    assert "<style" not in page
    assert desk.get("/lifts/paper.css").headers["content-type"].startswith("text/css")


def test_who_may_only_look_takes_no_step(office: ApronOffice) -> None:
    looking = office.printed()
    assert 'name="step"' not in looking.get(LIFT).text
    assert looking.post(LIFT, data={"token": "b1", "step": "board"}).status_code == 403
    gate = office.somebody(Role.GATE_OFFICER, id="gate-1")
    assert gate.post(HAVEN, data={"token": "b2", "step": "arrive"}).status_code == 403


@pytest.mark.parametrize(
    ("where", "fields", "said"),
    [
        ("/lifts/moose-9", {"step": "board", "heads": "many"}, "is not a number of heads"),
        ("/lifts/moose-9", {"step": "board", "heads": "0"}, "nobody is no step"),
        ("/lifts/moose-9", {"step": "fly"}, "is no step here"),
        ("/lifts/moose-9", {"step": "count"}, "write how many heads"),
        ("/lifts/moose-9", {"step": "depart", "at": "noon"}, "is not a time"),
        ("/lifts/moose-9", {"step": "depart", "at": "2031-01-01 10:00"}, "has not come yet"),
        ("/lifts/moose-9", {"step": "depart", "acknowledged": "all"}, "no reason to acknowledge"),
        ("/lifts/moose-9", {"step": "close", "difference": "haste"}, "no reason for a difference"),
        (HAVEN, {"step": "arrive"}, "say which lift"),
        (HAVEN, {"step": "name", "person": "Wahid", "who": "fam-1"}, "never written"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_recorded(
    office: ApronOffice, desk: TestClient, where: str, fields: dict[str, str], said: str
) -> None:
    before = office.heads()
    answer = desk.post(where, data={"token": "c1", **fields})
    assert answer.status_code == 400
    assert said in answer.text
    assert office.heads() == before
    assert desk.get("/lifts/nobodys").status_code == 404
    assert desk.post(where, data={"step": "board", "token": "../x"}).status_code == 400


def test_a_program_is_told_why_a_step_is_refused(desk: TestClient) -> None:
    answer = desk.post(
        "/lifts/moose-9",
        data={"token": "d1", "step": "depart"},
        headers={"accept": "application/json"},
    )
    assert answer.status_code == 409
    assert answer.json()["error"] == "not-closed"
    assert answer.json()["may_have_happened"] is True


def test_a_refusal_is_said_in_dari(office: ApronOffice) -> None:
    dari = office.somebody(Role.BOARDING_OFFICER, id="boarding-7")
    dari.cookies.set("lang", "fa-AF")
    page = send(dari, "/lifts/moose-9", "e1", "close", counted="3")
    assert "3 نفر شمرده شدند که اسکن نشده‌اند" in page
    assert 'dir="rtl"' in page
