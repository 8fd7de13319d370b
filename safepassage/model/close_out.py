"""Close-out: the doors of a lift are shut, and three numbers agree or somebody signs why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import EntryId, PlaceId, check_id
from safepassage.model.instant import in_utc
from safepassage.model.movement import HEADS_MAX


class Difference(StrEnum):
    """Why planned, boarded and counted heads differ."""

    LAP_CHILDREN = "lap-children"  # seats were counted, not heads
    UNLISTED_RIDERS = "unlisted-riders"
    LATE_OFFLOAD = "late-offload"
    MISCOUNT = "miscount"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseOut:
    """A manifest was closed: planned, boarded and counted heads, lap children included.

    Raises:
        InvalidFactError: the three differ and nothing says why, they agree and something does, or
            a number is below zero.
    """

    id: EntryId
    lift: PlaceId
    planned: int  # on the manifest
    boarded: int  # scanned
    counted: int  # by somebody who walked through the cabin
    occurred_at: datetime
    signed_by: str  # an account or a device
    difference: Difference | None = None

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.lift, "lift")
        check_id(self.signed_by, "signature")
        object.__setattr__(self, "occurred_at", in_utc(self.occurred_at, f"{self.id}: occurred_at"))
        heads = (self.planned, self.boarded, self.counted)
        if not all(0 <= n <= HEADS_MAX for n in heads):
            raise InvalidFactError(f"{self.id}: {heads} heads planned, boarded and counted")
        if (len(set(heads)) > 1) != (self.difference is not None):
            raise InvalidFactError(
                f"{self.id}: planned {self.planned}, boarded {self.boarded}, counted"
                f" {self.counted}: a difference has its reason, and only a difference does"
            )

    @property
    def heads(self) -> int:
        """Heads aboard that it stands for: the count, unless that was signed as wrong."""
        return self.boarded if self.difference is Difference.MISCOUNT else self.counted
