"""Every page, for people and for programs; permanent addresses; what goes wrong, and how."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from safepassage.model.instant import Window
from safepassage.report.asking import Asking
from safepassage.report.definition import definitions
from safepassage.report.figure import ask
from safepassage.report.question import Question
from safepassage.web import routes
from safepassage.web.links import question_path
from tests.web.airlift import DAY, NOON, OPERATION, TEN, InMemory, more_people
from tests.web.conftest import ORIGIN, Desks

PAGES = [
    "/",
    "/lifts",
    "/places",
    "/places?kind=haven",
    "/places/doha",
    "/places/reach-1",
    "/discrepancies",
    "/figures",
    "/figures/people-out",
    "/figures/in-the-air",
    "/figures/people-out/derivation",
    "/figures/families-out",
    "/compare",
    "/sitrep",
    "/claims",
    "/claims?verdict=agrees",
]
JSON = {"Accept": "application/json"}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "fa-AF"])
@pytest.mark.parametrize("as_of", ["", "2021-08-14T09:30:00Z"])
def test_every_page_answers_a_person(
    signed_in: Desks, path: str, language: str, as_of: str
) -> None:
    query = f"{'&' if '?' in path else '?'}lang={language}" + (as_of and f"&as_of={as_of}")
    answer = signed_in.client.get(path + query)
    assert answer.status_code == 200, answer.text
    assert f'<html lang="{language}"' in answer.text
    # Under the policy of these pages inline styles, scripts and handlers would be dead letters.
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", answer.text)
    assert not re.search(r"<script(?![^>]*src=)", answer.text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", answer.text)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_a_program(signed_in: Desks, path: str) -> None:
    answer = signed_in.client.get(path, headers=JSON)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    answer.json()


def test_the_board_as_json_is_the_board(signed_in: Desks) -> None:
    found = signed_in.client.get("/", headers=JSON).json()
    assert [t["figure"]["value"] for t in found["tiles"]] == [11, 2, 7, 4]
    assert found["as_of"] == "2021-08-14T12:00:00Z"
    assert found["deadlines"][0]["left"] == 19.5 * 3600


def test_every_figure_on_the_board_opens_and_says_the_same(signed_in: Desks) -> None:
    text = signed_in.client.get("/").text
    links = re.findall(
        r'href="(/figures/[^"]+)"><bdi dir="ltr">([\d,]+)</bdi>', text.replace("&amp;", "&")
    )
    assert len(links) >= 8
    for path, shown in links:
        found = signed_in.client.get(path, headers=JSON).json()
        assert f"{found['value']:,}" == shown
        assert found["derivation"]["total"] == found["value"]


def test_a_permanent_address_gives_the_same_number_after_the_ledger_has_grown(
    signed_in: Desks,
) -> None:
    ledger = InMemory().ledger().__enter__()
    question = Asking(OPERATION, ledger.position).at("in-danger-area", NOON)
    path = question_path(question)
    before = signed_in.client.get(path, headers=JSON).json()
    signed_in.records.add(more_people(300, TEN))
    after = signed_in.client.get(path, headers=JSON).json()
    assert (before["value"], after["value"], after["today"]) == (0, 0, 300)
    assert "300" in signed_in.client.get(path).text


@pytest.mark.parametrize("figure", definitions())
def test_an_address_holds_every_part_of_a_question(signed_in: Desks, figure: str) -> None:
    window = Window(DAY.replace(hour=6), DAY.replace(hour=11), "America/New_York")
    question = Question(
        figure=figure,
        window=window if definitions()[figure].has_window else None,
        as_of=TEN,
        position=20,
        zone="Asia/Kabul",
        operator_classes=("own-military", "coalition"),
        categories=OPERATION.categories[1].id and (OPERATION.categories[1].id,),
    )
    found = signed_in.client.get(question_path(question), headers=JSON).json()
    assert {name: found[name] for name in question.to_json()} == question.to_json()
    ledger = InMemory().ledger().__enter__()
    assert found["value"] == ask(ledger, question).value


def test_a_short_address_is_completed_from_the_operation(signed_in: Desks) -> None:
    found = signed_in.client.get("/figures/people-out", headers=JSON).json()
    assert found["window"] == {
        "start": "2021-08-14T07:00:00Z",
        "end": "2021-08-15T07:00:00Z",
        "zone": "America/New_York",
    }
    since = signed_in.client.get("/figures/people-out?baseline=since-dawn", headers=JSON).json()
    assert (since["value"], since["baseline"]) == (11, "since-dawn")


def test_two_figures_are_compared_and_the_terms_add_up(signed_in: Desks) -> None:
    asking = Asking(OPERATION, InMemory().position())
    window = OPERATION.reporting_window.window_at(NOON)
    first = asking.over("people-out", window, as_of=NOON)
    second = asking.over("lifts-out", window, as_of=TEN)
    query = {"first": first.canonical, "second": second.canonical}
    found = signed_in.client.get("/compare", params=query, headers=JSON).json()
    assert found["difference"] == sum(t["amount"] for t in found["terms"]) == 1 - 11
    assert "−10" in signed_in.client.get("/compare", params=query).text


def test_the_slider_may_also_name_a_wall_clock_and_its_zone(signed_in: Desks) -> None:
    query = {"at": "2021-08-14 14:30", "at_zone": "Asia/Kabul"}
    assert signed_in.client.get("/", params=query, headers=JSON).json()["as_of"] == (
        "2021-08-14T10:00:00Z"
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/?as_of=yesterday", 400),
        ("/?as_of=2021-08-14T10:00", 400),
        ("/?at=2021-13-01 10:00&at_zone=UTC", 400),
        ("/?at=2021-08-14 10:00&at_zone=Nowhere", 400),
        ("/?position=999", 400),
        ("/?position=%D9%A3", 400),
        ("/figures/nothing", 400),
        ("/figures/people-out?position=-1", 400),
        ("/figures/people-out?start=x", 400),
        ("/figures/in-the-air?start=2021-08-14T10:00Z", 400),
        ("/figures/people-out?page=x", 400),
        ("/figures/people-out?page=0", 400),
        ("/compare?first=x&second=y", 400),
        ("/claims?verdict=maybe", 400),
        ("/places?kind=moon", 400),
        ("/places/nowhere", 404),
        ("/nowhere", 404),
    ],
)
def test_a_question_without_an_answer_is_told_so(signed_in: Desks, path: str, status: int) -> None:
    page = signed_in.client.get(path)
    assert page.status_code == status
    assert "<h1>" in page.text
    said = signed_in.client.get(path, headers=JSON)
    assert said.status_code == status
    assert set(said.json()) == {"error", "said"}


def test_a_fault_of_ours_shows_nothing_of_its_inside(
    signed_in: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret path /var/x")

    monkeypatch.setattr(routes.board, "board", broken)
    client = TestClient(signed_in.app, base_url=ORIGIN, raise_server_exceptions=False)
    client.cookies = signed_in.client.cookies
    answer = client.get("/")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_what_is_asked_never_comes_back_as_markup(signed_in: Desks) -> None:
    text = signed_in.client.get("/?as_of=<script>alert(1)</script>").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_the_situation_report_as_data(signed_in: Desks) -> None:
    assert signed_in.client.get("/sitrep?format=json").json()["everybody"] == 12
    table = signed_in.client.get("/sitrep?format=csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert "sitrep-20210814T1200Z.csv" in table.headers["content-disposition"]
    assert "#affected+num" in table.text


def test_no_page_of_the_framework_loads_anything_from_elsewhere(signed_in: Desks) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert signed_in.client.get(path).status_code == 404
