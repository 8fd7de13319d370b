"""A refusal: somebody stood at a gate or a station and was not let on, for a closed reason.

"On the list and never past the gate" becomes a figure only because every refusal is a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from safepassage.model.errors import InvalidFactError
from safepassage.model.gate_pass import GROUP_HEADS_MAX, PASS_ID_DIGITS
from safepassage.model.ids import EntryId, GroupId, PlaceId, check_hexadecimal, check_id
from safepassage.model.instant import in_utc


class RefusalReason(StrEnum):
    """Why somebody was not let on."""

    FORGED = "forged"
    UNKNOWN_KEY = "unknown-key"
    EXPIRED = "expired"
    TOO_EARLY = "too-early"
    WRONG_GATE = "wrong-gate"
    REVOKED = "revoked"
    ALREADY_USED = "already-used"
    NOT_ON_LIST = "not-on-list"
    PAPERS = "papers"
    SECURITY = "security"
    MEDICAL = "medical"
    FAMILY_INCOMPLETE = "family-incomplete"
    GATE_CLOSED = "gate-closed"
    CAPACITY = "capacity"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Heads that were refused at a station of a place.  It moves nobody."""

    id: EntryId
    place: PlaceId
    station: str  # gate, search, registration, medical
    reason: RefusalReason
    occurred_at: datetime
    pass_id: str | None = None
    group: GroupId | None = None
    heads: int = 1

    def __post_init__(self) -> None:
        check_id(self.id, "entry")
        check_id(self.place, "place")
        check_id(self.station, "station")
        if self.pass_id is not None:
            check_hexadecimal(self.pass_id, PASS_ID_DIGITS, "pass")
        if self.group is not None:
            check_id(self.group, "group")
        object.__setattr__(self, "occurred_at", in_utc(self.occurred_at, f"{self.id}: occurred_at"))
        if not 1 <= self.heads <= GROUP_HEADS_MAX:
            raise InvalidFactError(
                f"{self.id}: {self.heads} heads refused; a refusal has 1 to {GROUP_HEADS_MAX}"
            )
