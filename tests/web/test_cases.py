"""The case desk: a sum that adds up, what is said about a case, and the caseload handed over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

from safepassage.model.fact import Fact
from safepassage.model.ids import PlaceId
from safepassage.model.notation import read_facts
from safepassage.model.refusal import RefusalReason
from safepassage.secure.roles import Role
from safepassage.web.words import words
from tests.operate.abandoned import issued, refused
from tests.web.apron_office import ApronOffice, apron_office, served_apron
from tests.web.signed_in import signed_in_pages
from tests.web.test_browser import DESK, PHONE, violations
from tests.web.test_lists_browser import tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NORTH = PlaceId("north")
PATIENCE_MS = 120_000  # for a machine that does a lot besides
FAMILIES = """
    2021-08-14
    04:10 group fam-1: amira babur chalil dawud ellaha as g1
    04:10 group fam-2: farid ghazal hamid iman as g2
    04:10 group fam-5: jawad karima laila as g5
    04:10 group fam-6: mina nadir as g6
    04:10 group fam-7: omid as g7
"""


def happened() -> list[Fact]:
    """Two families are inside; one was refused, one did not come, one was never called."""
    return [
        *read_facts(FAMILIES),
        replace(issued("fam-5", 3, "06:00", "07:00", stated="05:00"), gate=NORTH),
        replace(issued("fam-6", 2, "08:00", "09:00", stated="05:00"), gate=NORTH),
        replace(refused("06:30", RefusalReason.PAPERS, group="fam-5", heads=3), place=NORTH),
    ]


@pytest.fixture
def office(tmp_path: Any) -> Iterator[ApronOffice]:
    with apron_office(tmp_path) as found, found.browser():
        found.books.record(happened())
        yield found


@pytest.fixture
def desk(office: ApronOffice) -> TestClient:
    return office.somebody(Role.CASE_OFFICER)


def send(desk: TestClient, token: str, step: str, **fields: str) -> str:
    desk.app.state.desk.settings.clock.pass_by(timedelta(minutes=1))  # type: ignore[attr-defined]
    answer = desk.post("/cases", data={"token": token, "step": step, **fields})
    assert answer.status_code == 200, answer.text
    return answer.text


def sums(desk: TestClient, **query: str) -> dict[str, Any]:
    answer = desk.get("/cases", params=query, headers={"accept": "application/json"})
    found: dict[str, Any] = answer.json()
    assert found["adds_up"]
    assert found["known"] == found["out"] + sum(found["classes"].values())
    return found


def classes(desk: TestClient, **query: str) -> dict[str, int]:
    return {name: heads for name, heads in sums(desk, **query)["classes"].items() if heads}


def test_the_sum_stands_at_the_top_and_the_overdue_case_first(desk: TestClient) -> None:
    assert classes(desk) == {
        "on-the-way": 39,
        "refused": 3,
        "called-did-not-come": 2,
        "unknown": 1,
    }
    page = desk.get("/cases").text
    assert page.index("fam-5") < page.index("fam-6")  # refused at 06:30, due within the hour
    assert "omid" not in page  # never called: no case until the deadline
    only = desk.get("/cases", params={"class": "unknown"}).text
    assert "omid" in only
    assert words("en")("case.why.not-called") in only


def test_a_word_moves_people_to_another_class_and_a_form_sent_twice_is_one_word(
    desk: TestClient,
) -> None:
    asked = {"case": "fam-6", "was": "called-did-not-come", "standing": "undecided", "due": "6"}
    send(desk, "t1", "say", **asked)
    send(desk, "t1", "say", **asked)
    assert classes(desk)["undecided"] == 2
    page = desk.get("/cases", params={"owner": "officer-1"}).text
    assert "fam-6" in page
    assert "fam-5" not in page


def test_one_of_a_family_may_be_told_apart_and_closed(desk: TestClient) -> None:
    fields = {"case": "fam-5", "person": "karima", "where": "", "was": "refused"}
    send(desk, "t2", "close", to="stayed", **fields)
    assert classes(desk)["chose-to-stay"] == 1
    assert classes(desk)["refused"] == 2
    assert sums(desk)["known"] == 45


def test_handing_the_caseload_over_changes_no_class_and_leaves_nobody_without_an_owner(
    desk: TestClient,
) -> None:
    before = sums(desk)
    send(desk, "t3", "hand-over", owner="embassy-doha", site="doha")
    after = sums(desk)
    assert after["classes"] == before["classes"]
    page = desk.get("/cases", params={"owner": "nobody"}).text
    assert words("en")("case.none") in page
    assert "embassy-doha" in desk.get("/cases").text


def test_whoever_has_no_right_to_cases_sees_the_sum_and_nobodys_id(office: ApronOffice) -> None:
    printed = office.printed()
    page = printed.get("/cases").text
    assert 'class="case-bar"' in page
    assert "fam-5" not in page
    assert printed.post("/cases", data={"token": "t9", "step": "say"}).status_code == 403


def test_what_is_wrong_is_said_and_nothing_is_recorded(desk: TestClient) -> None:
    for fields in (
        {"step": "say", "case": "nobody-here"},
        {"step": "say", "case": "fam-5", "standing": "vanished"},
        {"step": "close", "case": "fam-5", "to": "doha"},
        {"step": "say", "case": "fam-1"},  # on the way: say what became of them
        {"step": "dance", "case": "fam-5"},
    ):
        answer = desk.post("/cases", data={"token": "t4", **fields})
        assert answer.status_code == 400
    assert sums(desk)["classes"]["refused"] == 3


@pytest.mark.browser
def test_a_case_is_worked_by_keyboard_alone_also_from_right_to_left(
    chromium: Browser, tmp_path: Any
) -> None:
    with served_apron(tmp_path) as (office, origin):
        office.books.record(happened())
        client = office.sign_in("case-1", office.enrol("case-1", Role.CASE_OFFICER), origin=origin)
        cookies = [{"name": k, "value": v, "url": origin} for k, v in client.cookies.items()]
        with signed_in_pages(chromium, origin, cookies) as open_page:
            page = open_page("en", "light", viewport=DESK)
            page.set_default_timeout(PATIENCE_MS)
            page.goto("/cases")
            assert violations(page) == []
            tab_to(page, ".case-list a")
            page.keyboard.press("Enter")
            page.wait_for_selector("#standing:focus")  # the form waits for a word
            page.select_option("#standing", "unreachable")
            tab_to(page, ".steps button.primary")
            page.keyboard.press("Enter")
            page.wait_for_selector(".case-list a:focus")  # and the next case is at hand
            assert classes(client)["unreachable"] == 3
            phone = open_page("fa-AF", "dark", viewport=PHONE)
            phone.set_default_timeout(PATIENCE_MS)
            phone.goto("/cases")
            assert violations(phone) == []
            wide = phone.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0
            phone.locator(".case-list a").first.click()
            phone.wait_for_selector("#standing:focus")
            assert violations(phone) == []
