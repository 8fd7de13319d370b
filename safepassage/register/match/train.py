"""Training without labels: what agreement is worth, learned from the records themselves.

Two rows drawn at random are of two unrelated persons: they show what agrees by chance.  Two rows
of one list household are relatives: they show what relatives agree in.  What two rows of one
person agree in is learned by expectation and maximisation (Dempster, Laird and Rubin 1977; for
record linkage Winkler 1988) over candidate pairs.  A pair that was found by its phone says nothing
about how often phones agree, so every kind of key teaches only the features it does not itself
ask for, and the kinds are averaged by how many pairs of one person each has found.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from safepassage.register.match.candidates import KIND_AT, Candidates, Longs
from safepassage.register.match.columns import ABSENT, NAME_FEATURES, WIDTHS, Columns
from safepassage.register.match.compare import Bench, Compared, compare
from safepassage.register.match.features import COMPARED, LEVELS, Feature
from safepassage.register.match.keys import KINDS, token_keys
from safepassage.register.match.model import UNIT, Model, Rarity, Thresholds, units

Floats: TypeAlias = NDArray[np.float64]
Shares: TypeAlias = dict[Feature, Floats]  # of each feature, the probability of each level

CAPS: Final[dict[str, int]] = dict.fromkeys(KINDS, 50) | {"given-year": 20, "given-father": 30}
THRESHOLDS: Final = Thresholds(
    automatic=5 * UNIT,
    automatic_among_kin=15 * UNIT // 2,
    automatic_mean=2 * UNIT,
    likely=3 * UNIT,
    likely_mean=1 * UNIT,
    ask=1 * UNIT,
)
# Without families there are no relatives to be mistaken for, and rows that share little must not
# keep the others apart.
THRESHOLDS_WITHOUT_FAMILIES: Final = replace(THRESHOLDS, likely_mean=-2 * UNIT)
RANDOM_PAIRS: Final = 1_000_000
PAIRS_OF_A_KIND: Final = 100_000
RARITY_MAX: Final = 20.0  # bits
STEPS: Final = 20
# What relatives share because they are one household; learned from rows of one person.
OF_THE_HOUSEHOLD: Final = (
    Feature.FAMILY,
    Feature.PHONE,
    Feature.EMAIL,
    Feature.PLACE,
    Feature.ADDRESS,
    Feature.POSTCODE,
    Feature.OCCUPATION,
)
DOCUMENTS: Final = (Feature.PASSPORT, Feature.NATIONAL_ID, Feature.DOCUMENT)
# Pairs of one person on one list of every hundred: people register twice.
_TWICE: Final = 0.01
_SMALLEST_M: Final = 1e-3


def rarities(columns: Columns) -> dict[Feature, Rarity]:
    """How often every token and value stands in these records."""
    found: dict[Feature, Rarity] = {}
    named = [token_keys(word)[0] for word in columns.words]
    for feature in NAME_FEATURES:
        bags = columns.names[feature]
        held = np.bincount(bags[bags != ABSENT], minlength=len(columns.bags.sizes))
        counts: Counter[str] = Counter()
        for word, number in zip(*_words_of(columns, held), strict=True):
            counts[named[word]] += number
        found[feature] = _rarity(counts, int(held.sum()))
    for feature in WIDTHS:
        numbers = columns.values[feature]
        tally = np.bincount(numbers[numbers != ABSENT], minlength=1).tolist()
        counts = Counter(dict(zip(columns.texts[feature], tally, strict=False)))
        found[feature] = _rarity(counts, int((numbers[:, 0] != ABSENT).sum()))
    return found


def _words_of(columns: Columns, held: Longs) -> tuple[list[int], list[int]]:
    tokens = columns.bags.tokens
    count = np.zeros(len(columns.words) + 1, dtype=np.int64)
    for place in range(tokens.shape[1]):
        np.add.at(count, tokens[:, place], held)  # ABSENT counts in the last
    words = np.flatnonzero(count[:-1])
    return words.tolist(), count[words].tolist()


def _rarity(counts: Counter[str], holders: int) -> Rarity:
    """Common ones by name; the rest as rare as two of their holders agree by chance."""
    if not counts:
        return Rarity({}, 0)
    common_from = max(3, holders // 20_000)
    common = {text: n for text, n in counts.items() if n >= common_from}
    rest = [n for text, n in counts.items() if text not in common]
    typical = sum(n * n for n in rest) / sum(rest) if rest else common_from / 2
    bits = {text: _bits(n / holders) for text, n in sorted(common.items())}
    return Rarity(bits, _bits(typical / holders))


def _bits(frequency: float) -> int:
    return round(UNIT * min(RARITY_MAX, max(0.0, -math.log2(frequency))))


@dataclass(slots=True)
class Chances:
    """The probabilities behind the weights."""

    same: Shares
    relative: Shares
    unrelated: Shares  # of an agreement with its rarity taken out, where it has one
    share_same: float = 1e-5  # of all pairs
    share_relative: float = 1e-5
    seen: dict[str, int] = field(default_factory=dict)

    def weights(self, of: Shares) -> dict[Feature, tuple[int, ...]]:
        """log2 ratios against unrelated pairs, by level."""
        return {
            feature: tuple(
                max(-12 * UNIT, min(24 * UNIT, units(m / u)))
                for m, u in zip(of[feature], self.unrelated[feature], strict=True)
            )
            for feature in COMPARED
        }


def random_pairs(total: int, wanted: int = RANDOM_PAIRS) -> tuple[Longs, Longs]:
    """Pairs far apart in the order of ids: as good as drawn at random, the same every time."""
    rows = np.arange(total, dtype=np.int64)
    steps = max(1, min(wanted // max(1, total), total // 2 - 1))
    apart = np.unique(np.linspace(total * 0.2, total * 0.8, steps).astype(np.int64))
    left = np.tile(rows, len(apart))
    right = (left + np.repeat(apart, total)) % total
    keep = left != right
    left, right = left[keep][:wanted], right[keep][:wanted]
    return np.minimum(left, right), np.maximum(left, right)


def household_pairs(columns: Columns, wanted: int = RANDOM_PAIRS // 4) -> tuple[Longs, Longs]:
    """Pairs of rows next to each other in one list household."""
    order = np.argsort(columns.household_of, kind="stable").astype(np.int64)
    pairs = []
    for apart in (1, 2):
        one, other = order[:-apart], order[apart:]
        keep = columns.household_of[one] == columns.household_of[other]
        pairs.append((one[keep][:wanted], other[keep][:wanted]))
    left, right = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return np.minimum(left, right), np.maximum(left, right)


def shares_of(compared: Compared, weight: Floats | None = None, rare: bool = False) -> Shares:
    """How often each level occurs among pairs that say something, smoothed.

    With `rare`, an agreement counts by how unlikely it was: what remains is the share of the level
    among chance agreements on one and the same name or value.
    """
    out: Shares = {}
    for column, feature in enumerate(COMPARED):
        levels = compared.levels[:, column]
        said = levels != ABSENT
        each = np.ones(int(said.sum())) if weight is None else weight[said]
        total = float(each.sum())
        if rare:
            each = each * np.exp2(compared.rarity[said, column] / UNIT)
        counts = np.bincount(levels[said], weights=each, minlength=len(LEVELS[feature]))
        out[feature] = np.asarray((counts + 0.5 / len(counts)) / (total + 0.5), dtype=np.float64)
    return out


def unrelated_shares(bench: Bench) -> Shares:
    """What agrees by chance."""
    columns = bench.columns
    left, right = random_pairs(len(columns))
    apart = columns.household_of[left] != columns.household_of[right]
    found = shares_of(compare(bench, left[apart], right[apart]), rare=True)
    for feature in WIDTHS:
        found[feature][0] = 1.0  # its rarity says all
    for feature in DOCUMENTS:  # a number within one edit by chance: too rare to be drawn
        number_space = max(10.0, float(len(columns))) * 1e2
        found[feature][1] = 1 / number_space
    sizes = np.bincount(columns.household_of).astype(np.float64)
    in_household = float((sizes * (sizes - 1)).sum()) / max(
        1.0, len(columns) * (len(columns) - 1.0)
    )
    in_list = np.bincount(columns.list_of).astype(np.float64)
    same_list = float((in_list * (in_list - 1)).sum()) / max(
        1.0, len(columns) * (len(columns) - 1.0)
    )
    together = max(in_household, 1e-9)
    listed = max(same_list - in_household, 1e-9)
    found[Feature.LIST] = np.array([max(1e-9, 1 - listed - together), listed, together])
    return found


def relative_shares(bench: Bench, chance: Shares) -> Shares:
    """What rows of two persons of one family agree in."""
    left, right = household_pairs(bench.columns)
    if len(left) < 30:
        return {feature: share.copy() for feature, share in chance.items()}
    return shares_of(compare(bench, left, right), rare=False)


_AT_FIRST: Final = {"differs": 0.04, "overlap": 0.02, "few-years": 0.03}


def same_at_first() -> Shares:
    """Where the search begins: rows of one person mostly agree."""
    out: Shares = {}
    for feature, levels in LEVELS.items():
        guess = np.array([_AT_FIRST.get(level, 1 / (2 + i)) for i, level in enumerate(levels)])
        out[feature] = guess / guess.sum()
    return out


def _every(rows: Longs, wanted: int) -> Longs:
    """At most so many of the rows, evenly spread."""
    step = max(1, -(-len(rows) // wanted))
    return rows[::step]


def _likelihood(
    compared: Compared, shares: Shares, chance: Shares, leave_out: frozenset[Feature]
) -> Floats:
    """log2 of P(levels | class) / P(levels | unrelated), elementwise."""
    out = np.zeros(len(compared.levels))
    for column, feature in enumerate(COMPARED):
        if feature not in leave_out:
            ratio = np.append(np.log2(shares[feature] / chance[feature]), 0.0)
            out += ratio[compared.levels[:, column]] + compared.rarity[:, column] / UNIT
    return out


def _posterior(same: Floats, relative: Floats, odds: tuple[float, float]) -> tuple[Floats, Floats]:
    """Probabilities of being the same and of being relatives, given odds against unrelated."""
    one = np.exp2(np.clip(same, -200, 200)) * odds[0]
    two = np.exp2(np.clip(relative, -200, 200)) * odds[1]
    whole = one + two + 1
    return one / whole, two / whole


def learn_same(bench: Bench, candidates: Candidates, chances: Chances) -> None:
    """Fill in what rows of one person agree in, kind of key by kind of key."""
    learned: list[tuple[float, Shares, frozenset[Feature]]] = []
    for kind, asked in KINDS.items():
        rows = _every(np.flatnonzero((candidates.kinds >> KIND_AT[kind]) & 1), PAIRS_OF_A_KIND)
        if len(rows) < 50:
            continue
        compared = compare(bench, candidates.left[rows], candidates.right[rows])
        leave_out = frozenset(asked) | {Feature.LIST}
        same, found, share = _learn_from(compared, chances, leave_out)
        chances.seen[kind] = round(found)
        learned.append((found * share, same, leave_out))
    for feature in COMPARED:
        teachers = [(n, s[feature]) for n, s, out in learned if feature not in out and n >= 1]
        if teachers:
            whole = sum(n for n, _ in teachers)
            chances.same[feature] = sum((n * s for n, s in teachers), np.zeros(1)) / whole
    for feature in OF_THE_HOUSEHOLD:
        chances.relative[feature] = chances.same[feature]


def _learn_from(
    compared: Compared, chances: Chances, leave_out: frozenset[Feature]
) -> tuple[Shares, float, float]:
    """What one kind of key teaches, how many pairs of one person it found, and their share."""
    same = chances.same
    relative = dict(chances.relative)
    count, odds = len(compared.levels), (1.0, 0.5 if chances.share_relative else 0.0)
    likely = np.zeros(count)
    for _ in range(STEPS):
        relative |= {f: same[f] for f in OF_THE_HOUSEHOLD}
        likely, kin = _posterior(
            _likelihood(compared, same, chances.unrelated, leave_out),
            _likelihood(compared, relative, chances.unrelated, leave_out),
            odds,
        )
        fresh = shares_of(compared, likely)
        same = {f: np.maximum(s, _SMALLEST_M / 4) for f, s in fresh.items()}
        rest = max(1e-6, float((1 - likely - kin).sum()))
        odds = float(likely.sum()) / rest, float(kin.sum()) / rest
    found = float(likely.sum())
    return same, found, found / count


def learn_shares(bench: Bench, candidates: Candidates, chances: Chances) -> None:
    """How many of all pairs are of one person, and of relatives."""
    rows = _every(np.arange(len(candidates.left)), 3 * PAIRS_OF_A_KIND)
    compared = compare(bench, candidates.left[rows], candidates.right[rows])
    total = len(bench.columns)
    every_pair = max(1.0, total * (total - 1) / 2)
    sizes = np.bincount(bench.columns.household_of).astype(np.float64)
    kin_pairs = float((sizes * (sizes - 1)).sum()) / 2
    chances.share_same = total / every_pair
    for _ in range(8):
        lists = 1 + 2 * chances.share_same * every_pair / total
        chances.share_relative = kin_pairs * lists / every_pair
        inside = 1 / lists
        chances.relative[Feature.LIST] = np.array(
            [(1 - inside) * 0.97, (1 - inside) * 0.03, inside]
        )
        same, _ = _posterior(
            _likelihood(compared, chances.same, chances.unrelated, frozenset()),
            _likelihood(compared, chances.relative, chances.unrelated, frozenset()),
            (chances.share_same, chances.share_relative),
        )
        scale = len(candidates.left) / max(1, len(rows))
        chances.share_same = max(1.0, float(same.sum()) * scale) / every_pair


def train(bench_of: Mapping[Feature, Rarity], bench: Bench, candidates: Candidates) -> Model:
    """A model of these records, trained on their candidate pairs."""
    chance = unrelated_shares(bench)
    chances = Chances(same_at_first(), relative_shares(bench, chance), chance)
    sizes = np.bincount(bench.columns.household_of)
    chances.share_relative = float((sizes > 1).any())
    chances.same[Feature.LIST] = np.array([1 - 1.5 * _TWICE, _TWICE / 2, _TWICE])
    learn_same(bench, candidates, chances)
    learn_shares(bench, candidates, chances)
    model = Model(
        version="",
        prior=units(chances.share_same),
        related=units(max(chances.share_relative, 2.0**-60)),
        same=chances.weights(chances.same),
        relative=chances.weights(chances.relative),
        rarity=bench_of,
        caps=CAPS,
        thresholds=THRESHOLDS if (sizes > 1).any() else THRESHOLDS_WITHOUT_FAMILIES,
        trained_on={"records": len(bench.columns)} | chances.seen,
    )
    mark = hashlib.sha256(model.to_json().encode()).hexdigest()[:12]
    return replace(model, version=f"own-{mark}")


def untrained(rarity: Mapping[Feature, Rarity]) -> Model:
    """A model that only knows how rare things are: what training begins with."""
    return Model("", 0, 0, {}, {}, rarity, CAPS, THRESHOLDS)
