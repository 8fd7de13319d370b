"""An engine that can only link everything anew, as the registrar uses one: Splink, or a new idea.

Each change opens every record and links all of them, so this is for registers that are small, or
engines that are compared with ours.  What is written is only what became different.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Pair
from safepassage.register.linkage import Engine, Progress
from safepassage.register.record import Record
from safepassage.register.shelf import Change
from safepassage.registrar.room import Matching
from safepassage.registrar.shelf import StoredShelf
from safepassage.secure.vault import Vault


class WholeMatching:
    """Implements `registrar.room.Matching` by linking anew.

    Args:
        engine: what links.
        version: of the engine and its model.
        other: what else a matching is asked for: keys, comparisons and explanations.
    """

    def __init__(self, engine: Engine, version: str, other: Matching) -> None:
        self._engine = engine
        self.version = version
        self.keys = other.keys
        self.compare = other.compare
        self.explain = other.explain
        self.link = engine.link

    def extend(
        self, shelf: StoredShelf, records: Sequence[Record], progress: Progress | None = None
    ) -> Change:
        """What these new records change."""
        return change_to(self._engine, shelf, [*shelf.everything(), *records], progress)

    def judged(self, shelf: StoredShelf, pairs: Collection[Pair]) -> Change:
        """What changed when the judgements about these pairs did."""
        return change_to(self._engine, shelf, list(shelf.everything()))

    def without(self, shelf: StoredShelf, gone: Collection[RecordId]) -> Change:
        """What changes when these records are no more."""
        left = [record for record in shelf.everything() if record.id not in gone]
        return change_to(self._engine, shelf, left)

    def keep(self, connection: Connection, vault: Vault) -> None:
        """Nothing is kept: the next change links everything anew as well."""


def change_to(
    engine: Engine, shelf: StoredShelf, records: list[Record], progress: Progress | None = None
) -> Change:
    """What becomes different when exactly these records are linked anew."""
    linkage = engine.link(records, shelf.every_judgement(), progress)
    before = shelf.every_link()
    return Change(
        links={pair: link for pair, link in linkage.links.items() if before.get(pair) != link},
        gone=frozenset(before.keys() - linkage.links.keys()),
        cluster_of=linkage.cluster_of,
        likely_of=linkage.likely_of,
    )
