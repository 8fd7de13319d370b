"""Runs and sweeps: the same bytes on every engine, resumed after a crash, as precise as asked."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from safepassage.simulate import engines
from safepassage.simulate.chances import chance_of, mean_of, quantile_of, student
from safepassage.simulate.engines import cluster, pool, run
from safepassage.simulate.errors import SimulationError
from safepassage.simulate.odds import EVERYBODY, Target, difference, odds, read_target
from safepassage.simulate.policy import Policy
from safepassage.simulate.run import PART, SETTINGS, Folder, part_name
from safepassage.simulate.sweep import (
    AS_ASKED,
    NOTHING_HAPPENS,
    Variation,
    each_cause_off,
    over_calling,
    read_sweep,
    sweep,
)
from tests.simulate.karr import asked, files, timetable

ASKED = replace(asked(), document=timetable(), replications=PART + 7)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A run played in this process."""
    folder = Folder(tmp_path_factory.mktemp("serial") / "run")
    assert run(ASKED, folder) == ASKED.replications
    return folder


def test_a_pool_of_processes_writes_the_same_bytes(here: Folder, tmp_path: Path) -> None:
    run(ASKED, Folder(tmp_path / "run"), pool(2))
    assert files(tmp_path / "run") == files(here.path)


@pytest.mark.dask
def test_a_cluster_writes_the_same_bytes(here: Folder, tmp_path: Path) -> None:
    import distributed

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
        ) as local,
        distributed.Client(local) as client,
    ):
        run(ASKED, Folder(tmp_path / "run"), cluster(client))
    assert files(tmp_path / "run") == files(here.path)


def test_a_run_that_was_broken_off_goes_on_with_what_is_missing(
    here: Folder, tmp_path: Path
) -> None:
    folder, told = Folder(tmp_path / "run"), list[int]()

    def stop(done: int, _total: int) -> None:
        told.append(done)
        if done == PART:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(ASKED, folder, tell=stop)
    assert folder.numbers() == [0]
    (folder.path / part_name(1)).write_bytes(b"half a part")
    played = list[int]()

    def counting(asked_: object, numbers: object) -> object:
        for number, content in engines.serial(asked_, numbers):  # type: ignore[arg-type]
            played.append(number)
            yield number, content

    run(ASKED, folder, counting)  # type: ignore[arg-type]
    assert played == [1]
    assert files(folder.path) == files(here.path)


def test_a_run_is_played_until_it_is_as_precise_as_asked(here: Folder, tmp_path: Path) -> None:
    every = odds(here, ASKED.script()).people_out[EVERYBODY]
    wanted = replace(ASKED, replications=20 * PART, precision=1.2 * every.half_width)
    done = run(wanted, Folder(tmp_path / "run"))
    assert done == 2 * PART
    found = odds(Folder(tmp_path / "run"), ASKED.script())
    assert found.people_out[EVERYBODY].half_width <= 1.05 * (wanted.precision or 0)


def test_the_odds_count_what_was_played(here: Folder) -> None:
    script = ASKED.script()
    found = odds(here, script, [Target("evacuee", 500), read_target("680", script)])
    totals = np.concatenate([p.out[:, :, -1].sum(axis=1) for p in here.parts()])
    assert found.replications == len(totals) == ASKED.replications
    assert found.people_out[EVERYBODY].value == pytest.approx(totals.mean())
    assert found.chances["everybody: 680"].value == (totals >= 680).mean()
    last = [b for b in found.bands if b.category == EVERYBODY][-1]
    assert last.low.value <= last.middle.value <= last.high.value
    assert (totals >= found.sure[EVERYBODY].value).mean() >= 0.95


def test_a_sweep_shows_what_each_cause_costs_under_the_same_luck(tmp_path: Path) -> None:
    base = replace(ASKED, replications=PART, without=tuple(_all_but("families", "screening")))
    variations = [Variation(AS_ASKED, base), *each_cause_off(base), *over_calling(base, [0.2])]
    folders = sweep(variations, tmp_path / "sweep")
    assert list(read_sweep(tmp_path / "sweep")) == [v.name for v in variations]
    script = base.script()
    found = {name: odds(folder, script) for name, folder in folders.items()}
    gain = difference(found[AS_ASKED], found["without screening"])
    assert gain.low > 0
    quiet = difference(found[AS_ASKED], found[NOTHING_HAPPENS])
    assert quiet.value >= gain.value - gain.half_width
    before = {name: files(folder.path) for name, folder in folders.items()}
    sweep(variations, tmp_path / "sweep")  # again: nothing is played, nothing changes
    assert {name: files(folder.path) for name, folder in folders.items()} == before


def _all_but(*kept: str) -> list[str]:
    return [c.id for c in ASKED.operation.causes if c.id not in kept]


def test_intervals_hold_as_often_as_they_say() -> None:
    """Over 2,000 samples of a known variable each interval holds 94 to 98.5 times in a hundred."""
    rng = np.random.default_rng(7)
    drawn = rng.exponential(1.0, (2000, 40))
    means = [mean_of(x) for x in drawn]
    medians = [quantile_of(x, 0.5) for x in drawn]
    shares = [chance_of(int((x > 1).sum()), 40) for x in drawn]
    for found, true in ((means, 1.0), (medians, math.log(2)), (shares, math.exp(-1))):
        holds = np.mean([x.low <= true <= x.high for x in found])
        assert 0.92 <= holds <= 0.985
    assert student(10) == pytest.approx(2.228, abs=0.001)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": ""}, "the seed"),
        ({"seed": "x" * 101}, "the seed"),
        ({"seed": "a\nb"}, "the seed"),
        ({"replications": 0}, "from 1 to"),
        ({"replications": 10**9}, "from 1 to"),
        ({"precision": 0.0}, "more than 0"),
        ({"precision": math.nan}, "more than 0"),
        ({"without": ("meteors",)}, "no cause 'meteors'; it has "),
    ],
)
def test_a_run_that_cannot_be_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(SimulationError, match=said):
        replace(ASKED, **change)  # type: ignore[arg-type]


def test_a_folder_of_something_else_is_left_alone(here: Folder, tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="another run"):
        run(replace(ASKED, policy=Policy(over_call=0.5)), here)
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(SimulationError, match="not empty"):
        run(ASKED, Folder(tmp_path))
    with pytest.raises(SimulationError, match="no run"):
        Folder(tmp_path).settings()
    assert not (tmp_path / SETTINGS).exists()


def test_a_damaged_part_is_named(here: Folder, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "run")
    run(replace(ASKED, replications=5), folder)
    (folder.path / part_name(0)).write_bytes(b"PK broken")
    with pytest.raises(SimulationError, match=r"part-00000\.npz .* damaged; delete it"):
        odds(folder, ASKED.script())


@pytest.mark.parametrize("words", ["martian=3", "evacuee=many", "=", ""])
def test_a_target_that_is_none_is_refused(words: str) -> None:
    with pytest.raises(SimulationError, match="target"):
        read_target(words, ASKED.script())
