"""What a running server needs to be told; everything else it finds in the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from safepassage.control.gates import Gates
from safepassage.model.claim import Claim
from safepassage.model.ledger import Ledger
from safepassage.model.operation import Operation
from safepassage.model.published import PublishedTotal
from safepassage.planner.planner import Planner
from safepassage.planner.signing import Signing
from safepassage.registrar import Registrar
from safepassage.secure.password import SIGN_IN
from safepassage.secure.unlock import STRONG, Cost
from safepassage.secure.vault import Vault
from safepassage.store.pen import Pen
from safepassage.store.protection import Protection
from safepassage.web.calling import CallDesk


class Records(Protocol):
    """What the desks read: a ledger that may grow while they look, and what it is about."""

    def position(self) -> int:
        """The sequence number of the newest entry; cheap, asked every second."""

    def ledger(self) -> AbstractContextManager[Ledger]:
        """The ledger as it stands now, until the context ends."""

    def operation(self) -> Operation:
        """The operation that the ledger belongs to."""

    def operation_text(self) -> str:
        """The text of its file."""

    def claims(self) -> Sequence[Claim]:
        """What others said about it."""

    def published_totals(self) -> Sequence[PublishedTotal]:
        """The running totals that others published."""


def utc_now() -> datetime:
    """The clock of this machine; the only place in the desks that reads it."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the desks are reached and how long they trust somebody."""

    records: Records
    origin: str  # scheme, host and port as the browser sees them: http://127.0.0.1:8800
    sessions_path: Path | None = None  # of printed links; None: they end with the process
    protection: Protection | None = None  # accounts; None: the printed link is the only way in
    register: Callable[[Vault], Registrar] | None = None  # None: these desks keep no register
    pen: Pen | None = None  # to record facts with; None: these desks only read the ledger
    gates: Gates | None = None  # None: no phone reports to these desks
    calls: CallDesk | None = None  # None: these desks call nobody
    planner: Planner | None = None  # None: these desks keep no plans
    signing: Signing | None = None  # None: these desks publish no plans
    sign_in_cost: Cost = SIGN_IN
    unlock_cost: Cost = STRONG
    clock: Callable[[], datetime] = utc_now
    link_valid: timedelta = timedelta(minutes=15)
    session_valid: timedelta = timedelta(hours=12)
    register_idle: timedelta = timedelta(hours=1)  # then the register locks itself
    poll_seconds: float = 1.0
    heartbeat_seconds: float = 15.0
    hosts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hosts", hosts_of(self.origin))

    @property
    def secure(self) -> bool:
        """Whether the browser comes by https, so that cookies may insist on it."""
        return urlsplit(self.origin).scheme == "https"

    @property
    def port(self) -> int:
        """The port that the browser uses."""
        parts = urlsplit(self.origin)
        return parts.port or (443 if self.secure else 80)


def hosts_of(origin: str) -> frozenset[str]:
    """The values of a Host header that mean this server.

    A page elsewhere can point a name of its own at this machine (DNS rebinding); the browser then
    sends that name, and it is not among these.
    """
    parts = urlsplit(origin)
    names = {parts.hostname or ""}
    if names & {"127.0.0.1", "localhost", "::1"}:
        names = {"127.0.0.1", "localhost", "::1"}
    shown = {f"[{name}]" if ":" in name else name for name in names}
    if parts.port is None:
        return frozenset(shown)
    return frozenset(f"{name}:{parts.port}" for name in shown)
