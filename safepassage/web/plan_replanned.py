"""What a plan changes that was made in the middle of an operation, for its page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from safepassage.model.instant import parse_instant
from safepassage.planner.posting import Clock, holds_from
from safepassage.web.planning import Names


class ShutShown(NamedTuple):
    """A place or a way that is shut for a time."""

    name: str
    start: datetime
    end: datetime


class Replanned(NamedTuple):
    """A plan beside the one that it would replace."""

    about: Mapping[str, Any]  # as the plan document has it
    holds_from: datetime
    shut: tuple[ShutShown, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any], names: Names) -> Replanned | None:
        """That of a plan document; None of one that was made before everything."""
        about = document.get("replanned")
        if about is None:
            return None
        shut = tuple(
            ShutShown(
                " – ".join(names.place(x) for x in s["place"].split("..")),
                parse_instant(s["from"], "shut from"),
                parse_instant(s["until"], "shut until"),
            )
            for s in about["shut"]
        )
        return cls(about, Clock.of(document).at(holds_from(document)), shut)
