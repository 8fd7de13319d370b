"""A plan step by step: it adds up to what the plan says, and says who is left and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from safepassage.plan.solving import plan
from safepassage.plan.timeline import fillings, left_behind, timeline
from tests.plan.operations import operation


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Fifty people, nine an hour through the gate, which is shut for two hours, and few beds."""
    gate = [9] * 4 + [0] * 2 + [9] * 6
    return plan(operation(gate=gate, beds=25, clear=2), seconds=0.2).to_json()


def test_everybody_is_counted_once(document: dict[str, Any]) -> None:
    t = timeline(document)
    by_class = dict(zip(t.classes, t.out.sum((1, 2)).tolist(), strict=True))
    assert by_class == document["people_out"]["by_class"]
    assert (t.passed.sum((0, 1)) == t.through.sum(0)).all()
    assert (t.through <= t.most_through).all()
    assert (t.waiting >= 0).all()
    assert t.out_to.sum() == document["people_out"]["total"]


def test_beds_are_taken_and_left(document: dict[str, Any]) -> None:
    t = timeline(document)
    assert (t.present >= 0).all()
    assert (t.present <= t.beds[:, None]).all()
    (filling,) = fillings(document, t)
    assert filling.peak == t.present.max()
    # A lift with ten seats no longer fits once more than fifteen beds are taken.
    full = np.flatnonzero(t.present[0] > 15)
    assert filling.full_hours == (full[0] if full.size else None)
    assert filling.hours_full == full.size


def test_who_is_left_waited_while_the_gate_was_shut(document: dict[str, Any]) -> None:
    t = timeline(document)
    left = left_behind(document, t)
    found = {x.category: x.people for x in left}
    assert found == {name: n for name, n in document["left_behind"].items() if n}
    assert max(x.shut_hours for x in left) == 2
    assert all(0 <= share <= 1 for x in left for _, share in x.used)
