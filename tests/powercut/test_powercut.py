"""A few power cuts in every run of the suite; `make powercut` holds the whole drill."""

from __future__ import annotations

import pytest

from tests.powercut import drill, guest
from tests.powercut.drill import Life, Moment

pytestmark = pytest.mark.powercut

CUTS = [
    Life("made", [Moment("creating", 0.2), Moment("writing", 1.1), Moment("starting", 0.1)]),
    Life("used", [Moment("writing", 0.6), Moment("writing", 0.3)]),
]
TURNED_DOWN = [Life("turned-down", [Moment("writing", 1.0)])]


def test_a_power_cut_loses_nothing_that_was_acknowledged() -> None:
    lines: list[str] = []
    total = drill.run(CUTS, report=lines.append)
    assert (total.cuts, total.lost, total.bad) == (5, 0, 0), "\n".join(lines)
    assert total.acknowledged > 0


def test_the_drill_sees_a_loss_where_durability_was_turned_down() -> None:
    lines: list[str] = []
    # SQLite flushes now and then on its own accord: a cut right after that loses nothing.
    for _ in range(4):
        total = drill.run(TURNED_DOWN, durability="normal", report=lines.append)
        if total.lost:
            break
    assert total.lost > 0, "\n".join(lines)
    assert total.bad > 0


def test_a_machine_does_not_outlive_the_test_that_started_it() -> None:
    with guest.bench() as bench:
        machine = None
        try:
            with bench.power(bench.new_disk("short"), "write", "short", "full") as machine:
                assert machine.listen(guest.BOOT_SECONDS_MAX, lambda heard: heard.opening)
                assert machine.processes()
                raise ZeroDivisionError
        except ZeroDivisionError:
            assert machine is not None
        assert machine.processes() == []
