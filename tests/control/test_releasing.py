"""Out of quarantine: an officer decides once, it is written down, and nothing is counted twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from safepassage.cli.check import app as check
from safepassage.cli.gate import app as gate
from safepassage.control.errors import NotKnownError
from safepassage.control.gates import Gates
from safepassage.control.passage_check import passage_faults
from safepassage.control.releasing import Dismissal, ReleaseDesk, ReleaseRefusedError
from safepassage.model.errors import BadQuestionError
from safepassage.secure.audit import Kind
from safepassage.store.protection import Protection
from tests.control.phones import Clock, Phone, open_gates, pass_of
from tests.control.test_syncing import heads

FAMILY: dict[str, Any] = {"pass": pass_of(9), "group": "fam-9", "heads": 5, "expected": 5}


class Office:
    """The gates of a ledger and the officer who decides."""

    def __init__(self, address: str, gates: Gates, clock: Clock, protection: Protection) -> None:
        self.address, self.gates, self.clock, self.protection = address, gates, clock, protection
        self.desk = ReleaseDesk(gates, protection, "gate-officer-1")

    def audited(self) -> list[tuple[str, str, dict[str, str | int]]]:
        kinds = {Kind.EVENT_RELEASED, Kind.EVENT_DISMISSED}
        found = [link.entry for link in self.protection.trail.page(limit=100)]
        return [(e.kind.value, e.account, dict(e.detail)) for e in found if e.kind in kinds]

    def is_sound(self) -> bool:
        with self.gates.pen.borrowed() as store, store.ledger() as ledger:
            return store.check().is_sound and list(passage_faults(ledger)) == []


@pytest.fixture
def office(address: str) -> Iterator[Office]:
    clock = Clock()
    with ExitStack() as stack:
        gates, pen, beside = open_gates(address, clock)
        for each in (gates, pen, beside):
            stack.callback(each.close)
        protection = stack.enter_context(Protection(address, clock))
        yield Office(address, gates, clock, protection)


def test_a_scan_from_the_future_is_released_at_the_instant_that_an_officer_says(
    office: Office,
) -> None:
    phone = Phone(office.gates)
    phone.scan(**FAMILY, at=office.clock() + timedelta(days=1))
    phone.sync()
    (held,) = office.desk.waiting()
    assert (held.reason, held.device, held.event and held.event.heads) == (
        "from-the-future",
        phone.id,
        5,
    )
    with pytest.raises(ReleaseRefusedError, match="say when it did"):
        office.desk.release(held.number)
    office.clock.wait(minutes=10)
    happened = office.clock() - timedelta(minutes=8)
    assert office.desk.release(held.number, happened)
    assert not office.desk.release(held.number, happened)  # again: nothing
    assert heads(office.gates) == {"gate": 5}
    assert office.desk.waiting() == []
    assert office.gates.devices.heard()[phone.id].quarantined == 0
    about = {"event": held.number, "reason": "from-the-future"}
    assert office.audited() == [("event-released", "gate-officer-1", about)]
    assert office.is_sound()


def test_what_a_revoked_phone_saw_is_counted_once_with_what_others_saw(office: Office) -> None:
    lost, other = Phone(office.gates, "abbey"), Phone(office.gates, "east")
    lost.scan(**FAMILY)
    office.clock.wait(minutes=5)
    other.scan(**FAMILY)
    other.sync()
    office.gates.devices.revoke(lost.id)
    sent = lost.batch()
    with pytest.raises(NotKnownError, match="revoked"):
        lost.sync()
    (held,) = office.desk.waiting()
    office.desk.release(held.number)
    assert heads(office.gates) == {"abbey": 5}  # it saw them first
    assert office.is_sound()
    with pytest.raises(NotKnownError, match="revoked"):
        office.gates.take_events(sent)
    assert heads(office.gates) == {"abbey": 5}
    assert office.desk.waiting() == []


def test_an_event_that_cannot_be_read_is_only_dismissed_and_that_stays(office: Office) -> None:
    phone = Phone(office.gates)
    phone.unsent = [phone.event("teleport", **FAMILY)]
    phone.sync()
    (held,) = office.desk.waiting()
    assert not held.is_readable
    assert "teleport" in held.fault
    with pytest.raises(ReleaseRefusedError, match="record at a desk"):
        office.desk.release(held.number)
    assert office.desk.dismiss(held.number, Dismissal.KEYED_BY_HAND)
    assert not office.desk.dismiss(held.number, Dismissal.KEYED_BY_HAND)
    with pytest.raises(ReleaseRefusedError, match=r"dismissed \(keyed-by-hand\) by gate-officer-1"):
        office.desk.dismiss(held.number, Dismissal.DRILL)
    assert [kind for kind, _, _ in office.audited()] == ["event-dismissed"]
    assert heads(office.gates) == {}


def test_an_id_that_was_taken_is_never_released_and_no_recorded_event_is(office: Office) -> None:
    phone = Phone(office.gates)
    event = phone.scan(**FAMILY)
    phone.sync()
    phone.unsent = [event | {"heads": 4}]
    phone.sync()
    (held,) = office.desk.waiting()
    with pytest.raises(ReleaseRefusedError, match="id of another"):
        office.desk.release(held.number)
    with pytest.raises(BadQuestionError, match="no event 1 is in quarantine"):
        office.desk.release(1)


def test_it_is_done_at_the_command_line_and_the_check_no_longer_tells_it(office: Office) -> None:
    phone = Phone(office.gates)
    phone.scan(**FAMILY, at=office.clock() + timedelta(days=1))
    phone.scan("count", heads=5, at=office.clock() + timedelta(days=1))
    phone.sync()
    office.gates.pen.close()

    def typed(app: Any, *words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--store", office.address])
        assert done.exit_code == 0, f"{done.output} {done.exception!r}"
        return str(done.stdout)

    first, second = json.loads(typed(gate, "quarantine", "--json"))
    assert "5 at gate" in typed(gate, "quarantine")
    assert typed(check).count("in quarantine: from-the-future") == 2
    when = ("--at", "2021-08-20T05:01Z")
    assert "is in the ledger" in typed(gate, "release", str(first["number"]), *when)
    assert "since before" in typed(gate, "release", str(first["number"]), *when)
    typed(gate, "dismiss", str(second["number"]), "--reason", "drill")
    assert "in quarantine" not in typed(check)
    assert "Nothing of the gates" in typed(gate, "quarantine")
