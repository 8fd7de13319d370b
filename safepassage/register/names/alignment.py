"""Which token of one name answers to which of the other, whatever their order.

A token answers to one token, or to two that were written apart ("Sher Zad", "Sherzad").  The
alignment takes the pair that explains most first; it is greedy, which on names of at most a dozen
tokens differs from the best one in rare cases only and is the same from both sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from safepassage.register.names.likeness import (
    latin_similarity,
    leaves_vowels_out,
    vowelless_similarity,
)
from safepassage.register.names.scripts import Script
from safepassage.register.names.tokens import Role, Token
from safepassage.register.names.transliteration import readings
from safepassage.register.names.variants import (
    commonness,
    group_of,
    is_known_native,
    usual_spelling,
)

LEAST_ALIKE = 0.5  # below, two tokens answer to nothing
_JOINED_ALIKE = 0.86
_TOKENS_MAX = 12
# How much a token says, by how common its name is: a Muhammad says a third of a rare name.
_WEIGHTS = (1.0, 0.8, 0.62, 0.45, 0.33)


@dataclass(frozen=True, slots=True)
class Match:
    """Tokens of one name that answer to tokens of the other."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    alike: float
    weight: float

    def mirrored(self) -> Match:
        """The same with left and right exchanged."""
        return Match(self.right, self.left, self.alike, self.weight)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two bags of tokens and what answers to what."""

    left: Sequence[Token]
    right: Sequence[Token]
    matches: tuple[Match, ...]
    left_alone: tuple[int, ...]
    right_alone: tuple[int, ...]

    def mirrored(self) -> Alignment:
        """The same with left and right exchanged."""
        matches = tuple(match.mirrored() for match in self.matches)
        return Alignment(self.right, self.left, matches, self.right_alone, self.left_alone)


def weight_of(token: Token) -> float:
    """How much a token tells about who is meant, 0.15 to 1."""
    if token.role in (Role.INITIAL, Role.HONORIFIC, Role.PARTICLE):
        return 0.15
    base = _WEIGHTS[commonness(group_of(token.latin))]
    return base * (0.6 if len(token.latin) <= 2 else 0.8 if len(token.latin) == 3 else 1.0)


def named(tokens: Sequence[Token]) -> list[Token]:
    """The tokens that name the person; all of them if there is nothing but titles."""
    return [t for t in tokens if t.is_name][:_TOKENS_MAX] or list(tokens)[:_TOKENS_MAX]


def align(left: Sequence[Token], right: Sequence[Token]) -> Alignment:
    """Match two bags of tokens."""
    candidates = (
        _single(left, right)
        + _joined(left, right)
        + [match.mirrored() for match in _joined(right, left)]
    )
    candidates.sort(key=lambda m: (-m.alike * m.weight, -m.alike, m.left, m.right))
    free_left, free_right = set(range(len(left))), set(range(len(right)))
    taken = []
    for match in candidates:
        if free_left.issuperset(match.left) and free_right.issuperset(match.right):
            taken.append(match)
            free_left.difference_update(match.left)
            free_right.difference_update(match.right)
    return Alignment(left, right, tuple(taken), tuple(sorted(free_left)), tuple(sorted(free_right)))


def _single(left: Sequence[Token], right: Sequence[Token]) -> list[Match]:
    found = []
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            alike = alike_tokens(one, other)
            if alike >= LEAST_ALIKE:
                weight = (weight_of(one) + weight_of(other)) / 2
                found.append(Match((i,), (j,), alike, weight))
    return found


def _joined(left: Sequence[Token], right: Sequence[Token]) -> list[Match]:
    """One token on the left that is two neighbours on the right."""
    found = []
    for i, one in enumerate(left):
        for j in range(len(right) - 1):
            whole = right[j].latin + right[j + 1].latin
            if (
                abs(len(whole) - len(one.latin)) > 3
                or min(len(right[j].latin), len(right[j + 1].latin)) < 2
            ):
                continue
            alike = alike_of(one.latin, whole)
            if alike >= _JOINED_ALIKE:
                found.append(Match((i,), (j, j + 1), alike * 0.99, weight_of(one) * 1.2))
    return found


def alike_tokens(one: Token, other: Token) -> float:
    """How alike two tokens are: in the reading of either that fits the other best, the vowels that
    a script leaves out not held against them."""
    if one.script is other.script:
        return alike_of(one.latin, other.latin)
    if leaves_vowels_out(one.written) != leaves_vowels_out(other.written):
        compared = vowelless_similarity
    else:
        compared = latin_similarity
    return max(compared(*sorted((x, y))) for x in _readings(one) for y in _readings(other))


@lru_cache(maxsize=1 << 16)
def _readings(token: Token) -> tuple[str, ...]:
    """A token's spelling in Latin, and the other ones of a word whose letters can be read in two
    ways."""
    if token.script is Script.LATIN or token.latin != usual_spelling(token.written):
        return (token.latin,)
    if is_known_native(token.written):
        return (token.latin,)
    return tuple(dict.fromkeys((token.latin, *readings(token.written))))


def alike_of(a: str, b: str) -> float:
    """`latin_similarity`, whichever comes first."""
    return latin_similarity(a, b) if a <= b else latin_similarity(b, a)
