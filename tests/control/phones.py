"""Phones as a test needs them, and the gates that they speak to: here, or behind a network."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from safepassage.cli.demo_phone import Phone
from safepassage.control.gates import Gates
from safepassage.store import open_store
from safepassage.store.beside import Beside
from safepassage.store.pen import Pen

__all__ = ["DAWN", "Clock", "Enrolled", "Phone", "Remote", "open_gates", "pass_of"]

DAWN = datetime(2021, 8, 20, 5, tzinfo=UTC)
PATIENCE = 120  # seconds; a machine may have much else to do


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


@dataclass(frozen=True)
class Enrolled:
    """What a server answered to a phone that enrolled."""

    id: str
    told: dict[str, Any]


class Remote:
    """The gates of a server process, as a phone reaches them; its desk makes links here."""

    def __init__(self, origin: str, gates: Gates) -> None:
        self.origin, self.clock = origin, gates.clock
        self.link, self.signer = gates.link, gates.signer

    def enrol(self, body: bytes) -> Enrolled:
        told = self.post("enrol", body)
        return Enrolled(told["device"], told)

    def knowledge(self, device: Enrolled) -> tuple[dict[str, Any], str]:
        """As it came with the enrolment."""
        return device.told, ""

    def take_events(self, body: bytes) -> dict[str, Any]:
        return self.post("events", body)

    def post(self, what: str, body: bytes) -> dict[str, Any]:
        connection = http.client.HTTPConnection(urlsplit(self.origin).netloc, timeout=PATIENCE)
        headers = {"Origin": self.origin, "Content-Type": "application/json"}
        with closing(connection):  # also when the server is killed before it answers
            connection.request("POST", f"/gate/api/{what}", body=body, headers=headers)
            with closing(connection.getresponse()) as response:
                answer: dict[str, Any] = json.loads(response.read())
        assert response.status == 200, answer
        return answer
