"""A plan as promises in a ledger of its own, read by everything that reads a ledger."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from safepassage.model.instant import Window
from safepassage.model.movement import Movement, Phase
from safepassage.model.place import OUTSIDE
from safepassage.planner.errors import PlanRefusedError
from safepassage.planner.keeping import as_read, kept_plan
from safepassage.planner.posting import Clock, digest, promises, sealed, way_in
from safepassage.planner.publishing import post
from safepassage.report.asking import Asking
from safepassage.report.discrepancies import doubts
from safepassage.report.figure import JUST_AFTER, ask
from safepassage.report.sitrep import make_sitrep
from safepassage.report.why import why
from safepassage.store.store import Store, open_store
from safepassage.web.board import board
from safepassage.web.records import StoreRecords
from tests.planner.drawn import ENDS, NOW, STARTS, island_plan
from tests.planner.island import OPERATION, OPERATION_FILE

WHOLE = Window(STARTS, ENDS + timedelta(days=1))


def drawn(tmp_path: Path) -> Store:
    store = open_store(tmp_path / "plan.db", writer=True)
    post(store, OPERATION, OPERATION_FILE, island_plan(), NOW)
    return store


def test_every_step_of_the_way_is_promised_and_nobody_is_lost_between() -> None:
    document = island_plan()
    heads = Counter[tuple[str, str]]()
    for fact in promises(document, OPERATION):
        if isinstance(fact, Movement):
            assert fact.phase is Phase.PENDING
            assert fact.person is None
            start = "lift" if fact.from_place.startswith("plan-") else str(fact.from_place)
            end = "lift" if fact.to_place.startswith("plan-") else str(fact.to_place)
            heads[start, end] += fact.heads
    out = document["people_out"]["total"]
    onward = sum(s["people"] for s in document["onward"])
    through = {g: heads["karr", g] for g in ("harbour-gate", "mill-gate")}
    assert heads[OUTSIDE, "karr"] == 2600
    assert all(heads[gate, "strip"] == n > 0 for gate, n in through.items())
    assert sum(through.values()) == heads["strip", "lift"] == out
    assert heads["lift", "levin"] + heads["lift", "oster"] == out
    assert heads["levin", "lift"] + heads["oster", "lift"] == onward
    assert heads["lift", "mainland"] == onward > 0


def test_classes_go_onward_in_the_order_in_which_they_came() -> None:
    came, went = Counter[str](), Counter[str]()
    for fact in promises(island_plan(), OPERATION):
        if isinstance(fact, Movement):
            came[fact.category] += fact.heads * (fact.to_place in ("levin", "oster"))
            went[fact.category] += fact.heads * (fact.from_place in ("levin", "oster"))
    assert went["patient"] > 0
    assert all(went[name] <= came[name] for name in came)


def test_figures_sitrep_board_and_checks_read_a_plan(tmp_path: Path) -> None:
    document = island_plan()
    out = document["people_out"]["total"]
    with drawn(tmp_path) as store, StoreRecords(store).ledger() as ledger:
        asking = Asking(OPERATION, ledger.position)
        assert ask(ledger, asking.over("people-out", WHOLE)).value == out
        assert ask(ledger, asking.over("lifts-out", WHOLE)).value == len(document["sorties"])
        left = ask(ledger, asking.at("in-danger-area", ENDS)).value
        assert left == sum(document["left_behind"].values())
        report = make_sitrep(ledger, OPERATION, ENDS)
        assert report.everybody == 2600
        before = doubts(ledger, ENDS - timedelta(hours=1))
        assert not before
        # Who lands after the deadline may find more people there than beds: the plan does not count
        # them against beds, and the checks say so.
        assert {d.discrepancy.check for d in doubts(ledger, ENDS)} <= {"over-capacity"}
        shown = board(ledger, StoreRecords(store).operation(), ENDS, doubts(ledger, ENDS))
        assert shown.operation == "Plan: The island of Karr"
        assert {str(p.place): p.heads for p in shown.places}["mainland"] > 0


def test_no_haven_is_promised_more_people_than_it_has_beds(tmp_path: Path) -> None:
    with drawn(tmp_path) as store, store.ledger() as ledger:
        read = as_read(store, ledger)
        for hour in range(48):
            stock = read.stock(STARTS + timedelta(hours=hour))
            for place, beds in (("levin", 500), ("oster", 600)):
                held = sum(n for (at, _), n in stock.items() if at == place)
                assert 0 <= held <= beds


def test_a_promised_figure_is_explained_line_by_line(tmp_path: Path) -> None:
    with drawn(tmp_path) as store, store.ledger() as ledger:
        question = Asking(OPERATION, ledger.position).over("people-out", WHOLE)
        found = why(as_read(store, ledger), question)
        assert found.total == found.figure.value > 0


def test_posting_twice_changes_nothing(tmp_path: Path) -> None:
    with drawn(tmp_path) as store:
        before = store.head()
        again = post(store, OPERATION, OPERATION_FILE, island_plan(), NOW + timedelta(hours=1))
        assert (again.promises, store.head()) == (0, before)
        assert store.check().is_sound
        assert digest(kept_plan(store)) == digest(island_plan())


def test_a_ledger_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    with drawn(tmp_path) as store:
        before = store.head()
        with pytest.raises(PlanRefusedError, match="holds something else"):
            post(store, OPERATION, OPERATION_FILE, island_plan(fewer=300), NOW)
        assert store.head() == before


def test_a_long_document_is_kept_whole(tmp_path: Path) -> None:
    from safepassage.planner.keeping import keep_plan

    long = sealed({**island_plan(), "notes": ["ash " * 500_000]})
    with open_store(tmp_path / "op.db", writer=True) as store:
        keep_plan(store, "plan-long", long, NOW)
        assert kept_plan(store, "plan-long") == long


def test_who_boards_in_the_town_itself_passes_no_gate() -> None:
    assert way_in(OPERATION, "karr", "karr") == ["karr"]
    assert way_in(OPERATION, "mill-gate", "strip") == ["karr", "mill-gate", "strip"]
    assert way_in(OPERATION, "strip", "strip") == ["karr", "strip"]


def test_steps_and_instants_say_the_same() -> None:
    clock = Clock.of(island_plan())
    assert clock.at(0) == STARTS
    assert clock.ends == ENDS
    assert [clock.step_of(clock.at(s)) for s in (0, 7, 48)] == [0, 7, 48]
    assert clock.step_of(clock.at(7) + JUST_AFTER) == 8
    assert clock.step_of(STARTS - timedelta(hours=3)) == 0
