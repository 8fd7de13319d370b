"""The register's lock, the audit chain and the disk, with desks and accounts around them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from safepassage.secure.audit import Entry, Kind
from safepassage.secure.errors import LockedError, WrongKeyError
from safepassage.secure.roles import Role
from safepassage.secure.unlock import make_key_file, new_register_key, with_key_file
from safepassage.store import open_store
from safepassage.web.server import unlock
from tests.web.airlift import NOON, facts
from tests.web.conftest import Clock
from tests.web.people import REGISTER_PHRASE, Office, office_in

MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = office_in(tmp_path, Clock(NOON))
    with TestClient(made.app):
        yield made
    made.protection.close()


def kinds(office: Office) -> list[Kind]:
    return [link.entry.kind for link in office.protection.trail.page()][::-1]


def test_the_register_is_unlocked_by_a_custodian_and_locked_by_anybody(office: Office) -> None:
    key = office.app.state.desk.register_key
    custodian = office.somebody(Role.CUSTODIAN, id="key-1")
    registrar = office.somebody(Role.REGISTRAR, id="reg-1")
    form = {"passphrase": REGISTER_PHRASE, "again": REGISTER_PHRASE}
    assert registrar.post("/lock/passphrase", data=form).status_code == 403
    assert custodian.post("/lock/passphrase", data=form).status_code == 200
    assert key.vault is not None
    assert "Lock now" in registrar.get("/").text
    assert registrar.post("/lock/shut").status_code == 200
    assert key.vault is None
    assert registrar.post("/lock/open", data={"passphrase": REGISTER_PHRASE}).status_code == 403
    wrong = custodian.post("/lock/open", data={"passphrase": "not the passphrase at all"})
    assert wrong.status_code == 403
    assert key.vault is None
    assert custodian.post("/lock/open", data={"passphrase": REGISTER_PHRASE}).status_code == 200
    assert key.vault is not None
    expected = {Kind.KEYS_CHANGED, Kind.UNLOCKED, Kind.LOCKED, Kind.UNLOCK_REFUSED}
    assert expected <= set(kinds(office))


def test_another_passphrase_of_the_register_needs_the_one_before(office: Office) -> None:
    custodian = office.somebody(Role.CUSTODIAN, id="key-1")
    form = {"passphrase": REGISTER_PHRASE, "again": REGISTER_PHRASE}
    custodian.post("/lock/passphrase", data=form)
    new = {
        "passphrase": "orbit river seven lantern copper",
        "again": "orbit river seven lantern copper",
    }
    assert custodian.post("/lock/passphrase", data=new).status_code == 403
    assert (
        custodian.post("/lock/passphrase", data=new | {"current": REGISTER_PHRASE}).status_code
        == 200
    )
    custodian.post("/lock/shut")
    assert custodian.post("/lock/open", data={"passphrase": REGISTER_PHRASE}).status_code == 403
    assert custodian.post("/lock/open", data={"passphrase": new["passphrase"]}).status_code == 200


def test_a_word_from_elsewhere_locks_within_a_second(office: Office) -> None:
    custodian = office.somebody(Role.CUSTODIAN, id="key-1")
    form = {"passphrase": REGISTER_PHRASE, "again": REGISTER_PHRASE}
    custodian.post("/lock/passphrase", data=form)
    key, forgotten = office.app.state.desk.register_key, []
    key.when_dropped(lambda: forgotten.append(True))
    held = key.vault.new_record_key("record-1")[0]
    begun = time.monotonic()
    office.protection.lock.ask_to_lock("command-line")
    while key.is_unlocked and time.monotonic() - begun < 5:
        time.sleep(0.01)
    assert time.monotonic() - begun < 1
    assert forgotten
    with pytest.raises(LockedError):
        held.seal("name", b"x")
    # Whoever stands at a gate notices nothing: what is seen is recorded and counted as before.
    with open_store(str(office.protection.path), writer=True) as store:
        assert store.append(facts(), source="gate-3", recorded_at=office.clock()).is_clean


def test_a_register_that_nobody_works_with_locks_itself(office: Office) -> None:
    custodian = office.somebody(Role.CUSTODIAN, id="key-1")
    form = {"passphrase": REGISTER_PHRASE, "again": REGISTER_PHRASE}
    custodian.post("/lock/passphrase", data=form)
    key = office.app.state.desk.register_key
    office.clock.pass_by(59 * MINUTE)
    assert key.vault is not None
    office.clock.pass_by(60 * MINUTE)
    deadline = time.monotonic() + 5
    while key.is_unlocked and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not key.is_unlocked


def test_an_auditor_sees_where_the_chain_ends_and_that_it_is_whole(office: Office) -> None:
    auditor = office.somebody(Role.AUDITOR, id="audit-1")
    head = office.protection.trail.head()
    page = auditor.get("/audit").text
    assert f"{head.number} {head.hash}" in page
    assert (
        "Whole" in auditor.post("/audit", data={"witnessed": f"{head.number} {head.hash}\n"}).text
    )
    forged = auditor.post("/audit", data={"witnessed": f"{head.number} {'0' * 64}"}).text
    assert "Broken" in forged
    assert "not the one that was witnessed" in forged
    assert auditor.post("/audit", data={"witnessed": "no head"}).status_code == 400
    told = auditor.get("/audit?kind=signed-in", headers={"Accept": "application/json"}).json()
    assert {entry["account"] for entry in told["entries"]} == {"audit-1"}
    assert auditor.get("/audit?before=2").text.count("<tr>") == 2  # the header and entry 1


def test_the_key_file_of_the_operator_unlocks_from_the_start_and_never_sleeps(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "stick" / "register.key"
    path.parent.mkdir()
    make_key_file(path, office.protection.path)
    with pytest.raises(WrongKeyError, match="no key yet"):
        unlock(office.app.state.desk, office.protection, path)
    vault = new_register_key()
    office.protection.lock.put(with_key_file(vault, path, office.protection.path), "command-line")
    unlock(office.app.state.desk, office.protection, path)
    office.clock.pass_by(timedelta(hours=9))
    found = office.app.state.desk.register_key.vault
    assert found is not None
    assert found.blind("a", "b") == vault.blind("a", "b")
    assert kinds(office)[-1] is Kind.UNLOCKED


def test_an_auditor_sees_who_looked_at_people(office: Office) -> None:
    auditor = office.somebody(Role.AUDITOR, id="audit-1")
    for number in range(3):
        at, person = office.clock(), f"person-{number}"
        office.protection.note(Entry(kind=Kind.REVEALED, account="reg-7", at=at, subject=person))
    page = auditor.get("/audit").text
    assert "Who looked at people in the last hour" in page
    assert 'account=reg-7"' in page
