"""Sealing and opening what the register's tables hold: each thing under a key of its own.

A thing is known to the vault by its kind and number, so that sealed bytes which somebody moved to
another row do not open there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from safepassage.registrar import written
from safepassage.secure.vault import RecordKey, Vault
from safepassage.store import register_records as stored

BODY = "body"


def subject_of(kind: str, number: int) -> str:
    """What the vault calls a thing."""
    return f"{kind}/{number}"


class Sealer:
    """Seals things of one kind, and keeps their wrapped keys until they are put away together."""

    def __init__(self, vault: Vault, kind: str) -> None:
        self._vault = vault
        self._kind = kind
        self._wrapped: list[tuple[int, bytes]] = []

    def seal(self, number: int, content: bytes) -> bytes:
        """The content under a new key."""
        key, wrapped = self._vault.new_record_key(subject_of(self._kind, number))
        self._wrapped.append((number, wrapped))
        return key.seal(BODY, content)

    def put_keys(self, connection: Connection) -> None:
        """Keep the wrapped keys of what was sealed so far."""
        stored.put_keys(connection, self._kind, self._wrapped)
        self._wrapped = []


def open_all(
    connection: Connection, vault: Vault, kind: str, sealed: Mapping[int, bytes | None]
) -> dict[int, bytes]:
    """What the things of these numbers say; shredded ones are left out."""
    wanted = {number: content for number, content in sealed.items() if content is not None}
    keys = stored.get_keys(connection, kind, wanted)
    return {
        number: _key(vault, kind, number, wrapped).open(BODY, bytes(wanted[number]))
        for number, wrapped in keys.items()
    }


def open_one(
    connection: Connection, vault: Vault, kind: str, number: int, sealed: bytes
) -> dict[str, Any] | None:
    """What one thing says; None if it was shredded."""
    opened = open_all(connection, vault, kind, {number: sealed}).get(number)
    return None if opened is None else written.from_bytes(opened)


def _key(vault: Vault, kind: str, number: int, wrapped: bytes) -> RecordKey:
    return vault.open_key(subject_of(kind, number), wrapped)


def blind_number(blinded: bytes) -> int:
    """A blind key as the signed number that the store keeps."""
    return int.from_bytes(blinded, "big", signed=True)


def blind_numbers(vault: Vault, domain: str, values: Iterable[str]) -> list[int]:
    """The blind keys of values, in their order."""
    return [blind_number(key) for key in vault.blind_all(domain, values)]
