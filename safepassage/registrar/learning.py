"""Another model: learned from the register's own records, frozen by somebody's decision.

A model that changes by itself would move people between persons during an operation.  So learning
is a step that somebody takes, its result is a new version in the register, and everything is linked
anew under it: what changed shows in the counts, and judgements hold as before.

Weights come from the records alone; what people judged moves the thresholds (`recalibrate.py`).
Always from the trained ones, never from those that an earlier learning left: so taking a judgement
back and learning again gives the model that there would have been without it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Judgement, Pair
from safepassage.register.linkage import Progress
from safepassage.register.match.engine import read
from safepassage.register.match.model import Model
from safepassage.register.match.recalibrate import Recalibration, recalibrate
from safepassage.register.match.taught import Taught
from safepassage.registrar import journal, linking, lists
from safepassage.registrar.errors import RegistrarError
from safepassage.registrar.room import Room
from safepassage.registrar.shelf import StoredShelf, all_records
from safepassage.secure.roles import Viewer
from safepassage.store import register_rows as rows_stored
from safepassage.store.register_records import StoredRecord

MODEL = "model"  # the document that holds the model in force
RECORDS_MIN = 2_000  # fewer teach nothing


def learned(
    room: Room, progress: Progress | None = None, *, from_people: bool = True
) -> Recalibration:
    """A model of the register's own records, its thresholds moved by what people judged.

    Args:
        room: the register.
        progress: told how far it is.
        from_people: whether judgements move thresholds; they hold as judgements either way.

    Raises:
        RegistrarError: there are too few records to learn from.
    """
    with room.store.reading() as connection:
        taken = read(all_records(connection, room.vault), progress)
        judgements = reviews(connection, room) if from_people else []
    count = len(taken.columns)
    if count < RECORDS_MIN:
        raise RegistrarError(
            f"{count:,} records teach nothing: at {RECORDS_MIN:,} a model can be learned from them"
        )
    taught = Taught.of(taken)
    if not judgements:
        return recalibrate(taught.model, ())
    return taught.recalibrated(taught.judged(judgements), taught.weights(progress))


def reviews(connection: Connection, room: Room) -> list[Judgement]:
    """The judgements that count and that somebody made with both records in view.

    That a new version states a row anew follows from how the two were written; it is no review,
    and would teach that everything alike is the same.
    """
    shelf = StoredShelf(connection, room.vault)
    standing = linking.all_standings(connection, room.vault)
    told = {pair: s.counts for pair, s in standing.items() if s.counts is not None}
    rows = shelf.rows({record for pair in told for record in pair})
    restated = _restated(connection, told, rows)
    return [judgement for pair, judgement in told.items() if pair not in restated]


def _restated(
    connection: Connection, pairs: Collection[Pair], rows: Mapping[RecordId, StoredRecord]
) -> set[Pair]:
    """Pairs of rows of one list that never stood in one version of it."""
    versions: dict[int, set[tuple[str, int]]] = {row.number: set() for row in rows.values()}
    for place in rows_stored.rows_of_records(connection, versions):
        if place.record is not None:
            versions[place.record].add((place.list, place.version))
    found = set()
    for left, right in pairs:
        if left in rows and right in rows and rows[left].list == rows[right].list:
            one, other = (versions[rows[record].number] for record in (left, right))
            if one.isdisjoint(other):
                found.add((left, right))
    return found


def freeze(room: Room, viewer: Viewer, model: Model) -> None:
    """Keep a model as the one in force from now on, and who decided so."""
    with room.changing, room.store.writing() as connection:
        lists.put_document(connection, room, MODEL, {"model": model.to_json()})
        decision = journal.Decision(
            id=journal.new_id(journal.Kind.MODEL),
            kind=journal.Kind.MODEL,
            subject=MODEL,
            word=model.version,
            by=viewer.account,
            at=room.clock(),
            body={"trained_on": dict(model.trained_on)},
        )
        journal.record(connection, room.vault, decision)


def kept(room: Room) -> Model | None:
    """The model that the register keeps; None: the one that comes with the program is in force.

    Raises:
        ModelError: this program cannot read it.
    """
    with room.store.reading() as connection:
        found = lists.get_document(connection, room, MODEL)
    return None if found is None else Model.from_json(found["model"])
