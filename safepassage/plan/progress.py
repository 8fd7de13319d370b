"""How far a plan has come: what is known of it before it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What the planner is doing, in the order in which it does it."""

    BOUND = "bound"  # the first bound, which says where lifts should go
    PLAN = "plan"  # a first plan
    BETTER = "better"  # the same plan with other sorties
    PROOF = "proof"  # how many more any plan could get out


@dataclass(frozen=True, slots=True)
class Progress:
    """One thing that was found; what is None was not what was looked for."""

    stage: Stage
    people: int | None = None  # a plan for so many was found
    at_most: int | None = None  # no plan gets out more
    said: str = ""  # what else there is to say

    def __str__(self) -> str:
        if self.people is not None:
            return f"a plan for {self.people:,} people"
        if self.at_most is not None:
            return f"at most {self.at_most:,} people"
        return self.said


Tell = Callable[[Progress], None]


def silent(_found: Progress) -> None:
    """Tell nobody."""
