"""What ties people into families: households, declared relations, case files, phones and doors.

A number that many people give is a coordinator's, a neighbour's or an office's, and ties nobody;
so is an address without a number, which is a district.  To keep strangers together costs a case
officer one decision; to tear a family apart may not be mended.  So a tie needs little, and what is
shared by more people than a family has counts for nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from safepassage.model.ids import ListId, PersonId
from safepassage.register.family_values import (
    Declared,
    Member,
    PersonPair,
    SponsorOf,
    Tie,
    TieKind,
    person_pair,
)
from safepassage.register.record import DocumentType, Record, Relation

HUB_MIN = 13  # people who share a phone, a door or a case file: from here on it is no family's
HOUSEHOLD_MAX = 40  # a larger "household" is a village, a camp, or a column that means other things

Shared = tuple[TieKind, str]  # what is shared: a phone, a door, ...; never shown to anybody


def declared_by_lists(members: Iterable[Member]) -> list[Declared]:
    """What list rows say somebody is to the head of their household.

    A household without a head on its list says nothing about who is whose.
    """
    rows: dict[tuple[ListId, str], list[tuple[PersonId, Record]]] = defaultdict(list)
    for member in members:
        for record in member.records:
            if record.household and record.relation is not None:
                rows[record.list, record.household].append((member.person, record))
    found = set()
    for (list_id, _), together in rows.items():
        heads = {person for person, record in together if record.relation is Relation.HEAD}
        for person, record in together:
            if record.relation is None or record.relation is Relation.HEAD:
                continue
            for head in heads - {person}:
                found.add((person, record.relation, head, str(list_id)))
    return [Declared(person=p, relation=r, of=o, source=s) for p, r, o, s in sorted(found)]


def ties_of(
    members: Iterable[Member], declared: Iterable[Declared], sponsor_of: SponsorOf
) -> list[Tie]:
    """Every tie, the strongest first; the same for any order of members.

    Args:
        members: everybody.
        declared: who is what to whom, beside what household rows say.
        sponsor_of: whose list each list is; rows of one sponsor at one door go together.
    """
    shared: dict[Shared, dict[PersonId, set[str]]] = defaultdict(lambda: defaultdict(set))
    for member in members:
        for record in member.records:
            for kind, what in _shared(record, sponsor_of):
                shared[kind, what][member.person].add(str(record.list))
    sources: dict[tuple[TieKind, PersonPair], set[str]] = defaultdict(set)
    for one in declared:
        if one.person != one.of:
            sources[TieKind.DECLARED, person_pair(one.person, one.of)].add(one.source)
    for (kind, _), people in shared.items():
        if len(people) > (HOUSEHOLD_MAX if kind is TieKind.HOUSEHOLD else HUB_MIN - 1):
            continue
        for left, right in combinations(sorted(people), 2):
            sources[kind, (left, right)] |= people[left] | people[right]
    return sorted(
        (Tie(kind, pair, tuple(sorted(said))) for (kind, pair), said in sources.items()),
        key=strength,
    )


_ORDER: Mapping[TieKind, int] = {kind: place for place, kind in enumerate(TieKind)}


def strength(tie: Tie) -> tuple[int, int, PersonPair]:
    """The place of a tie among others: by kind, by how many say so, then by who they are."""
    return _ORDER[tie.kind], -len(tie.sources), tie.pair


def _shared(record: Record, sponsor_of: SponsorOf) -> Iterator[Shared]:
    if record.household:
        yield TieKind.HOUSEHOLD, f"{record.list}\0{record.household}"
    for phone in record.phones:
        yield TieKind.PHONE, phone
    for document in record.documents:
        if document.type is DocumentType.CASE and document.number:
            yield TieKind.CASE, f"{document.issuer}\0{document.number}"
    sponsor = sponsor_of.get(record.list)
    for place in record.places:
        door = " ".join(place.casefold().split())
        if sponsor is not None and any(character.isdigit() for character in door):
            yield TieKind.ADDRESS, f"{sponsor}\0{door}"
