"""Issuing keys of an operation: asked for here, stated by the root elsewhere, brought back.

    here, with a network       ask         a key is made; its secret half is sealed in the vault
    there, without a network   the root's owner signs a statement about its public half
    here                       install     the statement is believed or refused; the key issues

A key whose statement does not hold under the root that is trusted *now* issues nothing, whatever
lies in the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from safepassage.control.office import Office, seal, unseal
from safepassage.model.errors import BadQuestionError
from safepassage.model.instant import format_instant, from_micros, in_utc, to_micros
from safepassage.secure.issuing import (
    Statement,
    StatementError,
    believed,
    check_span,
    new_key,
    public_half,
    read_public,
    read_statement,
)
from safepassage.secure.token import IssuingKey, key_id_of
from safepassage.store import pass_shelf
from safepassage.store.pass_shelf import StoredKey
from safepassage.store.store import Store

ROOT = "root-key"  # the document in which a store keeps the root's public half
_FIELD = "private-half"


class KeyState(StrEnum):
    """How far a key is."""

    ASKED = "asked"  # the root has not said anything about it
    NOT_TRUSTED = "not-trusted"  # what is said about it is not the trusted root's word
    AHEAD = "ahead"
    IN_FORCE = "in-force"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


_COUNTS = frozenset({KeyState.AHEAD, KeyState.IN_FORCE})


class NoIssuingKeyError(BadQuestionError):
    """There is no key that may sign what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """An issuing key as it may be shown to anybody."""

    key_id: str
    public_key: bytes
    valid_from: datetime
    valid_until: datetime
    state: KeyState

    def to_plain(self) -> dict[str, str]:
        """The key as JSON values; of one that was asked for, what the root signs."""
        return {
            "key_id": self.key_id,
            "public_key": self.public_key.hex(),
            "valid_from": format_instant(self.valid_from),
            "valid_until": format_instant(self.valid_until),
            "state": self.state.value,
        }


def ask(office: Office, valid_from: datetime, valid_until: datetime) -> KeyView:
    """Make a key to be stated by the root.

    Raises:
        StatementError: it would last longer than a key may.
        LockedError: the register is locked.
    """
    begin, end = in_utc(valid_from, "valid_from"), in_utc(valid_until, "valid_until")
    check_span(begin, end)
    key = new_key()
    key_id = key_id_of(public_half(key))
    stored = StoredKey(
        key_id=key_id,
        public_key=public_half(key),
        sealed=seal(office.vault, _subject(key_id), _FIELD, key.private_bytes_raw()),
        certificate=b"",
        valid_from=to_micros(begin),
        valid_until=to_micros(end),
        revoked_at=None,
    )
    with office.place.writing() as connection:
        pass_shelf.put_key(connection, stored)
    return _view(office, stored)


def install(office: Office, plain: dict[str, Any]) -> KeyView:
    """Take the root's statement about a key that was asked for here.

    Raises:
        StatementError: it is no statement, not the trusted root's, or of another key or time.
    """
    statement = read_statement(plain)
    if office.root is None:
        raise StatementError("no root key is trusted here yet: `safepassage pass keys trust`")
    believed(statement, office.root)
    with office.place.writing() as connection:
        known = {key.key_id: key for key in pass_shelf.keys(connection)}.get(statement.key_id)
        if known is None or bytes(known.public_key) != statement.public_key:
            raise StatementError(
                f"the key {statement.key_id} was not asked for here: `safepassage pass keys ask`"
                " makes one, and the root states that one"
            )
        said = to_micros(statement.valid_from), to_micros(statement.valid_until)
        if said != (known.valid_from, known.valid_until):
            raise StatementError("the root stated another time for this key than was asked for")
        text = json.dumps(statement.to_plain(), sort_keys=True, separators=(",", ":"))
        pass_shelf.certify_key(connection, known.key_id, text.encode())
    return _view(office, known._replace(certificate=text.encode()))


def withdraw(office: Office, key_id: str) -> KeyView:
    """Withdraw a key: nothing that it signed counts any more, as soon as phones hear of it.

    Raises:
        BadQuestionError: there is no such key.
    """
    with office.place.writing() as connection:
        pass_shelf.revoke_key(connection, key_id, to_micros(office.clock()))
    found = next((key for key in views(office) if key.key_id == key_id), None)
    if found is None:
        raise BadQuestionError(f"there is no issuing key {key_id[:20]!r}: `pass keys list`")
    return found


def views(office: Office) -> list[KeyView]:
    """Every key, the earliest first."""
    with office.place.reading() as connection:
        return [_view(office, key) for key in pass_shelf.keys(connection)]


def trusted(
    reading: Callable[[], AbstractContextManager[Connection]], root: bytes | None, now: datetime
) -> dict[str, IssuingKey]:
    """The keys whose passes count now, by their id; what a reader of passes is given.

    It needs no unlocked register: gates are told of them day and night.
    """
    with reading() as connection:
        stored = pass_shelf.keys(connection)
    return {
        key.key_id: IssuingKey(bytes(key.public_key), *_span(key))
        for key in stored
        if _state(key, root, now) in _COUNTS
    }


def root_of(store: Store) -> bytes | None:
    """The public half of the root key that an operation trusts, None if it trusts none yet."""
    kept = store.get_document(ROOT)
    return None if kept is None else read_public(kept.text, "the root key")


def trust(store: Store, written: str, now: datetime) -> bytes:
    """Trust a root key from now on; every earlier one is trusted no more.

    Raises:
        KeyFileError: it is no public key.
    """
    root = read_public(written, "the root key")
    store.put_document(ROOT, root.hex(), recorded_at=now)
    return root


def signing(office: Office, begin: datetime, end: datetime) -> tuple[IssuingKey, Ed25519PrivateKey]:
    """The key that may sign a pass for [begin, end), the one that ends last.

    Raises:
        NoIssuingKeyError: there is none; the message says what to do.
        LockedError: the register is locked.
    """
    with office.place.reading() as connection:
        stored = pass_shelf.keys(connection)
    usable = [
        key
        for key in stored
        if key.sealed is not None
        and _state(key, office.root, office.clock()) in _COUNTS
        and key.valid_from <= to_micros(begin)
        and to_micros(end) <= key.valid_until
    ]
    if not usable:
        raise NoIssuingKeyError(
            f"no issuing key covers {format_instant(begin)} to {format_instant(end)}: ask for one"
            " with `safepassage pass keys ask`, and have the root state it"
        )
    chosen = max(usable, key=lambda key: (key.valid_until, key.key_id))
    secret = unseal(office.vault, _subject(chosen.key_id), _FIELD, bytes(chosen.sealed or b""))
    return (
        IssuingKey(bytes(chosen.public_key), *_span(chosen)),
        Ed25519PrivateKey.from_private_bytes(secret),
    )


def _subject(key_id: str) -> str:
    return f"issuing-key/{key_id}"


def _span(key: StoredKey) -> tuple[datetime, datetime]:
    return from_micros(key.valid_from), from_micros(key.valid_until)


def _view(office: Office, key: StoredKey) -> KeyView:
    begin, end = _span(key)
    return KeyView(
        key_id=key.key_id,
        public_key=bytes(key.public_key),
        valid_from=begin,
        valid_until=end,
        state=_state(key, office.root, office.clock()),
    )


def _state(key: StoredKey, root: bytes | None, now: datetime) -> KeyState:
    if key.revoked_at is not None:
        return KeyState.WITHDRAWN
    if not key.certificate:
        return KeyState.ASKED
    if root is None or not _is_believed(key, root):
        return KeyState.NOT_TRUSTED
    begin, end = _span(key)
    if now < begin:
        return KeyState.AHEAD
    return KeyState.IN_FORCE if now < end else KeyState.ENDED


def _is_believed(key: StoredKey, root: bytes) -> bool:
    """Whether the root that is trusted now said just this about the key."""
    try:
        statement: Statement = read_statement(json.loads(key.certificate))
        believed(statement, root)
    except (StatementError, ValueError):
        return False
    said = (statement.public_key, statement.valid_from, statement.valid_until)
    return said == (bytes(key.public_key), *_span(key))
