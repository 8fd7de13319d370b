"""Which judgements count: what was withdrawn does not, and some need a second pair of eyes.

A judgement that two rows of one family of one list are the same person would take a member out of
that family.  It counts when two accounts have said so; until then it is kept, shown, and waits.
"Not the same" and "unsure" count at once: they take nobody away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from safepassage.register.judgement import Judgement, JudgementId, Pair, Verdict

REVIEWERS_OF_A_FAMILY = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """What was said about a pair, and what of it counts."""

    said: tuple[Judgement, ...]  # not withdrawn, oldest first
    counts: Judgement | None  # the one that counts; None: nobody's, or not enough reviewers
    withdrawn: frozenset[JudgementId] = frozenset()

    @property
    def waits_for_second(self) -> bool:
        """Whether one reviewer has said "same" and another has to."""
        return bool(self.said) and self.said[-1] is not self.counts


def standings(
    judgements: Iterable[Judgement],
    withdraws: Mapping[JudgementId, JudgementId],
    is_one_family: Callable[[Pair], bool],
) -> dict[Pair, Standing]:
    """What stands about each pair.

    Args:
        judgements: every one ever made about these pairs.
        withdraws: for a judgement that withdraws, the one that it withdraws.
        is_one_family: whether both records of a pair stand in one family of one list.
    """
    of_pair: dict[Pair, list[Judgement]] = defaultdict(list)
    for judgement in judgements:
        of_pair[judgement.pair].append(judgement)
    return {
        pair: _standing(
            pair, sorted(made, key=lambda j: (j.judged_at, j.id)), withdraws, is_one_family
        )
        for pair, made in of_pair.items()
    }


def _standing(
    pair: Pair,
    made: list[Judgement],
    withdraws: Mapping[JudgementId, JudgementId],
    is_one_family: Callable[[Pair], bool],
) -> Standing:
    withdrawn: set[JudgementId] = set()
    for place in range(len(made) - 1, -1, -1):
        latest = made[place]
        if latest.verdict is Verdict.WITHDRAWN and latest.id not in withdrawn:
            before = made[place - 1].id if place else latest.id
            withdrawn.add(withdraws.get(latest.id, before))
    said = tuple(j for j in made if j.id not in withdrawn and j.verdict is not Verdict.WITHDRAWN)
    counts = said[-1] if said else None
    if counts is not None and counts.verdict is Verdict.SAME and is_one_family(pair):
        latest_of = {j.by: j.verdict for j in said}
        agreeing = sum(verdict is Verdict.SAME for verdict in latest_of.values())
        if agreeing < REVIEWERS_OF_A_FAMILY:
            counts = next((j for j in reversed(said) if j.verdict is not Verdict.SAME), None)
    return Standing(said, counts, frozenset(withdrawn))
