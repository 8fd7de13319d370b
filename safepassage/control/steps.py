"""Taking a step: read the ledger, decide, record, in this order and by one desk at a time.

A step has a token, made by whoever asks before it is sent.  Sent again, because the answer was lost
or a button was pressed twice, it is recognised by its first fact and nothing more is recorded.  All
facts of a step are one transaction.

Between reading and recording a phone may hand in a scan.  Nothing is lost by that: the step was
right for what was known, and a close-out that no longer fits who is aboard says so itself.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from safepassage.control.office import Books
from safepassage.model.errors import InvalidFactError
from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId, GroupId, PlaceId, check_id
from safepassage.model.instant import in_utc, zulu
from safepassage.model.ledger import Ledger
from safepassage.operate.close_out import BAND
from safepassage.operate.step import Why, refuse_unless

_TAKING = threading.Lock()
_TOKEN_MAX = 40
AHEAD_MAX = timedelta(minutes=5)  # clocks of desks differ by less
_SHOWN = 16  # hexadecimal digits of a token


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a step.

    Attributes:
        entry: the first fact of it.
        facts: what was recorded; empty when it had been taken before.
    """

    entry: EntryId
    facts: tuple[Fact, ...]

    @property
    def is_known(self) -> bool:
        """Whether it had been taken before, and nothing was recorded now."""
        return not self.facts


class Sent(TypedDict):
    """What comes with a step, whichever it is."""

    token: str
    at: datetime | None  # when it happened; none: now
    acknowledged: Collection[Why]  # what its sender answers for


def new_token() -> str:
    """A token for one step."""
    return secrets.token_hex(_SHOWN)


def check_token(token: str) -> str:
    """The token, if it can be one.

    Raises:
        InvalidFactError: it has other characters than letters and digits, or too many.
    """
    if not (token.isascii() and token.isalnum() and len(token) <= _TOKEN_MAX):
        raise InvalidFactError(
            f"{token[:60]!r} is no token of a step: 1 to {_TOKEN_MAX} letters and digits"
        )
    return token


def check_group(ledger: Ledger, group: GroupId | None, places: Collection[PlaceId]) -> None:
    """Refuse a family of which the ledger knows nothing: a name typed by mistake would stay in it.

    A band needs nobody to know it.

    Args:
        ledger: where the family should be known.
        group: the family; None: heads of no family.
        places: where it may have been seen, or promised to be.

    Raises:
        StepRefusedError: nobody of this id was seen there, and no pass was issued to it.
    """
    refuse_unless(
        group is None
        or group.startswith(BAND)
        or any(True for _ in ledger.through(places, group))
        or any(issue.group == group for issue in ledger.catalogue.passes.values()),
        Why.NEVER_SEEN,
        "nobody of this family was ever seen here, and nothing is recorded: scan the pass or key"
        " the band again, or leave the family out and give the heads alone",
    )


def check_is_id(text: str, what: str) -> str:
    """Refuse what may be somebody's name where an id is asked for: ids have a digit in them.

    Raises:
        InvalidFactError: it has none, or is no id; it is not repeated.
    """
    if not any(c.isdigit() for c in text):
        raise InvalidFactError(
            f"{what} is given by the id of the register or of an account, with its digits; a name"
            " is never written into the ledger"
        )
    check_id(text, what)
    return text


def check_not_ahead(at: datetime, now: datetime) -> datetime:
    """The instant at which a step happened, if it can have happened.

    Raises:
        InvalidFactError: it lies ahead, or has no zone.
    """
    happened = in_utc(at, "at")
    if happened > now + AHEAD_MAX:
        raise InvalidFactError(
            f"{zulu(happened)} has not come yet: a step is recorded when it has happened. See"
            " whether the zone is right"
        )
    return happened


def take(books: Books, first: str, decide: Callable[[Ledger], Sequence[Fact]]) -> Taken:
    """Take a step, unless it was taken before.

    Args:
        books: the ledger.
        first: the id of the first fact that it records.
        decide: what it records, given the ledger as it stands.

    Raises:
        StepRefusedError: it is refused; nothing is recorded.
        StoreError: the ledger cannot be written; nothing is recorded.
    """
    entry = EntryId(first)
    with _TAKING:
        with books.ledger() as ledger:
            if ledger.entry(entry) is not None:
                return Taken(entry, ())
            facts = tuple(decide(ledger))
        books.record(facts)
    return Taken(entry, facts)
