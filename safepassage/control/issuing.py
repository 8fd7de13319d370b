"""Issuing passes: a family is called to a gate and a window, and given a pass for it.

What can be read (which group, gate, window, how many) is a fact of the ledger: a promise that the
group comes (a pending movement) and the pass that belongs to it.  What opens a gate (the token, the
code, the word) lies sealed beside it, and in digests that a phone may know.

The secrets are written first.  A crash between the two leaves secrets of a pass that the ledger
does not have: no message about it goes out (`calling.py`), and nobody was ever told its code.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from safepassage.control import keys
from safepassage.control.office import Office, seal, unseal
from safepassage.model.errors import BadQuestionError
from safepassage.model.fact import Fact
from safepassage.model.gate_pass import PassIssue, PassRevocation, RevocationReason
from safepassage.model.ids import CategoryId, EntryId, GroupId, PlaceId
from safepassage.model.instant import format_instant, to_micros
from safepassage.model.ledger import Ledger
from safepassage.model.movement import EVACUEE, Movement, Phase
from safepassage.model.place import OUTSIDE, PlaceKind
from safepassage.operate.passes import Called, CallState, called
from safepassage.secure.issuing import check_gates
from safepassage.secure.spoken import Word, code_digest, new_code, new_word, word_digest, words
from safepassage.secure.token import HEADS_MAX, Claims, gate_mark, new_pass_id
from safepassage.secure.token import seal as sign
from safepassage.store import pass_shelf
from safepassage.store.pass_shelf import StoredSecret

_FIELD = "pass"
_ISSUING = threading.Lock()  # two desks of a server that call one family do so one after the other


class CallRefusedError(BadQuestionError):
    """Somebody cannot be called as was asked; nothing was issued."""


class UnknownPassError(BadQuestionError):
    """There is no such pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A group to be called: from where, to which gate, when, and for how many heads."""

    group: GroupId
    gate: PlaceId
    origin: PlaceId
    valid_from: datetime
    valid_until: datetime
    heads: int
    category: CategoryId = EVACUEE


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens the gate.  It is told to the holders and to nobody else."""

    token: str  # the text of the QR code
    code: str
    word: Word

    def __repr__(self) -> str:
        return "Secret()"


@dataclass(frozen=True, slots=True)
class Issued:
    """A pass that was issued, and what is told to its holders."""

    issue: PassIssue
    secret: Secret


def issue(office: Office, wanted: Sequence[Wanted]) -> list[Issued]:
    """Issue a pass to each group, all of them or none.

    Raises:
        CallRefusedError: a gate is none, a group has a pass that is still good, or is asked twice.
        NoIssuingKeyError: no key covers a window.
        LockedError: the register is locked.
    """
    with _ISSUING:
        with office.books.ledger() as ledger:
            _check(ledger, wanted, office.clock())
        made = [_made(office, each) for each in wanted]
        _keep(office, made)
        office.books.record([fact for new in made for fact in _facts(new, office.clock())])
    return [Issued(new.issue, new.secret) for new in made]


def reissue(
    office: Office,
    pass_id: str,
    *,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    heads: int | None = None,
) -> Issued:
    """Give a group another pass instead of this one, in one action: the old one is revoked.

    Without a window the new pass has that of the old one, without heads those that have not come.

    Raises:
        UnknownPassError: there is no such pass.
        CallRefusedError: it was replaced already, everybody on it has come, or its window is over.
        NoIssuingKeyError: no key covers the window.
    """
    now = office.clock()
    with office.books.ledger() as ledger:
        old = find(ledger, pass_id, now)
        promise = _promise(ledger, old.issue)
    if old.state in {CallState.REPLACED, CallState.CAME}:
        raise CallRefusedError(
            "everybody on this pass has come"
            if old.state is CallState.CAME
            else "this pass was replaced already: issue again the one that replaced it"
        )
    wanted = Wanted(
        group=old.issue.group,
        gate=old.issue.gate,
        origin=promise.from_place,
        valid_from=valid_from or old.issue.valid_from,
        valid_until=valid_until or old.issue.valid_until,
        heads=heads or old.issue.heads - old.came,
        category=promise.category,
    )
    if wanted.valid_until <= now:
        raise CallRefusedError("the window of this pass is over: give the new one another window")
    new = _made(office, wanted, replaces=pass_id)
    _keep(office, [new])
    facts = [*_withdrawn(old, promise, RevocationReason.REISSUED, now), *_facts(new, now)]
    office.books.record(facts)
    return Issued(new.issue, new.secret)


def revoke(office: Office, pass_id: str, reason: RevocationReason) -> PassIssue:
    """Revoke a pass: it no longer counts, as soon as gates hear of it.

    Raises:
        UnknownPassError: there is no such pass.
        CallRefusedError: it was revoked already.
    """
    now = office.clock()
    with office.books.ledger() as ledger:
        old = find(ledger, pass_id, now)
        promise = _promise(ledger, old.issue)
    if old.revocation is not None:
        raise CallRefusedError("this pass was revoked already")
    office.books.record(list(_withdrawn(old, promise, reason, now)))
    return old.issue


def find(ledger: Ledger, pass_id: str, now: datetime) -> Called:
    """The pass of that id, or of the one id that begins so, and how far its group is.

    Raises:
        UnknownPassError: there is none, or more than one.
    """
    found = [c for c in called(ledger, now) if c.issue.pass_id.startswith(pass_id or "?")]
    if len(found) != 1:
        many = "several passes begin" if found else "no pass begins"
        raise UnknownPassError(f"{many} with {pass_id[:32]!r}: `safepassage pass list` shows them")
    return found[0]


def secrets_of(office: Office, passes: Iterable[str]) -> dict[str, Secret]:
    """What opens the gate for these passes, by the id of the pass, to be told or printed again.

    Raises:
        LockedError: the register is locked.
    """
    with office.place.reading() as connection:
        stored = pass_shelf.secrets_of(connection, passes)
    return {
        pass_id: _opened(office, row.sealed, pass_id)
        for pass_id, row in stored.items()
        if row.sealed is not None
    }


@dataclass(frozen=True, slots=True)
class _Made:
    issue: PassIssue
    secret: Secret
    promise: Movement
    stored: StoredSecret


def _check(ledger: Ledger, wanted: Sequence[Wanted], now: datetime) -> None:
    places = ledger.catalogue.places
    gates = [place.place for place in places.values() if place.kind is PlaceKind.GATE]
    check_gates(gates)
    open_to = {c.issue.group: c.issue for c in called(ledger, now) if c.is_good}
    seen: set[GroupId] = set()
    for each in wanted:
        if each.gate not in gates:
            raise CallRefusedError(f"{each.gate} is no gate of this operation: {', '.join(gates)}")
        if each.origin not in places and each.origin != OUTSIDE:
            raise CallRefusedError(f"{each.origin} is no place of this operation")
        if each.group in open_to or each.group in seen:
            raise CallRefusedError(
                f"the group {each.group} has a pass that is still good, or is asked for twice:"
                " issue that pass again instead, with `safepassage pass reissue`"
            )
        seen.add(each.group)


def _made(office: Office, wanted: Wanted, replaces: str | None = None) -> _Made:
    now = office.clock()
    if wanted.valid_until <= now:
        raise CallRefusedError(
            f"the window of {wanted.group} ended at {format_instant(wanted.valid_until)}"
        )
    if not 1 <= wanted.heads <= HEADS_MAX:
        raise CallRefusedError(
            f"a pass is for 1 to {HEADS_MAX} heads: call {wanted.group} in parts"
        )
    key, private = keys.signing(office, wanted.valid_from, wanted.valid_until)
    pass_id = new_pass_id()
    claims = Claims(
        pass_id=pass_id,
        gate=gate_mark(wanted.gate),
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
        heads=wanted.heads,
    )
    secret = Secret(sign(claims, private), new_code(), new_word())
    promise = _promised(wanted)
    issue_ = PassIssue(
        id=EntryId(f"pass-{pass_id}"),
        pass_id=pass_id,
        group=wanted.group,
        gate=wanted.gate,
        valid_from=wanted.valid_from,
        valid_until=wanted.valid_until,
        heads=wanted.heads,
        key_id=key.key_id,
        stated_at=now,
        category=wanted.category,
        replaces=replaces,
        call=promise.id,
    )
    return _Made(issue_, secret, promise, _stored(office, issue_, secret))


def _promised(wanted: Wanted) -> Movement:
    return Movement(
        id=EntryId(secrets.token_hex(16)),
        from_place=wanted.origin,
        to_place=wanted.gate,
        phase=Phase.PENDING,
        occurred_at=wanted.valid_from,
        heads=wanted.heads,
        group=wanted.group,
        category=wanted.category,
    )


def _stored(office: Office, issue_: PassIssue, secret: Secret) -> StoredSecret:
    plain = {"token": secret.token, "code": secret.code, "word": secret.word.number}
    return StoredSecret(
        pass_id=issue_.pass_id,
        group=issue_.group,
        gate=issue_.gate,
        heads=issue_.heads,
        valid_from=to_micros(issue_.valid_from),
        valid_until=to_micros(issue_.valid_until),
        code=code_digest(secret.code, issue_.gate),
        word=word_digest(secret.word, issue_.pass_id),
        sealed=seal(office.vault, _subject(issue_.pass_id), _FIELD, json.dumps(plain).encode()),
        made_at=to_micros(issue_.stated_at),
    )


def _opened(office: Office, sealed: bytes, pass_id: str) -> Secret:
    plain = json.loads(unseal(office.vault, _subject(pass_id), _FIELD, bytes(sealed)))
    return Secret(plain["token"], plain["code"], words()[plain["word"]])


def _subject(pass_id: str) -> str:
    return f"pass/{pass_id}"


def _keep(office: Office, made: Iterable[_Made]) -> None:
    with office.place.writing() as connection:
        pass_shelf.put_secrets(connection, [new.stored for new in made])


def _facts(new: _Made, now: datetime) -> Iterator[Fact]:
    yield new.promise
    yield replace(new.issue, stated_at=now)


def _promise(ledger: Ledger, old: PassIssue) -> Movement:
    """The promise that a pass belongs to."""
    entry = ledger.entry(old.call) if old.call is not None else None
    if entry is None or not isinstance(entry.fact, Movement):
        raise CallRefusedError(
            f"the ledger has no call for the pass {old.pass_id}: revoke it, and call the group anew"
        )
    return entry.fact


def _withdrawn(
    old: Called, promise: Movement, reason: RevocationReason, now: datetime
) -> Iterator[Fact]:
    """The revocation, and the promise taken back as far as nobody kept it."""
    yield PassRevocation(
        id=EntryId(f"revoked-{old.issue.pass_id}"),
        pass_id=old.issue.pass_id,
        reason=reason,
        stated_at=now,
    )
    if not old.came:
        # A withdrawal counts at the instant of its promise: see `model/promised.py`.
        yield replace(
            promise,
            id=EntryId(f"withdraws/{promise.id}"),
            phase=Phase.VOIDED,
            fulfils=promise.id,
        )
