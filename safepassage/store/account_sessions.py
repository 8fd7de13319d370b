"""Who is signed in.  Kept in the database as hashes, so that a restart signs nobody out and a
session that was ended is dead at once in every process.

A session ends at its time, when nobody used it for a while (the idle lock), when its owner or an
administrator ends it, and when its account is disabled or enrolled anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update

from safepassage.model.ids import AccountId
from safepassage.model.instant import from_micros, to_micros
from safepassage.secure.audit import Entry, Kind
from safepassage.store import audit_trail
from safepassage.store.account_book import ACCOUNTS, account_of
from safepassage.store.account_tables import account, account_session
from safepassage.store.account_values import Account, Session, Way, digest
from safepassage.store.beside import Beside

SECRET_BYTES = 24  # 192 bits, so a plain hash of it is enough
SESSION_ID_LENGTH = 16  # of the hash's digits: names a session and does not open it
SEEN_EVERY = timedelta(minutes=1)  # how exactly it is known when a session was last used
ENROLMENT_VALID = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Rules:
    """How long a session lasts."""

    valid: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(minutes=30)


class AccountSessions:
    """The sessions of a ledger's accounts."""

    def __init__(
        self, beside: Beside, clock: Callable[[], datetime], rules: Rules | None = None
    ) -> None:
        self._beside = beside
        self._clock = clock
        self._rules = rules or Rules()

    def start(self, id: AccountId, way: Way) -> str:
        """The secret of a new session."""
        secret = secrets.token_urlsafe(SECRET_BYTES)
        now = self._clock()
        valid = ENROLMENT_VALID if way is Way.ENROLMENT else self._rules.valid
        with self._beside.writing() as connection:
            connection.execute(delete(account_session).where(self._is_over(now)))
            connection.execute(
                insert(account_session).values(
                    digest=digest(secret),
                    account=id,
                    way=way.value,
                    started_at=to_micros(now),
                    seen_at=to_micros(now),
                    ends_at=to_micros(now + valid),
                )
            )
            entry = Entry(kind=Kind.SIGNED_IN, account=id, at=now, detail={"way": way.value})
            audit_trail.append(connection, [entry])
        return secret

    def find(self, secret: str | None) -> tuple[Session, Account] | None:
        """Whose session this is, with the roles of now; None if it is none or has ended."""
        if not secret:
            return None
        query = (
            ACCOUNTS.add_columns(
                account_session.c.digest,
                account_session.c.way,
                account_session.c.started_at,
                account_session.c.seen_at,
                account_session.c.ends_at,
            )
            .join(account_session, account_session.c.account == account.c.id)
            .where(account_session.c.digest == digest(secret))
            .where(~self._is_over(self._clock()))
        )
        with self._beside.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        holder = account_of(row)
        return (_session_of(row, holder.id), holder) if holder.is_active else None

    def seen(self, secret: str, session: Session) -> None:
        """Remember that somebody used a session just now, to the minute."""
        now = self._clock()
        if now - session.seen_at < SEEN_EVERY:
            return
        mark = update(account_session).values(seen_at=to_micros(now))
        with self._beside.writing() as connection:
            connection.execute(mark.where(account_session.c.digest == digest(secret)))

    def of(self, id: str) -> list[Session]:
        """The sessions of an account, newest first."""
        query = (
            select(account_session)
            .where(account_session.c.account == id)
            .where(~self._is_over(self._clock()))
            .order_by(account_session.c.started_at.desc())
        )
        with self._beside.reading() as connection:
            return [_session_of(row, AccountId(id)) for row in connection.execute(query)]

    def end(self, secret: str | None) -> None:
        """Sign out."""
        if not secret:
            return
        with self._beside.writing() as connection:
            is_it = account_session.c.digest == digest(secret)
            row = connection.execute(select(account_session.c.account).where(is_it)).first()
            if row is not None:
                connection.execute(delete(account_session).where(is_it))
                entry = Entry(kind=Kind.SIGNED_OUT, account=row.account, at=self._clock())
                audit_trail.append(connection, [entry])

    def end_of(self, id: str, by: str, *, session: str = "", but: str = "") -> int:
        """End sessions of an account from elsewhere; how many.

        Args:
            id: whose.
            by: who ends them.
            session: the id of the one; all of them if empty.
            but: the id of one that stays.
        """
        ended = 0
        with self._beside.writing() as connection:
            query = select(account_session.c.digest).where(account_session.c.account == id)
            for found in connection.execute(query).scalars().all():
                name = found[:SESSION_ID_LENGTH]
                if name != but and session in ("", name):
                    is_it = account_session.c.digest == found
                    ended += connection.execute(delete(account_session).where(is_it)).rowcount
            if ended:
                entry = Entry(
                    kind=Kind.SESSION_ENDED,
                    account=by,
                    at=self._clock(),
                    subject=id,
                    detail={"sessions": ended},
                )
                audit_trail.append(connection, [entry])
        return ended

    def _is_over(self, now: datetime) -> Any:
        idle_since = to_micros(now - self._rules.idle)
        return or_(
            account_session.c.ends_at <= to_micros(now), account_session.c.seen_at <= idle_since
        )


def _session_of(row: Row[Any], id: AccountId) -> Session:
    return Session(
        id=row.digest[:SESSION_ID_LENGTH],
        account=id,
        way=Way(row.way),
        started_at=from_micros(row.started_at),
        seen_at=from_micros(row.seen_at),
        ends_at=from_micros(row.ends_at),
    )
