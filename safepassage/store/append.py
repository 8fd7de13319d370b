"""Recording facts: each exactly once, in one transaction, answered only when it is durable.

A fact that is here already under its id, letter by letter, is *known*.  One that comes under a
known id with another content is a *conflict*: what was recorded first stays, the other goes into
quarantine, and somebody is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select, update

from safepassage.model.ids import EntryId
from safepassage.store import projection, quarantine, record
from safepassage.store.projection import Whereabouts
from safepassage.store.quarantine import Refusal
from safepassage.store.record import Head, Offer, Row
from safepassage.store.schema import entry, head
from safepassage.store.statement import Lookup, insert_rows

_BY_ID = Lookup(select(entry.c.id, entry.c.kind, entry.c.body), entry.c.id)


class Answer(StrEnum):
    """What became of an offered fact."""

    RECORDED = "recorded"
    KNOWN = "known"  # it was here already, letter by letter
    CONFLICT = "conflict"  # another fact has this id; this one is in quarantine
    REFUSED = "refused"  # it could never be read again; it is in quarantine


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of each offered fact.  Whoever holds it may delete their own copy.

    An id that was offered twice in one batch with different contents has the answer `conflict`.
    """

    answers: dict[EntryId, Answer] = field(default_factory=dict)
    reasons: dict[EntryId, str] = field(default_factory=dict)  # of conflicts and refusals
    recorded: int = 0
    known: int = 0
    quarantined: int = 0
    head: Head = record.START

    @property
    def is_clean(self) -> bool:
        """Whether every fact is in the ledger as it was offered."""
        return self.quarantined == 0


@dataclass(slots=True)
class Sorted:
    """Offers sorted into new, known and refused."""

    new: list[Offer] = field(default_factory=list)
    known: list[Offer] = field(default_factory=list)
    refused: list[tuple[Answer, Refusal]] = field(default_factory=list)


def read_head(connection: Connection) -> Head:
    """Where the ledger ends; in PostgreSQL nobody else can write until the transaction ends."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT seq, hash FROM head")
    else:
        found = connection.exec_driver_sql("SELECT seq, hash FROM head FOR UPDATE")
    return Head(*found.one())


def append(
    connection: Connection,
    before: Head,
    whereabouts: Whereabouts,
    offers: Iterable[Offer],
    refusals: Iterable[Refusal],
    recorded_at: datetime,
) -> Receipt:
    """Record offers inside the transaction of `connection`; the caller commits."""
    found = sort_out(connection, offers)
    found.refused += [(Answer.REFUSED, r) for r in refusals]
    after = before
    if found.new:
        rows = record.make_rows(found.new, before, recorded_at)
        after = extend(connection, rows, found.new, whereabouts)
    quarantine.keep(connection, (r for _, r in found.refused), recorded_at)
    return _receipt(found, after)


def sort_out(connection: Connection, offers: Iterable[Offer]) -> Sorted:
    """Which offers are new, known, or in conflict with what has their id."""
    offers = list(offers)
    ids = dict.fromkeys(o.fact.id for o in offers)
    here = {i: (kind, body) for i, kind, body in _BY_ID(connection, ids)}
    found = Sorted()
    for offer in offers:
        content = (offer.kind, offer.body)
        recorded = here.setdefault(offer.fact.id, content)
        if recorded is content:
            found.new.append(offer)
        elif recorded == content:
            found.known.append(offer)
        else:
            reason = f"{offer.fact.id} is the id of another {recorded[0]} in the ledger"
            refusal = Refusal(offer.fact.id, reason, _bare_line(offer), offer.source)
            found.refused.append((Answer.CONFLICT, refusal))
    return found


def _bare_line(offer: Offer) -> str:
    return f'{{"kind":"{offer.kind}","body":{offer.body}}}'


def extend(
    connection: Connection, rows: list[Row], new: list[Offer], whereabouts: Whereabouts
) -> Head:
    """Add entries of which none is known, and bring the projections up to date."""
    projection.look_up(connection, new, whereabouts)
    insert_rows(connection, entry, rows)
    projection.project(connection, rows, new, whereabouts)
    after = Head(rows[-1].seq, rows[-1].hash)
    connection.execute(update(head).values(seq=after.seq, hash=after.hash))
    return after


def _receipt(found: Sorted, after: Head) -> Receipt:
    answers: dict[EntryId, Answer] = {}
    for offer in found.known:
        answers[offer.fact.id] = Answer.KNOWN
    for offer in found.new:
        answers[offer.fact.id] = Answer.RECORDED
    reasons: dict[EntryId, str] = {}
    for answer, refusal in found.refused:
        if refusal.entry is not None:
            answers[EntryId(refusal.entry)] = answer
            reasons[EntryId(refusal.entry)] = refusal.reason
    return Receipt(
        answers=answers,
        reasons=reasons,
        recorded=len(found.new),
        known=len(found.known),
        quarantined=len(found.refused),
        head=after,
    )
