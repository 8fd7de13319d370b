"""The question on which most depends comes first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from safepassage.model.fold import Transfer
from safepassage.model.ids import CategoryId, EntryId, ListId, PersonId, PlaceId, RecordId
from safepassage.model.movement import Phase
from safepassage.register.record import Born, Precision, Protection, Reading, Record
from safepassage.registrar.stakes import stakes_of, value_of

NOW = datetime(2021, 8, 20, 12, tzinfo=UTC)


def record(**said: object) -> Record:
    return Record(id=RecordId("r-1"), list=ListId("list-a"), row=1, **said)  # type: ignore[arg-type]


def born(year: int) -> Born:
    day = date(year, 8, 21)
    return Born(day.isoformat(), Precision.DAY, (Reading(day, day),))


def moved(phase: Phase, hours_ago: float) -> Transfer:
    return Transfer(
        instant=NOW - timedelta(hours=hours_ago),
        entry=EntryId("scan-1"),
        from_place=PlaceId("town"),
        to_place=PlaceId("gate-1"),
        heads=1,
        category=CategoryId("evacuee"),
        phase=phase,
        seen=True,
        person=PersonId("p-1"),
        group=None,
    )


def stakes(
    *records: Record, journeys: tuple[Transfer, ...] = (), **more: object
) -> tuple[str, ...]:
    given: dict[str, object] = {"is_one_family": False, "deadline": None} | more
    return stakes_of(records, journeys, gates=frozenset({"gate-1"}), now=NOW, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (stakes(record()), ()),
        (stakes(record(born=born(2003))), ("minor",)),
        (stakes(record(born=born(2002))), ()),
        (stakes(record(protection=frozenset({Protection.AT_RISK}))), ("protection",)),
        (stakes(record(), is_one_family=True), ("one-family",)),
        (stakes(record(), journeys=(moved(Phase.POSTED, 3),)), ("at-gate-today",)),
        (stakes(record(), journeys=(moved(Phase.POSTED, 30),)), ()),
        (stakes(record(), journeys=(moved(Phase.PENDING, -5),)), ("seat",)),
        (stakes(record(), deadline=NOW + timedelta(hours=30)), ("deadline",)),
        (stakes(record(), deadline=NOW + timedelta(days=9)), ()),
    ],
)
def test_what_depends_on_a_question(found: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert found == expected


def test_a_child_at_a_gate_comes_before_a_sure_thing_and_before_an_idle_doubt() -> None:
    child = value_of(1.0, ("at-gate-today", "minor"), is_held_back=False)
    doubt = value_of(0.0, (), is_held_back=False)
    sure = value_of(20.0, (), is_held_back=False)
    held_back = value_of(20.0, (), is_held_back=True)
    assert child > doubt > held_back > sure > 0
