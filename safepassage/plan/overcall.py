"""How many families to call so that seats fly full and nobody is called for nothing.

Some of those who are called do not come.  Calling exactly as many as there are seats lets seats fly
empty; calling too many leaves people standing at a gate.  The rule is that of overbooking with a
service level (Beckmann 1958; Talluri and van Ryzin, The Theory and Practice of Revenue
Management, 2004, chapter 4, "type 1"): with S the heads that come of those called,

    call the most families for which   P(S > room) <= risk,    room = seats + stand-by places

A family comes whole or not at all, each with the same chance 1 - no_show and independently, so

    S = sum of size_i x B_i,   B_i = 1 with chance 1 - no_show, else 0

whose distribution is computed exactly, family by family.  If every family is one head, S is
binomial and the rule is its quantile.  That families decide independently is what the rule
assumes; a closed road keeps many away at once, and no call-forward of any size repairs that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from safepassage.plan.errors import PlanInputError
from safepassage.plan.linear import Reals

FAMILY_MAX = 60  # heads in one family; more is a coach, or a slip of the hand


@dataclass(frozen=True)
class Call:
    """Families to call for one opening, and what may be expected of them."""

    sizes: tuple[int, ...]  # of the families called, in the order of the call
    expected: float  # heads that come on average
    chance_of_more: float  # that more come than there is room for
    low: int  # fewer than this come with a chance of `risk` at most

    @property
    def heads(self) -> int:
        """Heads called."""
        return sum(self.sizes)


def check_chances(no_show: float, risk: float) -> None:
    """Refuse chances that are none.

    Raises:
        PlanInputError: the no-show rate is not in [0, 1), or the risk not in (0, 1).
    """
    if not 0 <= no_show < 1:
        raise PlanInputError(f"a no-show rate of {no_show:g}; write a share from 0 to below 1")
    if not 0 < risk < 1:
        raise PlanInputError(f"a risk of {risk:g}; write a chance between 0 and 1, such as 0.05")


def coming(before: Reals, size: int, no_show: float) -> Reals:
    """The distribution of heads that come, with one more family called.

    `before[k]` is the chance that k heads come; the answer has `size` entries more.
    """
    after = np.zeros(len(before) + size)
    after[: len(before)] = no_show * before
    after[size:] += (1 - no_show) * before
    return after


def call(families: Iterable[int], room: int, no_show: float, risk: float) -> Call:
    """Call families one after the other while the chance of more than `room` stays within `risk`.

    A family is never left out for a smaller one behind it: the order is the order of priority.

    Raises:
        PlanInputError: a chance that is none, or a family of no size.
    """
    check_chances(no_show, risk)
    came: Reals = np.ones(1)
    sizes: list[int] = []
    for size in families:
        check_size(size)
        after = coming(came, size, no_show)
        if after[room + 1 :].sum() > risk:
            break
        came = after
        sizes.append(size)
    below = int(np.searchsorted(np.cumsum(came), risk, side="right"))
    return Call(
        tuple(sizes),
        float(np.arange(len(came)) @ came),
        float(came[room + 1 :].sum()),
        below,
    )


def check_size(size: int) -> None:
    """Refuse a family without heads, or one that is a coach.

    Raises:
        PlanInputError: it is one.
    """
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= FAMILY_MAX:
        raise PlanInputError(f"a family of {size!r} heads; write 1 to {FAMILY_MAX}")


def sized(shares: Mapping[int, float]) -> Iterator[int]:
    """Families whose sizes keep to given shares as closely as whole families can, for ever.

    No chance is involved: the next family is of the size that is owed most.

    Raises:
        PlanInputError: no share is above zero, or one is below it.
    """
    for size, share in shares.items():
        check_size(size)
        if not 0 <= share < float("inf"):
            raise PlanInputError(f"families of {size}: a share of {share!r}; write zero or more")
    total = sum(shares.values())
    if total <= 0:
        raise PlanInputError("no size of family has a share; write sizes such as 1:20 4:50")
    return _owed_most({size: share / total for size, share in shares.items() if share > 0})


def _owed_most(shares: Mapping[int, float]) -> Iterator[int]:
    owed = dict.fromkeys(shares, 0.0)
    while True:
        for size, share in shares.items():
            owed[size] += share
        size = max(owed, key=lambda s: (owed[s], -s))
        owed[size] -= 1
        yield size
