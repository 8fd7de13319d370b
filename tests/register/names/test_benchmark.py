"""The measurements of names: curves that can be checked by hand, trees that go one way only."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import name_pairs, names
from benchmarks.boosting import Settings, fit
from safepassage.register.names.evidence import FEATURES


def test_a_curve_is_what_one_counts_by_hand() -> None:
    scores = np.array([0.9, 0.8, 0.8, 0.4, 0.1])
    labels = np.array([1.0, 1.0, 0.0, 1.0, 0.0])
    curve = names.Curve.of(scores, labels)
    assert curve.f1().tolist() == pytest.approx([2 / 4, 4 / 6, 6 / 7, 6 / 8])
    assert curve.best_threshold() == 0.4
    # Of six pairs of a positive and a negative four and a half are in the right order.
    assert curve.area() == pytest.approx(4.5 / 6)
    assert curve.recall_at(0.95) == pytest.approx(1 / 3)


def test_trees_never_go_against_a_direction() -> None:
    stream = np.random.default_rng(5)
    numbers = stream.random((600, 2))
    noise = stream.random(600)
    labels = ((numbers[:, 0] + 0.5 * noise - 0.4 * numbers[:, 1]) > 0.4).astype(float)
    settings = Settings(rounds=25, least_weight=1.0)
    groups = np.arange(600)
    forest = fit(numbers, labels, np.ones(600), groups, [1, -1], settings)
    line = np.linspace(0, 1, 50)
    rising = forest.log_odds(np.stack([line, np.full(50, 0.5)], axis=1))
    falling = forest.log_odds(np.stack([np.full(50, 0.5), line], axis=1))
    assert (np.diff(rising) >= -1e-9).all()
    assert (np.diff(falling) <= 1e-9).all()
    assert rising[-1] - rising[0] > 1


def test_folds_keep_all_pairs_of_a_person_together() -> None:
    persons = [("a", "b"), ("a", "c"), ("b", "c")]
    pairs = name_pairs.Pairs([("", "")] * 3, np.zeros(3), ["x"] * 3, np.ones(3, bool), persons)
    first, second = name_pairs.folds_of(pairs)
    assert first[0] == first[1]
    assert second[0] == first[2]
    assert second[1] == second[2]


def test_the_benchmark_says_when_the_folder_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAFEPASSAGE_REFERENCE", str(tmp_path))
    assert names.main([]) == 2
    assert "SAFEPASSAGE_REFERENCE" in capsys.readouterr().err


def test_the_shipped_weights_hold_numbers_and_feature_names_only() -> None:
    from safepassage.register import names as package

    text = (Path(package.__file__).parent / "weights.json").read_text(encoding="utf-8")
    written = json.loads(text)
    assert written["features"] == [feature.name for feature in FEATURES]
    assert all(
        isinstance(number, int | float)
        for tree in written["trees"]
        for part in tree.values()
        for number in part
    )


@pytest.mark.reference
def test_shipped_weights_reach_the_goals_on_the_reference_pairs(reference_folder: Path) -> None:
    """A regression test on a tenth of the pairs; `python -m benchmarks.names` has the real figures,
    from folds that share no person."""
    from safepassage.register.names import similarities

    pairs = name_pairs.read_pairs(reference_folder / "identity" / "alias_pairs_dev.csv.gz")
    groups = np.array(pairs.groups)
    for group, goal in names.F1_GOALS.items():
        chosen = np.flatnonzero((groups == group) & pairs.is_scored)[:2_000]
        scores = np.array(similarities(pairs.texts[i] for i in chosen))
        assert names.Curve.of(scores, pairs.labels[chosen]).f1().max() > goal - 0.03, group
