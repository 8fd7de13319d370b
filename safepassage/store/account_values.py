"""Accounts, passkeys and sessions as values, out of the database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safepassage.model.ids import AccountId, SponsorId
from safepassage.secure.roles import Role, Viewer


class State(StrEnum):
    """Whether an account may sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"


class Way(StrEnum):
    """How a session began."""

    PASSKEY = "passkey"
    CODE = "code"  # passphrase and one-time code
    ENROLMENT = "enrolment"  # a link: may set up ways to sign in, and nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in; their name is nowhere in here."""

    id: AccountId
    roles: frozenset[Role]
    sponsor: SponsorId | None
    state: State
    has_code: bool  # a passphrase and one-time codes
    passkeys: int
    added_at: datetime
    added_by: str

    @property
    def is_active(self) -> bool:
        """Whether it may sign in."""
        return self.state is State.ACTIVE

    @property
    def is_enrolled(self) -> bool:
        """Whether it has a way to sign in."""
        return self.has_code or self.passkeys > 0

    @property
    def viewer(self) -> Viewer:
        """As whom it asks."""
        return Viewer(self.id, self.roles, self.sponsor)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Secrets:
    """What signs an account in with a passphrase; it is hashed and sealed."""

    account: AccountId
    password: str
    code_secret: bytes
    code_step: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is signed in."""

    id: str  # names it on pages; it does not open it
    account: AccountId
    way: Way
    started_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPasskey:
    """A passkey as its owner sees it."""

    id: str
    account: AccountId
    public_key: bytes
    sign_count: int
    label: str
    added_at: datetime
    used_at: datetime | None


def digest(secret: str) -> str:
    """What is kept of a session's or a link's secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
