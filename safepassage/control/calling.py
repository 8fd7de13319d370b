"""Calling: each family alone is told when and where to come, and what opens the gate.

    queued  ->  sent  ->  answered          somebody said that they come, or that they cannot
            ->  failed                      after five tries, or at once where trying cannot help
    queued (channel sheet)  ->  sent        when a person says that it was handed over

A message is tried when its last try lies a minute, five, a quarter of an hour, an hour back.  Each
try is written down before it is made, so two servers never send the same one at once, and a crash
in the middle may send it twice and never not at all; its id lets a receiver drop the second.

Nothing goes out for a pass that the ledger does not have, or that is revoked or over.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from safepassage.control.channels import Address, Channel, ChannelError, Outgoing, first_for
from safepassage.control.issuing import Issued, Secret, Wanted, find, issue, reissue, secrets_of
from safepassage.control.message import Kind, Meeting, call_text, subject, word_text
from safepassage.control.office import Office, seal, unseal
from safepassage.control.printing import token_png
from safepassage.model.errors import BadQuestionError
from safepassage.model.gate_pass import PassIssue
from safepassage.model.ids import GroupId, PlaceId
from safepassage.model.instant import from_micros, to_micros
from safepassage.operate.passes import called
from safepassage.store import pass_shelf
from safepassage.store.pass_shelf import StoredMessage
from safepassage.store.register_place import Place

WAITS = (timedelta(0), *(timedelta(minutes=m) for m in (1, 5, 15, 60)))
TRIES = len(WAITS)
_FIELD = "message"

AddressBook = Callable[[Sequence[GroupId]], Mapping[GroupId, Address]]


class MessageState(StrEnum):
    """How far a message is."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as a board may show it: no address, no text."""

    id: str
    pass_id: str
    kind: Kind
    channel: str
    state: MessageState
    tries: int
    reason: str | None
    changed_at: datetime


@dataclass(slots=True)
class Delivery:
    """What became of the messages that were due."""

    sent: int = 0
    failed: int = 0
    later: int = 0  # to be tried again
    dropped: int = 0  # of passes that no longer count
    reasons: Counter[str] = field(default_factory=Counter)


def call(
    office: Office,
    wanted: Sequence[Wanted],
    book: AddressBook,
    channels: Sequence[Channel],
    meetings: Mapping[PlaceId, Meeting],
) -> list[Issued]:
    """Issue a pass to each family, and queue what it is told.

    A family of which nobody can be reached is called all the same, on the sheet.

    Raises:
        BadQuestionError: nobody said where the people of a gate meet.
        CallRefusedError: see `issuing.issue`.
        NoIssuingKeyError: no key covers a window.
    """
    _check_meetings({each.gate for each in wanted}, meetings)
    made = issue(office, wanted)
    _queue(office, made, book, channels, meetings)
    return made


def call_again(
    office: Office,
    pass_id: str,
    book: AddressBook,
    channels: Sequence[Channel],
    meetings: Mapping[PlaceId, Meeting],
    *,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> Issued:
    """Issue a pass again and tell its family, in one action; see `issuing.reissue`."""
    with office.books.ledger() as ledger:
        old = find(ledger, pass_id, office.clock()).issue
    _check_meetings({old.gate}, meetings)
    made = reissue(office, old.pass_id, valid_from=valid_from, valid_until=valid_until)
    _queue(office, [made], book, channels, meetings)
    return made


def deliver(
    office: Office, channels: Sequence[Channel], is_stopped: Callable[[], bool] = lambda: False
) -> Delivery:
    """Try every message whose time has come, one after the other, until somebody stops it.

    Raises:
        LockedError: the register is locked: what is sealed cannot be sent.
    """
    by_name = {channel.name: channel for channel in channels if channel.is_automatic}
    with office.place.reading() as connection:
        waiting = pass_shelf.messages_in(connection, [MessageState.QUEUED])
    due = [m for m in waiting if m.channel in by_name and _is_due(office, m)]
    done = Delivery()
    good = _good_passes(office) if due else set()
    for known in due:
        if is_stopped():
            break
        if known.pass_id in good:
            _try(office, known, by_name[known.channel], done)
        else:
            _turn(office, known, MessageState.FAILED, "pass-not-good")
            done.dropped += 1
    return done


def told(office: Office, pass_id: str, *, has_answered: bool = False) -> int:
    """A person says that the family of a pass was told, by paper or by voice; or that it answered.

    Returns:
        How many messages it concerned: those that wait or failed; or those that were sent.
    """
    before = {MessageState.SENT} if has_answered else {MessageState.QUEUED, MessageState.FAILED}
    after = MessageState.ANSWERED if has_answered else MessageState.SENT
    with office.place.reading() as connection:
        known = pass_shelf.messages_about(connection, [pass_id])
    concerned = [m for m in known if m.state in before]
    for message in concerned:
        _turn(office, message, after, message.reason if has_answered else "by-hand")
    return len(concerned)


def messages(place: Place, passes: Iterable[str]) -> list[MessageView]:
    """The messages about passes, oldest first; nothing is opened."""
    with place.reading() as connection:
        return [_view(m) for m in pass_shelf.messages_about(connection, passes)]


@dataclass(frozen=True, slots=True, repr=False)
class Said:
    """What a message says, to be printed or read out."""

    pass_id: str
    kind: Kind
    text: str
    language: str
    is_spoken: bool  # nothing written may reach this family


def said(office: Office, passes: Iterable[str]) -> list[Said]:
    """What the messages about passes say, oldest first.

    Raises:
        LockedError: the register is locked.
    """
    with office.place.reading() as connection:
        found = pass_shelf.messages_about(connection, passes)
    opened = ((m, _opened(office, m)) for m in found)
    return [
        Said(m.pass_id or "", _kind(m), plain["text"], plain["language"], plain["spoken"])
        for m, plain in opened
    ]


def _queue(
    office: Office,
    made: Sequence[Issued],
    book: AddressBook,
    channels: Sequence[Channel],
    meetings: Mapping[PlaceId, Meeting],
) -> None:
    addresses = book([new.issue.group for new in made])
    now = to_micros(office.clock())
    rows = []
    for new in made:
        address = addresses.get(new.issue.group)
        known = address or Address(person=new.issue.group, language=_only_language(meetings))
        channel = first_for(known, channels)
        for kind, text in _said(new, known, meetings[new.issue.gate]).items():
            rows.append(_row(office, new.issue, known, channel, kind, text, now))
    with office.place.writing() as connection:
        pass_shelf.put_messages(connection, rows)


def _said(new: Issued, address: Address, meeting: Meeting) -> dict[Kind, str]:
    issue_, secret = new.issue, new.secret
    text = call_text(
        address.language,
        meeting,
        issue_.valid_from,
        issue_.valid_until,
        issue_.heads,
        secret.code,
    )
    return {Kind.CALL: text, Kind.WORD: word_text(address.language, secret.word)}


def _row(
    office: Office,
    issue_: PassIssue,
    address: Address,
    channel: Channel,
    kind: Kind,
    text: str,
    now: int,
) -> StoredMessage:
    message_id = f"{kind}-{secrets.token_hex(16)}"
    plain = {
        "text": text,
        "language": address.language,
        "mail": address.mail,
        "phone": address.phone,
        "spoken": address.papers_endanger,
    }
    return StoredMessage(
        id=message_id,
        person=address.person,
        pass_id=issue_.pass_id,
        channel=channel.name,
        state=MessageState.QUEUED,
        tries=0,
        reason=None,
        made_at=now,
        changed_at=now,
        sealed=seal(office.vault, f"message/{message_id}", _FIELD, json.dumps(plain).encode()),
    )


def _try(office: Office, known: StoredMessage, channel: Channel, done: Delivery) -> None:
    """One try, written down before it is made."""
    outgoing = _outgoing(office, known)
    at = to_micros(office.clock())
    claimed = known._replace(tries=known.tries + 1, changed_at=at)
    with office.place.writing() as connection:
        if not pass_shelf.turn_message(
            connection, known, MessageState.QUEUED, at, known.reason, tries=claimed.tries
        ):
            return  # somebody else took it up in the meantime
    try:
        channel.send(outgoing)
    except ChannelError as fault:
        is_over = not fault.may_retry or claimed.tries >= TRIES
        state = MessageState.FAILED if is_over else MessageState.QUEUED
        _turn(office, claimed, state, fault.code)
        done.reasons[fault.code] += 1
        done.failed += is_over
        done.later += not is_over
    else:
        _turn(office, claimed, MessageState.SENT, None)
        done.sent += 1


def _outgoing(office: Office, known: StoredMessage) -> Outgoing:
    plain = _opened(office, known)
    address = Address(
        person=known.person,
        language=plain["language"],
        mail=plain["mail"],
        phone=plain["phone"],
        papers_endanger=plain["spoken"],
    )
    picture = None
    if _kind(known) is Kind.CALL and known.pass_id is not None:
        secret: Secret | None = secrets_of(office, [known.pass_id]).get(known.pass_id)
        picture = None if secret is None else token_png(secret.token)
    return Outgoing(known.id, address, subject(address.language), plain["text"], picture)


def _is_due(office: Office, known: StoredMessage) -> bool:
    waits = WAITS[min(known.tries, TRIES - 1)]
    return office.clock() >= from_micros(known.changed_at) + waits


def _good_passes(office: Office) -> set[str]:
    with office.books.ledger() as ledger:
        return {c.issue.pass_id for c in called(ledger, office.clock()) if c.is_good}


def _turn(office: Office, known: StoredMessage, state: MessageState, reason: str | None) -> None:
    with office.place.writing() as connection:
        pass_shelf.turn_message(connection, known, state, to_micros(office.clock()), reason)


def _opened(office: Office, known: StoredMessage) -> dict[str, Any]:
    opened = unseal(office.vault, f"message/{known.id}", _FIELD, bytes(known.sealed))
    plain: dict[str, Any] = json.loads(opened)
    return plain


def _kind(known: StoredMessage) -> Kind:
    return Kind(known.id.partition("-")[0])


def _view(known: StoredMessage) -> MessageView:
    return MessageView(
        id=known.id,
        pass_id=known.pass_id or "",
        kind=_kind(known),
        channel=known.channel,
        state=MessageState(known.state),
        tries=known.tries,
        reason=known.reason,
        changed_at=from_micros(known.changed_at),
    )


def _check_meetings(gates: Iterable[PlaceId], meetings: Mapping[PlaceId, Meeting]) -> None:
    for gate in sorted(gates):
        if gate not in meetings:
            raise BadQuestionError(
                f"say where the people of {gate} meet: a call never says the name of a gate"
            )


def _only_language(meetings: Mapping[PlaceId, Meeting]) -> str:
    return next((lang for m in meetings.values() for lang in m.places), "en")
