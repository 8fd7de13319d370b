"""What two names say about being one person's, as a fixed list of numbers.

Each number can be said in a sentence (`FEATURES`).  The combiner (`combiner.py`) turns them into a
score.  None depends on which name comes first, on capitals, or on where a list came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler, Levenshtein

from safepassage.register.names.alignment import (
    Alignment,
    align,
    alike_of,
    alike_tokens,
    named,
    weight_of,
)
from safepassage.register.names.sounds import fold, skeleton
from safepassage.register.names.tokens import Role, Token, tokens
from safepassage.register.names.variants import group_of


@dataclass(frozen=True, slots=True)
class Feature:
    """One number, the direction in which it may move the score (0: either), and its sentence."""

    name: str
    direction: int
    says: str


FEATURES: tuple[Feature, ...] = (
    Feature("agreed", 1, "share of both names that agrees, rare parts counting more"),
    Feature("covered", 1, "share of the shorter name that is found in the other"),
    Feature("evidence", 1, "how much agrees in all, rare parts counting more"),
    Feature("conflict", -1, "parts of both names that answer to nothing in the other"),
    Feature("extra", -1, "parts that only one name has"),
    Feature("rarest", 1, "the rarest part that agrees"),
    Feature("weakest", 1, "the weakest part of the shorter name"),
    Feature("letters", 1, "the letters of the whole names, in either order"),
    Feature("consonants", 1, "the consonants of the whole names, in either order"),
    Feature("beginning", 1, "how the names begin"),
    Feature("contained", 1, "one name inside the other"),
    Feature("order", 1, "parts that agree stand in the same order"),
    Feature("patronymic", 1, "father's names marked as such agree or contradict"),
    Feature("titles", 1, "titles in common"),
    Feature("first", 1, "the first parts"),
    Feature("last", 1, "the last parts"),
    Feature("spelling", 1, "how closely the parts that agree are spelled"),
    Feature("two names", -1, "parts that are known to be two different names"),
    Feature("best", 1, "the part that agrees best"),
    Feature("sorted", 1, "the letters, parts in alphabetical order"),
    Feature("second", 1, "the second best part"),
)


@dataclass(frozen=True, slots=True, repr=False)
class Read:
    """A name, read once."""

    named: Sequence[Token]
    titles: frozenset[str]
    whole: str  # canonical spellings, in order
    in_order: str  # the same as they were spelled
    sorted_whole: str
    folded: str
    bones: str
    sorted_bones: str
    weight: float


@lru_cache(maxsize=1 << 16)
def read(text: str) -> Read:
    """A name as it is compared."""
    everything = tokens(text)
    bag = named(everything)
    usual = [group_of(t.latin) or t.latin for t in bag]
    bones = [skeleton(u) for u in usual]
    return Read(
        bag,
        frozenset(group_of(t.latin) or t.latin for t in everything if t.role is Role.HONORIFIC),
        " ".join(usual),
        " ".join(t.latin for t in bag),
        " ".join(sorted(usual)),
        " ".join(map(fold, usual)),
        "".join(bones),
        "".join(sorted(bones)),
        sum(map(weight_of, bag)),
    )


def evidence(a: str, b: str) -> tuple[tuple[float, ...], Alignment] | None:
    """The numbers in the order of `FEATURES`, and the alignment; None if a name has no letters."""
    one, other = read(a), read(b)
    if not one.named or not other.named:
        return None
    aligned = align(one.named, other.named)
    found = _by_parts(one, other, aligned) | _by_letters(one, other)
    return tuple(found[f.name] for f in FEATURES), aligned


def _by_parts(one: Read, other: Read, aligned: Alignment) -> dict[str, float]:
    strong = aligned.matches
    together = sum(m.weight for m in strong)
    agreed = sum(m.weight * m.alike for m in strong)
    alone_left = sum(weight_of(one.named[i]) for i in aligned.left_alone)
    alone_right = sum(weight_of(other.named[j]) for j in aligned.right_alone)
    evidence_sum = sum(m.weight * max(0.0, (m.alike - 0.6) / 0.4) for m in strong)
    lighter = min(one.weight, other.weight)
    fewest = min(len(one.named), len(other.named))
    alikes = sorted((m.alike for m in strong), reverse=True)
    covers = {len(one.named): aligned.left_alone, len(other.named): aligned.right_alone}[fewest]
    return {
        "agreed": agreed / (together + 0.5 * (alone_left + alone_right)) if together else 0.0,
        "covered": min(1.0, agreed / lighter),
        "evidence": evidence_sum,
        "conflict": min(alone_left, alone_right),
        "extra": abs(alone_left - alone_right),
        "rarest": max((m.weight for m in strong if m.alike > 0.85), default=0.0),
        "weakest": 0.0 if covers or not alikes else alikes[-1],
        "order": _order(aligned),
        "patronymic": _patronymic(one, other),
        "titles": float(len(one.titles & other.titles))
        - 0.5 * bool(one.titles and other.titles and not one.titles & other.titles),
        "first": alike_tokens(one.named[0], other.named[0]),
        "last": alike_tokens(one.named[-1], other.named[-1]),
        "spelling": _spelling(one, other, aligned),
        "two names": _two_names(one, other, aligned),
        "best": alikes[0] if alikes else 0.0,
        "second": alikes[1] if len(alikes) > 1 else 0.0,
    }


def _by_letters(one: Read, other: Read) -> dict[str, float]:
    as_written = Levenshtein.normalized_similarity(one.whole, other.whole)
    in_order = Levenshtein.normalized_similarity(one.sorted_whole, other.sorted_whole)
    raw = Levenshtein.normalized_similarity(
        one.in_order.replace(" ", ""), other.in_order.replace(" ", "")
    )
    return {
        "letters": max(as_written, in_order, raw),
        "sorted": in_order,
        "consonants": max(
            Levenshtein.normalized_similarity(one.bones, other.bones),
            Levenshtein.normalized_similarity(one.sorted_bones, other.sorted_bones),
        ),
        "beginning": JaroWinkler.similarity(one.folded, other.folded),
        "contained": fuzz.partial_ratio(one.folded, other.folded) / 100,
    }


def _order(aligned: Alignment) -> float:
    """1 if all parts that agree stand in the same order, -1 if in the opposite one."""
    places = sorted((m.left[0], m.right[0]) for m in aligned.matches if m.alike > 0.7)
    if len(places) < 2:
        return 0.0
    steps = [1 if b[1] > a[1] else -1 for a, b in pairwise(places)]
    return sum(steps) / len(steps)


def _patronymic(one: Read, other: Read) -> float:
    left = [t.latin for t in one.named if t.role is Role.PATRONYMIC]
    right = [t.latin for t in other.named if t.role is Role.PATRONYMIC]
    if not left or not right:
        return 0.0
    best = max(alike_of(x, y) for x in left for y in right)
    return (best - 0.8) / 0.2 if best > 0.8 else (best - 0.8) / 0.8


def _spelling(one: Read, other: Read, aligned: Alignment) -> float:
    together = near = 0.0
    for match in aligned.matches:
        x = "".join(one.named[i].latin for i in match.left)
        y = "".join(other.named[j].latin for j in match.right)
        near += match.weight * Levenshtein.normalized_similarity(x, y)
        together += match.weight
    return near / together if together else 0.0


def _two_names(one: Read, other: Read, aligned: Alignment) -> float:
    left = [t for i in aligned.left_alone if group_of((t := one.named[i]).latin)]
    right = [t for j in aligned.right_alone if group_of((t := other.named[j]).latin)]
    apart = float(min(len(left), len(right)))
    for match in aligned.matches:
        x, y = one.named[match.left[0]].latin, other.named[match.right[0]].latin
        gx, gy = group_of(x), group_of(y)
        apart += 0.5 * bool(gx and gy and gx != gy)
    return apart
