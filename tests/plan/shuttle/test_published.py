"""Three islands with published results: our plan ends no later, and the reference replays it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.boats import PERFECT, ROLLING, Bench

INSTANCES = (
    "D1/experiment_test_case_small_ratio_2_var_factor_0.4_update_interval_30_number_updates_4_seed_124",
    "D2/experiment_Test_2_ratio_2_var_factor_0.4_update_interval_30_number_updates_4_seed_124",
    "D2/experiment_Test_2_ratio_3_var_factor_0.4_update_interval_60_number_updates_3_seed_123",
)


@pytest.mark.parametrize("name", INSTANCES, ids=("test case small", "two bays", "four bays"))
def test_a_plan_ends_no_later_than_published(reference_folder: Path, name: str) -> None:
    data = reference_folder / "planning" / "icep"
    if str(data) not in sys.path:
        sys.path.insert(0, str(data))
    from replay import replay  # type: ignore[import-not-found]

    bench = Bench(data, replay, seconds=10)
    line = bench.measure(data / "instances" / name, with_rolling=True)
    assert line.faults == 0
    assert line.bound <= line.ours <= bench.published[line.instance, PERFECT] + 0.01
    assert line.gap < 1e-6
    assert line.rolling <= 1.05 * bench.published[line.instance, ROLLING]
