"""A phone of the demo: it decides alone, keeps what it saw as a chain, signs it, and lets go of
what a signed receipt names.  A real one is `gate_app/`; this one speaks the same way to the same
door.  The tests of that door work with it as well."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from safepassage.control.receipts import Signer, is_signed
from safepassage.model.instant import format_instant
from safepassage.operate.admission import Admission, Here, Scan, decide
from safepassage.operate.event import NOBODY_BEFORE, batch_text, canonical, hash_of
from safepassage.operate.knowledge import Knowledge, read_knowledge
from safepassage.operate.stations import BOARDING, GATE, RECEPTION

UNCERTAIN = timedelta(seconds=5)
KINDS = {GATE: "admit", BOARDING: "board", RECEPTION: "alight"}
_LEFT_EMPTY = ("server_time", "pass", "group", "heads", "expected", "reason", "lift", "to", "ack")


class Door(Protocol):
    """The gates of a server: `control.gates.Gates`, or one that is reached over a network."""

    clock: Callable[[], datetime]

    @property
    def signer(self) -> Signer:
        """Whose receipts count."""

    def link(self, *, place: str, station: str, by: str) -> str:
        """What stands behind the ``#`` of an enrolment link."""

    def enrol(self, body: bytes) -> Any:
        """The device that a phone then is."""

    def knowledge(self, device: Any) -> tuple[dict[str, Any], str]:
        """What a device is told, signed, and a tag."""

    def take_events(self, body: bytes) -> dict[str, Any]:
        """Take in a batch; the signed receipt."""


class Phone:
    """A phone at a place, enrolled with a link that works once.

    At the gate it admits; at a lift's door it boards.  `ahead`: how far its clock is.
    """

    def __init__(
        self,
        gates: Door,
        place: str = "gate",
        station: str = GATE,
        *,
        by: str = "desk",
        lift: str | None = None,
    ) -> None:
        self.gates, self.place, self.station, self.lift = gates, place, station, lift
        self.key = Ed25519PrivateKey.generate()
        link = gates.link(place=place, station=station, by=by)
        asked = {
            "secret": link.partition("=")[2].partition(".")[0],
            "public_key": self.key.public_key().public_bytes_raw().hex(),
        }
        self._device = gates.enrol(json.dumps(asked).encode())
        self.id: str = self._device.id
        self.seq, self.prev = 0, NOBODY_BEFORE
        self.ahead = timedelta(0)
        self.unsent: list[dict[str, Any]] = []
        self.fates: dict[str, str] = {}  # what receipts said of each event
        self.reasons: dict[str, str] = {}
        self._admitted: dict[str, int] = {}

    @cached_property
    def knowledge(self) -> Knowledge:
        """What it was told when it first asked; it never asks again."""
        document, _ = self.gates.knowledge(self._device)
        return read_knowledge(document["knowledge"])

    def show(self, token: str, present: int | None = None) -> Admission:
        """A pass is shown; when it turns green, that is written down before it is said."""
        here = Here(
            station=self.station,
            now=self.gates.clock() + self.ahead,
            uncertain=UNCERTAIN,
            admitted=self._admitted,
            present=present,
        )
        decided = decide(Scan(text=token), self.knowledge, here)
        if decided.colour == "green" and decided.pass_id is not None:
            heads = present or decided.expected or 1
            self._admitted[decided.pass_id] = self._admitted.get(decided.pass_id, 0) + heads
            about = {"group": decided.group, "heads": heads, "expected": decided.expected}
            self.scan(KINDS[self.station], **about, **{"pass": decided.pass_id})
        return decided

    def scan(self, kind: str = "admit", **said: Any) -> dict[str, Any]:
        """Something happened here; it is kept until a receipt names it."""
        event = self.event(kind, **said)
        self.seq, self.prev = event["seq"], hash_of(canonical(event))
        self.unsent.append(event)
        return event

    def event(self, kind: str, **said: Any) -> dict[str, Any]:
        """An event as the phone would write it next."""
        at = said.pop("at", self.gates.clock()) + self.ahead
        number = self.seq + 1
        return {
            **dict.fromkeys(_LEFT_EMPTY),
            "v": 1,
            "id": hash_of(f"{self.id}/{number}")[:32],
            "device": self.id,
            "seq": number,
            "prev": self.prev,
            "kind": kind,
            "at": format_instant(at),
            "mono": number * 1000,
            "boot": "b00t",
            "station": self.station,
            "place": self.place,
            "lift": self.lift,
            **said,
        }

    def batch(self, events: Iterable[Any] | None = None) -> bytes:
        """The bytes that the phone sends."""
        sent = list(self.unsent if events is None else events)
        at = format_instant(self.gates.clock() + self.ahead)
        text = batch_text(self.id, at, [hash_of(canonical(event)) for event in sent])
        signature = base64.urlsafe_b64encode(self.key.sign(text)).rstrip(b"=").decode()
        body = {"device": self.id, "events": sent, "sent_at": at, "signature": signature}
        return json.dumps(body).encode()

    def sync(self, *, lost: bool = False) -> dict[str, Any]:
        """Send what was not sent; `lost`: the answer never arrives, and everything is kept."""
        answer = self.gates.take_events(self.batch())
        if not lost:
            self.settle(answer)
        receipt: dict[str, Any] = answer["receipt"]
        return receipt

    def settle(self, answer: dict[str, Any]) -> None:
        """Let go of what a receipt names.

        Raises:
            ValueError: another server signed it; everything is kept.
        """
        receipt, public_key = answer["receipt"], self.gates.signer.public_key
        if not is_signed(public_key, answer["signature"], canonical(receipt).encode()):
            raise ValueError("another server signed this receipt")
        for result in receipt["results"]:
            self.fates[result["id"]] = result["state"]
            self.reasons[result["id"]] = result["reason"]
        self.unsent = [event for event in self.unsent if event["id"] not in self.fates]
