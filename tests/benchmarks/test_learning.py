"""A tiny curve of learning: answers help, errors are counted, and the curve becomes a picture."""

from __future__ import annotations

from xml.etree import ElementTree

from benchmarks.learning import Register, line, measure
from benchmarks.learning_chart import draw
from tests.register.match.people import lists


def test_a_reviewer_who_knows_the_truth_lifts_the_curve() -> None:
    records, truth = lists(7, households=60)
    register = Register(records, {r.id: str(n) for r, n in zip(records, truth, strict=True)})
    points = measure("plain", register, 1, (0, 15))
    assert [(p.slips, p.answers, p.is_recalibrated) for p in points] == [
        (slips, answers, taught)
        for slips in (0.0, 0.02)
        for answers, taught in ((0, False), (15, False), (15, True))
    ]
    start, alone, taught = (p.likely.recall for p in points[:3])
    assert start < alone <= taught
    assert all(0 < p.automatic.recall <= p.likely.recall for p in points)
    assert "recalibrated" in line(points[2])
    picture = ElementTree.fromstring(draw(points, "tiny"))  # noqa: S314 - our own
    assert picture.tag.endswith("svg")
