"""What a main server lends to its hubs, so that they serve gates alone: no name, and no secret.

Facts (places, lifts, openings, passes, revocations, calls), the public halves of issuing keys with
what the root said about them, and the digests by which typed codes and words are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from safepassage.model.catalogue import Catalogue
from safepassage.model.errors import InvalidFactError
from safepassage.model.fact import Fact
from safepassage.model.instant import format_instant
from safepassage.model.wire import KIND_OF, from_body, from_text, to_body
from safepassage.store import gate_book, pass_shelf
from safepassage.store.pass_shelf import StoredKey, StoredSecret


def lent(
    catalogue: Catalogue, connection: Connection, root: bytes | None, now: datetime
) -> dict[str, Any]:
    """The document, without its signature.

    Args:
        catalogue: places, lifts and passes as the ledger has them.
        connection: on which keys, digests and calls are read.
        root: the public half of the root key that this operation trusts, if it trusts one.
        now: the server's clock.
    """
    secrets = pass_shelf.secrets_in_force(connection, now)
    calls = gate_book.calls_in_force(connection, {s.group for s in secrets})
    moves = [{"kind": "movement", "body": from_text(body)} for body in calls]
    return {
        "server_time": format_instant(now.replace(microsecond=0)),
        "root": None if root is None else root.hex(),
        "facts": [*map(_line, _facts(catalogue, {s.pass_id for s in secrets})), *moves],
        "keys": [_key(key) for key in pass_shelf.keys(connection) if key.revoked_at is None],
        "passes": [_secret(secret) for secret in secrets],
    }


def _facts(catalogue: Catalogue, passes: Iterable[str]) -> Iterator[Fact]:
    yield from catalogue.places.values()
    yield from catalogue.lifts.values()
    yield from catalogue.statuses
    yield from catalogue.openings
    yield from (catalogue.passes[id] for id in sorted(passes) if id in catalogue.passes)
    yield from catalogue.revocations


def _line(fact: Fact) -> dict[str, Any]:
    return {"kind": KIND_OF[type(fact)], "body": to_body(fact)}


def _key(key: StoredKey) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "public_key": bytes(key.public_key).hex(),
        "certificate": bytes(key.certificate).hex(),
        "valid_from": key.valid_from,
        "valid_until": key.valid_until,
    }


def _secret(secret: StoredSecret) -> dict[str, Any]:
    return {name: value for name, value in secret._asdict().items() if name != "sealed"}


def borrowed(told: dict[str, Any]) -> tuple[list[Fact], list[StoredKey], list[StoredSecret]]:
    """What a hub takes over.

    Raises:
        NotationError: a fact cannot be read.
        InvalidFactError: another field is missing or wrong.
    """
    try:
        facts = [from_body(line["kind"], line["body"]) for line in told["facts"]]
        keys = [
            StoredKey(
                key_id=key["key_id"],
                public_key=bytes.fromhex(key["public_key"]),
                sealed=None,
                certificate=bytes.fromhex(key["certificate"]),
                valid_from=key["valid_from"],
                valid_until=key["valid_until"],
                revoked_at=None,
            )
            for key in told["keys"]
        ]
        secrets = [StoredSecret(sealed=None, **secret) for secret in told["passes"]]
    except (KeyError, TypeError, ValueError) as fault:
        raise InvalidFactError(f"what the main server lent cannot be read: {fault}") from fault
    return facts, keys, secrets
