"""A person decides about a pair; another one, or the same, takes it back.

Nothing is merged or taken apart here: a judgement is recorded, and what follows from all of them
is computed for the few records that it concerns.  So taking one back leaves everything as it was.
"""

from __future__ import annotations

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import PersonId
from safepassage.register.judgement import Judgement, JudgementId, Pair, Verdict
from safepassage.registrar import journal, linking, people
from safepassage.registrar.errors import RegistrarError, UnknownSubjectError
from safepassage.registrar.linking import CountingShelf
from safepassage.registrar.room import Room
from safepassage.registrar.views import Judged
from safepassage.secure import audit
from safepassage.secure.roles import Action, Viewer

WHY_LENGTH_MAX = 1_000


def judge(room: Room, viewer: Viewer, pair: Pair, verdict: Verdict, why: str) -> Judged:
    """Record what the viewer decided about a pair, and what follows from it.

    Raises:
        NotAllowedError: the viewer may not judge.
        UnknownSubjectError: one of the records is not registered, or was shredded.
        InvalidFactError: no reason is given, or the verdict is none that a person makes.
    """
    room.access.allow(viewer, Action.JUDGE)
    if verdict is Verdict.WITHDRAWN:
        raise InvalidFactError("a judgement is taken back with undo, which names it")
    _check_why(why)
    return _recorded(room, viewer, pair, verdict, why)


def undo(room: Room, viewer: Viewer, judgement_id: str, why: str) -> Judged:
    """Take one judgement back, exactly that one; what stood before it stands again.

    Raises:
        NotAllowedError: the viewer may not judge.
        UnknownSubjectError: there is no such judgement.
        RegistrarError: it was taken back already.
    """
    room.access.allow(viewer, Action.JUDGE)
    _check_why(why)
    with room.store.reading() as connection:
        known = journal.judgement(connection, room.vault, judgement_id)
        if known is None:
            raise UnknownSubjectError(f"there is no judgement {judgement_id}")
        shelf = CountingShelf(connection, room.vault)
        standing = linking.standings_about(shelf, connection, room.vault, known.pair)
    if judgement_id in standing[known.pair].withdrawn:
        raise RegistrarError(f"{judgement_id} was taken back already")
    return _recorded(room, viewer, known.pair, Verdict.WITHDRAWN, why, judgement_id)


def latest_by(room: Room, viewer: Viewer) -> JudgementId | None:
    """The last judgement of this viewer that holds; what undo without an id takes back."""
    with room.store.reading() as connection:
        standing = linking.all_standings(connection, room.vault)
    own = [j for s in standing.values() for j in s.said if j.by == viewer.account]
    latest = max(own, key=lambda j: (j.judged_at, j.id), default=None)
    return None if latest is None else latest.id


def _recorded(
    room: Room,
    viewer: Viewer,
    pair: Pair,
    verdict: Verdict,
    why: str,
    withdraws: str = "",
) -> Judged:
    with room.changing:
        with room.store.writing() as connection:
            shelf = CountingShelf(connection, room.vault)
            if any(row.is_shredded for row in shelf.rows(pair).values()) or len(
                shelf.rows(pair)
            ) < len(pair):
                raise UnknownSubjectError("one of these records is not registered, or was erased")
            judgement = Judgement(
                id=JudgementId(journal.new_id(journal.Kind.JUDGEMENT)),
                left=pair[0],
                right=pair[1],
                verdict=verdict,
                by=viewer.account,
                judged_at=room.clock(),
                why=why.strip(),
                model=room.matching.version,
            )
            journal.record_judgement(connection, room.vault, judgement, withdraws)
            linking.relink(room, connection, [pair])
        with room.store.reading() as connection:
            shelf = CountingShelf(connection, room.vault)
            standing = linking.standings_about(shelf, connection, room.vault, pair).get(pair)
            numbers = [row.number for row in shelf.rows(pair).values()]
            found = people.persons_of(connection, numbers)
    room.access.note(
        viewer, audit.Kind.JUDGED, subject=judgement.id, detail={"verdict": str(verdict)}
    )
    persons = tuple(sorted({PersonId(person.id) for person in found.values()}))
    counts = standing is None or not standing.waits_for_second
    return Judged(judgement=judgement, counts=counts, persons=persons, verdict=verdict)


def _check_why(why: str) -> None:
    if not why.strip() or len(why) > WHY_LENGTH_MAX:
        raise InvalidFactError(
            f"a judgement says why, in 1-{WHY_LENGTH_MAX} characters: somebody may have to look at"
            " it again"
        )
