"""Records as columns of numbers, so that millions of pairs are compared without touching a string.

Every distinct token, name and value is kept once and has a number; a record is a row of numbers.
Rows stand in the order of the records' ids, whatever order they came in, so that everything
computed from them is the same for any order of arrival.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from safepassage.model.ids import RecordId
from safepassage.register.match.features import Feature
from safepassage.register.names.tokens import Role, tokens
from safepassage.register.record import DocumentType, NamePart, Precision, Protection, Record, Sex

Ints: TypeAlias = NDArray[np.int32]
Bytes: TypeAlias = NDArray[np.int8]

K = TypeVar("K", np.int8, np.int32)
ABSENT: Final = -1
TOKENS_MAX: Final = 4  # of one part of a name that are compared
READINGS_MAX: Final = 2  # of one birth date
HOUSEHOLD_MAX: Final = 30  # more rows than this are a camp, not a family
WIDTHS: Final[dict[Feature, int]] = {
    Feature.PHONE: 2,
    Feature.EMAIL: 1,
    Feature.PASSPORT: 2,
    Feature.NATIONAL_ID: 2,
    Feature.DOCUMENT: 2,
    Feature.PLACE: 2,
    Feature.ADDRESS: 1,
    Feature.POSTCODE: 1,
    Feature.OCCUPATION: 1,
}
NAME_FEATURES: Final = (Feature.GIVEN, Feature.FAMILY, Feature.FATHER)
_DOCUMENTS: Final = {
    DocumentType.PASSPORT: Feature.PASSPORT,
    DocumentType.NATIONAL_ID: Feature.NATIONAL_ID,
}
_CLAIMS: Final = {
    Feature.ADDRESS: "address",
    Feature.POSTCODE: "postcode",
    Feature.OCCUPATION: "occupation",
}
_KINDS: Final = {
    Precision.DAY: 3,
    Precision.MONTH: 2,
    Precision.YEAR: 1,
    Precision.ESTIMATED: 1,
}
_NOTHING_SAID: Final = {feature: [ABSENT] * width for feature, width in WIDTHS.items()}
PROTECTION_BITS: Final = {status: 1 << at for at, status in enumerate(Protection)}


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says of its person, ready to be compared.

    The parts of the name are bags of romanised tokens in the order of writing; everything else is
    compared by value.
    """

    given: tuple[str, ...]
    family: tuple[str, ...]
    father: tuple[str, ...]
    values: Mapping[Feature, tuple[str, ...]]  # without those of which nothing is said

    def of(self, feature: Feature) -> tuple[str, ...]:
        """The values of a feature."""
        return self.values.get(feature, ())


@lru_cache(maxsize=1 << 18)
def _words(text: str) -> tuple[tuple[str, Role], ...]:
    found = tokens(text)
    # Haji alone is what somebody is called; Haji before a name is a title.
    named = [t for t in found if t.is_name] or found
    return tuple((t.latin, t.role) for t in named)


def said_by(record: Record) -> Said:
    """What a record says, its person's name by part.

    A name written as one text gives its last token as the family name if it has several, and what
    is marked as a patronymic as the father's name.  Such guesses may be wrong; the comparison
    also tries given and family name the other way round.
    """
    parts: dict[NamePart, list[str]] = {}
    marked: list[str] = []
    for name in record.names:
        found = parts.setdefault(name.part, [])
        for latin, role in _words(name.text):
            own = name.part in (NamePart.FULL, NamePart.GIVEN) and role is Role.PATRONYMIC
            (marked if own else found).append(latin)
    given, family = parts.get(NamePart.GIVEN, []), parts.get(NamePart.FAMILY, [])
    full = parts.get(NamePart.FULL, [])
    if given or family:
        given = given + [t for t in full if t not in given and t not in family]
    elif len(full) > 1:
        given, family = full[:-1], full[-1:]
    else:
        given = full
    father = parts.get(NamePart.FATHER) or marked
    return Said(
        tuple(given[:TOKENS_MAX]),
        tuple(family[:TOKENS_MAX]),
        tuple(father[:TOKENS_MAX]),
        dict(_values(record)),
    )


@lru_cache(maxsize=1 << 18)
def _folded(text: str) -> str:
    latin = [t.latin for t in tokens(text)]
    digits = "".join(c for c in text if c.isdigit())
    return " ".join([*latin, digits] if digits else latin)


@lru_cache(maxsize=1 << 18)
def _packed(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _values(record: Record) -> Iterator[tuple[Feature, tuple[str, ...]]]:
    if record.phones:
        yield Feature.PHONE, record.phones[: WIDTHS[Feature.PHONE]]
    if record.emails:
        yield Feature.EMAIL, tuple(email.casefold() for email in record.emails[:1])
    papers: dict[Feature, list[str]] = {}
    for document in record.documents:
        if document.number:
            papers.setdefault(_DOCUMENTS.get(document.type, Feature.DOCUMENT), []).append(
                document.number
            )
    for feature, numbers in papers.items():
        yield feature, tuple(numbers[: WIDTHS[feature]])
    if places := tuple(filter(None, map(_folded, record.places))):
        yield Feature.PLACE, places[: WIDTHS[Feature.PLACE]]
    for feature, claim in _CLAIMS.items():
        if text := record.claims.get(claim):
            folded = _packed(text) if feature is Feature.POSTCODE else _folded(text)
            if folded:
                yield feature, (folded,)


class Vocabulary:
    """Distinct texts, each with its number in order of first appearance."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.number: dict[str, int] = {text: number for number, text in enumerate(texts)}

    def of(self, text: str) -> int:
        """The number of a text, new or known."""
        return self.number.setdefault(text, len(self.number))

    def texts(self) -> list[str]:
        """All texts, by number."""
        return list(self.number)


@dataclass(frozen=True, slots=True)
class Bags:
    """Distinct bags of tokens: row i holds the numbers of the tokens of bag i."""

    tokens: Ints  # ABSENT where there is none
    sizes: Bytes


@dataclass(frozen=True, slots=True)
class Born:
    """Birth dates as intervals of days, and their parts where the day is known."""

    kind: Bytes  # 0 absent, 1 year, 2 month, 3 day; one for each reading
    lo: Ints
    hi: Ints
    year: Ints
    month: Bytes
    day: Bytes


@dataclass(frozen=True, slots=True)
class Columns:
    """All records, one row each, in the order of their ids."""

    ids: list[RecordId]
    list_of: Ints
    household_of: Ints  # by number; a record that came with no family has one of its own
    sex: Bytes
    protection: Bytes
    names: dict[Feature, Ints]  # the number of the bag
    values: dict[Feature, Ints]  # as many columns as a record may hold values
    born: Born
    bags: Bags
    words: list[str]  # distinct tokens
    texts: dict[Feature, list[str]]  # distinct values

    def __len__(self) -> int:
        return len(self.ids)


_SEXES: Final = {Sex.FEMALE: 0, Sex.MALE: 1, Sex.OTHER: 2}
_MID_YEAR: Final = 182


class Encoder:
    """Turns records into columns as they stream by; a record is not kept."""

    def __init__(self) -> None:
        self._ids: list[RecordId] = []
        self._words, self._lists = Vocabulary(), Vocabulary()
        self._households: dict[tuple[int, str], int] = {}
        self._bags: dict[tuple[int, ...], int] = {}
        self._whole: dict[tuple[str, ...], int] = {}
        self._vocabularies = {feature: Vocabulary() for feature in WIDTHS}
        self._numbers = {feature: array("i") for feature in WIDTHS}
        self._names = {feature: array("i") for feature in NAME_FEATURES}
        self._list_of, self._household_of = array("i"), array("i")
        self._sex, self._protection = array("b"), array("b")
        self._born = array("i")

    @property
    def ids(self) -> Sequence[RecordId]:
        """Of everybody taken in, in order of arrival."""
        return self._ids

    def households(self) -> Ints:
        """The list household of everybody, in order of arrival, however large it is."""
        return _array(self._household_of, np.int32)

    def state(self) -> tuple[dict[str, NDArray[np.generic]], dict[str, list[Any]]]:
        """Everything taken in, as numbers and as texts, from which `of_state` goes on."""
        numbers: dict[str, NDArray[np.generic]] = {
            name: np.array(column) for name, column in self._arrays()
        }
        texts: dict[str, list[Any]] = {
            "ids": self._ids,
            "words": self._words.texts(),
            "lists": self._lists.texts(),
            "households": [[in_list, household] for in_list, household in self._households],
            "bags": [list(bag) for bag in self._bags],
        }
        texts |= {f"values {f}": v.texts() for f, v in self._vocabularies.items()}
        return numbers, texts

    @classmethod
    def of_state(
        cls, numbers: Mapping[str, NDArray[np.generic]], texts: Mapping[str, list[Any]]
    ) -> Encoder:
        """An encoder that has taken in what another one had."""
        encoder = cls()
        for name, column in encoder._arrays():
            column.frombytes(numbers[name].astype(column.typecode).tobytes())
        encoder._ids = [RecordId(i) for i in texts["ids"]]
        encoder._words, encoder._lists = Vocabulary(texts["words"]), Vocabulary(texts["lists"])
        households = enumerate(texts["households"])
        encoder._households = {(in_list, text): n for n, (in_list, text) in households}
        encoder._bags = {tuple(bag): n for n, bag in enumerate(texts["bags"])}
        encoder._vocabularies = {f: Vocabulary(texts[f"values {f}"]) for f in WIDTHS}
        return encoder

    def _arrays(self) -> Iterator[tuple[str, array[int]]]:
        yield "list", self._list_of
        yield "household", self._household_of
        yield "sex", self._sex
        yield "protection", self._protection
        yield "born", self._born
        for feature in NAME_FEATURES:
            yield f"name {feature}", self._names[feature]
        for feature in WIDTHS:
            yield f"value {feature}", self._numbers[feature]

    def order(self) -> NDArray[np.int64]:
        """Which record, in order of arrival, stands in which row."""
        return np.array(sorted(range(len(self._ids)), key=self._ids.__getitem__), dtype=np.int64)

    def add(self, record: Record) -> Said:
        """Take a record in; what it says comes back because its keys are made of it, too."""
        self._ids.append(record.id)
        in_list = self._lists.of(record.list)
        self._list_of.append(in_list)
        household = (in_list, record.household or f"\0{record.id}")
        self._household_of.append(self._households.setdefault(household, len(self._households)))
        self._sex.append(ABSENT if record.sex is None else _SEXES[record.sex])
        self._protection.append(sum(PROTECTION_BITS[status] for status in record.protection))
        said = said_by(record)
        for feature, bag in zip(NAME_FEATURES, (said.given, said.family, said.father), strict=True):
            self._names[feature].append(self._bag(bag))
        for feature, absent in _NOTHING_SAID.items():
            texts = said.of(feature)
            if texts:
                of = self._vocabularies[feature].of
                self._numbers[feature].extend([of(text) for text in texts] + absent[len(texts) :])
            else:
                self._numbers[feature].extend(absent)
        self._born.extend(_days(record))
        return said

    def _bag(self, bag: tuple[str, ...]) -> int:
        if not bag:
            return ABSENT
        known = self._whole.get(bag)
        if known is None:
            numbers = tuple(self._words.of(word) for word in bag)
            known = self._whole[bag] = self._bags.setdefault(numbers, len(self._bags))
        return known

    def columns(self) -> Columns:
        """Everything taken in, in the order of the ids."""
        order = self.order()
        born = _array(self._born, np.int32).reshape(-1, READINGS_MAX, 6)[order]
        return Columns(
            ids=[self._ids[i] for i in order],
            list_of=_array(self._list_of, np.int32)[order],
            household_of=self._families(order),
            sex=_array(self._sex, np.int8)[order],
            protection=_array(self._protection, np.int8)[order],
            names={f: _array(a, np.int32)[order] for f, a in self._names.items()},
            values={
                f: _array(a, np.int32).reshape(-1, WIDTHS[f])[order]
                for f, a in self._numbers.items()
            },
            born=Born(
                kind=born[:, :, 0].astype(np.int8),
                lo=np.ascontiguousarray(born[:, :, 1]),
                hi=np.ascontiguousarray(born[:, :, 2]),
                year=np.ascontiguousarray(born[:, :, 3]),
                month=born[:, :, 4].astype(np.int8),
                day=born[:, :, 5].astype(np.int8),
            ),
            bags=self._bag_table(),
            words=self._words.texts(),
            texts={f: v.texts() for f, v in self._vocabularies.items()},
        )

    def _families(self, order: NDArray[np.int64]) -> Ints:
        """Households by number; the rows of one that is too large to be a family stand alone."""
        household = _array(self._household_of, np.int32)[order]
        too_large = np.bincount(household, minlength=1)[household] > HOUSEHOLD_MAX
        alone = len(self._households) + np.arange(int(too_large.sum()), dtype=np.int32)
        household[too_large] = alone
        return np.unique(household, return_inverse=True)[1].astype(np.int32)

    def _bag_table(self) -> Bags:
        table = np.full((max(1, len(self._bags)), TOKENS_MAX), ABSENT, dtype=np.int32)
        for numbers, at in self._bags.items():
            table[at, : len(numbers)] = numbers
        return Bags(table, (table != ABSENT).sum(axis=1).astype(np.int8))


def _array(numbers: array[int], kind: type[K]) -> NDArray[K]:
    return np.array(numbers, dtype=kind)


def _days(record: Record) -> list[int]:
    """The readings of a birth date as numbers, six for each."""
    out: list[int] = []
    readings = record.born.readings[:READINGS_MAX] if record.born else ()
    for reading in readings:
        kind = _KINDS[record.born.precision] if record.born else 0
        first, last = reading.earliest, reading.latest
        middle = date.fromordinal((first.toordinal() + last.toordinal()) // 2)
        out += [kind, first.toordinal(), last.toordinal(), middle.year, first.month, first.day]
    return out + [0] * (6 * (READINGS_MAX - len(readings)))


def columns_of(
    records: Iterable[Record], seen: Callable[[Record, Said], None] | None = None
) -> Columns:
    """Records as columns; `seen` is shown each record once as it streams by."""
    encoder = Encoder()
    for record in records:
        said = encoder.add(record)
        if seen:
            seen(record, said)
    return encoder.columns()


def row_of(columns: Columns, ids: Sequence[RecordId]) -> NDArray[np.int64]:
    """The rows of some ids, all of which are there."""
    at = {record: row for row, record in enumerate(columns.ids)}
    return np.array([at[i] for i in ids], dtype=np.int64)
