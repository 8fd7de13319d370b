"""Passes that are good today, and the list that a phone at the north gate has of them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from safepassage.model.instant import format_instant
from safepassage.secure.spoken import code_digest, new_code, typed_word, word_digest
from safepassage.secure.token import Claims, IssuingKey, gate_mark, seal

PLACE = "north-gate"
HOUR = timedelta(hours=1)
KEY = Ed25519PrivateKey.generate()
NOW = datetime.now(UTC).replace(microsecond=0)
ISSUING = IssuingKey(KEY.public_key().public_bytes_raw(), NOW - 24 * HOUR, NOW + 48 * HOUR)


def claims(heads: int, *, gate: str = PLACE, begins: timedelta = -HOUR) -> Claims:
    """A pass of two hours that began an hour ago."""
    return Claims(
        pass_id=secrets.token_hex(16),
        gate=gate_mark(gate),
        valid_from=NOW + begins,
        valid_until=NOW + begins + 2 * HOUR,
        heads=heads,
    )


def token(heads: int, **more: Any) -> str:
    """What its QR code says."""
    return seal(claims(heads, **more), KEY)


def listed(of: Claims, code: str, word: str = "melon") -> dict[str, Any]:
    """The same pass in the list of its gate."""
    return {
        "pass": of.pass_id,
        "group": f"group-{of.pass_id[:6]}",
        "heads": of.heads,
        "gate": PLACE,
        "from": format_instant(of.valid_from),
        "until": format_instant(of.valid_until),
        "code": code_digest(code, PLACE),
        "word": word_digest(typed_word(word), of.pass_id),
    }


def knowledge(*passes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The list of a phone; who it is and when it was made is added by whoever signs it."""
    return {
        "place": PLACE,
        "station": "gate",
        "stations": ["gate", "search", "registration", "medical", "boarding", "reception"],
        "keys": [
            {
                "key_id": ISSUING.key_id,
                "public_key": ISSUING.public_key.hex(),
                "valid_from": format_instant(ISSUING.valid_from),
                "valid_until": format_instant(ISSUING.valid_until),
            }
        ],
        "revoked": [],
        "seen": [],
        "passes": list(passes),
        "gates": [PLACE, "south-gate"],
        "lifts": ["lift-1"],
        "havens": ["doha"],
        "opened": [PLACE],
    } | more


CODE = new_code()
SPOKEN = claims(3)
