"""An export as the desks see it: what was asked for, by whom, for whom, and how far it has come.

None of it holds a word of a list but the purpose, which `repr` leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from safepassage.exchange.exports.types import ExportType
from safepassage.exchange.exports.writers import FileFormat
from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import ListId, PersonId, check_id
from safepassage.model.instant import format_instant, parse_instant
from safepassage.registrar.errors import RegistrarError
from safepassage.secure.age import check_recipient

ExportId = NewType("ExportId", str)
ALONE_MAX = 50  # rows; more need a second person
RECIPIENTS_MAX = 20
PURPOSE_MAX = 500
DAYS_MAX = 90  # no export is good for longer


class ExportRefusedError(RegistrarError):
    """An export that is not given out; the message says why and what to do."""


class ExportState(StrEnum):
    """How far an export has come."""

    WAITING = "waiting"  # for a second person
    READY = "ready"  # its files may be written
    REFUSED = "refused"
    RECALLED = "recalled"  # recipients were asked to delete it
    EXPIRED = "expired"  # nothing more is written, and copies are due for deletion


class Second(StrEnum):
    """Why a second person is needed."""

    MANY_ROWS = "many-rows"
    PROTECTION = "protection"
    NOT_SEALED = "not-sealed"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a copy.

    Attributes:
        id: an id for an office or agency, never a name.
        key: its public key (`age1...`); empty: by a passphrase that is said when the file is made,
            or not sealed at all, if the export says so.
    """

    id: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Whom an export is about: named persons, or everybody on the newest version of a list."""

    persons: tuple[PersonId, ...] = ()
    list: ListId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for, before anything is counted.

    Attributes:
        type: which of the closed set.
        format: as what kind of file.
        selection: about whom.
        recipients: who gets a copy each.
        purpose: what for; it is sealed.
        expires_at: when copies are to be deleted, and nothing more is written.
        rows: how many rows it will have, as the sender believes, who has not seen it.
        is_sealed: whether files are encrypted; if not, a second person must agree.

    Raises:
        InvalidFactError: something is missing, or is no id.
        AgeError: a recipient's key is none.
    """

    type: ExportType
    format: FileFormat
    selection: Selection
    recipients: tuple[Recipient, ...]
    purpose: str = field(repr=False)
    expires_at: datetime
    rows: int
    is_sealed: bool = True

    def __post_init__(self) -> None:
        if not 1 <= len(self.recipients) <= RECIPIENTS_MAX:
            raise InvalidFactError(
                f"name 1 to {RECIPIENTS_MAX} recipients: each gets a copy of its own"
            )
        for recipient in self.recipients:
            check_id(recipient.id, "recipient")
            if recipient.key:
                check_recipient(recipient.key)
        if len({recipient.id for recipient in self.recipients}) < len(self.recipients):
            raise InvalidFactError("a recipient is named twice: a copy says whose it is")
        if not 3 <= len(self.purpose.strip()) <= PURPOSE_MAX:
            raise InvalidFactError(
                f"say what the export is for, in 3 to {PURPOSE_MAX} characters: whoever approves it"
                " must know"
            )
        if bool(self.selection.persons) == (self.selection.list is not None):
            raise InvalidFactError("an export is about persons or about a list: give one of them")
        if self.rows < 1:
            raise InvalidFactError("say how many rows the file will have: 1 or more")

    def to_plain(self) -> dict[str, Any]:
        """As JSON values, to be sealed."""
        return {
            "type": str(self.type),
            "format": str(self.format),
            "persons": list(self.selection.persons),
            "list": self.selection.list,
            "recipients": [[recipient.id, recipient.key] for recipient in self.recipients],
            "purpose": self.purpose,
            "expires_at": format_instant(self.expires_at),
            "rows": self.rows,
            "is_sealed": self.is_sealed,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Asked:
        """What `to_plain` made."""
        kept = plain["list"]
        return cls(
            type=ExportType(plain["type"]),
            format=FileFormat(plain["format"]),
            selection=Selection(
                tuple(map(PersonId, plain["persons"])), None if kept is None else ListId(kept)
            ),
            recipients=tuple(Recipient(who, key) for who, key in plain["recipients"]),
            purpose=plain["purpose"],
            expires_at=parse_instant(plain["expires_at"]),
            rows=plain["rows"],
            is_sealed=plain["is_sealed"],
        )


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that was given out."""

    recipient: str
    by: str  # the account
    at: datetime
    sha256: str  # of the file as it left


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportView:
    """An export, from its first word to its last.

    Attributes:
        seconds: why a second person is needed; empty: nobody is.
        digest: a keyed digest of the rows that were counted; what is written must have the same.
        why: of a refusal or a recall; it is sealed.
    """

    id: ExportId
    asked: Asked
    by: str
    at: datetime
    state: ExportState
    seconds: tuple[Second, ...]
    digest: str
    approved_by: str = ""
    copies: tuple[Copy, ...] = ()
    closed_at: datetime | None = None  # when it was refused or recalled
    why: str = field(default="", repr=False)


def name_of(view: ExportView, recipient: str) -> str:
    """The name of a recipient's file: ids alone."""
    sealed = ".age" if view.asked.is_sealed else ""
    number = view.id.partition("/")[2]
    return f"{number}-{recipient.replace('/', '_')}.{view.asked.format}{sealed}"


@dataclass(frozen=True, slots=True)
class Due:
    """A copy that its recipient should have deleted, or is asked to."""

    export: ExportId
    type: ExportType
    copy: Copy
    since: datetime
    is_recalled: bool


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """A file for one recipient, as it may leave."""

    name: str
    content: bytes
    sha256: str
    rows: int
