"""The audit chain: who looked at whom, who changed what, in an order that nobody can change unseen.

Every entry carries the hash of the one before it.  Changing, removing or moving one breaks the
chain there; cutting off its end contradicts the *head* that is kept beside it; and a head that
somebody outside wrote down (a witness) contradicts a chain that was written anew as a whole.  A
chain that its keeper alone holds proves nothing against its keeper: have its head witnessed.

An entry holds ids, kinds and counts.  It has no place for a name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import check_id
from safepassage.model.instant import format_instant, in_utc

GENESIS = "0" * 64
DETAILS_MAX = 20


class Kind(StrEnum):
    """What happened."""

    SIGNED_IN = "signed-in"
    SIGN_IN_REFUSED = "sign-in-refused"
    SIGNED_OUT = "signed-out"
    SESSION_ENDED = "session-ended"  # by its owner elsewhere, or by an administrator
    ACTED_AS = "acted-as"  # somebody at the machine's own shell, with an account they named
    ACCOUNT_ADDED = "account-added"
    ROLES_CHANGED = "roles-changed"
    ACCOUNT_DISABLED = "account-disabled"
    ACCOUNT_ENABLED = "account-enabled"
    LINK_MADE = "link-made"
    ENROLLED = "enrolled"
    CREDENTIAL_REMOVED = "credential-removed"
    UNLOCKED = "unlocked"
    UNLOCK_REFUSED = "unlock-refused"
    LOCKED = "locked"
    KEYS_CHANGED = "keys-changed"
    REVEALED = "revealed"  # what is sealed about a person was opened for somebody
    REVEAL_REFUSED = "reveal-refused"
    SEARCHED = "searched"
    LIST_TAKEN = "list-taken"
    JUDGED = "judged"
    FAMILY_DECIDED = "family-decided"
    PRIORITY_DECIDED = "priority-decided"
    INTAKE_MOVED = "intake-moved"
    ERASED = "erased"
    EXPORT_REQUESTED = "export-requested"
    EXPORT_APPROVED = "export-approved"
    EXPORT_REFUSED = "export-refused"
    EXPORTED = "exported"
    ROLL_TAKEN = "roll-taken"  # who has to leave, family by family, for a plan: ids and counts
    PLAN_PROPOSED = "plan-proposed"  # for signing, by the first of two
    PLAN_PUBLISHED = "plan-published"
    PLAN_REFUSED = "plan-refused"  # to publish it, and why
    CALLED = "called"  # addresses of families were opened to call them
    PASS_TOLD = "pass-told"  # noqa: S105 - codes and words were shown, to be printed or read out
    DEVICE_LINKED = "device-linked"  # a link that enrols a phone at a gate was made
    DEVICE_MOVED = "device-moved"
    DEVICE_REVOKED = "device-revoked"
    EVENT_RELEASED = "event-released"  # of a phone, out of quarantine into the ledger
    EVENT_DISMISSED = "event-dismissed"
    REFUSED = "refused"  # somebody asked for what their roles do not allow


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened.

    Attributes:
        kind: what.
        account: who did it.
        at: when, by the server's clock.
        subject: the id of the person, list, account or export that it is about; empty: none.
        detail: codes and counts; a value is a number or an id, never a text.

    Raises:
        InvalidFactError: an id is none, or a detail could hold a text.
    """

    kind: Kind
    account: str
    at: datetime
    subject: str = ""
    detail: Mapping[str, str | int] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        _check_silently(self.account, "account")
        if self.subject:
            _check_silently(self.subject, "subject")
        if len(self.detail) > DETAILS_MAX:
            raise InvalidFactError(f"an audit entry has at most {DETAILS_MAX} details")
        for name, value in self.detail.items():
            _check_silently(name, "name of a detail")
            if not isinstance(value, int):
                _check_silently(value, "value of a detail")
        object.__setattr__(self, "at", in_utc(self.at, "at"))

    def to_json(self) -> dict[str, object]:
        """The entry as JSON values."""
        told: dict[str, object] = {
            "kind": self.kind.value,
            "account": self.account,
            "at": format_instant(self.at),
        }
        if self.subject:
            told["subject"] = self.subject
        return told | ({"detail": dict(self.detail)} if self.detail else {})


def _check_silently(value: str, what: str) -> None:
    """Refuse what is no id without repeating it: it may be a name, and errors are logged."""
    try:
        check_id(value, what)
    except InvalidFactError:
        raise InvalidFactError(f"the {what} of an audit entry is no id: texts stay out") from None


@dataclass(frozen=True, slots=True)
class Chained:
    """An entry with its place in the chain."""

    number: int  # from 1
    entry: Entry
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: how many entries, and the hash of the last."""

    number: int
    hash: str


EMPTY = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain is not what was written."""

    number: int
    sentence: str


def chained(entry: Entry, after: Head) -> Chained:
    """The entry as the next link."""
    number = after.number + 1
    return Chained(number, entry, link_hash(number, entry, after.hash))


def link_hash(number: int, entry: Entry, before: str) -> str:
    """SHA-256 over the hash before, the number and the entry as canonical JSON."""
    text = json.dumps(entry.to_json(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{number}\n{text}".encode()).hexdigest()


def verify(
    chain: Iterable[Chained], head: Head | None = None, witnessed: Iterable[Head] = ()
) -> Iterator[Break]:
    """Where a chain is broken, in its order; nothing if it is whole.

    Args:
        chain: every entry from the first on.
        head: the end that is kept beside the chain.
        witnessed: ends that somebody else wrote down earlier.
    """
    at, expected = EMPTY, {w.number: w.hash for w in witnessed}
    for link in chain:
        if link.number != at.number + 1:
            yield Break(link.number, f"entry {at.number + 1} is missing: {link.number} follows")
        if link.hash != link_hash(link.number, link.entry, at.hash):
            yield Break(link.number, f"entry {link.number} or the one before it was changed")
        at = Head(link.number, link.hash)
        if expected.pop(at.number, at.hash) != at.hash:
            yield Break(at.number, f"entry {at.number} is not the one that was witnessed")
    if head is not None and head != at:
        yield Break(at.number, f"the chain ends at {at.number}, but {head.number} were written")
    for number in sorted(number for number in expected if number > 0):
        yield Break(number, f"entry {number} was witnessed and is missing")
