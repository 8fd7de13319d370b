"""Reading passes: tokens a CPU second on one core, beside the bare signature check in the same run.

python -m benchmarks.tokens [--tokens 2000] [--rounds 7]

Rounds of ours and of the peers take turns, and each keeps its best: other programs of the machine
can only slow a round down.  The ceiling is `Ed25519PublicKey.verify` of the same library on the
same bytes.  Where pycose is installed, with a cbor2 below 6, it reads the same messages.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from time import process_time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.figures import HEADINGS, NUMERIC, Figure, Sense, cells, table
from safepassage.secure import base45
from safepassage.secure.token import (
    PREFIX,
    Claims,
    IssuingKey,
    gate_mark,
    new_pass_id,
    read,
    seal,
)

GOAL = 4_000  # tokens a second and core
START = datetime(2021, 8, 20, tzinfo=UTC)
Round = Callable[[], None]


def best_rates(rounds: dict[str, Round], size: int, times: int) -> dict[str, float]:
    """The best rate of each, in things a CPU second; they take turns."""
    found = dict.fromkeys(rounds, 0.0)
    for _ in range(times):
        for name, run in rounds.items():
            began = process_time()
            run()
            found[name] = max(found[name], size / (process_time() - began))
    return found


def claims_of(number: int) -> Claims:
    """A pass of two hours; every tenth for a large group."""
    begin = START + timedelta(minutes=number % 3000)
    return Claims(
        pass_id=new_pass_id(),
        gate=gate_mark(f"gate-{number % 9}"),
        valid_from=begin,
        valid_until=begin + timedelta(hours=2),
        heads=40 if number % 10 == 0 else 1 + number % 7,
    )


def with_pycose(public: bytes, texts: Sequence[str]) -> Round:
    """The same messages decoded and checked by pycose, base45 by ours."""
    from pycose.keys import OKPKey
    from pycose.keys.curves import Ed25519
    from pycose.messages import Sign1Message

    key = OKPKey(crv=Ed25519, x=public)

    def run() -> None:
        for text in texts:
            message = Sign1Message.decode(base45.decode(text[len(PREFIX) :]))
            message.key = key
            if not message.verify_signature():
                raise AssertionError("pycose refuses a good pass")

    return run


def rounds_of(size: int) -> dict[str, Round]:
    """What takes turns: reading, issuing, their ceilings, and pycose where it is installed."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    issuing = IssuingKey(public, START, START + timedelta(hours=72))
    keys = {issuing.key_id: issuing}
    passes = [claims_of(number) for number in range(size)]
    texts = [seal(each, key) for each in passes]
    message = bytes(76)  # as long as what a pass signs
    signature, verify = key.sign(message), key.public_key().verify
    found = {
        "read": each_of(texts, lambda text: read(text, keys)),
        "verify": each_of(texts, lambda _: verify(signature, message)),
        "seal": each_of(passes, lambda each: seal(each, key)),
        "sign": each_of(passes, lambda _: key.sign(message)),
    }
    if find_spec("pycose") is not None:
        found["pycose"] = with_pycose(public, texts)
    return found


def each_of(things: Sequence[Any], do: Callable[[Any], object]) -> Round:
    """A round that does something with each of them."""

    def run() -> None:
        for each in things:
            do(each)

    return run


def measured(size: int, times: int) -> list[Figure]:
    """Reading and issuing, each beside its ceiling."""
    rates = best_rates(rounds_of(size), size, times)
    peers = {"verify": "bare Ed25519 verify", "pycose": "pycose, decode and verify"}
    figures = [
        Figure(
            part="tokens",
            what="passes read and checked",
            value=rates["read"],
            unit="/CPU s",
            goal=GOAL if peer == "verify" else None,
            sense=Sense.AT_LEAST,
            peer=said,
            peer_value=rates[peer],
        )
        for peer, said in peers.items()
        if peer in rates
    ]
    issued = Figure(
        part="tokens",
        what="passes issued",
        value=rates["seal"],
        unit="/CPU s",
        peer="bare Ed25519 sign",
        peer_value=rates["sign"],
    )
    return [*figures, issued]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=2000, help="in a round")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    figures = measured(asked.tokens, asked.rounds)
    print(table([cells(figure) for figure in figures], HEADINGS, NUMERIC))
    return int(any(figure.is_met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
