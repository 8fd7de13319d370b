"""Records with the model that was trained on them, ready to be weighed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from safepassage.register.judgement import Judgement
from safepassage.register.linkage import Progress
from safepassage.register.match.candidates import Candidates, candidates_of
from safepassage.register.match.columns import Columns
from safepassage.register.match.compare import Bench
from safepassage.register.match.engine import Read
from safepassage.register.match.linking import Judged
from safepassage.register.match.model import Model
from safepassage.register.match.recalibrate import Recalibration, recalibrate
from safepassage.register.match.reviewed import reviewed_pairs
from safepassage.register.match.train import CAPS, rarities, train, untrained
from safepassage.register.match.weighing import Weights, weigh_all


@dataclass(frozen=True, slots=True)
class Taught:
    """What a model was trained on, and the model."""

    columns: Columns
    bench: Bench
    candidates: Candidates
    model: Model

    @classmethod
    def of(cls, taken: Read) -> Taught:
        """Records taken in, and a model of them; at least two."""
        rarity = rarities(taken.columns)
        candidates = candidates_of(taken.keys, taken.order, CAPS)
        bench = untrained(rarity).bench(taken.columns)
        return cls(taken.columns, bench, candidates, train(rarity, bench, candidates))

    def weights(self, progress: Progress | None = None) -> Weights:
        """What every pair weighs under the model."""
        return weigh_all(self.bench, self.candidates, self.model, progress)

    def judged(self, judgements: Iterable[Judgement]) -> Judged:
        """Judgements as pairs of these rows."""
        return Judged.of({i: row for row, i in enumerate(self.columns.ids)}, judgements)

    def recalibrated(self, judged: Judged, weights: Weights) -> Recalibration:
        """The model under the thresholds that people's judgements teach."""
        return recalibrate(self.model, reviewed_pairs(self.bench, weights, judged, self.model))
