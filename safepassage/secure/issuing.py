"""Keys that may issue passes, and the root key that says so.

    root key           made once on a machine without a network; its secret half never leaves it
      signs            a statement: this key may issue passes from then until then
    issuing key        on the server, for three days at most; its secret half is sealed in the vault
      signs            passes (`token.py`)

A server that is seized surrenders what its issuing key may still sign until it ends, and nothing
that the root could say.  Servers and phones hold the root's public half and believe no key that it
did not state.  A key that is withdrawn before its end is left out of what phones are told.

A statement is Ed25519 over a text of four lines that can be read by eye:

    safe-passage-issuing-key-1 / public key in hex / from / until, in seconds since 1970
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from safepassage.model.errors import InvalidFactError
from safepassage.model.instant import format_instant, in_utc, parse_instant
from safepassage.secure.age import opened_with_passphrase, sealed_with_passphrase
from safepassage.secure.errors import KeyFileError, ProtectionError
from safepassage.secure.token import IssuingKey, gate_mark, key_id_of

LONGEST = timedelta(hours=72)
_ROOT_FILE = b"safe-passage-root-1\n"
_KEY = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_FIELDS = {"public_key", "valid_from", "valid_until", "signature"}


class StatementError(ProtectionError):
    """A statement about an issuing key that is not believed, or cannot be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """That a key may issue passes for a time: public, and worth what its signature is worth."""

    public_key: bytes
    valid_from: datetime
    valid_until: datetime
    signature: bytes

    @property
    def key_id(self) -> str:
        """Of the issuing key: 8 hex digits."""
        return key_id_of(self.public_key)

    def to_plain(self) -> dict[str, str]:
        """The statement as JSON values."""
        return {
            "public_key": self.public_key.hex(),
            "valid_from": format_instant(self.valid_from),
            "valid_until": format_instant(self.valid_until),
            "signature": self.signature.hex(),
        }


def new_key() -> Ed25519PrivateKey:
    """A key by chance, for a root or for issuing."""
    return Ed25519PrivateKey.generate()


def public_half(key: Ed25519PrivateKey) -> bytes:
    """The half of a key that anybody may know: 32 bytes."""
    return key.public_key().public_bytes_raw()


def root_file(root: Ed25519PrivateKey, passphrase: str) -> bytes:
    """The file of a root key: an age file that its passphrase opens.

    Raises:
        WeakSecretError: the passphrase would be guessed.
    """
    return sealed_with_passphrase(_ROOT_FILE + root.private_bytes_raw(), passphrase)


def read_root(content: bytes, passphrase: str) -> Ed25519PrivateKey:
    """The root key of a file.

    Raises:
        WrongKeyError: the passphrase does not open it.
        KeyFileError: it is no file of a root key.
    """
    opened = opened_with_passphrase(content, passphrase)
    if not opened.startswith(_ROOT_FILE) or len(opened) != len(_ROOT_FILE) + 32:
        raise KeyFileError("this file opens and is no root key: name the one `keys root` made")
    return Ed25519PrivateKey.from_private_bytes(opened[len(_ROOT_FILE) :])


def read_public(text: str, what: str) -> bytes:
    """A public key as it is written on paper: 64 hex digits, in parts or not.

    Raises:
        KeyFileError: it is none.
    """
    written = re.sub(r"[\s-]", "", text[:200]).lower()
    if not _KEY.fullmatch(written):
        raise KeyFileError(f"{what} has 64 hex digits: copy it again")
    return bytes.fromhex(written)


def stated(
    root: Ed25519PrivateKey, public_key: bytes, valid_from: datetime, valid_until: datetime
) -> Statement:
    """The root's statement that a key may issue passes in [valid_from, valid_until).

    Raises:
        StatementError: it is longer than three days, or no whole seconds.
    """
    begin, end = in_utc(valid_from, "valid_from"), in_utc(valid_until, "valid_until")
    check_span(begin, end)
    signature = root.sign(_content(public_key, begin, end))
    return Statement(public_key=public_key, valid_from=begin, valid_until=end, signature=signature)


def read_statement(plain: Mapping[str, Any]) -> Statement:
    """A statement from JSON values; whether it is true is asked by `believed`.

    Raises:
        StatementError: it is not in the form of one.
    """
    try:
        if set(plain) != _FIELDS or not all(isinstance(value, str) for value in plain.values()):
            raise StatementError(f"a statement has the fields {', '.join(sorted(_FIELDS))}")
        if not _KEY.fullmatch(plain["public_key"]) or not _SIGNATURE.fullmatch(plain["signature"]):
            raise StatementError("a statement's key has 64 hex digits, its signature 128")
        found = Statement(
            public_key=bytes.fromhex(plain["public_key"]),
            valid_from=parse_instant(plain["valid_from"], "valid_from"),
            valid_until=parse_instant(plain["valid_until"], "valid_until"),
            signature=bytes.fromhex(plain["signature"]),
        )
    except InvalidFactError as fault:
        raise StatementError(f"this is no statement about a key: {fault}") from None
    check_span(found.valid_from, found.valid_until)
    return found


def believed(statement: Statement, root_public_key: bytes) -> IssuingKey:
    """The issuing key that a statement is about.

    Raises:
        StatementError: the root did not sign this.
    """
    content = _content(statement.public_key, statement.valid_from, statement.valid_until)
    try:
        root = Ed25519PublicKey.from_public_bytes(root_public_key)
        root.verify(statement.signature, content)
        return IssuingKey(statement.public_key, statement.valid_from, statement.valid_until)
    except (InvalidSignature, ValueError):
        raise StatementError(
            "this statement is not signed by the root key that this operation trusts: it was"
            " altered, or belongs to another operation"
        ) from None


def check_gates(places: Iterable[str]) -> None:
    """Refuse gates that a pass could not tell apart.

    Raises:
        StatementError: two of them have the same mark.
    """
    marks: dict[str, str] = {}
    for place in sorted(set(places)):
        other = marks.setdefault(gate_mark(place), place)
        if other != place:
            raise StatementError(
                f"the gates {other} and {place} have the same mark on a pass: give one another id"
            )


def check_span(begin: datetime, end: datetime) -> None:
    """Refuse a time for which no key issues passes.

    Raises:
        StatementError: it is longer than three days, ends before it begins, or is no whole seconds.
    """
    if begin.microsecond or end.microsecond:
        raise StatementError("a key is valid from one whole second until another")
    if not timedelta(0) < end - begin <= LONGEST:
        raise StatementError(
            f"a key issues passes for {LONGEST // timedelta(hours=1)} hours at most: ask for a new"
            " one in time instead"
        )


def _content(public_key: bytes, begin: datetime, end: datetime) -> bytes:
    lines = (
        "safe-passage-issuing-key-1",
        public_key.hex(),
        str(int(begin.timestamp())),
        str(int(end.timestamp())),
    )
    return "\n".join(lines).encode()
