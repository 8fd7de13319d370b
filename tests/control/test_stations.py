"""The stations of an operation reach phones with their list, and hubs with what they borrow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from safepassage.control.gates import Gates
from safepassage.control.stations import OPERATION, from_plain, keep_lent
from safepassage.exchange.operation_file import read_operation
from safepassage.model.errors import InvalidFactError
from safepassage.model.operation import opening_facts
from safepassage.store import open_store
from safepassage.store.gate_devices import DeviceKind
from tests.control.phones import DAWN, Clock, Phone, open_gates
from tests.exchange.test_operation_stations import PHONES, with_stations

FILE = with_stations("[gate, interview]") + PHONES


@contextmanager
def opened(address: str) -> Iterator[Gates]:
    found, pen, beside = open_gates(address, Clock())
    with closing(found), closing(pen), closing(beside):
        yield found


@pytest.fixture
def gates(tmp_path: Path) -> Iterator[Gates]:
    address = str(tmp_path / "ledger.db")
    with open_store(address, writer=True) as writing:
        writing.put_document(OPERATION, FILE, recorded_at=DAWN)
        writing.append(
            opening_facts(read_operation(FILE, "plan"), DAWN), source="test", recorded_at=DAWN
        )
    with opened(address) as found:
        yield found


def told(gates: Gates, place: str, station: str) -> dict[str, Any]:
    phone = Phone(gates, place, station)
    known: dict[str, Any] = gates.knowledge(gates.known(phone.id))[0]["knowledge"]
    return known


def test_a_phone_is_told_its_stations_their_reasons_and_how_long_its_list_is_good(
    gates: Gates,
) -> None:
    at_gate = told(gates, "gate", "gate")
    assert at_gate["stations"] == ["gate", "interview"]
    assert at_gate["refuses"] == {"interview": []}
    assert at_gate["good_for_s"] == 6 * 3600
    inside = told(gates, "hkia", "boarding")
    assert inside["refuses"] == {"search": ["security", "other"]}


def test_a_phone_is_not_put_to_a_station_that_its_place_does_not_have(gates: Gates) -> None:
    with pytest.raises(InvalidFactError, match=r"no station .search., only gate, interview"):
        gates.link(place="gate", station="search", by="desk-1")


def test_a_hub_tells_its_phones_what_the_main_server_lent(gates: Gates, tmp_path: Path) -> None:
    link = gates.link(place="gate", station="gate", by="desk-1", kind=DeviceKind.HUB)
    asked = {"secret": link[6:].partition(".")[0], "public_key": bytes(32).hex()}
    lent = gates.lending(gates.enrol(json.dumps(asked).encode()))["lending"]
    with open_store(str(tmp_path / "hub.db"), writer=True) as writing:
        keep_lent(writing, lent["stations"], DAWN)
    with opened(str(tmp_path / "hub.db")) as hub:
        assert told(hub, "gate", "gate")["refuses"] == {"interview": []}
        assert told(hub, "gate", "gate")["good_for_s"] == 6 * 3600


@pytest.mark.parametrize("plain", [{}, {"at": [], "refuses": {}, "good_for_s": None}])
def test_what_cannot_be_read_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises(InvalidFactError, match="cannot be read"):
        from_plain(plain)
