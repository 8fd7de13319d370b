"""The desks in this process, signed in or not, with a clock that a test may move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from safepassage.web.app import create_app
from safepassage.web.settings import Settings
from tests.web.airlift import NOON, InMemory

ORIGIN = "http://127.0.0.1:8800"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, time: timedelta) -> None:
        self.at += time


@dataclass
class Desks:
    """A running set of desks and a browser-like client that has not signed in."""

    app: FastAPI
    client: TestClient
    clock: Clock
    records: InMemory

    def link(self) -> str:
        code: str = self.app.state.desk.links.issue()
        return code

    def sign_in(self) -> None:
        answer = self.client.post("/sign-in", data={"code": self.link()})
        assert answer.status_code == 200, answer.text


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    """The desks of a small airlift at noon, nobody signed in."""
    clock, records = Clock(NOON), InMemory()
    settings = Settings(
        records=records,
        origin=ORIGIN,
        clock=clock,
        sessions_path=tmp_path / "state" / "sessions.json",
        poll_seconds=0.05,
    )
    app = create_app(settings)
    headers = {"Origin": ORIGIN, "Accept": "text/html"}
    with TestClient(app, base_url=ORIGIN, headers=headers) as client:
        yield Desks(app, client, clock, records)


@pytest.fixture
def signed_in(desks: Desks) -> Desks:
    """The same, with a session."""
    desks.sign_in()
    return desks
