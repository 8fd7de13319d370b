"""Accounts for tests of the desks: made as people make them, with cheap passphrases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
from fastapi import FastAPI
from fastapi.testclient import TestClient

from safepassage.model.ids import SponsorId
from safepassage.secure.one_time import step_of
from safepassage.secure.roles import COMMAND_LINE, Role
from safepassage.secure.unlock import Cost
from safepassage.store import open_store
from safepassage.store.account_sessions import Rules
from safepassage.store.protection import Protection
from safepassage.web.app import create_app
from safepassage.web.settings import Settings
from tests.web.airlift import InMemory
from tests.web.conftest import ORIGIN, Clock

QUICK = Cost(memory_kib=64, passes=1, lanes=1)
PHRASE = "seven brass lanterns drift"
REGISTER_PHRASE = "copper lantern seven river orbit"
LOCALHOST = "http://localhost:8800"


def protection_at(folder: Path, clock: Callable[[], datetime]) -> Protection:
    """The accounts of an empty ledger."""
    open_store(folder / "ledger.db", writer=True).close()
    return Protection(folder / "ledger.db", clock, Rules())


@dataclass
class Office:
    """Desks with accounts, and who is at which browser."""

    app: FastAPI
    clock: Clock
    protection: Protection

    def browser(self, origin: str = ORIGIN) -> TestClient:
        """Another browser; the desks have started already."""
        return TestClient(
            self.app,
            base_url=origin,
            headers={"Origin": origin, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
        )

    def printed(self) -> TestClient:
        """A browser that came with the printed link."""
        browser = self.browser()
        code = self.app.state.desk.links.issue()
        assert browser.post("/sign-in", data={"code": code}).status_code == 200
        return browser

    def enrol(self, id: str, *roles: Role, sponsor: str | None = None, phrase: str = PHRASE) -> str:
        """An account with a passphrase and an authenticator; the authenticator's secret."""
        agency = None if sponsor is None else SponsorId(sponsor)
        self.protection.accounts.add(id, roles, agency, COMMAND_LINE)
        secret = pyotp.random_base32(32)
        code = pyotp.TOTP(secret).at(self.clock() - timedelta(seconds=30))
        done = self.app.state.desk.identify.enrol_code(id, phrase, secret, code)
        assert done
        return secret

    def sign_in(
        self, id: str, secret: str, phrase: str = PHRASE, origin: str = ORIGIN
    ) -> TestClient:
        """A browser that is signed in; half a minute passes, so that a code is new."""
        self.clock.pass_by(timedelta(seconds=30))
        browser = self.browser(origin)
        form = {"account": id, "passphrase": phrase, "code": self.code(secret)}
        answer = browser.post("/sign-in/passphrase", data=form, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return browser

    def code(self, secret: str) -> str:
        """What an authenticator shows now."""
        return pyotp.TOTP(secret).generate_otp(step_of(self.clock()))

    def somebody(
        self, *roles: Role, id: str = "officer-1", sponsor: str | None = None
    ) -> TestClient:
        """A browser of somebody with these roles."""
        return self.sign_in(id, self.enrol(id, *roles, sponsor=sponsor))


def office_in(folder: Path, clock: Clock) -> Office:
    """Desks with accounts on a ledger of their own."""
    protection = protection_at(folder, clock)
    settings = Settings(
        records=InMemory(),
        origin=ORIGIN,
        clock=clock,
        sessions_path=folder / "state" / "sessions.json",
        poll_seconds=0.05,
        protection=protection,
        sign_in_cost=QUICK,
        unlock_cost=QUICK,
    )
    return Office(create_app(settings), clock, protection)


def roles_of(office: Office, id: str) -> Iterable[Role]:
    """The roles of an account now."""
    account = office.protection.accounts.get(id)
    assert account is not None
    return account.roles
