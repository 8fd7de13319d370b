"""A tiny run of the benchmarks: a repeatable crowd, peers that answer alike, goals that judge."""

from collections import Counter
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

from benchmarks import appends, checks, growth, growth_chart, queries, sitreps
from benchmarks.crowd import Crowd
from benchmarks.figures import Figure, Sense, Spread, figures_table
from safepassage.model.movement import Movement
from safepassage.store.statement import chunks


def test_the_same_size_gives_the_same_crowd() -> None:
    first, second = (list(Crowd(5_000).handed()) for _ in range(2))
    assert first == second
    kinds = Counter(type(handed.fact).__name__ for handed in first)
    assert abs(kinds["Movement"] - 5_000) < 50
    others = {"Group", "Lift", "LiftStatus", "Headcount", "Publication", "Naming", "Correction"}
    assert others <= set(kinds)
    assert len({handed.fact.id for handed in first}) == len(first)


def test_a_large_crowd_begins_without_waiting_for_its_end() -> None:
    movements = (h.fact for h in Crowd(1_230_000).handed() if isinstance(h.fact, Movement))
    assert len(list(islice(movements, 100))) == 100


def test_every_part_runs_and_its_peers_agree(tmp_path: Path) -> None:
    """The parts raise when a peer was given other rows or has another answer."""
    store = tmp_path / "ours.db"
    groups = chunks(Crowd(1_000).handed(), 100)
    pace = appends.in_turn(groups, 100, store, tmp_path / "bare.db")
    assert pace.rows > 1_000
    figures = [
        *queries.measure(store, times=3),
        *queries.measure_book(store),
        *checks.measure(store),
        *sitreps.measure_book(store),
    ]
    assert all(figure.value > 0 for figure in figures)
    assert "full check" in figures_table(figures)


def test_growth_becomes_a_table_and_a_picture(tmp_path: Path) -> None:
    stage = growth.measure_stage(500, tmp_path)
    assert len(growth.cells(stage)) == len(growth.HEADINGS)
    picture = ElementTree.fromstring(growth_chart.draw([stage], "tiny"))  # noqa: S314 - our own
    assert picture.tag.endswith("svg")
    assert list(tmp_path.iterdir()) == [tmp_path / f"growth-{500}.db.writer"]


def test_a_goal_is_judged_by_value_or_by_ratio() -> None:
    slow = Figure(part="a", what="b", value=2, unit="s", goal=1)
    fast = Figure(part="a", what="b", value=0.5, unit="s", goal=1)
    ratio = Figure(
        part="a", what="b", value=40, unit="/s", goal=0.5, sense=Sense.AT_LEAST,
        goal_is_ratio=True, peer="plain", peer_value=100,
    )  # fmt: skip
    assert [slow.is_met, fast.is_met, ratio.is_met] == [False, True, False]
    assert Spread.of([3, 1, 2]) == Spread(2, 3, 3)
