"""A phone of the demo: it decides alone, keeps what it saw as a chain, signs it, and lets go of
what a receipt names.  A real one is `gate_app/`; this one speaks the same way to the same door."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from safepassage.control.gates import Gates
from safepassage.model.instant import format_instant
from safepassage.operate.admission import Admission, Here, Scan, decide
from safepassage.operate.event import NOBODY_BEFORE, batch_text, canonical, hash_of
from safepassage.operate.knowledge import read_knowledge
from safepassage.operate.stations import BOARDING, GATE

UNCERTAIN = timedelta(seconds=5)


class Phone:
    """A phone at a place, enrolled with a link that works once; without a network from then on.

    At the gate it admits; at a lift's door it boards.
    """

    def __init__(self, gates: Gates, place: str, by: str, lift: str | None = None) -> None:
        self._gates, self._place, self._lift = gates, place, lift
        self._station = BOARDING if lift else GATE
        self._key = Ed25519PrivateKey.generate()
        self._seq, self._prev = 0, NOBODY_BEFORE
        link = gates.link(place=place, station=self._station, by=by)
        asked = {
            "secret": link.partition("=")[2].partition(".")[0],
            "public_key": self._key.public_key().public_bytes_raw().hex(),
        }
        device = gates.enrol(json.dumps(asked).encode())
        self.id = device.id
        document, _ = gates.knowledge(device)
        self._knowledge = read_knowledge(document["knowledge"])
        self._admitted: dict[str, int] = {}
        self.unsent: list[dict[str, Any]] = []

    def show(self, token: str, present: int | None = None) -> Admission:
        """A pass is shown; when it turns green, that is written down before it is said."""
        here = Here(
            station=self._station,
            now=self._gates.clock(),
            uncertain=UNCERTAIN,
            admitted=self._admitted,
            present=present,
        )
        decided = decide(Scan(text=token), self._knowledge, here)
        if decided.colour == "green" and decided.pass_id is not None:
            heads = present or decided.expected or 1
            self._admitted[decided.pass_id] = self._admitted.get(decided.pass_id, 0) + heads
            self._write_down(decided, heads)
        return decided

    def sync(self) -> dict[str, Any]:
        """Send what was not sent; the receipt."""
        sent_at = format_instant(self._gates.clock())
        text = batch_text(self.id, sent_at, [hash_of(canonical(event)) for event in self.unsent])
        signature = base64.urlsafe_b64encode(self._key.sign(text)).rstrip(b"=").decode()
        body = {"device": self.id, "events": self.unsent, "sent_at": sent_at}
        answer = self._gates.take_events(json.dumps({**body, "signature": signature}).encode())
        receipt: dict[str, Any] = answer["receipt"]
        named = {result["id"] for result in receipt["results"]}
        self.unsent = [event for event in self.unsent if event["id"] not in named]
        return receipt

    def _write_down(self, decided: Admission, heads: int) -> None:
        self._seq += 1
        nothing = dict.fromkeys(("server_time", "reason", "to", "ack"))
        event = nothing | {
            "v": 1,
            "id": hash_of(f"{self.id}/{self._seq}")[:32],
            "device": self.id,
            "seq": self._seq,
            "prev": self._prev,
            "kind": "board" if self._lift else "admit",
            "at": format_instant(self._gates.clock()),
            "mono": self._seq * 1000,
            "boot": "demo",
            "station": self._station,
            "place": self._place,
            "pass": decided.pass_id,
            "group": decided.group,
            "heads": heads,
            "expected": decided.expected,
            "lift": self._lift,
        }
        self._prev = hash_of(canonical(event))
        self.unsent.append(event)
