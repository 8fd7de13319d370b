"""The board says what the ledger says: nothing is counted here a second time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from safepassage.model.asked import AskedOnce
from safepassage.model.ids import PlaceId
from safepassage.model.ledger import Book
from safepassage.model.notation import enter, read_facts
from safepassage.model.place import PlaceKind
from safepassage.operate.haven import hours_to_full
from safepassage.report.figure import ask
from safepassage.web.board import Board, board, opens_at, span
from safepassage.web.departures import lift_rows
from safepassage.web.stocks import balance_of
from tests.web.airlift import DAY, NOON, OPERATION, TEN, facts
from tests.web.conftest import Desks

EVACUEES = frozenset({"evacuee"})


def the_board(more: str = "", hour: int = 12) -> Board:
    ledger = Book(enter([*facts(), *read_facts(more)]))
    return board(ledger, OPERATION, DAY.replace(hour=hour))


def test_every_tile_answers_its_own_question() -> None:
    ledger = Book(enter(facts()))
    shown = board(ledger, OPERATION, NOON)
    for tile in (*shown.tiles, *shown.totals):
        assert ask(ledger, tile.figure.question) == tile.figure
        for part in tile.parts:
            assert ask(ledger, part.figure.question) == part.figure


def test_the_figures_of_the_window() -> None:
    values = {t.figure.question.figure: t.figure.value for t in the_board().tiles}
    assert values == {"people-out": 11, "lifts-out": 2, "people-arrived": 7, "in-the-air": 4}


def test_the_shares_of_a_tile_add_up_to_it() -> None:
    for tile in the_board().tiles:
        if tile.parts:
            assert sum(p.figure.value for p in tile.parts) == tile.figure.value


def test_stock_by_place_is_the_stock_of_the_ledger() -> None:
    for hour in range(4, 13):
        at = DAY.replace(hour=hour)
        ledger = Book(enter(facts()))
        shown = {p.place: p.heads for p in board(ledger, OPERATION, at).places}
        stock = ledger.stock(at)
        for place, heads in shown.items():
            assert heads == stock.get((place, "evacuee"), 0)


def test_the_way_out_and_the_sum_of_everybody_agree() -> None:
    shown = the_board(hour=10)
    everybody = next(
        t.figure.value for t in shown.totals if t.figure.question.figure == "ever-seen"
    )
    assert sum(stage.heads for stage in shown.stages) == everybody == 11


def test_a_stage_counts_who_entered_it_from_another() -> None:
    came = {stage.kind: (stage.came, stage.went) for stage in the_board().stages}
    assert came[PlaceKind.GATE] == (11, 11)
    assert came[PlaceKind.LIFT] == (11, 7)
    assert came[PlaceKind.HAVEN] == (7, 0)


def test_the_board_of_the_past_knows_nothing_of_what_came_after() -> None:
    shown = the_board(hour=10)
    assert [t.figure.value for t in shown.tiles] == [7, 1, 0, 7]
    assert {p.place: p.heads for p in shown.places}["doha"] == 0


def test_departures_by_hour_are_the_lifts_of_the_window() -> None:
    shown = the_board()
    assert len(shown.hours) == 24
    assert {h.start.hour: h.lifts for h in shown.hours if h.total} == {
        9: {"own-military": 1},
        11: {"coalition": 1},
    }


def test_flows_on_the_map_count_a_lift_once() -> None:
    legs = {(start, end): heads for start, end, heads in the_board().legs}
    assert legs[PlaceId("hall"), PlaceId("doha")] == 11
    assert all("reach-1" not in pair for pair in legs)


def test_a_diverted_lift_flies_to_where_it_was_sent() -> None:
    legs = {
        (start, end): heads
        for start, end, heads in the_board("11:30 diverted shuttle to home").legs
    }
    assert legs[PlaceId("hall"), PlaceId("home")] == 4
    assert legs[PlaceId("hall"), PlaceId("doha")] == 7


def test_a_deadline_counts_down_and_a_moved_one_is_followed() -> None:
    (clock,) = the_board().deadlines
    assert clock.left == timedelta(hours=19, minutes=30)
    moved = "10:00 deadline last-day 2021-08-14T11:00Z Asia/Kabul"
    (clock,) = the_board(moved).deadlines
    assert clock.has_passed
    (before,) = the_board(moved, hour=9).deadlines
    assert not before.has_passed


def test_a_deadline_that_nobody_stated_yet_stands_as_planned() -> None:
    ledger = Book(enter(read_facts("05:00 posted 9 outside > town")))
    (clock,) = board(ledger, OPERATION, NOON).deadlines
    assert clock.name == "Last day"


@pytest.mark.parametrize(
    ("heads", "capacity", "gain", "hours"),
    [(7, 20, 7, 13 / 7 * 24), (25, 20, 7, 0.0), (7, 20, 0, None), (7, None, 7, None)],
)
def test_when_a_haven_is_full(
    heads: int, capacity: int | None, gain: int, hours: float | None
) -> None:
    assert hours_to_full(heads, capacity, gain) == hours


def test_a_haven_that_fills_says_when() -> None:
    doha = next(p for p in the_board().places if p.place == "doha")
    assert (doha.share, doha.level) == (7 / 20, "room")
    assert doha.hours_to_full == pytest.approx(13 / 7 * 24)


def test_the_balance_of_a_place_adds_up_to_its_heads() -> None:
    ledger = Book(enter(facts()))
    for place in ("town", "north", "hall", "doha", "reach-1", "shuttle"):
        for at in (TEN, NOON):
            found = balance_of(ledger, PlaceId(place), at, EVACUEES)
            assert found.came - found.went == found.heads


def test_the_departure_board_at_an_instant() -> None:
    ledger = Book(enter(facts()))
    rows = {r.lift: r for r in lift_rows(ledger, NOON, EVACUEES)}
    assert rows[PlaceId("reach-1")].status == "landed"
    assert rows[PlaceId("reach-1")].boarded == 7
    assert rows[PlaceId("reach-1")].seats_left == -3
    assert rows[PlaceId("shuttle")].status == "airborne"
    early = lift_rows(ledger, DAY.replace(hour=8, minute=40), EVACUEES)
    assert [(r.lift, r.status) for r in early] == [("reach-1", "boarding"), ("shuttle", "planned")]


def test_a_board_opens_now_while_things_happen_and_at_the_end_when_they_stopped() -> None:
    reach = span(Book(enter(facts())), NOON)
    end = NOON + timedelta(minutes=1)
    assert (reach.start, reach.end) == (DAY.replace(hour=5), end)
    soon, late = NOON + timedelta(hours=3), NOON + timedelta(days=400)
    assert opens_at(reach, soon) == soon
    assert opens_at(reach, late) == end


def test_the_last_board_counts_the_last_movement_in_its_running_totals() -> None:
    last = (
        "13:00:30 lift last coalition 9 hall > doha\n13:00:30 posted 3 outside > last as last-three"
    )
    ledger = Book(enter([*facts(), *read_facts("2021-08-14\n" + last)]))
    late = NOON + timedelta(days=400)
    shown = board(ledger, OPERATION, opens_at(span(ledger, late), late))
    assert shown.as_of == shown.span.end == DAY.replace(hour=13, minute=1)
    since = next(t.figure for t in shown.totals if t.figure.question.baseline)
    assert since.value == shown.tiles[0].figure.value == 11 + 3


def test_a_ledger_in_which_nothing_happened_yet_has_a_board() -> None:
    empty = board(Book([]), OPERATION, NOON)
    assert [t.figure.value for t in empty.tiles] == [0, 0, 0, 0]
    assert empty.span.end == NOON


def test_a_page_asks_the_ledger_for_each_sum_once(desks: Desks) -> None:
    class Counting(Book):
        asked: list[object]

        def flow(self, start, end):  # type: ignore[no-untyped-def]
            self.asked.append((start, end))
            return super().flow(start, end)

        def transfers(self, start, end):  # type: ignore[no-untyped-def]
            self.asked.append("transfers")
            return super().transfers(start, end)

    ledger = Counting(enter(facts()))
    ledger.asked = []
    board(AskedOnce(ledger), OPERATION, NOON)
    # A Book makes its flows of transfers; the board itself asks for flows only, and few of them.
    windows = [a for a in ledger.asked if a != "transfers"]
    assert len(windows) == len(set(windows)) <= 4
    assert ledger.asked.count("transfers") == len(windows)
