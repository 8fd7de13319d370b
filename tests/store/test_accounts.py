"""Accounts, sessions, the audit chain and the register's lock, as they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import AccountId, SponsorId
from safepassage.secure.audit import EMPTY, Entry, Kind
from safepassage.secure.errors import AccountError
from safepassage.secure.passkey import Passkey
from safepassage.secure.roles import Role
from safepassage.secure.unlock import (
    Cost,
    new_register_key,
    unlock_with_passphrase,
    with_passphrase,
)
from safepassage.store import open_store
from safepassage.store.account_book import LINK_VALID, PASSKEYS_MAX
from safepassage.store.account_sessions import ENROLMENT_VALID, Rules
from safepassage.store.account_values import State, Way
from safepassage.store.errors import StoreError
from safepassage.store.protection import Protection

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADMIN = "admin-1"
PHRASE = "copper lantern seven river orbit"


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, time: timedelta) -> None:
        self.at += time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(address: str, clock: Clock) -> Iterator[Protection]:
    with Protection(address, clock) as protection:
        yield protection


def registrar(kept: Protection, id: str = "reg-1") -> AccountId:
    return kept.accounts.add(id, [Role.REGISTRAR], None, ADMIN).id


def passkey(name: str = "key-a") -> Passkey:
    return Passkey(name, b"public", 0)


def kinds(kept: Protection) -> list[Kind]:
    return [link.entry.kind for link in kept.trail.page()][::-1]


def test_an_account_is_kept_with_its_roles_and_nobody_can_sign_in_with_it_yet(
    kept: Protection,
) -> None:
    made = kept.accounts.add("list-1", [Role.LIST_SUBMITTER], SponsorId("agency-a"), ADMIN)
    assert kept.accounts.get("list-1") == made
    assert not made.is_enrolled
    assert made.viewer.sponsor == "agency-a"
    assert kept.accounts.secrets_of("list-1") is None
    assert kinds(kept) == [Kind.ACCOUNT_ADDED]


@pytest.mark.parametrize(
    "id", ["", "two words", "مریم", "a/b", "x" * 41, "printed-link", "unknown"]
)
def test_an_id_that_would_mislead_is_refused(kept: Protection, id: str) -> None:
    with pytest.raises((InvalidFactError, AccountError)):
        kept.accounts.add(id, [Role.REGISTRAR], None, ADMIN)
    assert not kept.accounts.all()


@pytest.mark.parametrize("id", ["\0", "reg-1\0", "'; DROP TABLE account; --", "%", "_", "ر"])
def test_what_nobody_is_called_is_nobody(kept: Protection, id: str) -> None:
    registrar(kept)
    assert kept.accounts.get(id) is None
    assert kept.accounts.secrets_of(id) is None
    assert kept.accounts.passkey(id) is None
    assert not kept.trail.page(account=id)
    assert not kept.trail.page(subject=id)
    with pytest.raises(AccountError, match="no such account"):
        kept.accounts.disable(id, ADMIN)


def test_an_id_is_given_once_for_ever(kept: Protection) -> None:
    registrar(kept)
    kept.accounts.disable("reg-1", ADMIN)
    with pytest.raises(AccountError, match="choose another"):
        registrar(kept)


def test_roles_that_check_each_other_are_refused_also_later(kept: Protection) -> None:
    kept.accounts.add("audit-1", [Role.AUDITOR], None, ADMIN)
    with pytest.raises(InvalidFactError):
        kept.accounts.set_roles("audit-1", [Role.AUDITOR, Role.CUSTODIAN], None, ADMIN)
    assert kept.accounts.get("audit-1").roles == {Role.AUDITOR}  # type: ignore[union-attr]


def test_other_roles_are_in_force_at_the_next_request(kept: Protection) -> None:
    secret = kept.sessions.start(registrar(kept), Way.CODE)
    kept.accounts.set_roles("reg-1", [Role.PLANNER], None, ADMIN)
    found = kept.sessions.find(secret)
    assert found is not None
    assert found[1].roles == {Role.PLANNER}


def test_a_disabled_account_is_out_at_once_and_stays_out(kept: Protection) -> None:
    id = registrar(kept)
    secret, code = kept.sessions.start(id, Way.CODE), kept.accounts.make_link(id, ADMIN)
    secret = kept.sessions.start(id, Way.CODE)
    kept.accounts.add_passkey(id, passkey(), "blue")
    kept.accounts.disable(id, ADMIN)
    assert kept.sessions.find(secret) is None
    assert kept.accounts.spend_link(code) is None
    assert kept.accounts.passkey("key-a") is None
    assert kept.accounts.secrets_of(id) is None
    with pytest.raises(AccountError, match="enable it"):
        kept.accounts.make_link(id, ADMIN)
    assert kept.accounts.enable(id, ADMIN).state is State.ACTIVE
    assert kept.accounts.passkey("key-a") is not None


def test_a_session_that_begins_while_its_account_is_shut_out_opens_nothing(
    kept: Protection,
) -> None:
    id = registrar(kept)
    kept.accounts.disable(id, ADMIN)
    assert kept.sessions.find(kept.sessions.start(id, Way.PASSKEY)) is None


def test_an_enrolment_link_opens_once_and_for_a_day(kept: Protection, clock: Clock) -> None:
    id = registrar(kept)
    code = kept.accounts.make_link(id, ADMIN)
    assert kept.accounts.spend_link(f" {code}\n") == id
    assert kept.accounts.spend_link(code) is None
    late = kept.accounts.make_link(id, ADMIN)
    clock.pass_by(LINK_VALID)
    assert kept.accounts.spend_link(late) is None
    assert kept.accounts.spend_link("") is None


def test_a_new_link_kills_the_lost_phone(kept: Protection) -> None:
    id = registrar(kept)
    kept.accounts.set_secrets(id, "hash", b"sealed", 7)
    kept.accounts.add_passkey(id, passkey(), "phone")
    secret, first = kept.sessions.start(id, Way.PASSKEY), kept.accounts.make_link(id, ADMIN)
    second = kept.accounts.make_link(id, ADMIN)
    assert kept.sessions.find(secret) is None
    assert kept.accounts.passkey("key-a") is None
    assert kept.accounts.secrets_of(id) is None
    assert kept.accounts.spend_link(first) is None
    assert kept.accounts.spend_link(second) == id


def test_a_one_time_code_is_good_once_also_for_two_at_the_same_moment(kept: Protection) -> None:
    id = registrar(kept)
    kept.accounts.set_secrets(id, "hash", b"sealed", None)
    with ThreadPoolExecutor(4) as pool:
        used = list(pool.map(lambda _: kept.accounts.use_step(id, 100), range(8)))
    assert used.count(True) == 1
    assert not kept.accounts.use_step(id, 99)
    assert kept.accounts.use_step(id, 101)


def test_the_last_way_to_sign_in_cannot_be_removed(kept: Protection) -> None:
    id = registrar(kept)
    kept.accounts.add_passkey(id, passkey("key-a"), "blue")
    with pytest.raises(AccountError, match="only way"):
        kept.accounts.remove_passkey(id, "key-a")
    kept.accounts.add_passkey(id, passkey("key-b"), "red")
    kept.accounts.remove_passkey(id, "key-a")
    assert [key.id for key in kept.accounts.passkeys_of(id)] == ["key-b"]
    with pytest.raises(AccountError):
        kept.accounts.remove_passkey(id, "key-c")


def test_a_passkey_belongs_to_one_account_and_nobody_has_hundreds(kept: Protection) -> None:
    one, other = registrar(kept, "reg-1"), registrar(kept, "reg-2")
    for number in range(PASSKEYS_MAX):
        kept.accounts.add_passkey(one, passkey(f"key-{number}"), "x")
    with pytest.raises(AccountError, match="at most"):
        kept.accounts.add_passkey(one, passkey("key-more"), "x")
    with pytest.raises(AccountError, match="in use"):
        kept.accounts.add_passkey(other, passkey("key-0"), "x")
    for mine in ("key-x", "key-y"):
        kept.accounts.add_passkey(other, passkey(mine), "x")
    with pytest.raises(AccountError, match="no such passkey"):
        kept.accounts.remove_passkey(other, "key-0")


def test_a_session_outlives_the_server_and_ends_in_its_time(
    kept: Protection, address: str, clock: Clock
) -> None:
    secret = kept.sessions.start(registrar(kept), Way.PASSKEY)
    with Protection(address, clock, Rules(idle=timedelta(days=9))) as after_restart:
        assert after_restart.sessions.find(secret) is not None
        clock.pass_by(timedelta(hours=12))
        assert after_restart.sessions.find(secret) is None


def test_a_session_that_nobody_uses_ends(kept: Protection, clock: Clock) -> None:
    secret = kept.sessions.start(registrar(kept), Way.PASSKEY)
    for _ in range(4):
        clock.pass_by(timedelta(minutes=20))
        found = kept.sessions.find(secret)
        assert found is not None
        kept.sessions.seen(secret, found[0])
    clock.pass_by(timedelta(minutes=30))
    assert kept.sessions.find(secret) is None


def test_a_session_to_enrol_ends_in_half_an_hour(kept: Protection, clock: Clock) -> None:
    secret = kept.sessions.start(registrar(kept), Way.ENROLMENT)
    clock.pass_by(ENROLMENT_VALID - timedelta(seconds=1))
    assert kept.sessions.find(secret) is not None
    clock.pass_by(timedelta(seconds=1))
    assert kept.sessions.find(secret) is None


def test_sessions_end_from_elsewhere_and_the_one_in_use_may_stay(kept: Protection) -> None:
    id = registrar(kept)
    here, there = kept.sessions.start(id, Way.CODE), kept.sessions.start(id, Way.PASSKEY)
    found = kept.sessions.find(here)
    assert found is not None
    assert kept.sessions.end_of(id, id, but=found[0].id) == 1
    assert kept.sessions.find(there) is None
    assert [s.id for s in kept.sessions.of(id)] == [found[0].id]
    kept.sessions.end(here)
    assert kept.sessions.find(here) is None
    assert kinds(kept)[-2:] == [Kind.SESSION_ENDED, Kind.SIGNED_OUT]


def test_neither_a_session_nor_a_link_is_kept_as_it_is(kept: Protection, address: str) -> None:
    id = registrar(kept)
    code = kept.accounts.make_link(id, ADMIN)
    secret = kept.sessions.start(id, Way.CODE)
    everything = dump(address)
    assert "reg-1" in everything
    assert secret not in everything
    assert code not in everything


def dump(address: str) -> str:
    url = address if "://" in address else f"sqlite:///{address}"
    engine = sa.create_engine(url)
    tables = ("account", "account_link", "account_session", "audit")
    with engine.connect() as connection:
        rows = [connection.execute(sa.text(f"SELECT * FROM {t}")).all() for t in tables]
    engine.dispose()
    return repr(rows)


@pytest.mark.parametrize("statement", ["UPDATE audit SET account = 'x'", "DELETE FROM audit"])
def test_the_audit_chain_only_grows(kept: Protection, address: str, statement: str) -> None:
    registrar(kept)
    url = address if "://" in address else f"sqlite:///{address}"
    engine = sa.create_engine(url)
    with pytest.raises(sa.exc.DBAPIError, match="only grows"), engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()
    assert not kept.trail.verify([EMPTY])


def test_two_processes_write_one_chain(kept: Protection, address: str, clock: Clock) -> None:
    with Protection(address, clock) as other:

        def write(number: int) -> None:
            entry = Entry(kind=Kind.SEARCHED, account=f"reg-{number % 2}", at=clock())
            (kept, other)[number % 2].trail.write([entry, entry])

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(20)))
    assert kept.trail.head().number == 40
    assert not kept.trail.verify([kept.trail.head()])


def test_accounts_are_changed_while_another_process_records_the_ledger(
    kept: Protection, address: str
) -> None:
    with open_store(address, writer=True) as store:
        store.put_document("operation", "text", recorded_at=NOON)
        assert registrar(kept) == "reg-1"


def test_the_chain_is_asked_by_account_kind_subject_and_page(
    kept: Protection, clock: Clock
) -> None:
    for number in range(7):
        person = f"person-{number % 3}"
        kept.note(Entry(kind=Kind.REVEALED, account="reg-1", at=clock(), subject=person))
        clock.pass_by(timedelta(minutes=10))
    kept.note(Entry(kind=Kind.SEARCHED, account="reg-2", at=clock()))
    assert [x.number for x in kept.trail.page(limit=3)] == [8, 7, 6]
    assert [x.number for x in kept.trail.page(limit=3, before=6)] == [5, 4, 3]
    assert [x.number for x in kept.trail.page(subject="person-1")] == [5, 2]
    assert [x.number for x in kept.trail.page(account="reg-2")] == [8]
    assert [x.number for x in kept.trail.page(kind="revealed", limit=2)] == [7, 6]
    recent = kept.trail.entries_of("reg-1", Kind.REVEALED, NOON + timedelta(minutes=40))
    assert [entry.subject for entry in recent] == ["person-1", "person-2", "person-0"]


def test_different_people_are_counted_hour_by_hour(kept: Protection, clock: Clock) -> None:
    minute = timedelta(minutes=1)
    for account, person, ago in (
        ("reg-1", "a", 10), ("reg-1", "a", 20), ("reg-1", "b", 59), ("reg-1", "a", 61),
        ("reg-2", "a", 150), ("reg-2", "a", 300),
    ):  # fmt: skip
        at = clock() - ago * minute
        kept.note(Entry(kind=Kind.REVEALED, account=account, at=at, subject=person))
    counts = kept.trail.persons_by_hour(clock(), 4)
    assert counts == {"reg-1": [2, 1, 0, 0], "reg-2": [0, 0, 1, 0]}


def test_a_lock_is_kept_and_a_new_passphrase_leaves_nothing_of_the_old(kept: Protection) -> None:
    assert kept.lock.get() is None
    vault, quick = new_register_key(), Cost(64, 1, 1)
    kept.lock.put(with_passphrase(vault, PHRASE, cost=quick), ADMIN)
    lock = kept.lock.get()
    assert lock is not None
    assert unlock_with_passphrase(lock, PHRASE).blind("a", "b") == vault.blind("a", "b")
    kept.lock.put(with_passphrase(vault, PHRASE + " too", lock, quick), ADMIN)
    again = kept.lock.get()
    assert again is not None
    assert len(again.slots) == 1
    assert again.slots[0].wrapped != lock.slots[0].wrapped


def test_the_word_to_lock_reaches_every_server(kept: Protection, address: str) -> None:
    with Protection(address, lambda: NOON) as other:
        assert other.lock.asked_at() < NOON
        kept.lock.ask_to_lock("case-1")
        assert other.lock.asked_at() == NOON


def test_without_a_ledger_there_are_no_accounts(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("none") / "nothing.db"
    with pytest.raises(StoreError):
        Protection(path, lambda: NOON)
    assert not path.exists()
