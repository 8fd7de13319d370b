"""The pass: a signed token that says when, where and how many, and nothing of who.

    SP1: + base45 of   18(["protected header", {}, "claims", "signature"])      COSE_Sign1, RFC 9052
    protected header   {1: -8 (EdDSA), 4: key id, 4 bytes}
    claims             {4: until, 5: from, 7: pass id, 16 bytes, -1: heads, -2: gate mark, 3 bytes}

The claims are a CBOR Web Token (RFC 8392: exp, nbf, cti) with two short keys of our own, written
in deterministic CBOR (RFC 8949, 4.2.1).  So there are exactly two forms, of 119 and 120 bytes: the
number of heads takes one byte or two.  The reader compares with these two forms and parses nothing
else: whatever is longer, shorter or written in another way is refused before a signature is looked
at, and no part of a general CBOR reader is ever shown a stranger's bytes.

The key is chosen by the id in the protected header alone; keys are never tried one after the other.
A pass lies within the time of its key, so that a stolen key ends when it ends.

`docs/reference/token.md` has the layout byte by byte; `conformance/token/` has cases that this
reader and the one of the gate's phone both pass.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from struct import Struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import check_id
from safepassage.model.instant import EARLIEST, LATEST, in_utc
from safepassage.secure import base45
from safepassage.secure.errors import ProtectionError

PREFIX = "SP1:"
TEXT_MAX = len(PREFIX) + 180  # characters: 120 bytes
PASS_BYTES = 16  # random; 128 bits, more than a UUID has
KEY_ID_BYTES = 4
GATE_BYTES = 3
HEADS_MAX = 255
_PASS_ID = re.compile(r"[0-9a-f]{32}")
_GATE_MARK = re.compile(r"[0-9a-f]{6}")
_ANY_VERSION = re.compile(r"SP[0-9]{1,3}:")

_TAG_AND_ARRAY = bytes.fromhex("d284")
_HEADER = bytes.fromhex("a201270444")  # {1: -8, 4: the four bytes that follow}
_HEADER_LENGTH = len(_HEADER) + KEY_ID_BYTES
_NO_UNPROTECTED = bytes.fromhex("a0")
_SIGNATURE = bytes.fromhex("5840")
_UNTIL, _FROM = bytes.fromhex("a5041a"), bytes.fromhex("051a")
_PASS, _HEADS, _GATE = bytes.fromhex("0750"), bytes.fromhex("20"), bytes.fromhex("2143")
_LONG = 0x18  # of a number from 24 to 255, which follows in a byte of its own
_START = _TAG_AND_ARRAY + bytes((0x40 + _HEADER_LENGTH,)) + _HEADER
_SIGNED = b"\x84\x6aSignature1" + bytes((0x40 + _HEADER_LENGTH,))  # RFC 9052, 4.4


class TokenCode(StrEnum):
    """Why a text is not a pass that we issued."""

    NOT_A_PASS = "not-a-pass"  # noqa: S105 - somebody else's QR code
    OTHER_VERSION = "other-version"  # a pass of a later version of this program
    OVERSIZED = "oversized"  # longer than any pass
    DAMAGED = "damaged"  # begins as a pass and is none: cut short, or another form of one
    UNKNOWN_KEY = "unknown-key"  # its key is not one of ours, as far as is known here
    FORGED = "forged"  # the signature is not its key's
    OUTSIDE_KEY = "outside-key"  # its time exceeds the time of its key


_SENTENCES = {
    TokenCode.NOT_A_PASS: "this code is not a pass: it was made by somebody else for another use",
    TokenCode.OTHER_VERSION: "this pass is of a later version: bring this program up to date",
    TokenCode.OVERSIZED: "this code is longer than any pass",
    TokenCode.DAMAGED: "this code begins like a pass and is none: scan it again, or type its code",
    TokenCode.UNKNOWN_KEY: "this pass was signed with a key that is not known here: forged, or"
    " issued after the last contact with the server",
    TokenCode.FORGED: "this pass was altered or forged: its signature does not hold",
    TokenCode.OUTSIDE_KEY: "this pass was not valid under the key that signed it: its time exceeds"
    " the key's",
}


class TokenError(ProtectionError):
    """A text that is not a pass that we issued, and why not."""

    def __init__(self, code: TokenCode) -> None:
        super().__init__(_SENTENCES[code])
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a pass says: [valid_from, valid_until) at one gate, for so many heads of one group."""

    pass_id: str  # 32 hex digits, by chance
    gate: str  # the mark of a place: `gate_mark`
    valid_from: datetime  # whole seconds
    valid_until: datetime
    heads: int

    def __post_init__(self) -> None:
        if not _PASS_ID.fullmatch(self.pass_id) or not _GATE_MARK.fullmatch(self.gate):
            raise InvalidFactError(
                f"a pass's id has {2 * PASS_BYTES} hex digits, the mark of its gate"
                f" {2 * GATE_BYTES}"
            )
        object.__setattr__(self, "valid_from", in_utc(self.valid_from, "valid_from of a pass"))
        object.__setattr__(self, "valid_until", in_utc(self.valid_until, "valid_until of a pass"))
        if self.valid_from.microsecond or self.valid_until.microsecond:
            raise InvalidFactError("a pass is valid from one whole second until another")
        if self.valid_until <= self.valid_from:
            raise InvalidFactError("a pass ends after it begins")
        if not isinstance(self.heads, int) or not 1 <= self.heads <= HEADS_MAX:
            raise InvalidFactError(f"a pass is for 1 to {HEADS_MAX} heads: split a larger group")


class IssuingKey:
    """A key that signs passes from one instant to another; whoever checks holds this half of it."""

    __slots__ = ("_verify", "key_id", "public_key", "valid_from", "valid_until")

    def __init__(self, public_key: bytes, valid_from: datetime, valid_until: datetime) -> None:
        self.public_key = public_key
        self.key_id = key_id_of(public_key)  # 8 hex digits
        self.valid_from = in_utc(valid_from, "valid_from of a key")
        self.valid_until = in_utc(valid_until, "valid_until of a key")
        self._verify = Ed25519PublicKey.from_public_bytes(public_key).verify

    def covers(self, claims: Claims) -> bool:
        """Whether a pass lies within the time of this key."""
        return self.valid_from <= claims.valid_from and claims.valid_until <= self.valid_until

    def has_signed(self, signature: bytes, content: bytes) -> bool:
        """Whether this key's other half signed these bytes."""
        try:
            self._verify(signature, content)
        except InvalidSignature:
            return False
        return True


def key_id_of(public_key: bytes) -> str:
    """The id of a key: the first four bytes of the SHA-256 of its public half, in hex."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES].hex()


def gate_mark(place: str) -> str:
    """What a pass says of its gate: three bytes in hex, so that a found pass names no place.

    The first three bytes of the SHA-256 of "safe-passage-gate-1", a line feed, and the place's id.
    Whoever issues passes sees to it that no two gates of an operation share a mark.
    """
    check_id(place, "place")
    return hashlib.sha256(f"safe-passage-gate-1\n{place}".encode()).digest()[:GATE_BYTES].hex()


def new_pass_id() -> str:
    """The id of a new pass: 128 random bits in hex."""
    return secrets.token_hex(PASS_BYTES)


def seal(claims: Claims, key: Ed25519PrivateKey) -> str:
    """The text of a pass, to be drawn as a QR code.  It holds nothing but the claims.

    It does not ask whether the key's time covers the claims: `secure.issuing` does.
    """
    kid = bytes.fromhex(key_id_of(key.public_key().public_bytes_raw()))
    payload = _payload(claims)
    signature = key.sign(_to_be_signed(kid, payload))
    whole = (
        _START + kid + _NO_UNPROTECTED + bytes((_LONG + 0x40, len(payload))) + payload
        + _SIGNATURE + signature
    )  # fmt: skip
    return PREFIX + base45.encode(whole)


def read(text: str, keys: Mapping[str, IssuingKey]) -> Claims:
    """What a pass says, once it is sure that we said it.  Whether it is good now is not asked here.

    Args:
        text: what a scanner read, unchanged: a space is a character like others.
        keys: the issuing keys that are known here, by their id.

    Raises:
        TokenError: it is no pass of ours; `code` says why.
    """
    kid, payload, signature = _taken_apart(_bytes_of(text))
    claims = _claims_of(payload)
    key = keys.get(kid.hex())
    if key is None:
        raise TokenError(TokenCode.UNKNOWN_KEY)
    if not key.has_signed(signature, _to_be_signed(kid, payload)):
        raise TokenError(TokenCode.FORGED)
    if not key.covers(claims):
        raise TokenError(TokenCode.OUTSIDE_KEY)
    return claims


def _bytes_of(text: str) -> bytes:
    """The bytes of the text of a pass; its length is looked at before anything else is."""
    if not text.startswith(PREFIX):
        known = _ANY_VERSION.match(text[:8])
        raise TokenError(TokenCode.OTHER_VERSION if known else TokenCode.NOT_A_PASS)
    if len(text) > TEXT_MAX:
        raise TokenError(TokenCode.OVERSIZED)
    try:
        return base45.decode(text[len(PREFIX) :])
    except base45.Base45Error:
        raise TokenError(TokenCode.DAMAGED) from None


def _taken_apart(whole: bytes) -> tuple[bytes, bytes, bytes]:
    """Key id, payload and signature of the bytes of a pass, if they are in a form we write."""
    at = len(_START)
    kid = whole[at : at + KEY_ID_BYTES]
    payload_at = at + KEY_ID_BYTES + 3
    signature_at = len(whole) - 64
    payload = whole[payload_at : signature_at - 2]
    between = _NO_UNPROTECTED + bytes((_LONG + 0x40, len(payload) & 0xFF))
    if (
        len(whole) not in _LENGTHS
        or whole[:at] != _START
        or whole[at + KEY_ID_BYTES : payload_at] != between
        or whole[signature_at - 2 : signature_at] != _SIGNATURE
    ):
        raise TokenError(TokenCode.DAMAGED)
    return kid, payload, whole[signature_at:]


def _claims_of(payload: bytes) -> Claims:
    """The claims, if they are in the form that `_payload` writes: compared piece by piece."""
    form = _SHORT_FORM if len(payload) == _SHORT_FORM.size else _LONG_FORM
    first, until, second, begin, third, pass_id, fourth, heads, fifth, gate = form.unpack(payload)
    fixed = (first, second, third, fifth) == (_UNTIL, _FROM, _PASS, _GATE)
    if form is _SHORT_FORM:
        is_ours = fixed and fourth == _HEADS and 0 < heads < 24
    else:
        is_ours = fixed and fourth == _HEADS + bytes((_LONG,)) and heads >= 24
    if not is_ours or not _FIRST <= begin < until < _LAST:
        raise TokenError(TokenCode.DAMAGED)
    # What was compared just now needs no second look, which would cost a tenth of the time.
    claims, put = object.__new__(Claims), object.__setattr__
    put(claims, "pass_id", pass_id.hex())
    put(claims, "gate", gate.hex())
    put(claims, "valid_from", datetime.fromtimestamp(begin, UTC))
    put(claims, "valid_until", datetime.fromtimestamp(until, UTC))
    put(claims, "heads", heads)
    return claims


def _payload(claims: Claims) -> bytes:
    heads = bytes((claims.heads,)) if claims.heads < 24 else bytes((_LONG, claims.heads))
    return b"".join(
        (
            _UNTIL, _seconds(claims.valid_until), _FROM, _seconds(claims.valid_from),
            _PASS, bytes.fromhex(claims.pass_id), _HEADS, heads, _GATE, bytes.fromhex(claims.gate),
        )
    )  # fmt: skip


def _to_be_signed(kid: bytes, payload: bytes) -> bytes:
    """The Sig_structure of RFC 9052, 4.4, with nothing external."""
    return _SIGNED + _HEADER + kid + b"\x40" + bytes((_LONG + 0x40, len(payload))) + payload


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _seconds(instant: datetime) -> bytes:
    return int((instant - _EPOCH).total_seconds()).to_bytes(4)


_FIRST, _LAST = (int((limit - _EPOCH).total_seconds()) for limit in (EARLIEST, LATEST))
_SHORT_FORM = Struct(">3sI2sI2s16s1sB2s3s")  # heads below 24
_LONG_FORM = Struct(">3sI2sI2s16s2sB2s3s")
_AROUND = len(_START) + KEY_ID_BYTES + 3 + 2 + 64
_LENGTHS = (_AROUND + _SHORT_FORM.size, _AROUND + _LONG_FORM.size)
