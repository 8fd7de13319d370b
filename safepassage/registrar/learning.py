"""Another model: learned from the register's own records, frozen by somebody's decision.

A model that changes by itself would move people between persons during an operation.  So learning
is a step that somebody takes, its result is a new version in the register, and everything is linked
anew under it: what changed shows in the counts, and judgements hold as before.
"""

from __future__ import annotations

from collections.abc import Iterable

from safepassage.register.match.candidates import candidates_of
from safepassage.register.match.engine import read
from safepassage.register.match.model import Model
from safepassage.register.match.train import CAPS, rarities, train, untrained
from safepassage.register.record import Record
from safepassage.registrar import journal, lists
from safepassage.registrar.errors import RegistrarError
from safepassage.registrar.room import Room
from safepassage.registrar.shelf import all_records
from safepassage.secure.roles import Viewer

MODEL = "model"  # the document that holds the model in force
RECORDS_MIN = 2_000  # fewer teach nothing


def learned(room: Room) -> Model:
    """A model of the register's own records.

    Raises:
        RegistrarError: there are too few records to learn from.
    """
    with room.store.reading() as connection:
        model, count = _trained(all_records(connection, room.vault))
    if count < RECORDS_MIN or model is None:
        raise RegistrarError(
            f"{count:,} records teach nothing: at {RECORDS_MIN:,} a model can be learned from them"
        )
    return model


def _trained(records: Iterable[Record]) -> tuple[Model | None, int]:
    taken = read(records)
    if len(taken.columns) < RECORDS_MIN:
        return None, len(taken.columns)
    rarity = rarities(taken.columns)
    candidates = candidates_of(taken.keys, taken.order, CAPS)
    bench = untrained(rarity).bench(taken.columns)
    return train(rarity, bench, candidates), len(taken.columns)


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
