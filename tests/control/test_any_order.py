"""Whatever the order, however often, with crashes in between: N scans in, N events, one ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safepassage.control import syncing
from safepassage.control.gates import Gates
from safepassage.control.passage_check import passage_faults
from safepassage.model.place import OUTSIDE
from safepassage.operate.event import EventKind
from safepassage.operate.passage import Sighting, way
from tests.control.phones import DAWN, Clock, Phone, open_gates, pass_of
from tests.fixtures.stores import NewAddress

PHONES = ("abbey", "east", "hall", "doha")
LATER = DAWN + timedelta(hours=12)


@dataclass(frozen=True)
class Scan:
    """Something that happens at one of the phones."""

    phone: int
    minute: int
    kind: str
    family: int
    heads: int


def scans_of(phone: int) -> st.SearchStrategy[Scan]:
    kinds = [
        ["admit", "split", "walkup"],
        ["admit", "split", "refuse"],
        ["board", "board", "note-station", "count"],
        ["alight", "alight", "count"],
    ][phone]
    return st.builds(
        Scan,
        phone=st.just(phone),
        minute=st.integers(0, 500),
        kind=st.sampled_from(kinds),
        family=st.integers(0, 2),
        heads=st.integers(1, 5),
    )


# How a day is sent: which phone talks, whether its answer is lost, whether the server crashed.
talks = st.lists(
    st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from([False, False, True])),
    max_size=10,
)
days = st.lists(st.integers(0, 3).flatmap(scans_of), min_size=1, max_size=12)


class CrashError(Exception):
    """The power is gone."""


@contextmanager
def crashing() -> Iterator[None]:
    """The server dies when everything is written and nothing is committed."""
    with pytest.MonkeyPatch.context() as patch:

        def crash(*_: Any) -> None:
            raise CrashError

        patch.setattr(syncing, "_keep", crash)
        yield


def said(scan: Scan, number: int) -> dict[str, Any]:
    """What the phone writes down."""
    of_pass = {"pass": pass_of(scan.family), "group": f"fam-{scan.family}", "expected": 5}
    more: dict[str, dict[str, Any]] = {
        "split": {"ack": "sgt-1"},
        "walkup": {"pass": None, "expected": None, "group": f"band-{number}"},
        "refuse": {"reason": "papers"},
        "count": {"pass": None, "group": None, "expected": None},
        "board": {"lift": "reach-1"},
        "alight": {"lift": "reach-1"},
    }
    return {**of_pass, "heads": scan.heads, **more.get(scan.kind, {})}


def send(gates: Gates, clock: Clock, day: list[Scan], talking: list[tuple[int, bool, bool]]) -> Any:
    """A day of four phones; then everything is sent until nothing is left."""
    clock.now = LATER
    phones = [Phone(gates, place) for place in PHONES]
    for number, scan in enumerate(day):
        phone = phones[scan.phone]
        at = DAWN + timedelta(minutes=scan.minute, microseconds=number)
        phone.scan(scan.kind, at=at, id=f"{number:032x}", **said(scan, number))
    for which, is_lost, crashes in talking:
        phone = phones[which]
        if crashes:
            with crashing(), pytest.raises(CrashError):
                phone.gates.take_events(phone.batch(phone.unsent or [None]))
            continue
        held, phone.unsent = phone.unsent, phone.unsent[: len(phone.unsent) // 2]
        phone.sync(lost=is_lost)
        phone.unsent = held if is_lost else held[len(held) // 2 :]
    for phone in phones:
        phone.sync()
        assert phone.unsent == []
    return phones


def stock(gates: Gates) -> dict[str, int]:
    with gates.pen.borrowed() as store, store.ledger() as ledger:
        assert store.check().findings == []
        found = ledger.stock(LATER)
    return {place: heads for (place, _), heads in found.items() if place != OUTSIDE}


def again(gates: Gates) -> dict[str, int]:
    with gates.pen.borrowed() as store, store.ledger() as ledger:
        seen = ledger.catalogue.resightings
    return {sighting: one.heads for sighting, one in seen.items() if one.heads}


def faults(gates: Gates) -> list[str]:
    """What a check of the ways of passes finds."""
    with gates.pen.borrowed() as store, store.ledger() as ledger:
        return list(passage_faults(ledger))


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(day=days, talking=talks, other=talks, order=st.randoms(use_true_random=False))
def test_any_order_of_syncs_gives_the_same_ledger_and_loses_no_event(
    many: Any, day: list[Scan], talking: Any, other: Any, order: Any
) -> None:
    with many() as (first, clock), many() as (second, again_clock):
        sent = send(first, clock, day, talking)
        shuffled = list(talking) + list(other)
        order.shuffle(shuffled)
        send(second, again_clock, day, shuffled)
        assert stock(first) == stock(second)
        assert again(first) == again(second)
        assert faults(first) == faults(second) == []
        fates = Counter(state for phone in sent for state in phone.fates.values())
        assert fates.total() == len(day)
        assert set(fates) <= {"recorded", "known"}
        assert first.devices.gaps() == []
        assert sum(heard.events for heard in first.devices.heard().values()) == len(day)


@pytest.fixture
def many(backend: str, request: pytest.FixtureRequest) -> Any:
    """Opens the gates of another empty ledger each time."""
    new_address: NewAddress = request.getfixturevalue("new_address")
    numbers = count()

    @contextmanager
    def opened() -> Iterator[tuple[Gates, Clock]]:
        clock = Clock()
        # PostgreSQL databases are dear: two take turns, and the fixture empties them.
        address = new_address() if backend == "sqlite" else _turn(next(numbers), request)
        with ExitStack() as stack:
            gates, pen, beside = open_gates(address, clock)
            for each in (gates, pen, beside):
                stack.callback(each.close)
            yield gates, clock
        if backend == "sqlite":
            Path(address).unlink()

    return opened


def _turn(number: int, request: pytest.FixtureRequest) -> str:
    nth = request.getfixturevalue("databases")
    address: str = nth(number % 2)
    return address


sightings = st.lists(
    st.builds(
        lambda n, minute, kind, place, heads: Sighting(
            minute,
            f"e{n}",
            kind,
            "reach-1" if kind is EventKind.ALIGHT else place,
            {"board": "reach-1", "alight": "doha"}.get(kind, place),
            heads,
            5,
        ),
        n=st.integers(0, 30),
        minute=st.integers(0, 9),
        kind=st.sampled_from(
            [EventKind.ADMIT, EventKind.BOARD, EventKind.ALIGHT, EventKind.NOTE_STATION]
        ),
        place=st.sampled_from(["abbey", "east", "hall"]),
        heads=st.integers(1, 5),
    ),
    max_size=8,
    unique_by=lambda s: s.event,
)


@settings(max_examples=200, deadline=None)
@given(sightings, st.randoms(use_true_random=False))
def test_a_pass_brings_in_no_more_heads_than_it_is_good_for(
    seen: list[Sighting], order: Any
) -> None:
    steps = way(seen, "town")
    shuffled = list(seen)
    order.shuffle(shuffled)
    assert way(shuffled, "town") == steps
    at: Counter[str] = Counter()
    for step in steps:
        for move in step.moves:
            at[move.from_place] -= move.heads
            at[move.to_place] += move.heads
            assert move.heads > 0
            assert move.from_place != move.to_place
            assert all(heads >= 0 for place, heads in at.items() if place != "town")
        assert 0 <= step.again <= step.sighting.heads
    assert at["town"] >= -5
