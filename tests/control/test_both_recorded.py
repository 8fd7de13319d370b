"""A phone and a desk write down the same heads for one lift: found, owned, counted once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from safepassage.control.departing import Departing
from safepassage.control.gates import Gates
from safepassage.control.office import PenBooks
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import GroupId, PlaceId
from safepassage.model.notation import read_facts
from safepassage.model.place import OUTSIDE
from safepassage.operate.boarding import Boarders
from safepassage.operate.step import Why
from safepassage.report.checks import run_checks
from safepassage.store import open_store
from tests.control.phones import DAWN, Clock, Phone, open_gates, pass_of

FIELD = """
    2021-08-20
    04:00 place gate gate
    04:00 place hall terminal
    04:00 place doha haven
    04:00 lift reach-1 own-military 300 hall > doha
"""
LIFT, FAMILY = PlaceId("reach-1"), GroupId("fam-9")
PASS: dict[str, Any] = {"pass": pass_of(9), "group": "fam-9", "expected": 5}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gates(tmp_path: Path, clock: Clock) -> Iterator[Gates]:
    address = str(tmp_path / "ledger.db")
    with open_store(address, writer=True) as writing:
        writing.append(read_facts(FIELD), source="test", recorded_at=DAWN)
    found, pen, beside = open_gates(address, clock)
    with closing(found), closing(pen), closing(beside):
        yield found


@pytest.fixture
def desk(gates: Gates, clock: Clock) -> Departing:
    return Departing(PenBooks(gates._store.ledger, gates.pen, clock, "desk/boarding-1"), clock)


def heads(desk: Departing) -> dict[str, int]:
    with desk.books.ledger() as ledger:
        stock = ledger.stock(desk.clock())
    return {place: n for (place, _), n in stock.items() if place != OUTSIDE and n}


def doubts(desk: Departing) -> list[tuple[str, int]]:
    with desk.books.ledger() as ledger:
        found = run_checks(ledger, desk.clock())
    return [(d.subject, d.heads) for d in found if d.check == "recorded-by-both"]


def boarded_by(gates: Gates, desk: Departing, clock: Clock, phone: int, by_desk: int) -> None:
    """The family came through the gate; its phone at the door is heard after the desk wrote."""
    at_gate, at_door = Phone(gates), Phone(gates, "hall", "boarding", lift=LIFT)
    at_gate.scan(heads=5, **PASS)
    at_gate.sync()
    clock.wait(minutes=10)
    at_door.scan("board", heads=phone, lift=LIFT, **PASS)
    desk.board(LIFT, Boarders(group=FAMILY, heads=by_desk), token="t1")
    clock.wait(minutes=1)
    at_door.sync()


@pytest.mark.parametrize(("phone", "by_desk"), [(5, 5), (5, 2)])
def test_what_both_recorded_is_a_doubt_until_somebody_says_that_they_are_the_same(
    gates: Gates, desk: Departing, clock: Clock, phone: int, by_desk: int
) -> None:
    boarded_by(gates, desk, clock, phone, by_desk)
    assert heads(desk)["reach-1"] == phone + by_desk
    assert doubts(desk) == [("reach-1/fam-9/on", by_desk)]
    desk.count_once(LIFT, FAMILY, token="t2")
    assert desk.count_once(LIFT, FAMILY, token="t2").is_known
    assert heads(desk) == {"reach-1": 5}
    assert doubts(desk) == []
    with pytest.raises(BadQuestionError, match="nothing was counted twice"):
        desk.count_once(LIFT, FAMILY, token="t3")


def test_two_halves_of_a_family_by_phone_and_desk_are_no_doubt(
    gates: Gates, desk: Departing, clock: Clock
) -> None:
    with gates.pen.borrowed() as store:
        said = "2021-08-20\n04:10 group fam-9: a b c d e as g9"
        store.append(read_facts(said), source="test", recorded_at=DAWN)
    boarded_by(gates, desk, clock, 3, 2)
    assert doubts(desk) == []
    assert heads(desk)["reach-1"] == 5


def test_a_band_that_boards_by_phone_and_at_the_desk_is_one_band(
    gates: Gates, desk: Departing, clock: Clock
) -> None:
    band = GroupId("band-KM04217T")
    at_gate, at_door = Phone(gates), Phone(gates, "hall", "boarding", lift=LIFT)
    at_gate.scan("walkup", group=band, heads=2)
    at_gate.sync()
    clock.wait(minutes=10)
    at_door.scan("board", group=band, heads=2, lift=LIFT)
    at_door.sync()
    assert heads(desk) == {"reach-1": 2}
    more = {Why.ALREADY_ABOARD}
    desk.board(LIFT, Boarders(group=band, heads=2), token="t1", acknowledged=more)
    assert doubts(desk) == [(f"reach-1/{band}/on", 2)]
    desk.count_once(LIFT, band, token="t2")
    assert heads(desk) == {"reach-1": 2}
