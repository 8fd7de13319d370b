"""Which movements a correction or naming concerns, and which of them speak of a movement.

A movement is read through its chain: what corrects it, what corrects that, and the namings of each
id on the way (see `model.fold`).  Entries arrive in any order, so the chain is followed both ways:
forward from a movement to what is read instead, back from an amendment to the movements whose
chain may pass through it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Connection, select

from safepassage.model.fold import Amendments
from safepassage.model.ids import PersonId
from safepassage.model.ledger import targets
from safepassage.model.movement import Movement
from safepassage.model.observation import Correction, Naming
from safepassage.model.wire import from_body, from_text
from safepassage.store import record
from safepassage.store.schema import entry, mention
from safepassage.store.statement import Lookup

CORRECTS, NAMES, INSTEAD, PERSON = "corrects", "names", "instead", "person"

Amendment = Correction | Naming

_MENTIONING = {
    role: Lookup(
        select(mention.c.target, mention.c.seq).where(mention.c.role == role), mention.c.target
    )
    for role in (CORRECTS, NAMES, INSTEAD, PERSON)
}
_BY_SEQ = Lookup(select(entry.c.seq, entry.c.kind, entry.c.body), entry.c.seq)
_MOVEMENTS = Lookup(select(entry).where(entry.c.instant.is_not(None)), entry.c.id)


def mentions_of(seq: int, amendment: Amendment) -> set[tuple[str, str, int]]:
    """The rows of the table ``mention`` for an amendment."""
    role = CORRECTS if isinstance(amendment, Correction) else NAMES
    found = {(str(target), role, seq) for target in targets(amendment)}
    if isinstance(amendment, Naming):
        found.add((amendment.person, PERSON, seq))
    elif amendment.instead is not None:
        found.add((amendment.instead.id, INSTEAD, seq))
        if amendment.instead.person is not None:
            found.add((amendment.instead.person, PERSON, seq))
    return found


class Web:
    """The amendments of a ledger as far as one question needs them, read once each."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._by_seq: dict[int, Amendment] = {}
        self._mentioned: dict[tuple[str, str], set[int]] = {}
        # A ledger without amendments asks nothing.
        first = connection.exec_driver_sql("SELECT 1 FROM mention LIMIT 1").first()
        self.is_empty = first is None

    def mentioning(self, wanted: Iterable[str], *roles: str) -> dict[str, list[Amendment]]:
        """The amendments that mention these ids in one of these roles."""
        wanted = set(wanted)
        if self.is_empty or not wanted:
            return {}
        self._read(wanted, roles)
        found: dict[str, list[Amendment]] = defaultdict(list)
        for target in wanted:
            seqs = {s for role in roles for s in self._mentioned[target, role]}
            found[target] += [self._by_seq[s] for s in sorted(seqs)]
        return {target: amendments for target, amendments in found.items() if amendments}

    def _read(self, wanted: set[str], roles: tuple[str, ...]) -> None:
        for role in roles:
            unread = [target for target in wanted if (target, role) not in self._mentioned]
            for target in unread:
                self._mentioned[target, role] = set()
            for target, seq in _MENTIONING[role](self._connection, unread):
                self._mentioned[target, role].add(seq)
        seqs = {seq for target in wanted for role in roles for seq in self._mentioned[target, role]}
        unread_seqs = seqs.difference(self._by_seq)
        for seq, kind, body in _BY_SEQ(self._connection, unread_seqs):
            fact = from_body(kind, from_text(body))
            if isinstance(fact, Correction | Naming):
                self._by_seq[seq] = fact

    def back(self, ids: Iterable[str]) -> set[str]:
        """These ids and all whose chain may lead to them."""
        seen = set(ids)
        ahead = set(seen)
        while ahead:
            found = self.mentioning(ahead, INSTEAD)
            ahead = {str(t) for group in found.values() for a in group for t in targets(a)} - seen
            seen |= ahead
        return seen

    def chains(self, ids: Iterable[str]) -> Reach:
        """Everything that is said about these ids and about what is read instead of them."""
        reach = Reach({}, {})
        ahead = set(ids)
        seen = set(ahead)
        while ahead:
            found = self.mentioning(ahead, CORRECTS, NAMES)
            nearer: set[str] = set()
            for target, amendments in found.items():
                reach.said[target] = amendments
                reach.instead[target] = {
                    str(a.instead.id)
                    for a in amendments
                    if isinstance(a, Correction) and a.instead is not None
                }
                nearer |= reach.instead[target]
            ahead = nearer - seen
            seen |= ahead
        return reach

    def movements(self, ids: Iterable[str]) -> list[Movement]:
        """The recorded movements among these ids, on the true clock."""
        return [record.truth_of(row) for row in _MOVEMENTS(self._connection, ids)]


class Reach:
    """What is said about some ids, and where it leads."""

    def __init__(self, said: dict[str, list[Amendment]], instead: dict[str, set[str]]) -> None:
        self.said = said
        self.instead = instead

    def amendments(self) -> Amendments:
        """All of it, filed for the fold."""
        every = {a.id: a for group in self.said.values() for a in group}.values()
        return Amendments.of(
            (a for a in every if isinstance(a, Correction)),
            (a for a in every if isinstance(a, Naming)),
        )

    def persons(self, movement: Movement) -> set[PersonId]:
        """Everybody whom any reading of a movement, present or past, has moved."""
        found = {movement.person} if movement.person is not None else set()
        seen: set[str] = {movement.id}
        ahead: set[str] = {movement.id}
        while ahead:
            target = ahead.pop()
            for amendment in self.said.get(target, ()):
                if isinstance(amendment, Naming):
                    found.add(amendment.person)
                elif amendment.instead is not None and amendment.instead.person is not None:
                    found.add(amendment.instead.person)
            nearer = self.instead.get(target, set()) - seen
            seen |= nearer
            ahead |= nearer
        return found
