"""The odds desk in this process: what it counts, what it gives out, and what it refuses."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from fastapi.testclient import TestClient

from safepassage.exchange.operation_file import read_operation
from safepassage.model.errors import BadQuestionError
from safepassage.planner.errors import UnknownPlanError
from safepassage.planner.job import State
from safepassage.planner.planner import Planner
from safepassage.secure.roles import Role
from safepassage.simulate.chances import Estimate
from safepassage.simulate.odds import EVERYBODY
from safepassage.simulate.policy import Policy
from safepassage.store import open_store
from safepassage.web.odds_page import said, written
from safepassage.web.records import StoreRecords
from tests.planner.island import ended, planner_in
from tests.web.odds_island import TEXT, WANTED_ODDS, asked, let_stand, played
from tests.web.people import Office
from tests.web.planning_office import planning_office

FIRST, OTHER, ELSE = "first", "other", "elsewhere"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with planning_office(tmp_path_factory.mktemp("odds")) as made:
        planner: Planner = made.app.state.desk.settings.planner
        played(planner, FIRST, asked(replications=60))
        played(planner, OTHER, asked(Policy(over_call=0.5), replications=60))
        played(planner, ELSE, asked(seed="2", replications=50))
        yield made


@pytest.fixture(scope="module")
def planner(office: Office) -> Planner:
    found: Planner = office.app.state.desk.settings.planner
    return found


@pytest.fixture(scope="module")
def desk(office: Office) -> TestClient:
    return office.somebody(Role.PLANNER, id="planner-1")


def test_the_page_says_in_a_sentence_what_was_counted(desk: TestClient, planner: Planner) -> None:
    kept = planner.odds.get(FIRST)
    page = desk.get(f"/odds/{FIRST}").text
    planned = kept.odds.bands[-1].planned
    begin = said(kept.odds.chances[f"{EVERYBODY}: {planned:,}"], 60)
    assert begin.values["played"] == "60"
    assert f"{planned:,} people or more get out, as many as the plan says" in page
    assert written(kept.odds.sure[EVERYBODY].value) in page
    answer = desk.get(f"/odds/{FIRST}?format=json").json()
    assert answer["people_out"] == kept.odds.to_json()["people_out"]
    assert answer["run"] == kept.asked.id


@pytest.mark.parametrize(
    ("chance", "key", "n", "low", "high"),
    [
        (Estimate(0.83, 0.79, 0.86), "odds.in-hundred", "83", "79", "86"),
        (Estimate(0.004, 0.001, 0.0062), "odds.in-thousand", "4", "1", "6"),
        (Estimate(0.0, 0.0, 0.0004), "odds.in-none", "0", "0", "1"),
        (Estimate(1.0, 0.9996, 1.0), "odds.in-all", "100", "99", "100"),
    ],
)
def test_a_chance_is_said_as_futures_out_of_a_hundred_or_a_thousand(
    chance: Estimate, key: str, n: str, low: str, high: str
) -> None:
    found = said(chance, 1000)
    assert (found.key, *(found.values[k] for k in ("n", "low", "high"))) == (key, n, low, high)


def test_rows_are_the_same_as_csv_and_as_parquet(
    desk: TestClient, planner: Planner, tmp_path: Path
) -> None:
    text = desk.get(f"/odds/{FIRST}/rows.csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    file = tmp_path / "rows.parquet"
    file.write_bytes(desk.get(f"/odds/{FIRST}/rows.parquet").content)
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(file)).aggregate("count(*), sum(people_out)").fetchall()
    assert found == [(len(rows), sum(int(r["people_out"]) for r in rows))]
    last = [r for r in rows if r["until"] == rows[-1]["until"]]
    mean = sum(int(r["people_out"]) for r in last) / 60
    assert mean == pytest.approx(planner.odds.get(FIRST).odds.people_out[EVERYBODY].value)
    assert desk.get(f"/odds/{FIRST}/rows.xlsx").status_code == 404


def test_one_future_is_a_ledger_whose_title_says_that_nothing_in_it_happened(
    desk: TestClient, planner: Planner, tmp_path: Path
) -> None:
    page = desk.get(f"/odds/{FIRST}/one?n=7").text
    people = int(planner.odds.get(FIRST).odds.totals[7, -1])
    assert f"{people:,} people get out in this future" in page
    assert "Nothing on this page happened" in page
    answer = desk.get(f"/odds/{FIRST}/one/7/ledger.db")
    file = tmp_path / "simulated.db"
    file.write_bytes(answer.content)
    with open_store(str(file)) as store:
        assert StoreRecords(store).operation().name == "Simulated: The island of Karr"
        with store.ledger() as ledger:
            moved = ledger.transfers(asked().script().starts_at, asked().script().at(10_000))
            out = sum(m.heads for m in moved if m.from_place == "strip" and "-out-" in m.to_place)
    assert out == people
    assert "no future 60; these odds have 60" in desk.get(f"/odds/{FIRST}/one?n=60").text


def test_odds_of_one_seed_are_compared_future_by_future(desk: TestClient, planner: Planner) -> None:
    page = desk.get(f"/odds/compare?odds={FIRST}&odds={OTHER}")
    assert page.status_code == 200
    row = desk.get(f"/odds/compare?odds={FIRST}&odds={OTHER}&format=json").json()["people"][0]
    totals = [planner.odds.get(id).odds.totals[:, -1] for id in (FIRST, OTHER)]
    assert row["more"][1]["value"] == pytest.approx((totals[1] - totals[0]).mean())
    assert re.search(r"Odds 2 (gets|and the first)", page.text)
    refused = desk.get(f"/odds/compare?odds={FIRST}&odds={ELSE}")
    assert refused.status_code == 400
    assert "different seeds" in refused.text
    assert "mark 2 to 5" in desk.get(f"/odds/compare?odds={FIRST}").text


def test_what_would_make_a_target_sure_is_asked_and_answered_on_the_page(
    desk: TestClient, planner: Planner
) -> None:
    refused = desk.post(f"/odds/{FIRST}/sure", data={"target": "martian=3"})
    assert refused.status_code == 400
    assert "the plan has everybody, patient, evacuee" in refused.text
    assert desk.post(f"/odds/{FIRST}/sure", data={"target": "everybody=1"}).status_code == 200
    job = ended(planner, planner.odds.asked_about(FIRST)[-1])
    assert job.state is State.DONE, job.said
    page = desk.get(f"/odds/{FIRST}").text
    assert "1 people or more get out" in page
    assert "It is sure enough as it is" in page
    answers = desk.get(f"/odds/{FIRST}?format=json").json()["sure_with"]
    assert answers[0]["now"]["value"] == 1.0


def test_who_plans_nothing_sees_no_odds(office: Office) -> None:
    gate = office.somebody(Role.GATE_OFFICER, id="gate-1")
    assert gate.get("/odds").status_code == 403
    assert gate.get(f"/odds/{FIRST}/rows.csv").status_code == 403
    assert 'href="/odds"' not in gate.get("/").text


def test_without_a_plan_the_desk_says_where_one_is_made(desk: TestClient) -> None:
    assert "There is no plan to play yet" in desk.get("/odds").text
    assert desk.get("/odds/new").status_code == 404
    assert "no plan stands in this ledger" in desk.get("/odds/new?plan=standing").text


@pytest.mark.parametrize("id", ["nothing", "%2e%2e%2fjobs", "FIRST", "x" * 200])
def test_odds_that_are_none_are_not_found(desk: TestClient, id: str) -> None:
    assert desk.get(f"/odds/{id}").status_code in (404, 405)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Planner]]:
    """The desks of a plan's own ledger, which can be played as it stands."""
    folder = tmp_path_factory.mktemp("own")
    with planning_office(folder) as office:
        let_stand(folder / "ledger.db", office.clock())
        yield office.somebody(Role.PLANNER, id="planner-1"), office.app.state.desk.settings.planner


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"seed": ""}, "the seed"),
        ({"seed": "x" * 101}, "the seed"),
        ({"seed": "بذر"}, "the seed"),
        ({"replications": "many"}, "no whole number"),
        ({"replications": "0"}, "from 1 to"),
        ({"replications": "10001"}, "the desk plays 10,000 at most"),
        ({"replications": "9" * 400}, "no whole number"),
        ({"precision": "exact"}, "is no number"),
        ({"precision": "-4"}, "more than 0"),
        ({"precision": "nan"}, "more than 0"),
        ({"over_call": "900"}, "over_call"),
        ({"order": "alphabet"}, "is no rule"),
        ({"target.martian": "3"}, "no class"),
        ({"target.evacuee": "-3"}, "no whole number"),
    ],
)
def test_what_cannot_be_played_is_said_and_what_was_typed_stays(
    own: tuple[TestClient, Planner], typed: dict[str, str], said: str
) -> None:
    page = own[0].post(
        "/odds/new?plan=standing",
        data={"replications": "50", "seed": "1", "cause": "threats", "over_call": "7"} | typed,
    )
    assert page.status_code == 422
    assert said in page.text
    assert "Nothing is played" in page.text
    assert 'value="no-shows" checked' not in page.text  # it was switched off, and stays so
    if "over_call" not in typed:
        assert 'name="over_call" inputmode="decimal" dir="ltr" value="7"' in page.text
    assert own[1].odds.all() == []


def test_a_plan_of_another_operation_is_refused(planner: Planner) -> None:
    other = TEXT.replace("id: strip, kind", "id: meadow, kind").replace("strip", "meadow")
    of = replace(asked(), operation=read_operation(other, "operation.yaml"), operation_text=other)
    with pytest.raises(BadQuestionError, match="operation"):
        planner.odds.ask(of, WANTED_ODDS, "planner-1")


def test_odds_whose_server_ended_can_be_gone_on_with_and_cancelled_ones_leave_nothing(
    tmp_path: Path,
) -> None:
    planner = planner_in(tmp_path)
    job = planner.odds.ask(asked(replications=10_000), WANTED_ODDS, "planner-1")
    _wait_for_a_part(planner, job.id)
    planner.stop()  # the server ends
    planner = planner_in(tmp_path)
    assert planner.jobs.get(job.id).state is State.INTERRUPTED
    with pytest.raises(UnknownPlanError, match="not done"):
        planner.odds.get(job.id)
    parts = [p.name for p in planner.odds.folder_of(job.id).glob("part-*")]
    more = planner.odds.go_on(job.id, "planner-2")
    assert planner.jobs.get(more.id).task.by == "planner-2"
    assert not planner.odds.folder_of(job.id).exists()
    assert {p.name for p in planner.odds.folder_of(more.id).glob("part-*")} >= set(parts)
    planner.jobs.cancel(more.id)
    assert ended(planner, more).state is State.CANCELLED
    planner.stop()
    assert not planner.odds.folder_of(more.id).exists()


def _wait_for_a_part(planner: Planner, id: str) -> None:
    end = time.monotonic() + 120
    while not planner.jobs.get(id).found.done:
        assert time.monotonic() < end, planner.jobs.get(id)
        time.sleep(0.05)
