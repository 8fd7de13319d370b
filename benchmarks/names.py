"""How well names are compared, beside rapidfuzz on the same pairs: `python -m benchmarks.names`.

For each group of pairs: the area under the curve, F1 and the recall at a precision of 95 %.
Nothing is judged by what it was fitted to.  A pair's score comes from trees that saw no pair of
anybody in its fold, and the threshold of a fold is the best one on the other folds; so is the
threshold of each peer.  "Best F1" is the optimistic figure that the scorer of the reference folder
prints: the best threshold on the very pairs that it judges.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from rapidfuzz import fuzz

from benchmarks.boosting import Floats, Indices
from benchmarks.figures import Figure, Sense, markdown, table
from benchmarks.name_pairs import (
    FOLDS,
    Mask,
    Pairs,
    folds_of,
    held_out_scores,
    lacking,
    numbers_of,
    pairs_file,
    read_pairs,
)
from safepassage.register.names import romanise, similarities

GROUPS = ("afg_latin", "arab_me_latin", "ukr_rus_latin", "cross_arabic", "cross_cyrillic")
F1_GOALS = dict(zip(GROUPS, (0.68, 0.79, 0.87, 0.92, 0.985), strict=True))
AUC_GOALS = {"afg_latin": 0.84, "arab_me_latin": 0.84}
RECALL_GOALS = {"arab_me_latin": 0.67, "cross_arabic": 0.85}
PRECISION_FLOOR = 0.95
PEERS: dict[str, Callable[[str, str], float]] = {
    "ratio": fuzz.ratio,
    "token_sort": fuzz.token_sort_ratio,
    "WRatio": fuzz.WRatio,
}
HEADINGS = ("group", "pairs", "matcher", "AUC", "F1", "best F1", "R at P95")


@dataclass(frozen=True, slots=True)
class Measured:
    """One matcher on one group."""

    group: str
    pairs: str
    matcher: str
    area: float
    f1: float  # at thresholds of other folds
    best_f1: float
    recall: float

    def cells(self) -> tuple[str, ...]:
        """A row of the table."""
        numbers = (self.area, self.f1, self.best_f1, self.recall)
        return (self.group, self.pairs, self.matcher, *(f"{n:.3f}" for n in numbers))


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall at every score that occurs, the highest first."""

    thresholds: Floats
    right: Floats  # positives at or above
    made: Floats  # pairs at or above
    positives: float

    @classmethod
    def of(cls, scores: Floats, labels: Floats) -> Curve:
        """The curve of scored pairs; equal scores are one threshold."""
        order = np.argsort(-scores, kind="stable")
        ordered = scores[order]
        is_last = np.append(ordered[1:] != ordered[:-1], True)
        right = labels[order].cumsum()[is_last]
        made = np.arange(1, len(scores) + 1, dtype=float)[is_last]
        return cls(ordered[is_last], right, made, float(labels.sum()))

    def f1(self) -> Floats:
        """F1 at each threshold."""
        found: Floats = 2 * self.right / (self.made + self.positives)
        return found

    def best_threshold(self) -> float:
        """Where F1 is highest."""
        return float(self.thresholds[self.f1().argmax()])

    def area(self) -> float:
        """The area under the receiver's curve, ties counting half."""
        wrong = self.made - self.right
        negatives = wrong[-1]
        steps_right = np.diff(self.right, prepend=0.0)
        steps_wrong = np.diff(wrong, prepend=0.0)
        above = negatives - wrong + steps_wrong / 2
        return float((steps_right * above).sum() / (self.positives * negatives))

    def recall_at(self, precision: float) -> float:
        """The highest recall at no less than a precision."""
        is_precise = self.right / self.made >= precision
        return float((self.right[is_precise] / self.positives).max(initial=0.0))


def f1_across(scores: Floats, labels: Floats, is_in: Mask, folds: tuple[Indices, Indices]) -> float:
    """F1 over all folds, each at the best threshold of pairs that share no person with it."""
    first, second = folds
    right = made = 0.0
    for fold in range(FOLDS):
        others = is_in & (first != fold) & (second != fold)
        threshold = Curve.of(scores[others], labels[others]).best_threshold()
        is_found = is_in & (first == fold) & (scores >= threshold)
        right += labels[is_found].sum()
        made += is_found.sum()
    return float(2 * right / (made + labels[is_in].sum()))


def measure_matcher(
    name: str, scores: Floats, pairs: Pairs, folds: tuple[Indices, Indices]
) -> list[Measured]:
    """One matcher on every group."""
    groups = np.array(pairs.groups)
    found = []
    for group in GROUPS:
        is_in = (groups == group) & pairs.is_scored
        labels = pairs.labels[is_in]
        curve = Curve.of(scores[is_in], labels)
        found.append(
            Measured(
                group,
                f"{int(labels.sum())}:{int((1 - labels).sum())}",
                name,
                curve.area(),
                f1_across(scores, pairs.labels, is_in, folds),
                float(curve.f1().max()),
                curve.recall_at(PRECISION_FLOOR),
            )
        )
    return found


def measure_all(pairs: Pairs) -> list[Measured]:
    """Ours, fitted fold by fold, and the peers."""
    folds = folds_of(pairs)
    scores = held_out_scores(pairs, numbers_of(pairs), folds)
    found = measure_matcher("ours", scores, pairs, folds)
    latin = [(romanise(a), romanise(b)) for a, b in pairs.texts]
    for name, ratio in PEERS.items():
        said = np.array([ratio(a, b) for a, b in latin])
        found += measure_matcher(f"rapidfuzz {name}", said, pairs, folds)
    return sorted(found, key=lambda m: GROUPS.index(m.group))


def figures_of(measured: Sequence[Measured], pairs: Pairs) -> list[Figure]:
    """The figures that have goals, each beside the best peer, and the speed."""
    found = []
    for group in GROUPS:
        ours = next(m for m in measured if m.group == group and m.matcher == "ours")
        peers = [m for m in measured if m.group == group and m.matcher != "ours"]
        best = max(peers, key=lambda m: m.f1)
        found.append(_figure(group, "F1", ours.f1, F1_GOALS[group], best.matcher, best.f1))
        for what, goals, value, peer in (
            ("AUC", AUC_GOALS, ours.area, max(peers, key=lambda m: m.area)),
            ("recall at precision .95", RECALL_GOALS, ours.recall, max(peers, key=_recall)),
        ):
            if group in goals:
                theirs = peer.area if what == "AUC" else peer.recall
                found.append(_figure(group, what, value, goals[group], peer.matcher, theirs))
    return [*found, speed(pairs)]


def _recall(measured: Measured) -> float:
    return measured.recall


def _figure(group: str, what: str, value: float, goal: float, peer: str, theirs: float) -> Figure:
    return Figure(
        part="names", what=f"{group}: {what}", value=value, unit="", goal=goal,
        sense=Sense.AT_LEAST, peer=peer, peer_value=theirs,
    )  # fmt: skip


def speed(pairs: Pairs) -> Figure:
    """Seconds for all pairs, as `safepassage names score` takes them."""
    started = perf_counter()
    similarities(pairs.texts)
    took = perf_counter() - started
    started = perf_counter()
    for a, b in pairs.texts:
        fuzz.WRatio(a, b)
    peer = perf_counter() - started
    return Figure(
        part="names", what=f"{len(pairs.texts):,} pairs scored", value=took, unit="s", goal=60,
        peer="rapidfuzz WRatio", peer_value=peer,
    )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 2 without the reference folder, 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.names", description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="print the table for docs")
    asked = parser.parse_args(arguments)
    if missing := lacking():
        print(missing, file=sys.stderr)
        return 2
    pairs = read_pairs(pairs_file())
    measured = measure_all(pairs)
    figures = figures_of(measured, pairs)
    lay_out = markdown if asked.markdown else table
    print(lay_out([m.cells() for m in measured], HEADINGS, {3, 4, 5, 6}))
    goals = [(f.what, f"{f.value:.3f}", f.said_goal, "yes" if f.is_met else "NO") for f in figures]
    print("\n" + lay_out(goals, ("what", "measured", "goal", "met"), {1}))
    return 1 if any(f.is_met is False for f in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
