"""The rest of a published plan, planned anew on the desk after a gate was shut."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from safepassage.planner.job import Kind, State
from safepassage.planner.planner import KeptPlan, Planner
from safepassage.secure.roles import Role
from tests.planner.drawn import STARTS
from tests.planner.island import WANTED, ended
from tests.planner.unfolding import kept_until
from tests.web.conftest import Clock
from tests.web.people import Office
from tests.web.planning_office import planning_office

EVENING = STARTS + timedelta(hours=20)
SHUT = {
    "as-of": f"{EVENING:%Y-%m-%dT%H:%M}",
    "place-1": "harbour-gate",
    "from-1": "2031-05-05T22:00",
    "until-1": "2031-05-06T06:00",
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("on")
    with planning_office(folder, clock=Clock(STARTS - timedelta(hours=6))) as made:
        yield made


@pytest.fixture(scope="module")
def planner(office: Office) -> Planner:
    found: Planner | None = office.app.state.desk.settings.planner
    assert found is not None
    return found


@pytest.fixture(scope="module")
def desk(office: Office) -> TestClient:
    return office.somebody(Role.PLANNER, id="planner-1")


@pytest.fixture(scope="module")
def published(office: Office, desk: TestClient, second: TestClient, planner: Planner) -> KeptPlan:
    """A plan that two have signed, and that was kept until the evening."""
    assert "No plan is in force yet" in desk.get("/planning/on").text
    scenario = planner.scenarios.keep(WANTED, "planner-1")
    job = ended(planner, planner.solve(scenario.id, "planner-1", 0.5))
    sign(desk, second, job.id, job.sha256)
    plan = planner.plan(job.id)
    happened = [f for f in kept_until(plan.document, EVENING) if f.id.startswith("seen/")]
    with office.app.state.desk.settings.pen.borrowed() as store:
        store.append(happened, source="desk", recorded_at=EVENING)
    return plan


@pytest.fixture(scope="module")
def second(office: Office) -> TestClient:
    return office.somebody(Role.PLANNER, id="planner-2")


def sign(desk: TestClient, second: TestClient, plan: str, sha256: str) -> None:
    again = {"again": sha256[:6]}
    assert desk.post(f"/planning/plans/{plan}/propose", data=again).status_code == 200
    assert second.post(f"/planning/plans/{plan}/publish", data=again).status_code == 200


def test_the_rest_is_planned_anew_as_a_job_and_signed_by_two(
    desk: TestClient, second: TestClient, planner: Planner, published: KeptPlan
) -> None:
    form = desk.get("/planning/on").text
    assert 'value="harbour-gate"' in form
    assert 'value="strip..levin"' in form
    assert desk.post("/planning/on", data=SHUT).status_code == 200
    job = next(j for j in planner.jobs.all() if j.task.kind is Kind.REPLAN)
    job = ended(planner, job)
    assert job.state is State.DONE, job.said
    page = desk.get(f"/planning/plans/{job.id}").text
    assert "Called, and told otherwise now" in page
    assert "Harbour Gate" in page
    made = planner.plan(job.id).document
    assert made["replanned"]["outside"] == 0
    assert made["replanned"]["changed"] > 0
    assert not [x for x in made["passages"] if x["gate"] == "harbour-gate" and 22 <= x["step"] < 30]
    assert "planned anew" in desk.get("/planning").text
    sign(desk, second, job.id, job.sha256)
    assert job.sha256[:6] in desk.get("/planning/on").text  # it is the plan in force now


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"place-1": "harbour-gate", "from-1": "", "until-1": ""}, "say from when until when"),
        ({"from-1": "2031-05-06T06:00", "until-1": "2031-05-05T22:00"}, "say from when until"),
        ({"place-1": "moon-gate"}, "is no place of this plan"),
        ({"place-1": "strip..mainland"}, "no way of this plan leads"),
        ({"as-of": "2031-05-04T00:00"}, "is not within the plan"),
        ({"as-of": "yesterday"}, "what happened until"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_planned(
    desk: TestClient, planner: Planner, published: KeptPlan, typed: dict[str, str], said: str
) -> None:
    before = len(planner.jobs.all())
    refused = desk.post("/planning/on", data=SHUT | typed)
    assert refused.status_code == 422
    assert said in refused.text
    assert len(planner.jobs.all()) == before
