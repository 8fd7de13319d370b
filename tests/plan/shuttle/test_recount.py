"""The recount of shuttles finds nothing in a sound plan and every kind of planted fault."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from safepassage.plan.shuttle.recount import recount
from safepassage.plan.shuttle.setup import set_up
from safepassage.plan.shuttle.solving import solve
from tests.plan.shuttle.islands import island
from tests.plan.shuttle.test_earliest import written

Document = dict[str, Any]


@pytest.fixture(scope="module")
def sound() -> Document:
    """A plan as it is read from its file."""
    return written(solve(set_up(island())))


def _ferry(d: Document, number: int = 0) -> Document:
    trips: list[Document] = [t for t in d["trips"] if t["vehicle"] == "ferry"]
    return trips[number]


def _one_more_aboard(d: Document) -> None:
    _ferry(d)["people"] += 1


def _half_a_person(d: Document) -> None:
    _ferry(d)["people"] = 0.5


def _somebody_left(d: Document) -> None:
    d["question"]["places"][0]["people"] += 1


def _a_ghost_ship(d: Document) -> None:
    _ferry(d)["vehicle"] = "flying-dutchman"


def _the_wrong_place(d: Document) -> None:
    _ferry(d)["place"] = "elsewhere"


def _before_it_is_ready(d: Document) -> None:
    d["question"]["vehicles"][0]["ready_at_minute"] = 6


def _from_elsewhere(d: Document) -> None:
    _ferry(d, 1)["from"] = "marina" if _ferry(d, 1)["from"] == "harbour" else "harbour"


def _two_trips_at_once(d: Document) -> None:
    _ferry(d, 1)["leaves_s"] = _ferry(d)["ends_s"] - 1


def _too_fast_out(d: Document) -> None:
    d["question"]["vehicles"][0]["speed_empty"] = 59


def _too_fast_back(d: Document) -> None:
    d["question"]["vehicles"][0]["speed_loaded"] = 59


def _too_fast_loading(d: Document) -> None:
    d["question"]["vehicles"][0]["loading_minutes"] = 3.5


def _where_it_may_not_be(d: Document) -> None:
    d["question"]["vehicles"][0]["not_at"] = [_ferry(d)["dock"]]


def _no_such_way(d: Document) -> None:
    d["question"]["distances"] = d["question"]["distances"][3:]


def _another_end(d: Document) -> None:
    d["ends_s"] -= 60


def _other_people(d: Document) -> None:
    d["people_out"] += 1


def _a_bound_above_the_plan(d: Document) -> None:
    d["bound"]["ends_s"] = d["ends_s"] + 1


PLANTED = {
    _one_more_aboard: "seats",
    _half_a_person: "whole people",
    _somebody_left: "people",
    _a_ghost_ship: "names",
    _the_wrong_place: "names",
    _before_it_is_ready: "ready",
    _from_elsewhere: "place",
    _two_trips_at_once: "ready",
    _too_fast_out: "times",
    _too_fast_back: "times",
    _too_fast_loading: "times",
    _where_it_may_not_be: "docks",
    _no_such_way: "ways",
    _another_end: "claims",
    _other_people: "claims",
    _a_bound_above_the_plan: "bound",
}


def test_a_sound_plan_has_no_fault(sound: Document) -> None:
    found = recount(sound)
    assert (found.faults, found.people, found.ends_s) == ((), 62, sound["ends_s"])


@pytest.mark.parametrize("plant", PLANTED, ids=lambda f: f.__name__.strip("_"))
def test_a_planted_fault_is_found(sound: Document, plant: Callable[[Document], None]) -> None:
    document = copy.deepcopy(sound)
    plant(document)
    assert PLANTED[plant] in {f.rule for f in recount(document).faults}
