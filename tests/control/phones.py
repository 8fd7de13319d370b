"""Phones as a test needs them: they scan, keep a chain, sign, and forget what a receipt names."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from safepassage.control.errors import NotKnownError
from safepassage.control.gates import Gates
from safepassage.control.receipts import is_signed
from safepassage.operate.event import NOBODY_BEFORE, batch_text, canonical, hash_of
from safepassage.store import open_store
from safepassage.store.beside import Beside
from safepassage.store.pen import Pen

DAWN = datetime(2021, 8, 20, 5, tzinfo=UTC)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, now: datetime = DAWN) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        """Let time go by."""
        self.now += timedelta(**span)


def open_gates(address: str, clock: Clock) -> tuple[Gates, Pen, Beside]:
    """The gates of a ledger; close what comes with them."""
    store, pen, beside = open_store(address), Pen(address), Beside(address)
    return Gates(store, pen, beside, clock), pen, beside


def pass_of(number: int) -> str:
    """The id of a pass."""
    return f"{number:032x}"


class Phone:
    """A phone at a gate."""

    def __init__(self, gates: Gates, place: str = "gate", station: str = "gate") -> None:
        self.gates, self.place, self.station = gates, place, station
        self.key = Ed25519PrivateKey.generate()
        secret = gates.link(place=place, station=station, by="desk").split("=")[1].split(".")[0]
        public = self.key.public_key().public_bytes_raw().hex()
        asked = json.dumps({"secret": secret, "public_key": public}).encode()
        self.id = gates.enrol(asked).id
        self.seq, self.prev = 0, NOBODY_BEFORE
        self.ahead = timedelta(0)
        self.unsent: list[dict[str, Any]] = []
        self.fates: dict[str, str] = {}
        self.reasons: dict[str, str] = {}

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
            "v": 1,
            "id": said.pop("id", hash_of(f"{self.id}/{number}")[:32]),
            "device": self.id,
            "seq": number,
            "prev": self.prev,
            "kind": kind,
            "at": at.isoformat().replace("+00:00", "Z"),
            "mono": number * 1000,
            "boot": "b00t",
            "server_time": None,
            "station": self.station,
            "place": self.place,
            "pass": None,
            "group": None,
            "heads": None,
            "expected": None,
            "reason": None,
            "lift": None,
            "to": None,
            "ack": None,
            **said,
        }

    def batch(self, events: Iterable[Any] | None = None) -> bytes:
        """The bytes that the phone sends."""
        sent = list(self.unsent if events is None else events)
        at = (self.gates.clock() + self.ahead).isoformat()
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

    def try_sync(self) -> None:
        """Send, whatever the server thinks of this phone."""
        with suppress(NotKnownError):
            self.sync()

    def settle(self, answer: dict[str, Any]) -> None:
        """Let go of what a rightly signed receipt names."""
        signed = canonical(answer["receipt"]).encode()
        assert is_signed(self.gates.signer.public_key, answer["signature"], signed)
        for result in answer["receipt"]["results"]:
            self.fates[result["id"]] = result["state"]
            self.reasons[result["id"]] = result["reason"]
        named = {result["id"] for result in answer["receipt"]["results"]}
        self.unsent = [event for event in self.unsent if event["id"] not in named]
