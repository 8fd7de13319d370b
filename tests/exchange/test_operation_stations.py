"""The stations of gate phones in an operation file: read as written, refused with the remedy."""

from __future__ import annotations

from datetime import timedelta

import pytest

from safepassage.exchange.operation_file import OperationFileError, read_operation
from safepassage.model.ids import PlaceId
from safepassage.model.place import PlaceKind
from safepassage.operate.stations import Stations
from tests.exchange.small_operation import SMALL

PHONES = """
gate_phones:
  list_good_for_h: 6
  stations:
    - {id: search, refuses: [security, other]}
    - {id: interview, refuses: []}
"""


def with_stations(stations: str, place: str = "gate") -> str:
    """The small file, in which a place has stations."""
    return SMALL.replace(f"    kind: {place}\n", f"    kind: {place}\n    stations: {stations}\n")


def test_a_gate_has_the_stations_that_the_file_gives_it_and_others_those_of_their_kind() -> None:
    text = with_stations("[gate, interview]") + PHONES
    stations = Stations.of(read_operation(text, "plan.yaml"))
    gate = PlaceId("gate")
    assert stations.offered(gate, PlaceKind.GATE, "gate") == ("gate", "interview")
    assert "search" in stations.offered(PlaceId("hkia"), PlaceKind.TERMINAL, "boarding")
    assert stations.refuses == {"search": ("security", "other"), "interview": ()}
    assert stations.list_good_for == timedelta(hours=6)
    assert (stations.may_be(gate, "search"), stations.may_be(PlaceId("hkia"), "search")) == (
        False,
        True,
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (with_stations("[gate, serach]"), "there is no station 'serach'.*search"),
        (with_stations("[]"), "the list is empty"),
        (with_stations("[gate, gate]"), "twice in the list"),
        (with_stations("[gate]", "town"), "no phone stands at a place of kind town"),
        (SMALL + PHONES.replace("security", "weather"), "'weather' is not one of the values"),
        (SMALL + PHONES.replace("interview", "search"), "'search' stands twice"),
        (SMALL + PHONES.replace(": 6", ": 0"), "above 0"),
        (SMALL + PHONES.replace(": 6", ": 400"), "at most 168"),
        (SMALL + PHONES.replace("refuses: []", "name: Interview"), "refuses.*is missing"),
    ],
)
def test_a_slip_is_said_with_its_line_and_the_remedy(text: str, said: str) -> None:
    with pytest.raises(OperationFileError, match=rf"(?s)line \d+.*{said}"):
        read_operation(text, "plan.yaml")
