"""Judgements: two records are of the same person, are not, or nobody can tell.

The register keeps judgements, not merges.  A judgement is never changed: undoing one is a later
judgement about the same pair that withdraws it.  Which persons there are follows from the records,
the judgements in force and the frozen model, in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import RecordId, check_id
from safepassage.model.instant import in_utc

JudgementId = NewType("JudgementId", str)
Pair: TypeAlias = tuple[RecordId, RecordId]  # the smaller id first


class Verdict(StrEnum):
    """What somebody decided about a pair."""

    SAME = "same"
    NOT_SAME = "not-same"
    UNSURE = "unsure"  # looked at, could not be told: ask somebody else, or later
    WITHDRAWN = "withdrawn"  # what was decided before no longer holds


def pair_of(one: RecordId, other: RecordId) -> Pair:
    """Two records as a pair, whichever was named first."""
    return (one, other) if one < other else (other, one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One decision about one pair.

    Raises:
        InvalidFactError: both are the same record, an id is none, or a person gives no reason.
    """

    id: JudgementId
    left: RecordId
    right: RecordId
    verdict: Verdict
    by: str  # an account
    judged_at: datetime
    why: str
    model: str  # the version of the model whose evidence was shown

    def __post_init__(self) -> None:
        for value, what in ((self.id, "judgement"), (self.left, "record"), (self.right, "record")):
            check_id(value, what)
        check_id(self.by, "account")
        object.__setattr__(self, "judged_at", in_utc(self.judged_at, f"{self.id}: judged_at"))
        if self.left == self.right:
            raise InvalidFactError(f"{self.id}: a judgement is about two records")

    @property
    def pair(self) -> Pair:
        """The two records, the smaller id first."""
        return pair_of(self.left, self.right)


def in_force(judgements: Iterable[Judgement]) -> Mapping[Pair, Judgement]:
    """The latest judgement about each pair, withdrawn ones left out.

    Two made at one instant are read in the order of their ids, so that the answer does not depend
    on which arrived first.
    """
    latest: dict[Pair, Judgement] = {}
    for judgement in judgements:
        known = latest.get(judgement.pair)
        if known is None or (known.judged_at, known.id) < (judgement.judged_at, judgement.id):
            latest[judgement.pair] = judgement
    return {pair: j for pair, j in latest.items() if j.verdict is not Verdict.WITHDRAWN}
