"""Which pairs are compared: the keys that two rows of one person are likely to share.

A key is a short text made of one record alone.  Two records that hold one key are a candidate
pair, unless more records hold it than the model's cap for its kind: such a key belongs to a camp, a
coordinator or a very common name.  Every kind also has a finer one behind it, so that what a
capped key loses is found by another.

Whoever stores keys stores a keyed hash of each and can then look a record up without opening it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import combinations, product
from typing import TYPE_CHECKING, Final

from safepassage.register.match.columns import Said, said_by
from safepassage.register.match.features import Feature
from safepassage.register.names.sounds import skeleton
from safepassage.register.names.variants import group_of
from safepassage.register.record import Precision, Record

if TYPE_CHECKING:
    from safepassage.register.match.model import Model

# Of each kind of key the features that two holders agree in, because they hold it. Training must
# not learn from these how often two rows of one person agree.
KINDS: Final[dict[str, tuple[Feature, ...]]] = {
    "passport": (Feature.PASSPORT,),
    "national-id": (Feature.NATIONAL_ID,),
    "document": (Feature.DOCUMENT,),
    "email": (Feature.EMAIL,),
    "phone-initial": (Feature.PHONE, Feature.GIVEN),
    "phone-year": (Feature.PHONE, Feature.BORN),
    "given-father": (Feature.GIVEN, Feature.FATHER),
    "two-names": (Feature.GIVEN, Feature.FAMILY),
    "names-year": (Feature.GIVEN, Feature.FAMILY, Feature.BORN),
    "given-year-father": (Feature.GIVEN, Feature.FATHER, Feature.BORN),
    "given-birthday": (Feature.GIVEN, Feature.BORN),
    "given-year": (Feature.GIVEN, Feature.BORN),
    "given-year-place": (Feature.GIVEN, Feature.BORN, Feature.PLACE),
    "kin-day": (Feature.FAMILY, Feature.FATHER, Feature.BORN),
    "postcode-initial": (Feature.POSTCODE, Feature.GIVEN),
    "postcode-year": (Feature.POSTCODE, Feature.BORN),
    "address-year": (Feature.ADDRESS, Feature.BORN),
    "address-given": (Feature.ADDRESS, Feature.GIVEN),
    "day-place": (Feature.BORN, Feature.PLACE),
}
HOUSEHOLD: Final = "household"  # holds the rows of one family of one list together; pairs nobody
_YEARS_TOGETHER: Final = 3
_DOCUMENT_LENGTH_MIN: Final = 5


def keys(record: Record, model: Model) -> frozenset[str]:
    """Every key of a record, the one of its list household included."""
    found = {f"{kind}:{text}" for kind, text in pairing_keys(record, said_by(record))}
    if record.household:
        found.add(household_key(record))
    return frozenset(found)


def household_key(record: Record) -> str:
    """The key that the rows of one family of one list hold in common."""
    return f"{HOUSEHOLD}:{record.list}:{record.household}"


@lru_cache(maxsize=1 << 18)
def token_keys(latin: str) -> tuple[str, ...]:
    """The keys of a token, the best first: its spelling group, its consonants."""
    found = (group_of(latin), skeleton(latin))
    return tuple(dict.fromkeys(key for key in found if key)) or (latin,)


@lru_cache(maxsize=1 << 18)
def _one_deleted(number: str) -> tuple[str, ...]:
    """The number and every text that is left when one character is struck out.

    Two numbers within one edit or exchange share at least one of these.
    """
    return (number, *dict.fromkeys(number[:i] + number[i + 1 :] for i in range(len(number))))


def pairing_keys(record: Record, said: Said) -> Iterator[tuple[str, str]]:
    """Kind and text of every key that makes candidate pairs; some may come twice."""
    given, family, father = (_of_bag(bag) for bag in (said.given, said.family, said.father))
    own = given | family
    years = _years(record)
    places = said.of(Feature.PLACE)
    yield from _contact_keys(said, own, years)
    for one, other in product(given, father):
        yield "given-father", f"{one} {other}"
    for one, other in combinations(sorted(own), 2):
        yield "two-names", f"{one} {other}"
    windows = {w for y in years for w in (y // _YEARS_TOGETHER, (y + 1) // _YEARS_TOGETHER)}
    for window in windows:
        for name in given:
            yield "given-year", f"{name} {window}"
            for place in places:
                yield "given-year-place", f"{name} {window} {place}"
        for one, other in product(given, father):
            yield "given-year-father", f"{one} {other} {window}"
        for one, other in combinations(sorted(own), 2):
            yield "names-year", f"{one} {other} {window}"
    yield from _birthday_keys(record, places, own, family | father)


def _of_bag(bag: Iterable[str]) -> set[str]:
    return {key for token in bag for key in token_keys(token)}


def _years(record: Record) -> set[int]:
    readings = record.born.readings if record.born else ()
    return {year for r in readings for year in (r.earliest.year, r.latest.year)}


def _contact_keys(said: Said, own: set[str], years: set[int]) -> Iterator[tuple[str, str]]:
    yield from _number_keys(said)
    initials = {key[0] for key in own}
    for kind, feature in (("phone", Feature.PHONE), ("postcode", Feature.POSTCODE)):
        for value in said.of(feature):
            for initial in initials:
                yield f"{kind}-initial", f"{value} {initial}"
            for year in years:
                yield f"{kind}-year", f"{value} {year}"
    for address in said.of(Feature.ADDRESS):
        for year in years:
            yield "address-year", f"{address} {year}"
        for name in own:
            yield "address-given", f"{address} {name}"


def _number_keys(said: Said) -> Iterator[tuple[str, str]]:
    for feature in (Feature.PASSPORT, Feature.NATIONAL_ID, Feature.DOCUMENT):
        for number in said.of(feature):
            if len(number) >= _DOCUMENT_LENGTH_MIN:
                for left in _one_deleted(number):
                    yield feature.value, left
    for email in said.of(Feature.EMAIL):
        yield "email", email


def _birthday_keys(
    record: Record, places: Iterable[str], own: set[str], kin: set[str]
) -> Iterator[tuple[str, str]]:
    if record.born is None or record.born.precision is not Precision.DAY:
        return
    for reading in record.born.readings:
        day = reading.earliest
        for name in own:
            yield "given-birthday", f"{name} {day.month} {day.day}"
        for name in kin:
            yield "kin-day", f"{name} {day.isoformat()}"
        for place in places:
            yield "day-place", f"{day.isoformat()} {place}"
