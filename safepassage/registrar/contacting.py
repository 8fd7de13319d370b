"""Where a family can be reached, for the channel that calls it; shown to nobody.

An address is opened to be written to and for nothing else: whoever calls sees ids and states.  The
head of a family is written to, else its first grown-up who can be reached; a child only if nobody
else can be.  One member whom papers endanger is enough for the family to get nothing on paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from safepassage.model.ids import GroupId, PersonId
from safepassage.register.family_values import Family, Member, Minority
from safepassage.register.record import Protection
from safepassage.registrar.kinship import Kinship
from safepassage.registrar.room import Room
from safepassage.secure import audit
from safepassage.secure.roles import Action, Viewer


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """One person of a family, and how to reach them."""

    person: PersonId
    mail: str | None
    phone: str | None
    papers_endanger: bool
    language: str | None  # as a list said it

    def __repr__(self) -> str:
        return f"Contact({self.person})"


def contacts(
    room: Room, viewer: Viewer, kinship: Kinship, groups: Sequence[GroupId]
) -> dict[GroupId, Contact]:
    """How each of these families is reached; one that the register does not know is left out.

    Raises:
        NotAllowedError: the viewer calls nobody.
    """
    room.access.allow(viewer, Action.CALL_FORWARD)
    kin = kinship.now(room)
    known = {family.id: family for family in kin.families.families}
    detail: dict[str, str | int] = {"families": len(groups)}
    room.access.note(viewer, audit.Kind.CALLED, detail=detail)
    return {g: _contact(known[g], kin.members) for g in groups if g in known}


def _contact(family: Family, members: Mapping[PersonId, Member]) -> Contact:
    endangered = any(
        Protection.AT_RISK in record.protection
        for person in family.members
        for record in members[person].records
    )
    found = [_of(members[person], endangered) for person in _in_order(family)]
    return next((c for c in found if c.mail or c.phone), found[0])


def _in_order(family: Family) -> list[PersonId]:
    """Heads, then grown-ups, then children; the oldest in the register first."""

    def rank(person: PersonId) -> int:
        if person in family.heads:
            return 0
        return 2 if family.minority.get(person) is Minority.MINOR else 1

    return sorted(family.members, key=rank)


def _of(member: Member, endangered: bool) -> Contact:
    return Contact(
        person=member.person,
        mail=_first(email for record in member.records for email in record.emails),
        phone=_first(
            phone for record in member.records for phone in record.phones if phone.startswith("+")
        ),
        papers_endanger=endangered,
        language=_first(record.claims.get("language", "") for record in member.records),
    )


def _first(found: Iterable[str]) -> str | None:
    return next((each for each in found if each), None)
