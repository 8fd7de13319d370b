"""Splink as an engine of the register (`Engine`).

Splink says what a pair weighs; everything after that is the register's own: clusters by the mean
weight of all their pairs instead of connected components, judgements that nothing overrides, and
the rules of what a machine may do alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from safepassage.register.judgement import Judgement
from safepassage.register.linkage import Linkage, Progress
from safepassage.register.match.candidates import Longs
from safepassage.register.match.cluster import Graph, Islands
from safepassage.register.match.engine import linkage_of, read
from safepassage.register.match.features import LEVELS
from safepassage.register.match.linking import Judged, connected, link_rows
from safepassage.register.match.model import UNIT, Model, Thresholds
from safepassage.register.match.train import CAPS, rarities
from safepassage.register.match.weighing import Weights
from safepassage.register.record import Record
from safepassage.register.splink.backend import Backend, database, require
from safepassage.register.splink.flat import ID, flat
from safepassage.register.splink.settings import Setting
from safepassage.register.splink.training import Learned, linker_of, train

# Where F1 is best on made-up registers of seeds 99 and 7, and what a machine does alone has a
# precision of .9995.
THRESHOLDS: Final = Thresholds(
    automatic=4 * UNIT,
    automatic_among_kin=8 * UNIT,
    automatic_mean=2 * UNIT,
    likely=2 * UNIT,
    likely_mean=-2 * UNIT,
    ask=0,
)
_WEIGHT_MAX: Final = 100 * UNIT
_NO_WEIGHTS: Final = {feature: (0,) * len(levels) for feature, levels in LEVELS.items()}


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs of rows that Splink has scored, the smaller row to the left, and their weights."""

    left: Longs
    right: Longs
    weight: Longs  # in units


class SplinkEngine:
    """Finds the same people with Splink (`Engine`).

    Without a model it trains one on the records that it links; `learned` then holds it. It can only
    link anew: Splink has no clusters that grow.
    """

    def __init__(
        self,
        backend: Backend = Backend.DUCKDB,
        setting: Setting = Setting.KEYS,
        learned: Learned | None = None,
    ) -> None:
        self.backend, self.setting, self.learned = backend, setting, learned

    def link(
        self,
        records: Iterable[Record],
        judgements: Iterable[Judgement] = (),
        progress: Progress | None = None,
    ) -> Linkage:
        """Link all records anew; the same answer for any order of records and judgements.

        Raises:
            BackendError: Splink, Spark or Java is missing.
            ModelError: two records have one id, or there is nothing to learn from.
        """
        require(self.backend)
        taken = read(records, progress)
        columns = taken.columns
        if len(columns) < 2:
            alone = {i: i for i in columns.ids}
            return Linkage("none", {}, alone, alone)
        judged = Judged.of({i: row for row, i in enumerate(columns.ids)}, judgements)
        table = flat(columns, taken.keys, taken.order, CAPS)
        self.learned = self.learned or train(table, self.setting)
        total = len(columns)
        with database(self.backend) as api:
            scoring = Scoring(api, table, self.learned)
            scored = scoring.pairs(THRESHOLDS.ask)
            graph = Graph(scored.left, scored.right, scored.weight)
            label = connected(total, graph, judged, THRESHOLDS.likely)
            weights = _weights(total, scored, scoring.rest(scored, Islands.of(label)))
        version, rarity = self.learned.version, rarities(columns)
        rules = Model(version, 0, 0, _NO_WEIGHTS, _NO_WEIGHTS, rarity, CAPS, THRESHOLDS)
        linked = link_rows(rules.bench(columns), weights, judged, rules, label)
        return linkage_of(columns, linked, rules)


class Scoring:
    """One run of Splink over a flat table, with a model."""

    def __init__(self, api: Any, table: Any, learned: Learned) -> None:
        self._api, self._total = api, table.num_rows
        columns = frozenset(table.column_names)
        self._linker = linker_of(api.register(table), learned.setting, columns, learned)

    def pairs(self, least: int) -> Scored:
        """What blocking offers and weighs at least so many units."""
        return _scored(
            self._linker.inference.predict(
                threshold_match_weight=least / UNIT, warning_mode="never"
            )
        )

    def rest(self, known: Scored, islands: Islands) -> Scored:
        """Every pair inside these islands that is not known, whatever it weighs."""
        import pyarrow as pa

        left, right = islands.pairs()
        new = ~np.isin(left * self._total + right, known.left * self._total + known.right)
        if not new.any():
            none = np.zeros(0, dtype=np.int64)
            return Scored(none, none, none)
        wanted = {"join_key_l": pa.array(left[new]), "join_key_r": pa.array(right[new])}
        table = pa.table(wanted | {"match_key": pa.array(["0"] * int(new.sum()))})
        self._linker.table_management.register_blocked_pairs_for_predict(self._api.register(table))
        return _scored(self._linker.inference.predict(warning_mode="never"))


def _scored(predicted: Any) -> Scored:
    found = predicted.as_pyarrow_table()
    one, other = (found.column(f"{ID}_{side}").to_numpy() for side in "lr")
    bits = np.nan_to_num(found.column("match_weight").to_numpy())
    weight = np.clip(np.rint(bits * UNIT), -_WEIGHT_MAX, _WEIGHT_MAX).astype(np.int64)
    return Scored(np.minimum(one, other), np.maximum(one, other), weight)


def _weights(total: int, *parts: Scored) -> Weights:
    code = np.concatenate([part.left * total + part.right for part in parts])
    weight = np.concatenate([part.weight for part in parts])
    order = np.argsort(code, kind="stable")
    others = np.zeros(len(code), dtype=np.int8)  # Splink knows nothing of families
    return Weights(code[order], weight[order].astype(np.int16), others, total)
