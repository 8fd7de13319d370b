"""Causes in an operation file: read as written, refused with the remedy."""

from __future__ import annotations

import pytest

from safepassage.exchange.operation_file import OperationFileError, read_operation
from safepassage.model.cause import CauseKind, Shape
from tests.exchange.small_operation import SMALL


def read(cause: str) -> tuple[object, ...]:
    return read_operation(f"{SMALL}\ncauses:\n  - {cause}\n", "plan.yaml").causes


def test_a_cause_is_read_with_its_distributions() -> None:
    (cause,) = read_operation(
        f"{SMALL}\ncauses:\n  - {{id: storm, kind: weather, a_day: 0.5, share: 0.25,"
        " hours: {lognormal: [6, 1]}, from: 2031-02-03T00:00Z}\n",
        "plan.yaml",
    ).causes
    assert cause.kind is CauseKind.WEATHER
    assert cause.hours is not None
    assert (cause.hours.shape, cause.hours.mean) == (Shape.LOGNORMAL, 6.0)
    assert cause.starts_at is not None


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("{id: a, kind: no-show}", "a no-show needs chance"),
        ("{id: a, kind: no-show, chance: 1.5}", "between 0 and 1"),
        ("{id: a, kind: no-show, chance: {uniform: [0.2, 0.1]}}", "low below high"),
        ("{id: a, kind: no-show, chance: {normal: [0.2, 0.1]}}", "no distribution 'normal'"),
        ("{id: a, kind: no-show, chance: [0.1, 0.2]}", "neither a number nor one distribution"),
        ("{id: a, kind: no-show, chance: 0.1, hours: 3}", "has no hours"),
        ("{id: a, kind: breakdown, chance: 0.1, hours: {exponential: 0}}", "a mean above zero"),
        ("{id: a, kind: breakdown, chance: 0.1, hours: {erlang: [3, 2.5]}}", "whole number"),
        ("{id: a, kind: breakdown, chance: 0.1, hours: 1e9}", "Plan without it instead"),
        ("{id: a, kind: ground-delay, hours: -2}", "may not fall below 0"),
        ("{id: a, kind: service-time, factor: 0}", "lets nobody through"),
        ("{id: a, kind: gate-closure, hours: 3, place: mars}", "no place 'mars'"),
        ("{id: a, kind: gate-closure, hours: 3, a_day: 1, chance: 0.5}", "not both"),
        ("{id: a, kind: family-sizes, sizes: {0: 1}}", "1 to 60 heads"),
        ("{id: a, kind: family-sizes, sizes: {four: 1}}", "no size of a family"),
        (
            "{id: a, kind: airfield-halt, hours: 3, from: 2031-02-04T00:00Z,"
            " until: 2031-02-03T00:00Z}",
            "ends before it starts",
        ),
        ("{id: a, kind: earthquake}", "earthquake"),
    ],
)
def test_a_cause_that_cannot_be_is_refused_with_the_remedy(cause: str, said: str) -> None:
    with pytest.raises(OperationFileError, match=said):
        read(cause)
