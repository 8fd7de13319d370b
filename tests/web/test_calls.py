"""The call-forward desk: families are called, told, given another pass; the board says how far."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from safepassage.control.channels.mail import Mail, Server
from safepassage.control.channels.sheet import Sheet
from safepassage.secure.audit import Kind
from safepassage.secure.roles import Role
from safepassage.secure.vault import Vault
from safepassage.web.sending import Sending
from tests.control.post_office import mail_server
from tests.planner.drawn import island_plan
from tests.web.call_office import GATE, NOW, CallOffice, call_office, served_call_office
from tests.web.register_office import KEY
from tests.web.signed_in import signed_in_pages
from tests.web.test_browser import DESK, PHONE, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOUR = timedelta(hours=1)
PATIENCE_MS = 120_000  # for a machine that does a lot besides
SECRETS = ("SP1:", "people.example", "Head Of", "Child")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[CallOffice]:
    with call_office(tmp_path) as found:
        yield found


@pytest.fixture
def desk(office: CallOffice) -> TestClient:
    return office.somebody(Role.CASE_OFFICER)


def called(desk: TestClient, groups: list[str], begin: str = "2031-05-05T07:00Z") -> None:
    form = {"groups": " ".join(groups), "gate": GATE, "begin": begin, "until": "2031-05-05T09:00Z"}
    answer = desk.post("/calls", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/calls"), answer.text


def board(desk: TestClient) -> Any:
    return desk.get("/calls?format=json").json()


def test_families_are_called_and_the_board_says_who_was_told_and_who_came(
    office: CallOffice, desk: TestClient
) -> None:
    called(desk, office.families[:3])
    (wave,) = board(desk)
    assert (wave["gate"], wave["when"], wave["heads"], wave["came"]) == (GATE, "next", 6, 0)
    assert wave["needs_a_hand"] == 3  # there is no channel but a person
    first = wave["families"][0]["pass"]
    desk.post(f"/calls/{first}/told")
    (wave,) = board(desk)
    assert (wave["needs_a_hand"], wave["told"]) == (2, {"queued": 2, "sent": 1})
    desk.post(f"/calls/{first}/told", data={"answered": "yes"})
    office.clock.pass_by(2 * HOUR)
    office.let_in(office.families[2], 2, NOW + 1.5 * HOUR)
    desk = office.somebody(Role.CASE_OFFICER, id="officer-2")  # the first one's session is over
    (wave,) = board(desk)
    assert (wave["when"], wave["came"], wave["told"]["answered"]) == ("now", 2, 1)
    states = {f["group"]: f["state"] for f in wave["families"]}
    assert states[office.families[2]] == "partly"
    page = desk.get("/calls").text
    assert "2 of 6 heads came" in page
    assert not [secret for secret in SECRETS if secret in page]


def test_another_pass_is_one_action_and_a_withdrawn_one_stays_in_sight(
    office: CallOffice, desk: TestClient
) -> None:
    called(desk, office.families[:2])
    families = board(desk)[0]["families"]
    one, other = (f["pass"] for f in families)
    answer = desk.post(f"/calls/{one}/reissue", follow_redirects=False)
    assert re.fullmatch(r"/calls#[0-9a-f]{32}", answer.headers["location"])
    desk.post(f"/calls/{other}/revoke", data={"reason": "threat"})
    states = {f["pass"]: f["state"] for f in board(desk)[0]["families"]}
    assert (states[one], states[other], len(states)) == ("replaced", "withdrawn", 3)
    assert board(desk)[0]["heads"] == families[0]["heads"]


def test_sheets_are_printed_for_whom_paper_reaches_and_that_is_written_down(
    office: CallOffice, desk: TestClient
) -> None:
    called(desk, office.families)
    cards = desk.post("/calls/print/cards").text
    aloud = desk.post("/calls/print/read-out").text
    assert cards.count('class="card"') == 5  # one family has somebody whom papers endanger
    assert aloud.count('class="said"') == 6
    assert "چایخانه کنار کانال" in cards
    assert "کلمه" in aloud
    assert "کلمه" not in cards
    for page in (cards, aloud):
        assert not [secret for secret in SECRETS if secret in page]
        assert "style=" not in page
    assert desk.get("/calls/kit.css").headers["content-type"].startswith("text/css")
    trail = office.protection.trail
    assert len(list(trail.entries_of("officer-1", Kind.PASS_TOLD, NOW))) == 2
    assert len(list(trail.entries_of("officer-1", Kind.CALLED, NOW))) == 1


def test_what_is_wrong_is_said_and_the_families_stay_in_the_form(
    office: CallOffice, desk: TestClient
) -> None:
    for wrong, said in (
        ({"groups": "nobody"}, "there is no family"),
        ({"begin": "tomorrow"}, "is not a time"),
        ({"gate": "mill-gate"}, "where the people of mill-gate meet"),
        ({"until": "2031-05-05T06:30Z"}, "must end after it starts|ends after it begins"),
        ({"groups": " "}, "name 1 to"),
    ):
        form = {
            "groups": office.families[0],
            "gate": GATE,
            "begin": "2031-05-05T07:00Z",
            "until": "2031-05-05T09:00Z",
        }
        page = desk.post("/calls", data=form | wrong)
        assert re.search(said, page.text), page.text[:2000]
        assert form["groups"] in page.text or "groups" in wrong
    assert board(desk) == []


def test_a_wave_of_the_plan_is_looked_at_then_called_and_nobody_is_called_twice(
    tmp_path: Path,
) -> None:
    with call_office(tmp_path, plan=island_plan()) as office:
        desk = office.somebody(Role.CASE_OFFICER)
        waves = desk.get("/calls/waves?format=json").json()
        first, other = [
            w
            for w in waves
            if w["gate"] == GATE and w["when"] != "over" and sum(w["heads"].values()) > 30
        ][:2]
        wave = {"gate": GATE, "start": first["start"]}
        looked = desk.get("/calls/waves/one", params=wave | {"format": "json"}).json()
        assert (len(looked["to_call"]), looked["to_call_heads"]) == (6, 21)  # whole families
        confirmed = {"families": "6", "heads": "21"}
        changed = desk.post("/calls/waves/one", params=wave, data={"families": "5", "heads": "20"})
        assert (changed.status_code, board(desk)) == (422, [])
        assert "6 families and 21 heads" in changed.text
        desk.post("/calls/waves/one", params=wave, data=confirmed)
        again = desk.post("/calls/waves/one", params=wave, data=confirmed)
        assert "nobody was called" in again.text
        (called_now,) = board(desk)
        assert (called_now["heads"], called_now["from"]) == (21, first["start"])
        listed = desk.get("/calls/waves?format=json").json()
        assert [(w["called_families"], w["called_heads"]) for w in listed if w["called_heads"]] == [
            (6, 21)
        ]
        page = desk.get("/calls/waves/one", params={"gate": GATE, "start": other["start"]})
        assert "Nobody is left to call" in page.text
        assert desk.get("/calls/waves/one", params=wave | {"start": "never"}).status_code == 400


def test_a_wave_without_a_plan_or_a_meeting_place_says_what_is_missing(
    office: CallOffice, desk: TestClient, tmp_path: Path
) -> None:
    assert "No plan was published" in desk.get("/calls/waves").text
    (tmp_path / "planned").mkdir()
    with call_office(tmp_path / "planned", plan=island_plan()) as planned:
        desk = planned.somebody(Role.CASE_OFFICER)
        waves = desk.get("/calls/waves?format=json").json()
        silent = next(w for w in waves if w["gate"] == "mill-gate" and w["when"] == "next")
        wave = {"gate": "mill-gate", "start": silent["start"]}
        found = desk.get("/calls/waves/one", params=wave | {"format": "json"}).json()
        form = {"families": len(found["to_call"]), "heads": found["to_call_heads"]}
        answer = desk.post("/calls/waves/one", params=wave, data=form)
        assert answer.status_code == 422
        assert "where the people of mill-gate meet" in answer.text
        assert board(desk) == []


@pytest.mark.browser
def test_the_desks_of_calls_are_read_at_a_desk_and_on_a_phone_from_right_to_left(
    chromium: Browser, tmp_path: Path
) -> None:
    with served_call_office(tmp_path, island_plan()) as (office, origin):
        secret = office.enrol("officer-1", Role.CASE_OFFICER, Role.ADMINISTRATOR)
        desk = office.sign_in("officer-1", secret, origin=origin)
        called(desk, office.families[:3])
        waves = desk.get("/calls/waves?format=json").json()
        start = next(w["start"] for w in waves if w["gate"] == GATE and w["when"] == "next")
        cookies = [{"name": k, "value": v, "url": origin} for k, v in desk.cookies.items()]
        one = f"/calls/waves/one?gate={GATE}&start={start}"
        with signed_in_pages(chromium, origin, cookies) as open_page:
            page = open_page("en", "light", viewport=DESK)
            phone = open_page("fa-AF", "dark", viewport=PHONE)
            looked = {"/calls": page, "/devices": page, "/calls/waves": phone, one: phone}
            for path, looker in looked.items():
                for shown in {looker, phone}:
                    shown.set_default_timeout(PATIENCE_MS)
                    shown.goto(path)
                    wide = shown.evaluate("document.documentElement.scrollWidth - innerWidth")
                    assert wide <= 0, path
                assert violations(looker) == [], path


def test_only_who_may_call_sees_the_desk_and_nobody_calls_from_a_locked_register(
    office: CallOffice, desk: TestClient
) -> None:
    assert office.somebody(Role.PLANNER, id="planner-1").get("/calls").status_code == 403
    called(desk, office.families[:1])
    office.app.state.desk.register_key.lock()
    page = desk.get("/calls")
    assert page.status_code == 200
    assert "The register is locked" in page.text
    assert "harbour" in page.text.lower()
    assert desk.post("/calls/send").status_code in (403, 409, 423)


def test_an_unlocked_server_sends_by_itself_and_a_locked_one_loses_nothing(tmp_path: Path) -> None:
    with mail_server() as box:
        mail = Mail(Server("127.0.0.1", box.port, "office@post.example", security="none"))
        with call_office(tmp_path, channels=(mail, Sheet())) as office:
            desk = office.somebody(Role.CASE_OFFICER)
            called(desk, office.families[:2])
            key, calls = office.app.state.desk.register_key, office.app.state.desk.settings.calls
            sending = Sending(calls, key)
            vault = key.at_hand
            key.lock()
            sending.look()
            assert box.letters == []
            key.put(Vault(KEY), stays=True)
            sending.look()
            sending.look()
    assert vault is not None
    assert vault.is_locked
    assert sorted(to for letter in box.letters for to in letter[0]) == sorted(
        2 * ["head0@people.example", "head1@people.example"]
    )
