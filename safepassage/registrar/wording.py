"""The evidence of a pair as one English sentence; the desks say it in their own languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from safepassage.register.linkage import Evidence

SAID_MAX = 3  # reasons on either side
WORTH_SAYING = 1.0  # log2
_NOT_SAID = frozenset({"prior", "relative", "list"})


def sentence_of(bars: Iterable[Evidence], held_back: Sequence[str] = ()) -> str:
    """What speaks for one person, what against, and why a machine may not decide."""
    told = [bar for bar in bars if bar.feature not in _NOT_SAID]
    for_it = sorted((b for b in told if b.weight >= WORTH_SAYING), key=lambda b: -b.weight)
    against = sorted((b for b in told if b.weight <= -WORTH_SAYING), key=lambda b: b.weight)
    parts = []
    if for_it:
        parts.append(f"For one person: {_listed(for_it)}")
    if against:
        parts.append(f"against: {_listed(against)}")
    if held_back:
        parts.append(f"not decided by machine: {', '.join(c.replace('-', ' ') for c in held_back)}")
    sentence = "; ".join(parts) or "Nothing speaks for one person or against"
    return f"{sentence[0].upper()}{sentence[1:]}."


def _listed(bars: Sequence[Evidence]) -> str:
    return ", ".join(
        f"{bar.feature.replace('-', ' ')} ({bar.level.replace('-', ' ')})"
        for bar in bars[:SAID_MAX]
    )
