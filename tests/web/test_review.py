"""The review queue and the pages of people: judged, taken back, taken apart, looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from safepassage.register.linkage import Evidence
from safepassage.registrar.opening import default_matching
from safepassage.secure.roles import Role
from safepassage.web.beside import marked
from safepassage.web.waterfall import draw_waterfall
from tests.web.register_office import RegisterOffice, register_office
from tests.web.test_lists import take

EMBASSY = """Ref,Family,Given name,Surname,Father's name,Sex,Date of birth,Passport,Phone
E-1,F1,Qadratullah,Zqxnoori,Yusuf,M,1984-03-02,P7781201,+93 70 555 0101
E-2,F1,Omid,Zqxnoori,Qadratullah,M,2012-06-30,,+93 70 555 0101
E-3,F2,O,Zqsultani,Aziz,M,1976,,+93 70 555 0212
"""
EMPLOYER = """name,father,born,id no,mobile
"ZQXNOORI, Qadratulla",Yousof,02.03.1984,P7781201,0705550101
Zqsultani Omar,Aziz,1976,,0705550212
"""
CASE = (Role.REGISTRAR, Role.CASE_OFFICER)


@pytest.fixture
def register(tmp_path: Path) -> Iterator[RegisterOffice]:
    with register_office(tmp_path, matching=default_matching()) as office, TestClient(office.app):
        yield office


@pytest.fixture
def desk(register: RegisterOffice) -> TestClient:
    """Somebody at the desks, after two lists of the same people came."""
    desk = register.desk(*CASE)
    take(desk, EMBASSY)
    take(desk, EMPLOYER, "employer-1")
    return desk


def asked(page: str) -> dict[str, str]:
    """What the form of a question would send."""
    return dict(re.findall(r'name="(left|right|said|skip)" value="([^"]*)"', page))


def answer(desk: TestClient, page: str, verdict: str) -> str:
    """Judge the pair on a page; the page that follows."""
    given = asked(page) | {"verdict": verdict, "why": "asked them"}
    return desk.post("/review", data=given).text


def test_the_pair_that_a_machine_may_not_decide_waits_with_its_evidence(desk: TestClient) -> None:
    page = desk.get("/review").text
    assert "Zqsultani" in page
    assert "Is this one person?" in page
    assert "Why the machine does not decide" in page
    shown = desk.get("/review", headers={"Accept": "application/json"}).json()
    question = shown["question"]
    assert sum(bar["weight"] for bar in question["evidence"]) == pytest.approx(question["weight"])
    assert "Zqsultani" not in str(shown)


def test_a_judgement_is_recorded_and_taken_back_exactly(desk: TestClient) -> None:
    page = desk.get("/review").text
    pair = asked(page)
    after = answer(desk, page, "same")
    assert "Recorded:" in after
    assert "No pair waits for you" in after
    judged = re.search(r'name="judgement" value="([^"]+)"', after)
    assert judged
    undone = desk.post("/review/undo", data={"judgement": judged[1]}).text
    assert "Taken back" in undone
    assert {pair["left"], pair["right"]} <= set(asked(desk.get("/review").text).values())


def test_a_second_tab_records_nothing_over_what_was_said_meanwhile(desk: TestClient) -> None:
    first = second = desk.get("/review").text
    answer(desk, first, "not-same")
    moved = answer(desk, second, "same")
    assert "Nothing was recorded" in moved


def test_passing_over_a_pair_leaves_it_waiting(desk: TestClient) -> None:
    assert "No more pairs after those" in desk.get("/review?skip=1").text
    assert "Zqsultani" in desk.get("/review").text


def read(page: str) -> str:
    """What a reader reads: marked letters are letters."""
    return re.sub("</?mark>", "", page)


def person_found(desk: TestClient, text: str) -> tuple[str, str]:
    """The page of a search, and the address of the person it found first."""
    page = desk.post("/people", data={"text": text}).text
    found = re.search(r'href="(/people/[^"]+)" data-hit', page)
    assert found, page
    return page, found[1]


def test_a_search_finds_another_script_and_puts_nothing_into_an_address(desk: TestClient) -> None:
    page, address = person_found(desk, "قدرت الله نوری 1984-03-02 +93705550101")
    assert "zqxnoori" not in address.lower()
    assert re.fullmatch(r"/people/p-[0-9a-f]+", address)
    title = re.search("<title>([^<]*)</title>", page)
    assert title
    assert "نوری" not in title[1]


def test_a_search_for_nothing_in_particular_says_what_is_missing(desk: TestClient) -> None:
    refused = desk.post("/people", data={"text": "Omid"})
    assert refused.status_code == 400
    assert 'role="alert"' in refused.text
    for wildcard in ("*", "%", "", "a"):
        assert "data-hit" not in desk.post("/people", data={"text": wildcard}).text


def test_a_person_shows_every_record_as_it_came_and_one_can_be_taken_out(desk: TestClient) -> None:
    _, address = person_found(desk, "Zqxnoori Qadratullah 1984-03-02")
    page = read(desk.get(address).text)
    assert "Qadratullah" in page
    assert "ZQXNOORI, Qadratulla" in page
    records = re.findall(r'name="record" value="([^"]+)"', page)
    assert len(records) == 2
    apart = desk.post(f"{address}/apart", data={"record": records[1], "why": "met both"}).text
    assert 'name="record"' not in apart
    judged = re.search(r'name="judgement" value="([^"]+)"', apart)
    assert judged
    again = read(desk.post(f"{address}/undo", data={"judgement": judged[1]}).text)
    assert "ZQXNOORI, Qadratulla" in again


def test_a_family_is_split_only_with_a_reason_and_both_whereabouts(desk: TestClient) -> None:
    _, address = person_found(desk, "Zqxnoori Qadratullah 1984-03-02")
    members = re.findall(r'name="goes" value="([^"]+)"', desk.get(address).text)
    child = next(member for member in members if not address.endswith(member))
    split = {"goes": child, "here": "gate-1", "there": "haven-1", "why": " "}
    assert desk.post(f"{address}/split", data=split).status_code == 400
    page = desk.post(f"{address}/split", data=split | {"why": "the gate closed"}).text
    assert "the gate closed" in page
    assert "haven-1" in page


def test_erasing_needs_the_whole_id_typed_again(desk: TestClient) -> None:
    _, address = person_found(desk, "Zqxnoori Qadratullah 1984-03-02")
    if "/erase" not in desk.get(address).text:
        pytest.fail("a case officer may erase, and was not offered it")
    assert desk.post(f"{address}/erase", data={"again": "p-"}).status_code == 400
    desk.post(f"{address}/erase", data={"again": address.rpartition("/")[2]})
    assert "Qadratullah" not in desk.get(address).text


def test_those_without_the_right_see_nobody(register: RegisterOffice) -> None:
    planner = register.desk(Role.PLANNER)
    for path in ("/review", "/people", "/people/p-1"):
        assert planner.get(path).status_code == 403


def test_a_locked_register_asks_for_its_key(register: RegisterOffice, desk: TestClient) -> None:
    register.app.state.desk.register_key.lock()
    for path in ("/review", "/people"):
        locked = desk.get(path)
        assert locked.status_code in (423, 503)
        assert "Zqsultani" not in locked.text


def test_letters_are_compared_within_a_script_only() -> None:
    left, right = marked(["Ghulam", "Gholam"])
    assert [p.text for p in left if p.differs] == ["u"]
    assert [p.text for p in right if p.differs] == ["o"]
    assert not any(piece.differs for side in marked(["غلام", "Gholam"]) for piece in side)


def test_the_last_point_of_the_waterfall_is_the_weight() -> None:
    bars = [
        Evidence("prior", "any-pair", -13.0),
        Evidence("phone", "same", 14.0),
        Evidence("born", "differs", -9.5),
    ]
    fall = draw_waterfall(bars)
    assert fall.weight == pytest.approx(-8.5)
    assert fall.steps[-1].turns_at == fall.end
    assert [step.evidence.feature for step in fall.steps] == ["prior", "phone", "born"]
