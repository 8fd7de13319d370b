"""Our own engine with its frozen model, as the registrar uses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from safepassage.model.ids import RecordId
from safepassage.register.linkage import Evidence
from safepassage.register.match.columns import ABSENT, columns_of, row_of
from safepassage.register.match.compare import compare
from safepassage.register.match.features import COMPARED, LEVELS, Feature
from safepassage.register.match.model import UNIT, Model, bars
from safepassage.register.record import Record

_PROBE = RecordId("probe")
# A search knows no list and no family: what they would say is left out.
_NOT_ASKED = frozenset({Feature.LIST})


def compared_with(
    probe: Record, records: Sequence[Record], model: Model
) -> list[tuple[Evidence, ...]]:
    """What speaks for each of these records being the probe, by what both say alone."""
    if not records:
        return []
    columns = columns_of([replace(probe, id=_PROBE), *records])
    others = row_of(columns, [record.id for record in records])
    asked = np.repeat(row_of(columns, [_PROBE]), len(records))
    compared = compare(model.bench(columns), asked, others)
    weights = bars(compared, model.same)
    return [
        tuple(
            Evidence(str(feature), LEVELS[feature][level], weight / UNIT)
            for feature, level, weight in zip(COMPARED, levels, weighed, strict=True)
            if level != ABSENT and feature not in _NOT_ASKED
        )
        for levels, weighed in zip(compared.levels.tolist(), weights.tolist(), strict=True)
    ]
