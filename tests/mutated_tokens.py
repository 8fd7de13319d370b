"""Mutated passes, none of which may be accepted: python -m tests.mutated_tokens [--count N]

Every mutation changes at least one byte of a pass or of its text.  Some keep the base45, some keep
the CBOR form, some are signed again by a key that is not the one they name, some take the parts of
two good passes together; so the reader cannot be passed by looking right.  Each is counted by what
it was refused with.  The chance is seeded: a mutation that was accepted can be made again.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from safepassage.cli.output import progress
from safepassage.secure import base45
from safepassage.secure.token import (
    PREFIX,
    Claims,
    IssuingKey,
    TokenError,
    gate_mark,
    key_id_of,
    read,
    seal,
)

START = datetime(2021, 8, 20, tzinfo=UTC)
COUNT = 1_000_000
SIGNATURE = 64
ORDER = 2**252 + 27742317777372353535851937790883648493  # of the group: RFC 8032, 5.1
FIELDS = {"header": (0, 13), "claims": (13, -66), "frame": (-66, -64), "signature": (-64, None)}


class Passes:
    """Good passes of two issuing keys, and chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        private = [Ed25519PrivateKey.from_private_bytes(self.chance.randbytes(32)) for _ in "ab"]
        self.stranger = Ed25519PrivateKey.from_private_bytes(self.chance.randbytes(32))
        self.private = {key_id_of(k.public_key().public_bytes_raw()): k for k in private}
        until = START + timedelta(hours=72)
        self.keys = {
            id: IssuingKey(k.public_key().public_bytes_raw(), START, until)
            for id, k in self.private.items()
        }
        self.texts = [self._good(n) for n in range(64)]
        self.known = set(self.texts)

    def _good(self, number: int) -> str:
        begin = START + timedelta(hours=number)
        claims = Claims(
            pass_id=self.chance.randbytes(16).hex(),
            gate=gate_mark(f"gate-{number % 5}"),
            valid_from=begin,
            valid_until=begin + timedelta(hours=2),
            heads=self.chance.choice([1, 4, 5, 23, 24, 200]),
        )
        return seal(claims, self.chance.choice(list(self.private.values())))

    def text(self) -> str:
        """One of them."""
        return self.chance.choice(self.texts)

    def content(self) -> bytearray:
        """The bytes of one of them."""
        return bytearray(base45.decode(self.text()[len(PREFIX) :]))


def written(content: bytes | bytearray) -> str:
    """Bytes as the text of a pass."""
    return PREFIX + base45.encode(bytes(content))


def bit_in(field: str) -> Callable[[Passes], str]:
    """One bit of a part of the bytes turned over; the base45 stays right."""

    def mutated(passes: Passes) -> str:
        content = passes.content()
        begin, end = FIELDS[field]
        at = passes.chance.randrange(*slice(begin, end).indices(len(content))[:2])
        content[at] ^= 1 << passes.chance.randrange(8)
        return written(content)

    return mutated


def value_in_claims(passes: Passes) -> str:
    """Another value where a value stands: times, id, heads, gate.  The form stays right."""
    content, chance = passes.content(), passes.chance
    at, length = chance.choice([(18, 4), (24, 4), (30, 16), (len(content) - 69, 3)])
    old = bytes(content[at : at + length])
    new = old
    while new == old:
        new = chance.randbytes(length)
    content[at : at + length] = new
    return written(content)


def heads_changed(passes: Passes) -> str:
    """More or fewer heads, in the right number of bytes."""
    content, chance = passes.content(), passes.chance
    at = 47 if len(content) == 119 else 48
    most = range(1, 24) if len(content) == 119 else range(24, 256)
    content[at] = chance.choice([heads for heads in most if heads != content[at]])
    return written(content)


def parts_of_two(passes: Passes) -> str:
    """The claims of one good pass with the signature of another."""
    one, other = passes.content(), passes.content()
    while one[-SIGNATURE:] == other[-SIGNATURE:]:
        other = passes.content()
    return written(one[:-SIGNATURE] + other[-SIGNATURE:])


def signed_by_another(passes: Passes) -> str:
    """Right in everything, under our key id, and signed by somebody else or by the other key."""
    content = passes.content()
    payload = bytes(content[15:-66])
    named = bytes(content[8:12]).hex()
    others = [key for id, key in passes.private.items() if id != named]
    signer = passes.chance.choice([passes.stranger, *others])
    header = bytes(content[3:12])
    to_sign = b"\x84\x6aSignature1\x49" + header + b"\x40\x58" + bytes((len(payload),)) + payload
    return written(bytes(content[:-SIGNATURE]) + signer.sign(to_sign))


def malleable(passes: Passes) -> str:
    """The number S of the signature, made larger by the order of the group, up to fifteen times."""
    content = passes.content()
    number = int.from_bytes(content[-32:], "little") + ORDER * passes.chance.randint(1, 14)
    return written(bytes(content[:-32]) + number.to_bytes(32, "little"))


def key_id_changed(passes: Passes) -> str:
    """The other key's id, or one by chance."""
    content, chance = passes.content(), passes.chance
    named = bytes(content[8:12])
    others = [bytes.fromhex(id) for id in passes.keys if bytes.fromhex(id) != named]
    content[8:12] = chance.choice([*others, chance.randbytes(4)])
    return written(content)


def bytes_more_or_less(passes: Passes) -> str:
    """Bytes inserted, deleted or doubled anywhere."""
    content, chance = passes.content(), passes.chance
    at, size = chance.randrange(len(content)), chance.randint(1, 4)
    if chance.random() < 0.5:
        del content[at : at + size]
    else:
        content[at:at] = chance.randbytes(size)
    return written(content)


def letters_changed(passes: Passes) -> str:
    """Letters of the text changed, exchanged, left out or added, in our alphabet."""
    text, chance = list(passes.text()), passes.chance
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(PREFIX), len(text))
        kind = chance.randrange(4)
        if kind == 0:
            text[at] = chance.choice(base45.ALPHABET)
        elif kind == 1:
            other = chance.randrange(len(PREFIX), len(text))
            text[at], text[other] = text[other], text[at]
        elif kind == 2:
            del text[at]
        else:
            text.insert(at, chance.choice(base45.ALPHABET))
    return "".join(text)


def odd_letters(passes: Passes) -> str:
    """Letters of any script, among them digits that look like ours."""
    text, chance = list(passes.text()), passes.chance
    at = chance.randrange(len(text))
    digit = chance.randrange(10)
    odd = [0x6F0 + digit, 0x660 + digit, 0xFF10 + digit, 0x966 + digit, chance.randrange(0x10FFFF)]
    text[at] = chr(chance.choice(odd))
    return "".join(text)


def cut(passes: Passes) -> str:
    """The beginning or the end of a text, or a text and a half."""
    text, chance = passes.text(), passes.chance
    at = chance.randrange(1, len(text))
    return chance.choice([text[:at], text[at:], text + text[:at]])


def noise(passes: Passes) -> str:
    """Bytes by chance in the right number, with a right beginning or without."""
    content, chance = passes.content(), passes.chance
    kept = chance.choice([0, 15, len(content) - SIGNATURE])
    return written(bytes(content[:kept]) + chance.randbytes(len(content) - kept))


MUTATIONS: dict[str, Callable[[Passes], str]] = {
    **{f"a bit of the {field}": bit_in(field) for field in FIELDS},
    "another value": value_in_claims,
    "other heads": heads_changed,
    "parts of two passes": parts_of_two,
    "signed by another key": signed_by_another,
    "S and the order of the group": malleable,
    "another key id": key_id_changed,
    "bytes more or less": bytes_more_or_less,
    "other letters of the alphabet": letters_changed,
    "letters of any script": odd_letters,
    "cut": cut,
    "noise": noise,
}


def run(count: int, seed: int, tell: Callable[[int], None] = lambda _: None) -> Counter[str]:
    """How many mutations were refused with which code, by kind; those accepted under `ACCEPTED`."""
    passes, found = Passes(seed), Counter[str]()
    kinds = list(MUTATIONS.items())
    for number in range(count):
        name, mutate = kinds[number % len(kinds)]
        text = mutate(passes)
        while text in passes.known:  # a letter put in its own place
            text = mutate(passes)
        try:
            read(text, passes.keys)
        except TokenError as fault:
            found[f"{name}: {fault.code}"] += 1
        else:
            found[f"{name}: ACCEPTED"] += 1
        if number % 1000 == 999:
            tell(number + 1)
    return found


def main() -> int:
    """Mutate, count, and fail if one was accepted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with progress("mutated passes", asked.count) as tell:
        found = run(asked.count, asked.seed, tell)
    for name, number in sorted(found.items()):
        print(f"{number:>10,}  {name}")
    accepted = sum(n for name, n in found.items() if name.endswith("ACCEPTED"))
    print(f"{found.total():,} mutated passes, {accepted} accepted")
    return int(accepted > 0)


if __name__ == "__main__":
    sys.exit(main())
