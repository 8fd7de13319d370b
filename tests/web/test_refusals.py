"""The page that goes back to a sponsor: its own people alone, as counts that point at nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from safepassage.model.ids import ListId, PlaceId, SponsorId
from safepassage.model.refusal import RefusalReason
from safepassage.registrar import Registrar
from safepassage.secure.roles import Role
from safepassage.secure.vault import Vault
from tests.operate.abandoned import refused
from tests.registrar.conftest import REGISTRAR, written_list
from tests.web.register_office import KEY, RegisterOffice, register_office

JSON = {"Accept": "application/json"}
HEADER = "Ref | Family | Given name | Surname | Relation | Sex | Date of birth"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RegisterOffice]:
    """Twelve people of an embassy were refused, and two of a charity."""
    with register_office(tmp_path) as office, TestClient(office.app):
        settings = office.app.state.desk.settings
        registrar: Registrar = settings.register(Vault(KEY))
        for sponsor, people in (("embassy", 12), ("charity", 2)):
            rows = [
                f"{n} | {sponsor} | {sponsor}{n} | Given{sponsor} |"
                f" {'head' if n == 0 else 'son'} | M | 19{60 + n + people}-03-11"
                for n in range(people)
            ]
            file = written_list("\n".join([HEADER, *rows]))
            proposal = registrar.propose(REGISTRAR, file, 0, SponsorId(sponsor))
            where = {"sponsor": SponsorId(sponsor), "list_id": ListId(sponsor)}
            registrar.take_list(REGISTRAR, file, 0, proposal.mapping(), **where)  # type: ignore[arg-type]
        groups = registrar.post_groups(REGISTRAR, list)
        for group in groups:
            settings.records.add(replace(group, stated_at=settings.clock()))
            no = refused("06:00", RefusalReason.PAPERS, group=group.group, heads=len(group.members))
            settings.records.add(replace(no, place=PlaceId("north")))
        yield office


def test_a_case_officer_shows_each_sponsor_its_own(office: RegisterOffice) -> None:
    browser = office.desk(Role.CASE_OFFICER)
    empty = browser.get("/cases/refusals").text
    assert "<option>embassy</option>" in empty
    assert "<option>charity</option>" in empty
    told = browser.get("/cases/refusals?sponsor=embassy", headers=JSON).json()
    assert (told["never_past_the_gate"], told["refused"]) == (12, 12)
    page = browser.get("/cases/refusals?sponsor=embassy").text
    assert '<p class="big"><bdi dir="ltr">12</bdi></p>' in page
    assert "Given" not in page
    few = browser.get("/cases/refusals?sponsor=charity").text
    assert '<p class="big"><bdi dir="ltr">&lt;10</bdi></p>' in few
    sheet = browser.get("/cases/refusals?sponsor=embassy&format=csv")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert "never past the gate,,,12" in sheet.text


def test_a_submitter_sees_its_own_sponsor_and_no_other(office: RegisterOffice) -> None:
    browser = office.desk(Role.LIST_SUBMITTER, sponsor="embassy")
    page = browser.get("/cases/refusals").text
    assert '<bdi dir="ltr">12</bdi>' in page
    assert "charity" not in page
    assert browser.get("/cases/refusals?sponsor=charity").status_code == 403


def test_without_the_right_or_the_register_s_key_nothing_is_told(office: RegisterOffice) -> None:
    assert office.desk(Role.GATE_OFFICER).get("/cases/refusals").status_code == 403
    browser = office.desk(Role.CASE_OFFICER, id="case-2")
    office.app.state.desk.register_key.lock()
    locked = browser.get("/cases/refusals?sponsor=embassy", headers=JSON)
    assert locked.status_code in (423, 503)
