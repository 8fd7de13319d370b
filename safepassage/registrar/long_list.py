"""Linking a long list exactly: its rows beside the columns of everybody who is registered.

A list of thousands touches nearly everybody, so nothing is looked up record by record: all links
and all columns are taken at once, and `register/match/extending.py` weighs what the list changes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Pair
from safepassage.register.linkage import Band, Progress
from safepassage.register.match.bands import BIT, Flags
from safepassage.register.match.candidates import HeldKeys, Longs
from safepassage.register.match.columns import ABSENT
from safepassage.register.match.engine import JUDGED_WEIGHT, Links
from safepassage.register.match.extending import Extension, Known, Mask, extend
from safepassage.register.match.linking import Judged
from safepassage.register.match.model import UNIT, Model
from safepassage.register.record import Record
from safepassage.register.shelf import Change
from safepassage.registrar.link_table import LinkTable
from safepassage.registrar.shelf import StoredShelf
from safepassage.store import register_links as linked


@dataclass(frozen=True, slots=True)
class _Before:
    """The links of the register, between rows as they are counted now."""

    known: Known
    is_automatic: Mask
    held: Flags


def extended(
    table: LinkTable,
    numbers: Mapping[int, str],
    shelf: StoredShelf,
    records: Sequence[Record],
    model: Model,
    progress: Progress | None,
) -> Change:
    """What new records change; `table` holds everybody who is linked, and then them, too.

    `numbers` gives the id of everybody who is linked by the record's number.
    """
    table.add(records)
    taken = table.read()
    columns = taken.columns
    row_of: dict[str, int] = {record: row for row, record in enumerate(columns.ids)}
    new = _marked(len(columns), [row_of[record.id] for record in records])
    households = table.households()
    around = _marked(int(households.max()) + 1, households[new])[households]
    before = _before(shelf.connection, numbers, row_of)
    extension = extend(
        model.bench(columns, taken.words),
        HeldKeys.of_table(taken.keys, taken.order, model.caps),
        new,
        around,
        before.known,
        Judged.of(row_of, shelf.every_judgement()),
        model,
        progress,
    )
    return _change(extension, before, columns.ids)


def _marked(size: int, places: Collection[int] | NDArray[np.int32]) -> Mask:
    marked = np.zeros(size, dtype=np.bool_)
    marked[np.asarray(places, dtype=np.int64)] = True
    return marked


def _before(connection: Connection, numbers: Mapping[int, str], row_of: dict[str, int]) -> _Before:
    at = np.zeros(max(numbers, default=0) + 1, dtype=np.int64)
    at[list(numbers)] = [row_of[i] for i in numbers.values()]
    links = linked.link_rows(connection)
    one, other, weight, band, held, others = zip(*links, strict=True) if links else [()] * 6
    left, right = at[np.array(one, dtype=np.int64)], at[np.array(other, dtype=np.int64)]
    known = Known(
        np.minimum(left, right),
        np.maximum(left, right),
        np.rint(np.array(weight, dtype=np.float64) * UNIT).astype(np.int64),
        _meaning(others, lambda n: ABSENT if n is None else n).astype(np.int8),
    )
    is_automatic = _meaning(band, lambda said: said == Band.AUTOMATIC).astype(np.bool_)
    held_by = _meaning(held, lambda said: sum(BIT[reason] for reason in said.split()))
    return _Before(known, is_automatic, held_by.astype(np.int32))


def _meaning(column: Sequence[Any], meaning: Callable[[Any], int]) -> Longs:
    """What each cell of a column of few different ones means."""
    known = {cell: meaning(cell) for cell in set(column)}
    return np.fromiter(map(known.__getitem__, column), dtype=np.int64, count=len(column))


def _change(extension: Extension, before: _Before, ids: list[RecordId]) -> Change:
    known, now = before.known, extension.linked
    was = np.flatnonzero(extension.tells(known.left, known.right))
    told = np.flatnonzero(extension.tells(now.left, now.right))
    code_was = known.left[was] * len(ids) + known.right[was]
    code_now = now.left[told] * len(ids) + now.right[told]
    said = np.stack([known.weight, known.others, before.is_automatic, before.held], axis=1)[was]
    weight = np.minimum(now.weight, round(JUDGED_WEIGHT * UNIT))
    says = np.stack([weight, now.others, now.band, now.held], axis=1)[told]
    order = np.argsort(code_was)
    at = np.searchsorted(code_was[order], code_now)
    is_kept = np.isin(code_now, code_was)
    changed = ~is_kept
    changed[is_kept] = (said[order[at[is_kept]]] != says[is_kept]).any(axis=1)
    links = Links(ids, now)
    core = np.flatnonzero(extension.core)
    return Change(
        links={pair: links[pair] for pair in _pairs(code_now[changed], ids)},
        gone=frozenset(_pairs(code_was[~np.isin(code_was, code_now)], ids)),
        cluster_of=_by_id(core, now.cluster_of, ids),
        likely_of=_by_id(core, now.likely_of, ids),
    )


def _pairs(code: Longs, ids: Sequence[RecordId]) -> list[Pair]:
    rows = zip((code // len(ids)).tolist(), (code % len(ids)).tolist(), strict=True)
    return [(ids[one], ids[other]) for one, other in rows]


def _by_id(rows: Longs, cluster_of: Longs, ids: Sequence[RecordId]) -> dict[RecordId, RecordId]:
    return {
        ids[row]: ids[cluster]
        for row, cluster in zip(rows.tolist(), cluster_of[rows].tolist(), strict=True)
    }
