"""The fit to published days: it finds what made the days, and its predictions hold."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from safepassage.simulate.calibration import Day, fit, held_out
from safepassage.simulate.draws import values_of
from safepassage.simulate.errors import SimulationError

START = datetime(2031, 5, 1, tzinfo=UTC)
TRUE = (9.0, -0.5, 0.3)  # ln of a full day, a day of building up, a rule of admission


def days(count: int, spread: float, seed: int = 1) -> list[Day]:
    """Days of a known operation: three of building up, the rule for the last third."""
    rng = np.random.default_rng(seed)
    found = []
    for n in range(count):
        about = (1.0, float(max(0, 3 - n)), float(n >= 2 * count // 3))
        people = math.exp(math.fsum(a * x for a, x in zip(TRUE, about, strict=True)))
        factor = math.exp(spread * rng.standard_normal())
        start = START + timedelta(days=n)
        found.append(Day(start, start + timedelta(days=1), max(1, round(people * factor)), about))
    return found


def test_a_fit_to_days_without_noise_finds_what_made_them() -> None:
    found = fit(days(12, 0.0))
    assert found.coefficients == pytest.approx(TRUE, abs=1e-3)
    assert found.spread < 1e-3
    assert [d.middle for d in held_out(days(12, 0.0))] == pytest.approx(
        [d.people for d in days(12, 0.0)], rel=2e-3
    )


def test_the_fit_knows_how_far_days_lie_from_what_the_causes_say() -> None:
    assert fit(days(600, 0.2)).spread == pytest.approx(0.2, rel=0.1)


def test_days_that_were_held_out_lie_within_their_predictions_as_often_as_they_should() -> None:
    """Standardised errors of 600 held-out days have variance n/(n-2) of Student's, about 1.3."""
    errors = [
        math.log(p.day.people / p.middle) / p.spread
        for seed in range(50)
        for p in held_out(days(12, 0.3, seed))
    ]
    freedom = 12 - 1 - len(TRUE)
    assert np.mean(errors) == pytest.approx(0, abs=0.15)
    assert np.var(errors) == pytest.approx(freedom / (freedom - 2), rel=0.2)


def test_what_the_engine_draws_is_the_prediction() -> None:
    found = held_out(days(12, 0.3))[5]
    share = (np.arange(20_000) + 0.5) / 20_000
    drawn = np.log(values_of(found.factor, share))
    assert np.median(drawn) == pytest.approx(0, abs=1e-3)
    assert drawn.std() == pytest.approx(found.spread, rel=0.01)


def test_days_that_cannot_tell_the_causes_apart_are_refused() -> None:
    few = days(3, 0.1)
    with pytest.raises(SimulationError, match="3 days cannot tell 3 causes apart"):
        fit(few)
    same = [Day(d.start, d.end, d.people, (1.0, 1.0)) for d in days(12, 0.1)]
    with pytest.raises(SimulationError, match="fewer causes"):
        fit(same)
    with pytest.raises(SimulationError, match="leave it out"):
        fit([*days(12, 0.1), Day(START, START + timedelta(days=1), 0, (1.0, 0.0, 0.0))])
