"""What people decided, as the register's chain keeps it: who, when and which in the clear, why
sealed.

Verdicts stand in the clear because figures count them; a reason may name somebody, so each has a
key of its own that goes when the person is shredded.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from safepassage.model.ids import RecordId, check_id
from safepassage.model.instant import from_micros, in_utc, to_micros
from safepassage.register.judgement import Judgement, JudgementId, Verdict
from safepassage.registrar import written
from safepassage.registrar.sealing import Sealer, open_all
from safepassage.secure.vault import Vault
from safepassage.store import register_journal as stored
from safepassage.store.register_journal import StoredEntry
from safepassage.store.register_rows import next_number
from safepassage.store.register_tables import register_entry


class Kind(StrEnum):
    """What a decision is about."""

    JUDGEMENT = "judgement"  # subject and other: records
    INTAKE = "intake"  # subject: a person; word: the state that was reached
    FAMILY = "family"  # subject: a person or family
    PRIORITY = "priority"  # subject: a person; word: the category
    ERASURE = "erasure"  # subject: a person
    MODEL = "model"  # word: the version in force from then on
    EXPORT = "export"  # subject: the export; word: how far it has come


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Decision:
    """One decision, opened."""

    id: str
    kind: Kind
    subject: str
    word: str
    by: str
    at: datetime
    other: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)  # empty when shredded
    number: int = 0  # its place in the chain; 0: not recorded yet

    def __repr__(self) -> str:
        return f"Decision({self.kind} {self.id})"


def new_id(kind: Kind) -> str:
    """An id for a decision, unique without asking anybody."""
    return f"{kind}/{secrets.token_hex(16)}"


def record(connection: Connection, vault: Vault, decision: Decision) -> Decision:
    """Put a decision at the end of the chain.

    Raises:
        InvalidFactError: its subject or account is no id, or its instant has no zone.
    """
    for value, what in ((decision.id, "decision"), (decision.subject, "subject")):
        check_id(value, what)
    check_id(decision.by, "account")
    number = next_number(connection, register_entry)
    sealer = Sealer(vault, "entry")
    entry = StoredEntry(
        number=number,
        id=decision.id,
        kind=str(decision.kind),
        subject=decision.subject,
        other=decision.other,
        word=decision.word,
        made_by=decision.by,
        made_at=to_micros(in_utc(decision.at, "the instant of a decision")),
        sealed=sealer.seal(number, written.to_bytes(decision.body)),
        hash="",
    )
    stored.append_entry(connection, entry)
    sealer.put_keys(connection)
    return _decision(entry, decision.body)


def decisions_about(
    connection: Connection, vault: Vault, subjects: Collection[str], kind: Kind | None = None
) -> list[Decision]:
    """What was decided about these subjects, oldest first."""
    found = stored.entries_about(connection, subjects, None if kind is None else str(kind))
    return _opened(connection, vault, found)


def decisions(connection: Connection, vault: Vault, kind: Kind) -> list[Decision]:
    """Everything decided of a kind, oldest first."""
    return _opened(connection, vault, stored.entries(connection, str(kind)))


def words(connection: Connection, kind: Kind) -> dict[str, list[Decision]]:
    """What was decided of a kind, by subject, without opening the reasons."""
    found: dict[str, list[Decision]] = defaultdict(list)
    for entry in stored.entries(connection, str(kind)):
        found[entry.subject].append(_decision(entry, {}))
    return found


def record_judgement(
    connection: Connection, vault: Vault, judgement: Judgement, withdraws: str = ""
) -> None:
    """Keep a judgement, and which earlier one it withdraws, if it does."""
    body = {"why": judgement.why, "model": judgement.model}
    record(
        connection,
        vault,
        Decision(
            id=judgement.id,
            kind=Kind.JUDGEMENT,
            subject=judgement.left,
            other=judgement.right,
            word=str(judgement.verdict),
            by=judgement.by,
            at=judgement.judged_at,
            body=body | ({"withdraws": withdraws} if withdraws else {}),
        ),
    )


def judgements_about(
    connection: Connection, vault: Vault, records: Iterable[RecordId]
) -> list[Judgement]:
    """Every judgement about one of these records, oldest first."""
    found = decisions_about(connection, vault, list(records), Kind.JUDGEMENT)
    return [as_judgement(decision) for decision in found]


def judgements(connection: Connection, vault: Vault) -> Iterator[Judgement]:
    """Every judgement, oldest first."""
    return map(as_judgement, decisions(connection, vault, Kind.JUDGEMENT))


def judgement(connection: Connection, vault: Vault, judgement_id: str) -> Judgement | None:
    """The judgement of this id; None if there is none."""
    found = stored.entry(connection, judgement_id)
    if found is None or found.kind != Kind.JUDGEMENT:
        return None
    (decision,) = _opened(connection, vault, [found])
    return as_judgement(decision)


def _opened(connection: Connection, vault: Vault, entries: Iterable[StoredEntry]) -> list[Decision]:
    found = list(entries)
    bodies = open_all(connection, vault, "entry", {e.number: e.sealed for e in found})
    return [
        _decision(e, written.from_bytes(bodies[e.number]) if e.number in bodies else {})
        for e in found
    ]


def _decision(entry: StoredEntry, body: Mapping[str, Any]) -> Decision:
    return Decision(
        id=entry.id,
        kind=Kind(entry.kind),
        subject=entry.subject,
        word=entry.word,
        by=entry.made_by,
        at=from_micros(entry.made_at),
        other=entry.other,
        body=body,
        number=entry.number,
    )


def as_judgement(decision: Decision) -> Judgement:
    """A decision about a pair of records as the judgement that it is."""
    return Judgement(
        id=JudgementId(decision.id),
        left=RecordId(decision.subject),
        right=RecordId(decision.other or ""),
        verdict=Verdict(decision.word),
        by=decision.by,
        judged_at=decision.at,
        why=decision.body.get("why", ""),
        model=decision.body.get("model", ""),
    )
