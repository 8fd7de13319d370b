"""A step that a desk asks for and that is refused: why, and whether it may have happened anyway.

What has happened is never refused for being inconvenient.  A step is refused because a hurried
officer most likely slipped: boards after the doors were shut, closes with 183 children missing.
Where the step may be what really happened, saying so (*acknowledging* the reason) records it, and
the ledger's checks keep asking about it.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from safepassage.model.errors import SafePassageError


class Why(StrEnum):
    """Why a step is refused."""

    CLOSED_OUT = "closed-out"  # the doors were shut
    DEPARTED = "departed"
    CANCELLED = "cancelled"
    SEATS = "seats"  # more heads than seats
    HAS_SEATS = "has-seats"
    FAMILY_INCOMPLETE = "family-incomplete"
    NOT_ON_MANIFEST = "not-on-manifest"
    NEVER_SEEN = "never-seen"  # nobody of this id: perhaps a name was typed
    ALREADY_ABOARD = "already-aboard"
    NOT_ABOARD = "not-aboard"
    NOT_COUNTED = "not-counted"
    DIFFERENCE = "difference"  # planned, boarded and counted differ and nobody says why
    WRONG_REASON = "wrong-reason"  # the reason does not fit the difference
    NOT_CLOSED = "not-closed"
    NOT_DEPARTED = "not-departed"
    ARRIVED = "arrived"
    SAME_PLACE = "same-place"
    WRONG_HAVEN = "wrong-haven"
    MORE_THAN_BOARDED = "more-than-boarded"
    NOT_HERE = "not-here"
    NO_SUCH_PLACE = "no-such-place"
    NAMED_BEFORE = "named-before"
    OWN_HANDS = "own-hands"  # a child is handed to itself, or by whom it is handed to


class StepRefusedError(SafePassageError):
    """A step that is not recorded as it was asked for; the message says what to do.

    Attributes:
        why: the reason.
        may_have_happened: whether acknowledging the reason records the step all the same.
    """

    def __init__(self, why: Why, sentence: str, *, may_have_happened: bool) -> None:
        super().__init__(sentence)
        self.why = why
        self.may_have_happened = may_have_happened


def refuse_unless(
    holds: bool, why: Why, sentence: str, acknowledged: Collection[Why] | None = None
) -> None:
    """Go on if a condition holds, or somebody acknowledged that it does not.

    Args:
        holds: the condition.
        why: the reason that is given if it does not hold.
        sentence: what is wrong and what to do.
        acknowledged: the reasons that somebody answers for; None: nobody can for this one.

    Raises:
        StepRefusedError: it does not hold.
    """
    if not holds and why not in (acknowledged or ()):
        raise StepRefusedError(why, sentence, may_have_happened=acknowledged is not None)


def heads_that(heads: int, did: str, they_did: str) -> str:
    """So many heads and what they did: one head was, two heads were."""
    return f"1 head {did}" if heads == 1 else f"{heads:,} heads {they_did}"
