"""Names against names: how two bags of tokens agree.

Every distinct pair of tokens is compared once and every distinct pair of bags once, however many
pairs of records they occur in; relatives and namesakes make that few.
"""

from __future__ import annotations

from threading import Lock
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from safepassage.register.match.columns import ABSENT, Bags, Bytes, Ints
from safepassage.register.match.features import NAME_LEVELS
from safepassage.register.names.likeness import latin_similarity

Floats: TypeAlias = NDArray[np.float64]
Shorts: TypeAlias = NDArray[np.int16]

# What two tokens are to each other.
_OTHER, _FAINT, _CLOSE, _VARIANT, _EQUAL = 0, 1, 2, 3, 4
VARIANT_MIN: Final = 0.85  # of `latin_similarity`: one name, spelled another way
CLOSE_MIN: Final = 0.70  # a slip of the pen, or a distant transliteration
FAINT_MIN: Final = 0.55
RARITY_MAX: Final = 16 * 128  # of all matched tokens together, in units
_CODE: Final = 1 << 32
_FRESH_MAX: Final = 200_000
LEVEL: Final = {name: number for number, name in enumerate(NAME_LEVELS)}


class Words:
    """Distinct tokens, and what those pairs of them are to each other that were compared so far.

    Args:
        texts: the tokens; more may be added behind them, none changes its number.
        codes: pairs that are known, ascending, as numbers that `_code_of` makes.
        classes: what they are to each other.
    """

    def __init__(
        self,
        texts: list[str],
        codes: NDArray[np.int64] | None = None,
        classes: Bytes | None = None,
    ) -> None:
        self.texts = texts
        self.lengths = np.array([len(text) for text in texts], dtype=np.int32)
        self._codes = np.zeros(0, dtype=np.int64) if codes is None else codes
        self._classes = np.zeros(0, dtype=np.int8) if classes is None else classes
        self._fresh: dict[int, int] = {}
        self._lock = Lock()

    def known(self) -> tuple[NDArray[np.int64], Bytes]:
        """Every pair that was compared, ascending, and what its tokens are to each other."""
        with self._lock:
            self._settle()
            return self._codes, self._classes

    def classes(self, left: Ints, right: Ints) -> Bytes:
        """What tokens are to each other, elementwise; ABSENT compares as another token."""
        found = np.where(left == right, _EQUAL, _OTHER).astype(np.int8)
        absent = (left == ABSENT) | (right == ABSENT)
        found[absent] = _OTHER
        open_ = np.flatnonzero(~absent & (left != right))
        if len(open_):
            pairs, back = np.unique(_code_of(left[open_], right[open_]), return_inverse=True)
            found[open_] = self._resolved(pairs)[back]
        return found

    def _resolved(self, pairs: NDArray[np.int64]) -> Bytes:
        with self._lock:
            codes, classes, fresh = self._codes, self._classes, self._fresh
        out = np.empty(len(pairs), dtype=np.int8)
        at = np.minimum(np.searchsorted(codes, pairs), max(0, len(codes) - 1))
        is_known = codes[at] == pairs if len(codes) else np.zeros(len(pairs), dtype=np.bool_)
        out[is_known] = classes[at[is_known]]
        missing = np.flatnonzero(~is_known)
        for place, pair in zip(missing.tolist(), pairs[missing].tolist(), strict=True):
            found = fresh.get(pair)
            if found is None:
                one, other = divmod(pair, _CODE)
                found = fresh[pair] = _class_of(self.texts[one], self.texts[other])
            out[place] = found
        if len(fresh) > _FRESH_MAX:
            with self._lock:
                self._settle()
        return out

    def _settle(self) -> None:
        """Put what is fresh with what is known: two arrays weigh a tenth of what a dict does."""
        fresh, self._fresh = self._fresh, {}
        found = list(fresh.items())
        codes = np.concatenate([self._codes, np.array([c for c, _ in found], dtype=np.int64)])
        classes = np.concatenate([self._classes, np.array([k for _, k in found], dtype=np.int8)])
        order = np.unique(codes, return_index=True)[1]
        self._codes, self._classes = codes[order], classes[order]


def _code_of(left: Ints, right: Ints) -> NDArray[np.int64]:
    """One number for two tokens, whichever of them stands to the left."""
    low = np.minimum(left, right).astype(np.int64)
    code: NDArray[np.int64] = low * _CODE + np.maximum(left, right)
    return code


def _class_of(one: str, other: str) -> int:
    similarity = latin_similarity(*sorted((one, other)))
    if similarity >= VARIANT_MIN:
        return _VARIANT
    if similarity >= CLOSE_MIN:
        return _CLOSE
    return _FAINT if similarity >= FAINT_MIN else _OTHER


def compare_bags(
    words: Words, rare: Shorts, bags: Bags, left: Ints, right: Ints
) -> tuple[Bytes, Shorts]:
    """Elementwise level of two names' agreement (ABSENT if either is missing), and its rarity.

    `rare` holds for each token -log2 of its frequency, in units.
    """
    level = np.full(len(left), ABSENT, dtype=np.int8)
    rarity = np.zeros(len(left), dtype=np.int16)
    both = np.flatnonzero((left != ABSENT) & (right != ABSENT))
    if len(both):
        code = left[both].astype(np.int64) * len(bags.sizes) + right[both]
        pairs, back = np.unique(code, return_inverse=True)
        ours, theirs = pairs // len(bags.sizes), pairs % len(bags.sizes)
        levels, rarities = _compare(words, rare, bags, ours, theirs)
        level[both], rarity[both] = levels[back], rarities[back]
    return level, rarity


def _compare(
    words: Words, rare: Shorts, bags: Bags, left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[Bytes, Shorts]:
    width = int(max(bags.sizes[left].max(), bags.sizes[right].max()))
    # The smaller bag to the left: its tokens must all be found for a whole agreement.
    turned = bags.sizes[left] > bags.sizes[right]
    small = bags.tokens[np.where(turned, right, left)][:, :width]
    large = bags.tokens[np.where(turned, left, right)][:, :width]
    shape = (len(small), width, width)
    one = np.broadcast_to(small[:, :, None], shape).ravel()
    other = np.broadcast_to(large[:, None, :], shape).ravel()
    grid = words.classes(one, other).reshape(shape)
    best, partner = grid.max(axis=2), grid.argmax(axis=2)
    is_token = small != ABSENT
    is_whole = (small != ABSENT).sum(axis=1) == (large != ABSENT).sum(axis=1)
    # In bags of one size the larger one's tokens must be found, too: Ali Ali is not Ali Reza.
    back = np.where(large != ABSENT, grid.max(axis=1), _EQUAL).min(axis=1)
    worst = np.where(is_token, best, _EQUAL).min(axis=1)
    worst = np.where(is_whole, np.minimum(worst, back), worst)
    level = _levels(worst, (best * is_token).max(axis=1), is_whole)
    rarity = _rarity(rare, small, large, best, partner)
    _find_joined(words, rare, small, large, level, rarity)
    return level, np.where(level == LEVEL["differs"], 0, rarity).astype(np.int16)


def _levels(worst: Bytes, best: Bytes, is_whole: NDArray[np.bool_]) -> Bytes:
    level = np.full(len(worst), LEVEL["differs"], dtype=np.int8)
    level[worst >= _FAINT] = LEVEL["faint"]
    level[best >= _VARIANT] = LEVEL["overlap"]
    level[worst >= _CLOSE] = LEVEL["part-close"]
    level[worst >= _VARIANT] = LEVEL["part"]
    level[is_whole & (worst >= _CLOSE)] = LEVEL["close"]
    level[is_whole & (worst >= _VARIANT)] = LEVEL["variant"]
    level[is_whole & (worst >= _EQUAL)] = LEVEL["exact"]
    return level


def _rarity(
    rare: Shorts, small: Ints, large: Ints, best: Bytes, partner: NDArray[np.int64]
) -> Ints:
    """How rare what agrees is: the commoner spelling of each matched pair of tokens counts."""
    mine = rare[small].astype(np.int32)
    theirs = rare[np.take_along_axis(large, partner, axis=1)].astype(np.int32)
    agreed: Ints = np.where(best >= _CLOSE, np.minimum(mine, theirs), 0).sum(axis=1)
    return np.minimum(agreed, RARITY_MAX)


def _find_joined(
    words: Words, rare: Shorts, small: Ints, large: Ints, level: Bytes, rarity: Ints
) -> None:
    """Two tokens of one side written as one on the other: "mohammadali" and "mohammad ali"."""
    sizes = (small != ABSENT).sum(axis=1), (large != ABSENT).sum(axis=1)
    lengths = np.append(words.lengths, 0)  # the last is ABSENT's
    is_long = lengths[small[:, 0]] >= 0.8 * lengths[large].sum(axis=1)
    is_open = (level >= LEVEL["part-close"]) & (sizes[0] == 1) & (sizes[1] > 1) & is_long
    open_ = np.flatnonzero(is_open)
    for at in open_.tolist():
        whole = words.texts[small[at, 0]]
        parts = [words.texts[t] for t in large[at] if t != ABSENT]
        joined = "".join(parts)
        if whole == joined or _class_of(whole, joined) >= _VARIANT:
            level[at] = LEVEL["joined"]
            rarity[at] = min(RARITY_MAX, sum(int(rare[t]) for t in large[at] if t != ABSENT))
