"""What recalibration sees of a judged pair; and that a whole register is the better for it."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np

from safepassage.model.ids import RecordId
from safepassage.register.match.engine import linkage_of, questions, read
from safepassage.register.match.linking import Judged, link_rows
from safepassage.register.match.reviewed import UNJUDGED, means_between, reviewed_pairs
from safepassage.register.match.taught import Taught
from safepassage.register.match.weighing import Weights
from tests.register.match.people import lists


@cache
def taught() -> tuple[Taught, Weights, dict[RecordId, int]]:
    records, truth = lists(7)
    found = Taught.of(read(records))
    person = {record.id: number for record, number in zip(records, truth, strict=True)}
    return found, found.weights(), person


def answered(most: int) -> Judged:
    """The queue's first questions, answered from the truth."""
    found, weights, person = taught()
    linked = link_rows(found.bench, weights, UNJUDGED, found.model)
    asked = questions(linkage_of(found.columns, linked, found.model), share_max=1.0)[:most]
    ids = found.columns.ids
    sides: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for link in asked:
        rows = sorted(ids.index(record) for record in link.pair)
        sides[person[link.pair[0]] == person[link.pair[1]]].append((rows[0], rows[1]))
    same, other = (np.array(sorted(sides[s]), np.int64).reshape(-1, 2) for s in (True, False))
    none = np.zeros(0, np.int64)
    return Judged((same[:, 0], same[:, 1]), (other[:, 0], other[:, 1]), (none, none))


def test_every_question_teaches_by_its_weight_and_the_mean_around_it() -> None:
    found, weights, _ = taught()
    judged = answered(40)
    seen = reviewed_pairs(found.bench, weights, judged, found.model)
    assert len(seen) == len(judged.same[0]) + len(judged.not_same[0])
    assert not any(pair.is_merged for pair in seen)
    assert min(pair.weight for pair in seen) >= found.model.thresholds.ask


def test_the_mean_of_two_rows_that_stand_alone_is_their_weight() -> None:
    found, weights, _ = taught()
    alone = np.arange(weights.total)
    at = np.flatnonzero(np.abs(weights.weight) < 1_000)[:50]
    pairs = weights.left[at], weights.right[at]
    mean = means_between(found.bench, weights, found.model, alone, *pairs)
    assert mean.tolist() == weights.weight[at].tolist()


def test_what_nobody_could_tell_teaches_nothing() -> None:
    found, weights, _ = taught()
    judged = answered(40)
    none = np.zeros(0, np.int64)
    unsure = Judged((none, none), (none, none), judged.same)
    assert found.recalibrated(unsure, weights).model is found.model


def test_answers_find_more_of_one_person_and_thresholds_taught_by_them_still_more() -> None:
    found, weights, person = taught()
    persons = [person[i] for i in found.columns.ids]
    judged = answered(40)
    moved = found.recalibrated(judged, weights)
    recall = []
    for answers, model in (
        (UNJUDGED, found.model), (judged, found.model), (judged, moved.model)
    ):  # fmt: skip
        clusters = link_rows(found.bench, weights, answers, model).likely_of.tolist()
        sizes = Counter(zip(clusters, persons, strict=True)).values()
        recall.append(sum(n * (n - 1) // 2 for n in sizes))
    assert recall[0] < recall[1] <= recall[2]
