"""The register's families on the planning desk: from their lists to the seats of a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from safepassage.model.ids import AccountId, ListId, SponsorId
from safepassage.planner.planner import Planner
from safepassage.secure.roles import Role, Viewer
from safepassage.secure.vault import Vault
from tests.planner.island import WANTED, ended
from tests.registrar.conftest import written_list
from tests.web.people import Office
from tests.web.planning_office import planning_office
from tests.web.register_office import KEY

LIST = "Family | Name | Relation | Date of birth | Citizenship\n" + "".join(
    f"F{n} | Head Of{n} | head | 19{60 + n % 30}-01-11 | {'USA' if n < 4 else 'AFG'}\n"
    + "".join(f"F{n} | Child {k} Of{n} | son | 20{10 + k}-02-21 |\n" for k in range(n % 5))
    for n in range(40)
)
PEOPLE = sum(1 + n % 5 for n in range(40))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with planning_office(tmp_path_factory.mktemp("families")) as made:
        yield made


@pytest.fixture(scope="module")
def desk(office: Office) -> TestClient:
    return office.somebody(Role.PLANNER, id="planner-1")


def unlock(office: Office) -> None:
    """A custodian unlocks the register, into which forty families were taken."""
    settings = office.app.state.desk.settings
    vault = Vault(KEY)
    office.app.state.desk.register_key.put(vault, stays=True)
    registrar = settings.register(vault)
    viewer = Viewer(AccountId("registrar-1"), frozenset({Role.REGISTRAR}))
    file = written_list(LIST)
    proposal = registrar.propose(viewer, file, 0, SponsorId("embassy"))
    where = {"sponsor": SponsorId("embassy"), "list_id": ListId("embassy-1")}
    registrar.take_list(viewer, file, 0, proposal.mapping(), **where)


def test_families_come_from_the_register_into_a_plan_s_seats(
    office: Office, desk: TestClient, tmp_path: Path
) -> None:
    assert desk.get("/planning/families").status_code == 423  # it is locked
    unlock(office)
    planner: Planner = office.app.state.desk.settings.planner
    base = planner.scenarios.keep(WANTED, "planner-1")
    form = desk.get(f"/planning/families?from={base.id}").text
    fields = re.findall(r'<select id="(class-[^"]+)"', form)
    assert len(fields) > 2
    typed = dict.fromkeys(fields, "evacuee") | {"class-I": "patient", "origin": "strip"}
    nameless = desk.post(f"/planning/families?from={base.id}", data=typed)
    assert nameless.status_code == 422
    assert "needs a name" in nameless.text
    kept = desk.post(f"/planning/families?from={base.id}", data=typed | {"name": "Registered"})
    assert kept.status_code == 200, kept.text
    assert "families have to leave" in kept.text
    scenario = next(s for s in planner.scenarios.all() if s.name == "Registered")
    job = ended(planner, planner.solve(scenario.id, "planner-1", 0.3))
    assert job.state == "done", job.said
    assert job.found.people == PEOPLE
    page = desk.get(f"/planning/plans/{job.id}").text
    assert "families have a seat" in page
    document = desk.get(f"/planning/plans/{job.id}?format=json").json()
    assert [("sortie" in row) for row in document["families"]["rows"]] == [True] * 40
    assert document["people_out"]["by_class"]["patient"] == sum(1 + n % 5 for n in range(4))
    for text in (kept.text, page, scenario.roll, str(document)):
        assert "Head Of" not in text


def test_a_registrar_does_not_plan(office: Office) -> None:
    assert (
        office.somebody(Role.REGISTRAR, id="registrar-2").get("/planning/families").status_code
        == 403
    )
