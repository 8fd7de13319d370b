"""Linking a change exactly: the part of the register that it can touch is linked anew, no more.

What a link weighs follows from two records, their list households, and whether the households are
candidates: whether two members share a key that is not held by too many.  So a change touches

    the households of what is new or gone,
    the households of whoever holds a key that becomes too common by it, or is no longer,

and with them every candidate of theirs.  Which of these are one person is decided inside connected
components, so the components of all of them are taken along, with their whole households.  How
often a key is held is asked of the whole register, so nothing outside can make a difference: the
result is that of a rebuild.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Judgement, JudgementId, Pair
from safepassage.register.linkage import Link, Linkage
from safepassage.register.match.columns import said_by
from safepassage.register.match.keys import household_key, pairing_keys
from safepassage.register.match.model import UNIT, Model
from safepassage.register.record import Record
from safepassage.register.shelf import Change, Shelf

_NOBODY: Final[frozenset[RecordId]] = frozenset()


@dataclass(slots=True)
class Neighbourhood:
    """What is known of the register around a change; filled step by step.

    Args:
        model: the frozen model.
        shelf: the register before the change.
        new: records that come.
        gone: records that go.
    """

    model: Model
    shelf: Shelf
    new: Mapping[RecordId, Record] = field(default_factory=dict)
    gone: frozenset[RecordId] = _NOBODY
    opened: dict[RecordId, Record] = field(default_factory=dict)
    keys: dict[RecordId, frozenset[str]] = field(default_factory=dict)
    before: dict[str, frozenset[RecordId]] = field(default_factory=dict)  # holders, before
    coming: Counter[str] = field(default_factory=Counter)  # of new records, by key
    going: Counter[str] = field(default_factory=Counter)
    links: dict[Pair, Link] = field(default_factory=dict)
    judgements: dict[JudgementId, Judgement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for record in self.new.values():
            self.coming.update(self.keys_of(record))
        for record in self.open(self.gone).values():
            self.going.update(self.keys_of(record))

    def open(self, ids: Iterable[RecordId]) -> dict[RecordId, Record]:
        """These records, new ones included."""
        wanted = list(ids)
        missing = [i for i in wanted if i not in self.opened and i not in self.new]
        self.opened |= self.shelf.records(missing)
        return {i: record for i in wanted if (record := self.new.get(i) or self.opened.get(i))}

    def keys_of(self, record: Record) -> frozenset[str]:
        """By what a record is a candidate."""
        if record.id not in self.keys:
            found = pairing_keys(record, said_by(record))
            self.keys[record.id] = frozenset(f"{kind}:{text}" for kind, text in found)
        return self.keys[record.id]

    def hold(self, keys: Iterable[str]) -> None:
        """Ask who held these keys before the change."""
        missing = [key for key in set(keys) if key not in self.before]
        most = max(self.model.caps.values()) + len(self.gone) + 1
        for key, holders in self.shelf.holders(missing, most).items():
            self.before[key] = frozenset(holders)

    def is_closed(self, key: str) -> bool:
        """Whether too many hold a key after the change."""
        return self._after(key) > self._cap(key)

    def turns(self, key: str) -> bool:
        """Whether a key becomes too common by the change, or is no longer."""
        return self.is_closed(key) != (len(self.before[key]) > self._cap(key))

    def _after(self, key: str) -> int:
        return len(self.before[key]) + self.coming[key] - self.going[key]

    def _cap(self, key: str) -> int:
        return self.model.caps[key.partition(":")[0]]

    def households_of(self, ids: Collection[RecordId]) -> set[RecordId]:
        """These records, and everybody who came in one household of one list with them."""
        records = self.open(ids)
        keys = {household_key(record) for record in records.values() if record.household}
        held = self.shelf.holders(list(keys), len(keys) * 1_000)
        found = set(records) | {i for holders in held.values() for i in holders}
        found |= {r.id for r in self.new.values() if r.household and household_key(r) in keys}
        return found - self.gone

    def touched(self) -> set[RecordId]:
        """Whose links can become different."""
        moved = {*self.new, *self.gone}
        changed = {key for i in moved for key in self.keys.get(i, ())}
        self.hold(changed)
        turned = {i for key in changed if self.turns(key) for i in self.before[key]}
        return self.households_of(moved | turned)

    def candidates_of(self, ids: Collection[RecordId]) -> set[RecordId]:
        """Who shares a key with one of these that is not held by too many."""
        keys = {key for record in self.open(ids).values() for key in self.keys_of(record)}
        self.hold(keys)
        found = {i for key in keys if not self.is_closed(key) for i in self.before[key]}
        return found - self.gone

    def component_of(self, ids: Collection[RecordId]) -> set[RecordId]:
        """These records, and whoever likely links or judgements connect with them."""
        likely = self.model.thresholds.likely / UNIT
        reached, edge = set(ids), set(ids)
        while edge:
            links = self.shelf.links(edge)
            said = {j.id: j for j in self.shelf.judgements(edge)}
            self.links |= links
            self.judgements |= said
            pairs = [pair for pair, link in links.items() if link.weight >= likely]
            pairs += [judgement.pair for judgement in said.values()]
            edge = {i for pair in pairs for i in pair} - reached - self.gone
            reached |= edge
        return reached

    def closed_keys(self, records: Iterable[Record]) -> frozenset[str]:
        """Which keys of these records too many hold."""
        keys = {key for record in records for key in self.keys_of(record)}
        self.hold(keys)
        return frozenset(key for key in keys if self.is_closed(key))


def change_of(
    linkage: Linkage, around: Neighbourhood, core: set[RecordId], touched: set[RecordId]
) -> Change:
    """What is different now, as far as the neighbourhood can tell.

    It tells everything of a pair if both are of its components, or one of them was touched.
    """

    def is_told(pair: Pair) -> bool:
        return core >= {*pair} or not touched.isdisjoint(pair)

    before = {pair: link for pair, link in around.links.items() if is_told(pair)}
    after = {pair: link for pair, link in linkage.links.items() if is_told(pair)}
    lost = {pair for pair in around.links if not around.gone.isdisjoint(pair)}
    return Change(
        links={pair: link for pair, link in after.items() if before.get(pair) != link},
        gone=frozenset(lost | (before.keys() - after.keys())),
        cluster_of={i: linkage.cluster_of[i] for i in core},
        likely_of={i: linkage.likely_of[i] for i in core},
    )
