"""The intake queue at work: who waits, for how long, and that a request has come further."""

from __future__ import annotations

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import PersonId
from safepassage.registrar import journal, people
from safepassage.registrar.room import Room
from safepassage.registrar.stages import all_stages, intake_view, stage_of
from safepassage.registrar.views import IntakeView, Stage, StageView
from safepassage.secure import audit
from safepassage.secure.roles import Action, Viewer


def queue(room: Room, viewer: Viewer, limit: int) -> IntakeView:
    """The intake queue; ids only, nothing is opened.

    Raises:
        NotAllowedError: the viewer does not work on it.
    """
    room.access.allow(viewer, Action.WORK_INTAKE)
    with room.store.reading() as connection:
        return intake_view(all_stages(connection), room.clock(), limit)


def move(room: Room, viewer: Viewer, person: PersonId, stage: Stage, why: str) -> StageView:
    """Record that a request has come to a stage.

    Raises:
        NotAllowedError: the viewer does not work on it.
        UnknownSubjectError: there is no such person.
        InvalidFactError: it was received when it came, and by nobody's word.
    """
    room.access.allow(viewer, Action.WORK_INTAKE)
    if stage is Stage.RECEIVED:
        raise InvalidFactError("a request is received when its list is taken in, not by a word")
    with room.changing, room.store.writing() as connection:
        found = people.find(connection, person)
        decision = journal.Decision(
            id=journal.new_id(journal.Kind.INTAKE),
            kind=journal.Kind.INTAKE,
            subject=found.id,
            word=str(stage),
            by=viewer.account,
            at=room.clock(),
            body={"why": why} if why else {},
        )
        journal.record(connection, room.vault, decision)
        subjects = [row.person for row in found.rows]
        said = journal.decisions_about(connection, room.vault, subjects, journal.Kind.INTAKE)
        view = stage_of(found.id, found.rows, said, people.sponsors_of(connection, found.rows))
    detail = {"stage": str(stage)}
    room.access.note(viewer, audit.Kind.INTAKE_MOVED, subject=found.id, detail=detail)
    return view
