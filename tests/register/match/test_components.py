"""A component of thousands is taken apart at its weakest links; small ones are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from safepassage.register.match import linking
from safepassage.register.match.cluster import Graph
from safepassage.register.match.linking import Judged, connected

NOBODY = Judged.of({}, ())


def components_of_a_chain(*weights: int) -> list[int]:
    """Row after row, each linked with the next one by the weight between them."""
    rows = np.arange(len(weights), dtype=np.int64)
    links = Graph(rows, rows + 1, np.array(weights, dtype=np.int64))
    return connected(len(weights) + 1, links, NOBODY, 600).tolist()


def test_a_chain_that_is_too_long_falls_apart_at_its_weakest_links_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linking, "COMPONENT_MAX", 4)
    strong, weak = 2_000, 700
    found = components_of_a_chain(strong, strong, weak, strong, weak)
    assert found == [0, 0, 0, 3, 3, 5]


def test_a_chain_of_few_is_left_as_it_is() -> None:
    assert components_of_a_chain(700, 700, 2_000) == [0, 0, 0, 0]
