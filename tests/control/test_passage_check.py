"""The ways of passes computed again from what phones said: one that was changed is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from safepassage.cli.check import app
from safepassage.control.gates import Gates
from safepassage.control.passage_check import passage_faults
from safepassage.store import open_store
from safepassage.store.beside import Beside
from safepassage.store.gate_tables import gate_passage
from tests.control.phones import Clock, Phone, open_gates, pass_of

FAMILY: dict[str, Any] = {"pass": pass_of(9), "group": "fam-9", "heads": 5, "expected": 5}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, Gates, Beside]]:
    """A family that two phones saw, the earlier of them heard last; and a band."""
    address, clock = str(tmp_path / "ledger.db"), Clock()
    open_store(address, writer=True).close()
    with ExitStack() as stack:
        gates, pen, beside = open_gates(address, clock)
        for each in (gates, pen, beside):
            stack.callback(each.close)
        early, late, door = (
            Phone(gates, "abbey"),
            Phone(gates, "east"),
            Phone(gates, "hall", "boarding", lift="reach-1"),
        )
        early.scan(**FAMILY)
        early.scan("walkup", heads=2, group="band-x7k2pq")
        clock.wait(minutes=5)
        late.scan(**FAMILY)
        clock.wait(minutes=5)
        door.scan("board", **{**FAMILY, "heads": 4})
        for phone in (late, door, early):
            phone.sync()
        pen.close()
        yield address, gates, beside


def faults(gates: Gates) -> list[str]:
    with gates.pen.borrowed() as store, store.ledger() as ledger:
        return list(passage_faults(ledger))


def test_what_was_heard_late_and_corrected_is_sound(site: tuple[str, Gates, Beside]) -> None:
    _, gates, _ = site
    assert faults(gates) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"again": 1}, "and the fold of all makes it"),
        ({"moves": "[]"}, "nobody moved, 0 seen again, and the ledger has 5 outside > abbey"),
        ({"instant": 0}, "kept otherwise than its phone said it"),
        ({"subject": pass_of(8)}, "kept otherwise than its phone said it"),
    ],
)
def test_a_way_that_was_changed_behind_the_program_s_back_is_told(
    site: tuple[str, Gates, Beside], change: dict[str, Any], said: str
) -> None:
    address, gates, beside = site
    row = gate_passage.c
    with beside.writing() as connection:
        changed = update(gate_passage).where(row.subject == FAMILY["pass"], row.instant > 0)
        query = gate_passage.select().where(row.subject == FAMILY["pass"])
        first = connection.execute(query.order_by(row.instant)).first()
        assert first is not None
        connection.execute(changed.where(row.event == first.event).values(**change))
    assert any(said in fault for fault in faults(gates))
    gates.pen.close()
    told = CliRunner().invoke(app, ["--store", address])
    assert told.exit_code == 1
    assert f"passages: sighting {first.event}" in told.stdout
    assert "restore them" not in told.stdout  # an export does not hold what phones said


def test_a_recorded_sighting_without_a_way_is_told(site: tuple[str, Gates, Beside]) -> None:
    _, gates, beside = site
    with beside.writing() as connection:
        connection.execute(gate_passage.delete().where(gate_passage.c.subject == "band-x7k2pq"))
    (fault,) = faults(gates)
    assert "no way of a pass has it" in fault
