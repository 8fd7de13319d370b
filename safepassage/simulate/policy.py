"""How an operation is run while a plan meets what happens: the rules that nobody need decide anew.

order       `plan`: as many of each class are called, and as many board, as the plan says; what is
            missed is made up for as soon as there is room.  `strict`: whoever waits is called and
            boards, the first class before all others, on the lifts of the plan
over_call   so many more are called than the plan needs, as a share: families that do not come then
            leave no seat empty, and some who come wait for the next lift
at_closure  `other-gates`: who was called to a shut gate goes to another one of the same origin.
            `wait`: they wait until it opens
at_full     `hold`: a lift whose base has no beds waits at the origin.  `divert`: it goes to
            whichever base that it can reach has most beds free, and from there to its own
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from safepassage.model.errors import BadQuestionError

ORDERS = ("plan", "strict")
AT_CLOSURE = ("other-gates", "wait")
AT_FULL = ("hold", "divert")
OVER_CALL_MAX = 2.0


@dataclass(frozen=True, slots=True)
class Policy:
    """One choice of each rule.

    Raises:
        BadQuestionError: a rule has no such choice.
    """

    order: str = "plan"
    over_call: float = 0.0
    at_closure: str = "other-gates"
    at_full: str = "hold"

    def __post_init__(self) -> None:
        for name, known in (("order", ORDERS), ("at_closure", AT_CLOSURE), ("at_full", AT_FULL)):
            if getattr(self, name) not in known:
                raise BadQuestionError(
                    f"{name}: {getattr(self, name)!r} is no rule; use {' or '.join(known)}"
                )
        if not 0 <= self.over_call <= OVER_CALL_MAX:
            raise BadQuestionError(
                f"over_call: {self.over_call:g}; write a share from 0 to {OVER_CALL_MAX:g}, such as"
                " 0.1 for a tenth more"
            )

    def to_json(self) -> dict[str, Any]:
        """The choices as plain values."""
        return asdict(self)
