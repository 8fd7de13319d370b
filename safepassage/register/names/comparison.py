"""Two whole names set against each other, token by token."""

from __future__ import annotations

from functools import lru_cache

from safepassage.register.names.likeness import latin_similarity
from safepassage.register.names.tokens import Token, tokens
from safepassage.register.names.variants import commonness, group_of


def similarity(a: str, b: str) -> float:
    """How likely two written names are names of one person, as a score between 0 and 1.

    Symmetric, and 1 for a name and itself.  The order of the parts, titles and particles change
    little; a part that only one name has costs less than two parts that contradict each other.
    """
    if a == b:
        return 1.0
    return _similarity(*sorted((a, b)))


@lru_cache(maxsize=1 << 16)
def _similarity(a: str, b: str) -> float:
    one = [t for t in tokens(a) if t.is_name] or list(tokens(a))
    other = [t for t in tokens(b) if t.is_name] or list(tokens(b))
    if not one or not other:
        return 0.0
    pairs = sorted(
        (
            (latin_similarity(*sorted((s.latin, t.latin))), i, j)
            for i, s in enumerate(one)
            for j, t in enumerate(other)
        ),
        reverse=True,
    )
    matched: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for alike, i, j in pairs:
        if i not in matched and j not in taken:
            matched[i] = (j, alike)
            taken.add(j)
    agreed = together = 0.0
    for i, (j, alike) in matched.items():
        weight = min(_rarity(one[i]), _rarity(other[j]))
        together += weight
        agreed += weight * alike
    left = [t for i, t in enumerate(one) if i not in matched]
    left += [t for j, t in enumerate(other) if j not in taken]
    return agreed / (together + 0.4 * sum(map(_rarity, left)))


def _rarity(token: Token) -> float:
    return (1.0, 0.8, 0.65, 0.5, 0.35)[commonness(group_of(token.latin))]
