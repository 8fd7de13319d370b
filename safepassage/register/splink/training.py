"""What Splink learned, as numbers that are kept, compared and used again on any backend."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from safepassage.register.match.model import ModelError
from safepassage.register.splink.backend import Backend, database
from safepassage.register.splink.settings import (
    SURE_RULES,
    TRAINING_RULES,
    Setting,
    comparisons_of,
    present,
    settings_of,
)

SEED: Final = 1  # of the random pairs that show what agrees by chance
RANDOM_PAIRS: Final = 1e7
SURE_RECALL: Final = 0.5  # how many of all pairs of one person the sure rules are taken to find
# Above so many records only a share of the pairs of a training rule is looked at.
TRAINING_PAIRS: Final = 5e6
SAMPLED_FROM: Final = 50_000
_DIGITS: Final = 6  # sums of floating point numbers differ beyond that by the order of adding up
_UNSEEN: Final = 1e-6  # of a level that no pair showed, as Splink has it
_UNTRAINED: Final = 1e-4  # what Splink itself starts with


@dataclass(frozen=True, slots=True)
class Learned:
    """The frozen model: of each feature and level the two probabilities of Fellegi and Sunter."""

    setting: Setting
    prior: float  # that two rows taken at random are of one person
    m: Mapping[str, tuple[float, ...]]  # of each level, between two rows of one person
    u: Mapping[str, tuple[float, ...]]  # of each level, between two rows taken at random

    @property
    def version(self) -> str:
        """Says what the model is: equal models have equal versions."""
        body = json.dumps(asdict(self), sort_keys=True).encode()
        return f"splink-{self.setting}-{hashlib.sha256(body).hexdigest()[:12]}"


def linker_of(
    table: Any, setting: Setting, columns: Collection[str], learned: Learned | None
) -> Any:
    """A splink `Linker` of a registered table; without a model one that knows nothing yet."""
    from splink import Linker

    comparisons = comparisons_of(setting, columns)
    if learned:
        comparisons = {name: way for name, way in comparisons.items() if name in learned.m}
        for name, comparison in comparisons.items():
            comparison.configure(
                m_probabilities=list(learned.m[name]), u_probabilities=list(learned.u[name])
            )
    prior = learned.prior if learned else _UNTRAINED
    # Splink would otherwise set the log level of the whole process.
    return Linker(table, settings_of(setting, comparisons, columns, prior), log_level=None)


def train(table: Any, setting: Setting) -> Learned:
    """Learn without labels from a flat table.

    On DuckDB, whatever scores later: a sample teaches as much, and so every backend has one model.

    Raises:
        ModelError: there is nothing in the records to learn from.
    """
    from splink import block_on
    from splink.internals.exceptions import EMTrainingException

    columns, total = frozenset(table.column_names), table.num_rows
    with database(Backend.DUCKDB) as api:
        linker = linker_of(api.register(table), setting, columns, None)
        training, taught = linker.training, 0
        if sure := [block_on(*rule) for rule in present(SURE_RULES, columns)]:
            training.estimate_probability_two_random_records_match(sure, recall=SURE_RECALL)
        # Of many pairs Splink looks at a tenth after the other until it has seen enough.
        portions = 1 if total * total <= 2 * RANDOM_PAIRS else 10
        training.estimate_u_using_random_sampling(RANDOM_PAIRS, seed=SEED, num_chunks=portions)
        for rule in present(TRAINING_RULES[setting], columns):
            try:
                training.estimate_parameters_using_expectation_maximisation(
                    block_on(*rule),
                    estimate_without_term_frequencies=True,
                    max_pairs=None if total <= SAMPLED_FROM else TRAINING_PAIRS,
                )
                taught += 1
            except (EMTrainingException, ValueError):
                continue  # no pairs agree in it, or they all are of one person
        if not taught:
            raise ModelError("Splink finds too few alike rows to learn from; link a larger file")
        return _learned(linker, setting, total)


def _learned(linker: Any, setting: Setting, total: int) -> Learned:
    body = linker.misc.save_model_to_json()
    prior = body["probability_two_random_records_match"]
    m, u = {}, {}
    for comparison in body["comparisons"]:
        levels = [x for x in comparison["comparison_levels"] if not x.get("is_null_level")]
        name = comparison["output_column_name"]
        m[name] = tuple(_rounded(x.get("m_probability")) for x in levels)
        u[name] = tuple(_rounded(x.get("u_probability")) for x in levels)
    # Where the sure rules find no pair at all: one pair among all.
    return Learned(setting, _rounded(max(prior, 1 / (total * total))), m, u)


def _rounded(probability: float | None) -> float:
    return float(f"{probability or _UNSEEN:.{_DIGITS}g}")
