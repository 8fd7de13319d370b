"""Issuing keys, the secrets of passes, and messages about calls, as they lie in the database.

Nothing here is readable by itself: private halves, codes, words, addresses and texts are sealed by
whoever calls.  All functions work inside the transaction of the connection that they are given.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, insert, select, update

from safepassage.model.instant import to_micros
from safepassage.store.gate_tables import issuing_key, message, pass_secret
from safepassage.store.statement import Lookup


class StoredKey(NamedTuple):
    """One row of ``issuing_key``, in the order of its columns; instants in microseconds."""

    key_id: str
    public_key: bytes
    sealed: bytes | None  # its private half, where this server issues
    certificate: bytes  # the root's statement; empty as long as the root said nothing
    valid_from: int
    valid_until: int
    revoked_at: int | None


class StoredSecret(NamedTuple):
    """One row of ``pass_secret``, in the order of its columns."""

    pass_id: str
    group: str
    gate: str
    heads: int
    valid_from: int
    valid_until: int
    code: str  # digest
    word: str  # digest
    sealed: bytes | None
    made_at: int


class StoredMessage(NamedTuple):
    """One row of ``message``, in the order of its columns."""

    id: str
    person: str  # whose address it goes to
    pass_id: str | None
    channel: str
    state: str
    tries: int
    reason: str | None
    made_at: int
    changed_at: int
    sealed: bytes


_SECRETS = select(pass_secret)
_MESSAGES = select(message).order_by(message.c.made_at, message.c.id)
_SECRETS_BY_PASS = Lookup(_SECRETS, pass_secret.c.pass_id)
_MESSAGES_BY_PASS = Lookup(_MESSAGES, message.c.pass_id)


def put_key(connection: Connection, key: StoredKey) -> None:
    """Keep a new issuing key."""
    connection.execute(insert(issuing_key).values(key._asdict()))


def certify_key(connection: Connection, key_id: str, certificate: bytes) -> None:
    """Keep what the root said about a key."""
    connection.execute(
        update(issuing_key).where(issuing_key.c.key_id == key_id).values(certificate=certificate)
    )


def revoke_key(connection: Connection, key_id: str, at: int) -> None:
    """Keep that a key is withdrawn from an instant on; the first time counts."""
    connection.execute(
        update(issuing_key)
        .where(issuing_key.c.key_id == key_id, issuing_key.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def keys(connection: Connection) -> list[StoredKey]:
    """Every issuing key, the earliest first."""
    rows = connection.execute(
        select(issuing_key).order_by(issuing_key.c.valid_from, issuing_key.c.key_id)
    )
    return [StoredKey(*row) for row in rows]


def put_secrets(connection: Connection, secrets: Iterable[StoredSecret]) -> None:
    """Keep what a gate needs to know a pass by its code or word."""
    values = [{**s._asdict(), "grp": s.group} for s in secrets]
    for value in values:
        del value["group"]
    if values:
        connection.execute(insert(pass_secret), values)


def secrets_of(connection: Connection, passes: Iterable[str]) -> dict[str, StoredSecret]:
    """The secrets of passes, by the id of the pass."""
    rows = _SECRETS_BY_PASS(connection, list(passes))
    found = (StoredSecret(*row) for row in rows)
    return {secret.pass_id: secret for secret in found}


def secrets_at(connection: Connection, gate: str, now: datetime) -> list[StoredSecret]:
    """The secrets of the passes for a gate that have not ended, in the order of their ids."""
    return secrets_in_force(connection, now, pass_secret.c.gate == gate)


def secrets_in_force(
    connection: Connection, now: datetime, *which: ColumnElement[bool]
) -> list[StoredSecret]:
    """The secrets of passes that have not ended, in the order of their ids."""
    query = select(pass_secret).where(pass_secret.c.valid_until > to_micros(now), *which)
    rows = connection.execute(query.order_by(pass_secret.c.pass_id))
    return [StoredSecret(*row) for row in rows]


def take_over(
    connection: Connection, given_keys: Iterable[StoredKey], secrets: Iterable[StoredSecret]
) -> None:
    """Take public keys and digests over from another server; what is here already stays."""
    here = {key.key_id for key in keys(connection)}
    for key in given_keys:
        if key.key_id not in here:
            put_key(connection, key)
    given = {secret.pass_id: secret for secret in secrets}
    known = secrets_of(connection, given)
    put_secrets(connection, [s for id, s in given.items() if id not in known])


def put_messages(connection: Connection, messages: Iterable[StoredMessage]) -> None:
    """Keep new messages."""
    values = [m._asdict() for m in messages]
    if values:
        connection.execute(insert(message), values)


def turn_message(
    connection: Connection,
    known: StoredMessage,
    state: str,
    at: int,
    reason: str | None = None,
    *,
    tries: int | None = None,
) -> bool:
    """Change the state of a message, if nobody changed it since it was read."""
    done = connection.execute(
        update(message)
        .where(
            message.c.id == known.id,
            message.c.state == known.state,
            message.c.tries == known.tries,
            message.c.changed_at == known.changed_at,
        )
        .values(
            state=state,
            changed_at=at,
            reason=reason,
            tries=known.tries if tries is None else tries,
        )
    )
    return done.rowcount == 1


def messages_in(connection: Connection, states: Iterable[str]) -> list[StoredMessage]:
    """The messages in some states, oldest first."""
    rows = connection.execute(_MESSAGES.where(message.c.state.in_(list(states))))
    return [StoredMessage(*row) for row in rows]


def messages_about(connection: Connection, passes: Iterable[str]) -> list[StoredMessage]:
    """The messages about passes, oldest first."""
    rows = _MESSAGES_BY_PASS(connection, list(passes))
    found = [StoredMessage(*row) for row in rows]
    return sorted(found, key=lambda m: (m.made_at, m.id))
