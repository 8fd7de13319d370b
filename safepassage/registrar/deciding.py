"""Decisions about families and priority: made by somebody, kept with their reason, undone by none.

A split says who goes where and why; the latest decision about two people is the one in force.  An
assessment is kept with the version of the rules and its evidence, each time it comes out
differently, so that it can be explained a year later.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from safepassage.model.ids import EntryId, GroupId, PersonId
from safepassage.model.observation import Group
from safepassage.register.family_values import (
    Family,
    FamilyDecision,
    FamilyDecisionId,
    FamilyJoin,
    FamilySplit,
    Part,
)
from safepassage.register.priority import assess_families, flips
from safepassage.register.priority_rules import default_rules, in_force, read_rules
from safepassage.register.priority_values import Assessment, FamilyAssessment, Flip, Rules
from safepassage.registrar import journal, lists
from safepassage.registrar.errors import UnknownSubjectError
from safepassage.registrar.kinship import JOIN, SPLIT, Kin, Kinship, body_of
from safepassage.registrar.room import Room
from safepassage.secure import audit
from safepassage.secure.roles import Action, Viewer, allows

GROUPS = "groups-posted"  # the document that holds the families as the ledger knows them
RULES = "priority-rules"  # the document that holds every table anybody handed in


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who goes first, for a plan.

    Attributes:
        rules: the version of the table that says so.
        families: the most urgent first.
        leads_to: where ids of merged persons lead now; the ledger may know people by those.
    """

    rules: str
    families: tuple[FamilyAssessment, ...]
    leads_to: Mapping[PersonId, PersonId]


def family_of(room: Room, viewer: Viewer, kinship: Kinship, person: PersonId) -> Family:
    """The family in which somebody goes; ids alone.

    Raises:
        NotAllowedError: the viewer works on no families.
        UnknownSubjectError: there is no such person, or they were erased.
    """
    room.access.allow(viewer, Action.KEEP_FAMILY)
    return _family(kinship.now(room), person)


def _family(kin: Kin, person: PersonId) -> Family:
    current = kin.leads_to.get(person, person)
    if current not in kin.members:
        raise UnknownSubjectError(f"there is no person {person} in this register")
    return kin.families.of(current)


def split(
    room: Room, viewer: Viewer, kinship: Kinship, parts: Sequence[Part], reason: str
) -> Family:
    """Decide that a family goes in parts; the family of the first part as it is then.

    Raises:
        NotAllowedError: the viewer works on no families.
        UnknownSubjectError: somebody in it is not registered.
        InvalidFactError: there are not two parts, somebody is in both, or no reason is given.
    """
    room.access.allow(viewer, Action.KEEP_FAMILY)
    kin = kinship.now(room)
    named = [person for part in parts for person in sorted(part.persons)]
    family = _family(kin, named[0]).id if named else GroupId("nobody")
    decision = FamilySplit(
        id=FamilyDecisionId(journal.new_id(journal.Kind.FAMILY)),
        family=family,
        parts=tuple(parts),
        decided_by=viewer.account,
        reason=reason,
        at=room.clock(),
    )
    return _decided(room, viewer, kinship, decision, family, SPLIT, named)


def join(
    room: Room, viewer: Viewer, kinship: Kinship, persons: Iterable[PersonId], reason: str
) -> Family:
    """Decide that people are one family, or are together again; that family.

    Raises:
        NotAllowedError: the viewer works on no families.
        UnknownSubjectError: somebody is not registered.
        InvalidFactError: fewer than two people are named, or no reason is given.
    """
    room.access.allow(viewer, Action.KEEP_FAMILY)
    named = sorted(set(persons))
    decision = FamilyJoin(
        id=FamilyDecisionId(journal.new_id(journal.Kind.FAMILY)),
        persons=frozenset(named),
        decided_by=viewer.account,
        reason=reason,
        at=room.clock(),
    )
    family = _family(kinship.now(room), named[0]).id
    return _decided(room, viewer, kinship, decision, family, JOIN, named)


def _decided(
    room: Room,
    viewer: Viewer,
    kinship: Kinship,
    decision: FamilyDecision,
    family: GroupId,
    word: str,
    named: Sequence[PersonId],
) -> Family:
    kin = kinship.now(room)
    for person in named:
        _family(kin, person)
    with room.changing, room.store.writing() as connection:
        journal.record(
            connection,
            room.vault,
            journal.Decision(
                id=decision.id,
                kind=journal.Kind.FAMILY,
                subject=family,
                word=word,
                by=viewer.account,
                at=decision.at,
                body=body_of(decision),
            ),
        )
    detail: dict[str, str | int] = {"decision": word, "people": len(named)}
    room.access.note(viewer, audit.Kind.FAMILY_DECIDED, subject=family, detail=detail)
    return _family(kinship.now(room), named[0])


def rules_in_force(room: Room) -> Rules:
    """The table of rules that holds now: the newest of those handed in, or the default one."""
    return in_force([default_rules(), *_kept_rules(room)], room.clock())


def _kept_rules(room: Room) -> list[Rules]:
    with room.store.reading() as connection:
        kept = lists.get_document(connection, room, RULES)
    return [read_rules(text) for text in (kept or {}).get("texts", ())]


def take_rules(room: Room, viewer: Viewer, kinship: Kinship, text: str) -> list[Flip]:
    """Keep a new table of rules, and say whom it puts in another category than the one before.

    Raises:
        NotAllowedError: the viewer assesses nobody.
        RulesError: the table cannot be read; it says where and what to do.
    """
    changed = flips_by(room, viewer, kinship, text)
    with room.changing, room.store.writing() as connection:
        kept = lists.get_document(connection, room, RULES) or {"texts": []}
        lists.put_document(connection, room, RULES, {"texts": [*kept["texts"], text]})
    version = read_rules(text).version
    detail: dict[str, str | int] = {"flips": len(changed)}
    room.access.note(viewer, audit.Kind.PRIORITY_DECIDED, subject=version, detail=detail)
    return changed


def flips_by(room: Room, viewer: Viewer, kinship: Kinship, text: str) -> list[Flip]:
    """Whom other rules would put elsewhere; nothing is kept.

    Raises:
        NotAllowedError: the viewer assesses nobody.
        RulesError: the table cannot be read.
    """
    room.access.allow(viewer, Action.ASSESS_PRIORITY)
    before, after = rules_in_force(room), read_rules(text)
    return flips(before, after, kinship.now(room).applicants, room.clock())


def assess(room: Room, viewer: Viewer, kinship: Kinship) -> list[FamilyAssessment]:
    """Every family by its most urgent member, the most urgent first; what changed is kept.

    Raises:
        NotAllowedError: the viewer assesses nobody.
    """
    room.access.allow(viewer, Action.ASSESS_PRIORITY)
    kin = kinship.now(room)
    found = assess_families(rules_in_force(room), kin.applicants, room.clock())
    with room.changing, room.store.writing() as connection:
        said = journal.words(connection, journal.Kind.PRIORITY)
        known = {person: made[-1].word for person, made in said.items()}
        changed = [
            assessment
            for family in found
            for assessment in family.members
            if known.get(assessment.person) != _word(room, assessment)
        ]
        for assessment in changed:
            journal.record(connection, room.vault, _kept(room, assessment, viewer))
    detail: dict[str, str | int] = {"families": len(found), "changed": len(changed)}
    room.access.note(viewer, audit.Kind.PRIORITY_DECIDED, detail=detail)
    return found


def order_of_going(room: Room, viewer: Viewer, kinship: Kinship) -> Order:
    """Every family in the order in which the rules let them go; ids alone, and nothing is kept.

    Raises:
        NotAllowedError: the viewer neither plans nor calls families.
    """
    is_calling = allows(viewer, Action.CALL_FORWARD) is None
    room.access.allow(viewer, Action.CALL_FORWARD if is_calling else Action.PLAN)
    kin, rules = kinship.now(room), rules_in_force(room)
    found = assess_families(rules, kin.applicants, room.clock())
    detail: dict[str, str | int] = {"families": len(found), "rules": rules.version}
    room.access.note(viewer, audit.Kind.ROLL_TAKEN, detail=detail)
    return Order(rules=rules.version, families=tuple(found), leads_to=kin.leads_to)


def _word(room: Room, assessment: Assessment) -> str:
    """What stands in the clear: the rules' version, and a keyed hash that tells a new category."""
    said = f"{assessment.person} {assessment.category}".encode()
    return f"{assessment.rules} {room.vault.fingerprint('priority', said)[:16]}"


def _kept(room: Room, assessment: Assessment, viewer: Viewer) -> journal.Decision:
    return journal.Decision(
        id=journal.new_id(journal.Kind.PRIORITY),
        kind=journal.Kind.PRIORITY,
        subject=assessment.person,
        word=_word(room, assessment),
        by=viewer.account,
        at=assessment.at,
        body={
            "rules": assessment.rules,
            "category": assessment.category,
            "findings": [
                [f.category, f.test, f.answer.name.lower(), list(f.sources), f.said]
                for f in assessment.findings
            ],
            "open": [would.sentence for would in assessment.open],
        },
    )


def post_groups(
    room: Room, viewer: Viewer, kinship: Kinship, append: Callable[[list[Group]], object]
) -> list[Group]:
    """State every family that the ledger does not know so: person ids, no names.

    Whoever goes alone is a family of one: from then on they are known, also if nobody sees them.

    Args:
        room: what to work with.
        viewer: who states them.
        kinship: who belongs together.
        append: records facts in the ledger, or raises.

    Raises:
        NotAllowedError: the viewer works on no families.
    """
    room.access.allow(viewer, Action.KEEP_FAMILY)
    together = kinship.now(room).families.families
    found = {str(f.id): [*f.members] for f in together}
    with room.store.reading() as connection:
        posted = lists.get_document(connection, room, GROUPS) or {}
    facts = [
        Group(
            id=EntryId(f"group/{secrets.token_hex(16)}"),
            group=GroupId(group),
            members=tuple(members),
            stated_at=room.clock(),
        )
        for group, members in sorted(found.items())
        if posted.get(group) != members
    ]
    if facts:
        append(facts)
        with room.changing, room.store.writing() as connection:
            lists.put_document(connection, room, GROUPS, {**posted, **found})
    return facts
