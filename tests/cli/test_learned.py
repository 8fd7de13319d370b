"""What `register match --learn` says of the judgements it used."""

from __future__ import annotations

from safepassage.cli.register_plain import learned_lines, learned_to_json
from safepassage.registrar.views import Learned, RegisterCounts

COUNTS = RegisterCounts(
    lists=1,
    records=2_000,
    shredded=0,
    persons_at_least=900,
    persons_at_most=950,
    questions=40,
    model="own-1-judged-2",
)


def test_thresholds_that_moved_are_told_before_and_after() -> None:
    moved = {"likely_mean": (1.0, -0.625), "automatic": (5.0, 5.5)}
    learned = Learned(counts=COUNTS, same=90, not_same=30, thresholds=moved)
    assert learned_lines(learned) == [
        "120 judgements used: 90 same, 30 not the same",
        "  two clusters are likely one from a mean of: +1 bits as trained, -0.625 now",
        "  a machine merges from: +5 bits as trained, +5.5 now",
    ]
    assert learned_to_json(learned) == {
        "judgements": 120,
        "thresholds": {"likely_mean": [1.0, -0.625], "automatic": [5.0, 5.5]},
    }


def test_that_nothing_moved_is_told_too() -> None:
    agreed = Learned(counts=COUNTS, same=2, not_same=1, thresholds={})
    assert "agree with every threshold" in learned_lines(agreed)[-1]
    (none,) = learned_lines(Learned(counts=COUNTS, same=0, not_same=0, thresholds={}))
    assert "as it was trained" in none
