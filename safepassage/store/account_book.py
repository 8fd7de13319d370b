"""Accounts as they are kept: who may sign in, and how.

Every change is one transaction together with its entry in the audit chain: an account cannot be
made, given a role or opened without a trace.  An account is never deleted and its id is never given
to somebody else, so that the chain says for ever who did what.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, update

from safepassage.model.ids import AccountId, SponsorId, check_id
from safepassage.model.instant import from_micros, to_micros
from safepassage.secure.audit import Entry, Kind
from safepassage.secure.errors import AccountError
from safepassage.secure.passkey import Passkey
from safepassage.secure.roles import RESERVED, Role, check_roles
from safepassage.store import audit_trail
from safepassage.store.account_tables import (
    account,
    account_link,
    account_passkey,
    account_session,
)
from safepassage.store.account_values import (
    Account,
    KeptPasskey,
    Secrets,
    State,
    digest,
)
from safepassage.store.beside import Beside

CODE_BYTES = 24  # of a link: 192 bits, so a plain hash of it is enough
LINK_VALID = timedelta(hours=24)
ID_LENGTH_MAX = 40
LABEL_LENGTH_MAX = 40
PASSKEYS_MAX = 10

_COUNT = (
    select(func.count())
    .select_from(account_passkey)
    .where(account_passkey.c.account == account.c.id)
    .scalar_subquery()
    .label("passkeys")
)
ACCOUNTS: Select[Any] = select(account, _COUNT)


class AccountBook:
    """The accounts of a ledger.

    Args:
        beside: the database.
        clock: what is written down happened at this time.
    """

    def __init__(self, beside: Beside, clock: Callable[[], datetime]) -> None:
        self._beside = beside
        self._clock = clock

    def all(self) -> list[Account]:
        """Every account, in the order of their ids."""
        with self._beside.reading() as connection:
            rows = connection.execute(ACCOUNTS.order_by(account.c.id))
            return [account_of(row) for row in rows]

    def get(self, id: str) -> Account | None:
        """An account; None if there is none of that id."""
        with self._beside.reading() as connection:
            row = _row(connection, id)
            return None if row is None else account_of(row)

    def has_administrator(self) -> bool:
        """Whether somebody who can sign in may make accounts."""
        return any(
            a.is_active and a.is_enrolled and Role.ADMINISTRATOR in a.roles for a in self.all()
        )

    def add(self, id: str, roles: Iterable[Role], sponsor: SponsorId | None, by: str) -> Account:
        """Make an account.  Nobody can sign in with it until they used its enrolment link.

        Raises:
            InvalidFactError: the id is none, or the roles do not go together.
            AccountError: it is there already, or its id is kept for the program itself.
        """
        check_account_id(id)
        held = check_roles(roles, sponsor)
        at = self._clock()
        with self._beside.writing() as connection:
            if _row(connection, id) is not None:
                raise AccountError(f"account {id} is there already: choose another id")
            connection.execute(
                insert(account).values(
                    id=id,
                    roles=_words(held),
                    sponsor=sponsor,
                    state=State.ACTIVE.value,
                    added_at=to_micros(at),
                    added_by=by,
                )
            )
            self._note(connection, Kind.ACCOUNT_ADDED, by, id, _detail(held, sponsor))
        return Account(
            id=AccountId(id),
            roles=held,
            sponsor=sponsor,
            state=State.ACTIVE,
            has_code=False,
            passkeys=0,
            added_at=at,
            added_by=by,
        )

    def set_roles(
        self, id: str, roles: Iterable[Role], sponsor: SponsorId | None, by: str
    ) -> Account:
        """Give an account other roles, in force from its next request on.

        Raises:
            InvalidFactError: the roles do not go together.
            AccountError: there is no such account.
        """
        held = check_roles(roles, sponsor)
        change = {"roles": _words(held), "sponsor": sponsor}
        return self._change(id, change, Kind.ROLES_CHANGED, by, _detail(held, sponsor))

    def disable(self, id: str, by: str) -> Account:
        """Shut an account: its sessions end at once, its links open nothing.

        Raises:
            AccountError: there is no such account.
        """
        change = {"state": State.DISABLED.value}
        return self._change(id, change, Kind.ACCOUNT_DISABLED, by, {}, _end_everything)

    def enable(self, id: str, by: str) -> Account:
        """Open an account again, with the ways to sign in that it had.

        Raises:
            AccountError: there is no such account.
        """
        change = {"state": State.ACTIVE.value}
        return self._change(id, change, Kind.ACCOUNT_ENABLED, by, {})

    def make_link(self, id: str, by: str) -> str:
        """The code of a new enrolment link.  Whatever signed this account in before no longer does.

        So a lost phone is dead the moment that its owner gets a new link.

        Raises:
            AccountError: there is no such account, or it is disabled.
        """
        code = secrets.token_urlsafe(CODE_BYTES)
        ends = to_micros(self._clock() + LINK_VALID)

        def replace_ways(connection: Connection, id: str) -> None:
            found = _row(connection, id)
            if found is None or found.state != State.ACTIVE.value:
                raise AccountError(f"account {id} is disabled: enable it first")
            _end_everything(connection, id)
            connection.execute(delete(account_passkey).where(account_passkey.c.account == id))
            link = insert(account_link).values(digest=digest(code), account=id, ends_at=ends)
            connection.execute(link)

        change = {"password": None, "code_secret": None, "code_step": None}
        self._change(id, change, Kind.LINK_MADE, by, {}, replace_ways)
        return code

    def spend_link(self, code: str) -> AccountId | None:
        """Use an enrolment link up; whose it was, None if it was not good."""
        wanted = account_link.c.digest == digest(code.strip())
        with self._beside.writing() as connection:
            row = connection.execute(select(account_link).where(wanted)).first()
            connection.execute(delete(account_link).where(wanted))
        if row is None or row.ends_at <= to_micros(self._clock()):
            return None
        return AccountId(row.account)

    def secrets_of(self, id: str) -> Secrets | None:
        """What signs an active account in with a passphrase; None if nothing does."""
        with self._beside.reading() as connection:
            row = _row(connection, id)
        if row is None or row.state != State.ACTIVE.value:
            return None
        if row.password is None or row.code_secret is None:
            return None
        return Secrets(
            account=AccountId(row.id),
            password=row.password,
            code_secret=row.code_secret,
            code_step=row.code_step,
        )

    def set_secrets(self, id: str, password: str, code_secret: bytes, step: int | None) -> None:
        """Give an account a passphrase and one-time codes, in place of those it had.

        Raises:
            AccountError: there is no such account.
        """
        change = {"password": password, "code_secret": code_secret, "code_step": step}
        self._change(id, change, Kind.ENROLLED, id, {"way": "code"})

    def rehash(self, id: str, password: str, code_secret: bytes) -> None:
        """Keep the same passphrase at another cost; nothing that anybody notices."""
        with self._beside.writing() as connection:
            values = update(account).values(password=password, code_secret=code_secret)
            connection.execute(values.where(account.c.id == id))

    def use_step(self, id: str, step: int) -> bool:
        """Mark the time step of a one-time code as used; False if it or a later one was before."""
        is_new = or_(account.c.code_step.is_(None), account.c.code_step < step)
        with self._beside.writing() as connection:
            mark = update(account).values(code_step=step).where(account.c.id == id).where(is_new)
            return connection.execute(mark).rowcount == 1

    def add_passkey(self, id: str, passkey: Passkey, label: str) -> None:
        """Give an account one more passkey.

        Raises:
            AccountError: there is no such account, it has ten, or the passkey is another one's.
        """
        values = {
            "id": passkey.id,
            "account": id,
            "public_key": passkey.public_key,
            "sign_count": passkey.sign_count,
            "label": label.strip()[:LABEL_LENGTH_MAX],
            "added_at": to_micros(self._clock()),
        }
        with self._beside.writing() as connection:
            _must_be(connection, id)
            mine = select(func.count()).where(account_passkey.c.account == id)
            if connection.execute(mine).scalar_one() >= PASSKEYS_MAX:
                raise AccountError(f"an account has at most {PASSKEYS_MAX} passkeys: remove one")
            known = select(account_passkey.c.id).where(account_passkey.c.id == passkey.id)
            if connection.execute(known).first() is not None:
                raise AccountError("this passkey is in use already: take another one")
            connection.execute(insert(account_passkey).values(values))
            self._note(connection, Kind.ENROLLED, id, id, {"way": "passkey"})

    def passkey(self, id: str) -> KeptPasskey | None:
        """A passkey of an active account, by its own id."""
        query = (
            select(account_passkey)
            .join(account, account.c.id == account_passkey.c.account)
            .where(account_passkey.c.id == id)
            .where(account.c.state == State.ACTIVE.value)
        )
        if "\0" in id:
            return None
        with self._beside.reading() as connection:
            row = connection.execute(query).first()
            return None if row is None else _passkey_of(row)

    def passkeys_of(self, id: str) -> list[KeptPasskey]:
        """The passkeys of an account, oldest first."""
        query = select(account_passkey).where(account_passkey.c.account == id)
        with self._beside.reading() as connection:
            rows = connection.execute(query.order_by(account_passkey.c.added_at))
            return [_passkey_of(row) for row in rows]

    def passkey_used(self, id: str, sign_count: int) -> None:
        """Remember when a passkey was used last, and its count."""
        values = {"sign_count": sign_count, "used_at": to_micros(self._clock())}
        with self._beside.writing() as connection:
            mark = update(account_passkey).values(values).where(account_passkey.c.id == id)
            connection.execute(mark)

    def remove_passkey(self, id: str, passkey: str) -> None:
        """Take a passkey from an account; the last way to sign in stays.

        Raises:
            AccountError: it has no such passkey, or no other way to sign in.
        """
        is_it = (account_passkey.c.account == id) & (account_passkey.c.id == passkey)
        with self._beside.writing() as connection:
            row = _must_be(connection, id)
            if row.password is None and row.passkeys < 2:
                raise AccountError("this is the only way to sign in: add another one first")
            if connection.execute(delete(account_passkey).where(is_it)).rowcount != 1:
                raise AccountError("there is no such passkey: it was removed already")
            self._note(connection, Kind.CREDENTIAL_REMOVED, id, id, {"way": "passkey"})

    def _change(
        self,
        id: str,
        values: dict[str, Any],
        kind: Kind,
        by: str,
        detail: dict[str, str | int],
        also: Callable[[Connection, str], None] | None = None,
    ) -> Account:
        """Change an account, and whatever hangs on it, and write it down."""
        with self._beside.writing() as connection:
            _must_be(connection, id)
            if also is not None:
                also(connection, id)
            connection.execute(update(account).values(values).where(account.c.id == id))
            self._note(connection, kind, by, id, detail)
            return account_of(_must_be(connection, id))

    def _note(
        self, connection: Connection, kind: Kind, by: str, id: str, detail: dict[str, str | int]
    ) -> None:
        entry = Entry(kind=kind, account=by, at=self._clock(), subject=id, detail=detail)
        audit_trail.append(connection, [entry])


def check_account_id(id: str) -> None:
    """Refuse an id that could not stand in an address, or that the program keeps for itself.

    Raises:
        InvalidFactError: it is no id.
        AccountError: it is too long or reserved.
    """
    check_id(id, "account")
    if len(id) > ID_LENGTH_MAX or "/" in id:
        raise AccountError(f"account {id[:60]}: use up to {ID_LENGTH_MAX} characters and no /")
    if id in RESERVED:
        raise AccountError(f"{id} is what the program itself is called: choose another id")


def account_of(row: Row[Any]) -> Account:
    """An account out of a row of `ACCOUNTS`."""
    return Account(
        id=AccountId(row.id),
        roles=frozenset(Role(word) for word in row.roles.split()),
        sponsor=None if row.sponsor is None else SponsorId(row.sponsor),
        state=State(row.state),
        has_code=row.password is not None,
        passkeys=row.passkeys,
        added_at=from_micros(row.added_at),
        added_by=row.added_by,
    )


def _row(connection: Connection, id: str) -> Row[Any] | None:
    if "\0" in id:  # PostgreSQL has no such text; nobody has such an id
        return None
    return connection.execute(ACCOUNTS.where(account.c.id == id)).first()


def _must_be(connection: Connection, id: str) -> Row[Any]:
    row = _row(connection, id)
    if row is None:
        raise AccountError("there is no such account: `safepassage account list` shows them")
    return row


def _end_everything(connection: Connection, id: str) -> None:
    """End the sessions and the links of an account."""
    for table in (account_session, account_link):
        connection.execute(delete(table).where(table.c.account == id))


def _words(roles: Iterable[Role]) -> str:
    return " ".join(sorted(roles))


def _detail(roles: Iterable[Role], sponsor: SponsorId | None) -> dict[str, str | int]:
    """Roles as an audit entry keeps them: one detail each, since a value is one id."""
    told: dict[str, str | int] = {role.value: 1 for role in sorted(roles)}
    return told | ({"sponsor": sponsor} if sponsor is not None else {})


def _passkey_of(row: Row[Any]) -> KeptPasskey:
    return KeptPasskey(
        id=row.id,
        account=AccountId(row.account),
        public_key=row.public_key,
        sign_count=row.sign_count,
        label=row.label,
        added_at=from_micros(row.added_at),
        used_at=None if row.used_at is None else from_micros(row.used_at),
    )
