"""The planning desk: scenarios by form and by file, jobs, plans, comparison, the workbook."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from safepassage.plan.timeline import timeline
from safepassage.planner.planner import Planner
from safepassage.secure.roles import Role
from safepassage.web.plan_schedule import schedule
from safepassage.web.server import plans_folder
from tests.planner.garrison import fort_plan
from tests.planner.island import DEMAND_FILE, OPERATION_FILE, WANTED, ended
from tests.web.people import Office
from tests.web.planning_office import planning_office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with planning_office(tmp_path_factory.mktemp("planning")) as made:
        yield made


@pytest.fixture(scope="module")
def desk(office: Office) -> TestClient:
    return office.somebody(Role.PLANNER, id="planner-1")


@pytest.fixture(scope="module")
def planner(office: Office) -> Planner:
    planner: Planner | None = office.app.state.desk.settings.planner
    assert planner is not None
    return planner


@pytest.fixture(scope="module")
def plan(planner: Planner) -> str:
    """A plan of the island as it is stated, made in a second or two."""
    scenario = planner.scenarios.keep(WANTED, "planner-1")
    job = ended(planner, planner.solve(scenario.id, "planner-1", 0.3))
    assert job.state == "done", job.said
    return job.id


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the form, without a change."""
    inputs = re.findall(r'<input[^>]*\bname="([^"]+)"[^>]*\bvalue="([^"]*)"', page)
    inputs += re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    chosen = re.findall(
        r'<select id="[^"]*" name="([^"]+)".*?<option value="([^"]*)" selected>', page
    )
    return {html.unescape(k): html.unescape(v) for k, v in [*inputs, *chosen]}


def test_only_planners_see_the_desk(office: Office, desk: TestClient) -> None:
    assert "/planning" in desk.get("/planning").text
    other = office.somebody(Role.REGISTRAR, id="registrar-1")
    assert other.get("/planning").status_code == 403


def test_a_scenario_begins_with_the_numbers_of_the_operation(desk: TestClient) -> None:
    page = desk.get("/planning/new").text
    assert 'id="limits.rates.harbour-gate"' in page
    assert 'placeholder="40"' in page
    assert 'value="2031-05-06T02:00"' in page
    assert 'id="fleets[2].crews"' in page


def test_a_variant_keeps_what_the_form_did_not_touch(
    desk: TestClient, planner: Planner, plan: str
) -> None:
    base = planner.plan(plan).scenario.id
    typed = fields_of(desk.get(f"/planning/new?from={base}").text)
    typed |= {"name": "More beds", "limits.beds.levin": "۸۰۰", "fleets[1].count": "5"}
    answer = desk.post(f"/planning/new?from={base}", data=typed)
    assert answer.status_code == 200, answer.text
    assert "limits.beds.levin" in answer.text
    assert "800" in answer.text
    made = planner.scenarios.all()[0]
    assert (made.name, made.based_on, made.made_by) == ("More beds", base, "planner-1")
    changed = re.findall(r'class="ids">([\w.\[\]-]+)</bdi></th>', answer.text)
    assert sorted(changed) == ["fleets[1].count", "limits.beds.levin"]


def test_what_is_wrong_is_said_at_its_field(desk: TestClient, planner: Planner, plan: str) -> None:
    base = planner.plan(plan).scenario.id
    typed = fields_of(desk.get(f"/planning/new?from={base}").text)
    before = len(planner.scenarios.all())
    wrong = {
        "places[mill-gate].opening_hours[1].from": "25:00",
        "people[1].number": "many",
        "limits.beds.levin": "-3",
        "limits.slots.strip": "0",
    }
    for path, value in wrong.items():
        answer = desk.post(f"/planning/new?from={base}", data={**typed, "name": "W", path: value})
        assert answer.status_code == 422
        assert f'value="{value}"' in answer.text  # what was typed is kept
        is_at_field = f'id="{path}-said"' in answer.text
        assert is_at_field or "find 1" in answer.text, path
    assert len(planner.scenarios.all()) == before


def test_a_name_is_never_overwritten(desk: TestClient, planner: Planner, plan: str) -> None:
    base = planner.plan(plan).scenario
    typed = fields_of(desk.get(f"/planning/new?from={base.id}").text)
    answer = desk.post(f"/planning/new?from={base.id}", data={**typed, "name": "AS  stated"})
    assert answer.status_code == 422
    assert "not overwritten" in answer.text
    assert planner.scenarios.get(base.id) == base


def test_files_are_read_with_their_lines(desk: TestClient) -> None:
    form = {"name": "From files", "operation": OPERATION_FILE, "demand": "people: [1"}
    answer = desk.post("/planning/files", data=form, files={"demand-file": ("", b"")})
    assert answer.status_code == 422
    assert "demand.yaml, line" in answer.text
    given = {"demand-file": ("d.yaml", DEMAND_FILE.encode())}
    answer = desk.post("/planning/files", data=form, files=given)
    assert answer.status_code == 200, answer.text
    assert "From files" in answer.text


def test_a_plan_is_shown_with_its_bound_and_who_is_left(desk: TestClient, plan: str) -> None:
    document = desk.get(f"/planning/plans/{plan}?format=json").json()
    page = desk.get(f"/planning/plans/{plan}?day=1").text
    out, bound = document["people_out"]["total"], document["bound"]["people"]
    assert f"{out:,}" in page
    assert f"{bound:,}" in page
    shown = re.findall(r'part-bar.*?class="num"><bdi[^>]*>([\d,]+)', page)
    parts = [int(n.replace(",", "")) for n in shown]
    assert abs(sum(parts[:-1]) - parts[-1]) <= len(parts)  # each was rounded by itself
    assert parts[-1] == bound
    assert document["left_behind"]["evacuee"] > 0
    assert page.count('class="flight') > 3


def test_a_plan_whose_file_was_changed_is_not_shown(
    desk: TestClient, planner: Planner, plan: str
) -> None:
    file = planner.file_of(plan)
    kept = file.read_bytes()
    try:
        file.write_bytes(kept.replace(b'"people": 1', b'"people": 2', 1))
        answer = desk.get(f"/planning/plans/{plan}")
    finally:
        file.write_bytes(kept)
    assert answer.status_code == 409
    assert "was changed after it was made" in answer.text


def test_what_changes_buy_is_worked_out_on_demand(
    desk: TestClient, planner: Planner, plan: str
) -> None:
    form = {"change": ["slots +1", "days -1", "days +1"], "other": "beds +50%"}
    assert desk.post(f"/planning/plans/{plan}/what-if", data=form).status_code == 200
    job = ended(planner, planner.what_ifs(plan)[-1])
    gains = {change: after - before for change, before, after in job.found.rows}
    assert gains["days -1"] < 0 < gains["days +1"]
    page = desk.get(f"/planning/plans/{plan}").text
    assert f"+{gains['beds +50%']}" in page
    assert page.count("days-point") == 3
    wrong = desk.post(f"/planning/plans/{plan}/what-if", data={"other": "luck +10%"})
    assert wrong.status_code == 400
    assert "is not a change" in html.unescape(wrong.text)


def test_plans_stand_side_by_side(desk: TestClient, planner: Planner, plan: str) -> None:
    more = next(s for s in planner.scenarios.all() if s.name == "More beds")
    job = ended(planner, planner.solve(more.id, "planner-1", 0.3))
    page = desk.get(f"/planning/compare?plan={plan}&plan={job.id}").text
    assert 'class="differs"' in page
    assert planner.plan(job.id).scenario.name in page
    assert desk.get(f"/planning/compare?plan={plan}").status_code == 400


def test_the_workbook_is_what_the_page_shows(desk: TestClient, plan: str) -> None:
    document = desk.get(f"/planning/plans/{plan}?format=json").json()
    got = desk.get(f"/planning/plans/{plan}/workbook.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(got.content))
    assert book.sheet_names == [
        "Summary", "Sorties", "Gates by hour", "Havens by hour", "Who is left",
    ]  # fmt: skip
    sorties = book.get_sheet_by_name("Sorties").to_python()
    aboard = sorties[0].index("Aboard")
    to_bases = [row for row in sorties[1:] if row[2] == "The airstrip"]
    assert sum(row[aboard] for row in to_bases) == document["people_out"]["total"]
    assert len(sorties) - 1 == len(document["sorties"]) + len(document["onward"])


def test_a_plan_takes_two_who_say_which_one(
    office: Office, desk: TestClient, planner: Planner, plan: str
) -> None:
    page = desk.get(f"/planning/plans/{plan}").text
    assert "No plan is in force yet." in page
    assert "Propose for signing" in page
    answer = desk.post(f"/planning/plans/{plan}/propose", data={"again": "ffffff"})
    assert answer.status_code == 400
    mark = {"again": planner.plan(plan).job.sha256[:6].upper()}
    early = desk.post(f"/planning/plans/{plan}/publish", data=mark)
    assert early.status_code == 400
    assert "it takes two" in early.text
    proposed = desk.post(f"/planning/plans/{plan}/propose", data=mark)
    assert "Nobody publishes what they proposed" in proposed.text
    own = desk.post(f"/planning/plans/{plan}/publish", data=mark)
    assert own.status_code == 400
    assert "Ask a second person" in own.text
    second = office.somebody(Role.PLANNER, id="planner-2")
    assert "Sign and publish" in second.get(f"/planning/plans/{plan}").text
    answer = second.post(f"/planning/plans/{plan}/publish", data=mark)
    assert answer.status_code == 200, answer.text
    said = 'signed by <bdi dir="ltr" class="ids">planner-2'
    assert said in answer.text
    assert 'proposed by <bdi dir="ltr" class="ids">planner-1' in answer.text
    assert "in force" in desk.get("/planning").text
    kinds = [link.entry.kind for link in office.protection.trail.page(limit=10)]
    told = [kind for kind in reversed(kinds) if kind.startswith("plan-")]
    assert told == ["plan-refused", "plan-proposed", "plan-refused", "plan-published"]


def test_a_fault_nobody_foresaw_is_said_on_a_page_that_answers_no_form(
    desk: TestClient, planner: Planner, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser keeps what a form sent with the page that answered it; see `web/discreet.py`."""

    def breaks(*_: object) -> None:
        raise RuntimeError("a name that somebody typed")

    monkeypatch.setattr(planner.jobs, "start", breaks)
    where = f"/planning/scenarios/{planner.plan(plan).scenario.id}/solve"
    sent = desk.post(where, data={"seconds": "5"}, follow_redirects=False)
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/answers/")
    page = desk.get(sent.headers["location"])
    assert page.status_code == 500
    assert "a name that somebody typed" not in page.text
    told = desk.post(where, data={"seconds": "5"}, headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["error"]) == (500, "error.ours")


def test_plans_lie_beside_a_ledger_that_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = tmp_path / "ledger.db"
    ledger.touch()
    assert plans_folder(str(ledger)) == tmp_path / "ledger.db.plans"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert plans_folder("postgresql://host/karr").is_relative_to(tmp_path / "safepassage")


def test_a_lift_that_moves_to_another_haven_and_a_rear_guard_are_in_the_schedule() -> None:
    day = schedule(fort_plan(), timeline(fort_plan()), 0)
    moved = [(b.base, f.to, f.people) for b in day.bases for f in b.flights if f.is_move]
    assert moved == [("near", "far", 0), ("near", "far", 0)]
    out = sum(f.people for b in day.bases for f in b.flights if not f.is_onward)
    assert out == fort_plan()["people_out"]["total"] + 14
