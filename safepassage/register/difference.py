"""What a new version of a list changes against the one before: by row, and by person.

Rows are paired in the order of how sure that is: those that say exactly the same, then by the
sender's own number of the row, by a document, by name with birth date, by name within a household.
What stays without a partner was added, or is gone.  A row that moved has not changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from safepassage.model.ids import PersonId, RecordId
from safepassage.register.digits import plain
from safepassage.register.month_names import folded
from safepassage.register.record import DocumentType, Record

# What a change is called; `row` and ids are no part of what a row says.
_PARTS = (
    "names", "sex", "born", "phones", "emails", "documents", "places", "relation", "protection",
    "household", "claims",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that says something else about the same person, and which parts of it changed."""

    before: Record
    after: Record
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a version changes, by row."""

    same: tuple[tuple[Record, Record], ...]
    changed: tuple[Changed, ...]
    added: tuple[Record, ...]
    gone: tuple[Record, ...]

    @property
    def adds_up(self) -> bool:
        """Whether each row of both versions is told of once (holds by construction)."""
        pairs = [(a.id, b.id) for a, b in self.same]
        pairs += [(change.before.id, change.after.id) for change in self.changed]
        return len(pairs) == len(set(pairs))


@dataclass(frozen=True, slots=True)
class PersonDifference:
    """What a version changes, by person of the register."""

    added: tuple[PersonId, ...]  # on this list for the first time
    gone: tuple[PersonId, ...]  # no longer on it: what became of them is for somebody to ask
    changed: Mapping[PersonId, tuple[str, ...]] = field(default_factory=dict)
    same: int = 0


def difference(before: Iterable[Record], after: Iterable[Record]) -> Difference:
    """What the second version changes against the first."""
    old, new = list(before), list(after)
    same, old, new = _paired(old, new, _content)
    changed: list[Changed] = []
    for key in (_reference, _document, _name_and_birth, _name_in_household):
        pairs, old, new = _paired(old, new, key)
        changed += [Changed(a, b, changed_parts(a, b)) for a, b in pairs]
    return Difference(tuple(same), tuple(changed), tuple(new), tuple(old))


def by_person(
    found: Difference, person_of: Callable[[RecordId], PersonId | None]
) -> PersonDifference:
    """The difference by person: somebody on three rows is told of once.

    `person_of` names the person of a record; a record without one is nobody's and left out.
    """
    before = {p for r in _olds(found) if (p := person_of(r.id)) is not None}
    after = {p for r in _news(found) if (p := person_of(r.id)) is not None}
    changed: dict[PersonId, set[str]] = defaultdict(set)
    for change in found.changed:
        person = person_of(change.after.id)
        if person is not None and person in before:
            changed[person].update(change.parts)
    return PersonDifference(
        added=tuple(sorted(after - before)),
        gone=tuple(sorted(before - after)),
        changed={person: tuple(sorted(parts)) for person, parts in sorted(changed.items())},
        same=len((before & after) - changed.keys()),
    )


def changed_parts(before: Record, after: Record) -> tuple[str, ...]:
    """Which parts of a record say something else."""
    return tuple(part for part in _PARTS if getattr(before, part) != getattr(after, part))


def _olds(found: Difference) -> list[Record]:
    return [a for a, _ in found.same] + [c.before for c in found.changed] + list(found.gone)


def _news(found: Difference) -> list[Record]:
    return [b for _, b in found.same] + [c.after for c in found.changed] + list(found.added)


def _paired(
    old: Sequence[Record], new: Sequence[Record], key: Callable[[Record], Hashable | None]
) -> tuple[list[tuple[Record, Record]], list[Record], list[Record]]:
    """Pairs of one key, and what stays alone; of several rows with one key, in their order.

    Rows that are told apart by a key alone must not be guessed at: where a key other than the whole
    content stands twice on a side, it pairs nobody.
    """
    waiting: dict[Hashable, list[Record]] = defaultdict(list)
    wanted: dict[Hashable, list[Record]] = defaultdict(list)
    for record in old:
        waiting[key(record)].append(record)
    for record in new:
        wanted[key(record)].append(record)
    pairs: list[tuple[Record, Record]] = []
    for value, records in wanted.items():
        others = waiting.get(value, [])
        if value is None or (key is not _content and (len(records) > 1 or len(others) > 1)):
            continue
        pairs += zip(others, records, strict=False)
    taken_old, taken_new = {id(a) for a, _ in pairs}, {id(b) for _, b in pairs}
    return (
        pairs,
        [record for record in old if id(record) not in taken_old],
        [record for record in new if id(record) not in taken_new],
    )


def _content(record: Record) -> Hashable:
    parts = [getattr(record, part) for part in _PARTS if part != "claims"]
    return (*parts, frozenset(record.claims.items()))


def _reference(record: Record) -> Hashable | None:
    reference = record.claims.get("reference")
    # A bare count of rows moves with every row that is put in above it.
    if not reference or (len(reference) < 4 and plain(reference).isdigit()):
        return None
    return folded(plain(reference))


def _document(record: Record) -> Hashable | None:
    for document in record.documents:
        if (
            document.type not in (DocumentType.CASE, DocumentType.OTHER)
            and document.is_sound is not False
        ):
            return document.type, document.number
    return None


def _name(record: Record) -> frozenset[str]:
    return frozenset(w for n in record.names for w in folded(plain(n.text)).split())


def _name_and_birth(record: Record) -> Hashable | None:
    if record.born is None or not record.names:
        return None
    return _name(record), record.born.readings[0]


def _name_in_household(record: Record) -> Hashable | None:
    if not record.household or not record.names:
        return None
    return record.household, _name(record)
