"""What counts as a loss, and how the cuts of a drill add up."""

from __future__ import annotations

import pytest

from tests.powercut.drill import plan
from tests.powercut.judge import Cut, Heard, Sum, settle
from tests.powercut.load import group


def heard(*lines: str) -> Heard:
    found = Heard()
    for line in lines:
        found.line(line)
    return found


def cut(before: int, acknowledged: int, in_flight: int = 0) -> Cut:
    return Cut(1, "writing 1.00 s", before, acknowledged, in_flight)


def test_a_machine_is_heard_up_to_its_last_whole_line() -> None:
    said = heard("OPENING", "RECOVERED 5 ok", "TRY 80", "ACK 85", "TRY 3", "random: crng init done")
    assert said.opening
    assert (said.recovered, said.fault) == (5, "")
    assert (said.acknowledged, said.in_flight) == (85, 3)
    assert said.others == ["random: crng init done"]


def test_what_is_wrong_with_a_ledger_is_heard() -> None:
    assert heard("RECOVERED 5 WRONG group 2 is half done").fault == "WRONG group 2 is half done"
    assert heard("FAULT StoreError: no").fault == "StoreError: no"
    assert heard("FAULT StoreError: no").recovered is None


def test_a_torn_line_acknowledges_nothing() -> None:
    assert heard("ACK ").acknowledged is None
    assert heard("RECOVERED 51").recovered is None


@pytest.mark.parametrize(
    ("acknowledged", "after", "lost", "is_bad"),
    [
        (90, "RECOVERED 90 ok", 0, False),
        (90, "RECOVERED 95 ok", 0, False),  # durable, but the receipt did not come through
        (90, "RECOVERED 89 ok", 1, True),
        (90, "RECOVERED 90 WRONG the chain of hashes breaks", 0, True),
        (90, "FAULT there is no ledger", 90, True),
        (90, "", 90, True),
        (0, "RECOVERED 0 ok", 0, False),
        (0, "", 0, True),  # nothing to lose, but a ledger that cannot be opened any more
    ],
)
def test_a_cut_is_judged_by_the_next_power_on(
    acknowledged: int, after: str, lost: int, is_bad: bool
) -> None:
    [judged] = settle([cut(0, acknowledged)], heard(after))
    assert (judged.lost, judged.is_bad) == (lost, is_bad)
    assert ("ok" in str(judged).split()) is not is_bad


def test_cuts_while_the_machine_starts_count_a_loss_once() -> None:
    waiting = [cut(50, 90), cut(90, 90), cut(90, 90)]
    total = Sum()
    for judged in settle(waiting, heard("RECOVERED 80 ok")):
        total.add(judged)
    assert (total.cuts, total.acknowledged, total.recovered) == (3, 40, 30)
    assert (total.lost, total.bad) == (10, 1)


def test_without_an_answer_every_cut_is_bad_and_all_is_lost_once() -> None:
    total = Sum()
    for judged in settle([cut(50, 90), cut(90, 90)], heard()):
        total.add(judged)
    assert (total.lost, total.bad) == (90, 2)


def test_the_sum_of_a_disk_is_what_it_held_in_the_end() -> None:
    total = Sum()
    for judged in settle([cut(0, 90, in_flight=5)], heard("RECOVERED 95 ok")):
        total.add(judged)
    for judged in settle([cut(95, 120)], heard("RECOVERED 120 ok")):
        total.add(judged)
    assert (total.acknowledged, total.recovered, total.lost) == (115, 120, 0)
    assert total.in_flight == 1


def test_a_plan_has_as_many_cuts_as_asked_for_and_repeats_with_its_seed() -> None:
    for cuts in (0, 1, 7, 200):
        lives = plan(cuts, "seed")
        assert sum(len(life.moments) for life in lives) == cuts
        assert lives == plan(cuts, "seed")
    doing = {moment.doing for life in plan(200, "seed") for moment in life.moments}
    assert doing == {"creating", "starting", "writing"}


def test_a_group_repeats_with_its_seed() -> None:
    assert group("seed", 7) == group("seed", 7)
    assert group("seed", 7) != group("other", 7)
