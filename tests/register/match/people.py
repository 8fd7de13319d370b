"""Made-up families on several lists, for the engine's tests."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from safepassage.model.ids import ListId, RecordId
from safepassage.register.record import (
    Born,
    Document,
    DocumentType,
    NamePart,
    Precision,
    Reading,
    Record,
    Sex,
    WrittenName,
)

GIVEN = (
    ("Amira", "Ameera"), ("Babur", "Baber"), ("Farid", "Fareed"), ("Zahra", "Zehra"),
    ("Omid", "Omeed"), ("Karim", "Kareem"), ("Nasir", "Naser"), ("Latif", "Lateef"),
    ("Yusuf", "Yousef"), ("Habib", "Habeeb"), ("Salma", "Selma"), ("Qasim", "Ghasem"),
    ("Tahir", "Taher"), ("Rashid", "Rasheed"), ("Mina", "Meena"), ("Walid", "Waleed"),
)  # fmt: skip
FAMILY = ("Noorzai", "Haidari", "Rahimi", "Wardak", "Stanekzai", "Barakzai", "Sadat", "Popal")


@dataclass(frozen=True)
class Person:
    """Somebody, whatever the lists say."""

    household: int
    given: tuple[str, str]
    family: str
    father: str
    sex: Sex
    born: date
    passport: str
    phone: str


def crowd(chance: random.Random, households: int) -> list[Person]:
    """Families of two to five."""
    found = []
    for household in range(households):
        family, father = chance.choice(FAMILY), chance.choice(GIVEN)[0]
        phone = f"+9370{chance.randrange(10**7):07d}"
        for given in chance.sample(GIVEN, chance.randint(2, 5)):
            born = date(1950, 1, 1) + timedelta(chance.randrange(25_000))
            number = f"P{chance.randrange(10**8):08d}"
            sex = chance.choice((Sex.FEMALE, Sex.MALE))
            found.append(Person(household, given, family, father, sex, born, number, phone))
    return found


def born(day: date, *, year_only: bool = False) -> Born:
    """A birth date as it is read."""
    if year_only:
        whole = Reading(date(day.year, 1, 1), date(day.year, 12, 31))
        return Born(str(day.year), Precision.YEAR, (whole,))
    return Born(day.isoformat(), Precision.DAY, (Reading(day, day),))


def row(chance: random.Random, person: Person, number: int, in_list: int) -> Record:
    """One list's row about somebody."""
    parts = [(NamePart.GIVEN, chance.choice(person.given))]
    if chance.random() < 0.8:
        parts.append((NamePart.FAMILY, person.family))
    if chance.random() < 0.6:
        parts.append((NamePart.FATHER, person.father))
    number_shown = person.passport if chance.random() < 0.4 else ""
    return Record(
        id=RecordId(f"r{number:04d}"),
        list=ListId(f"list-{in_list}"),
        row=number,
        household=str(person.household),
        names=tuple(WrittenName(part, text) for part, text in parts),
        sex=person.sex if chance.random() < 0.9 else None,
        born=born(person.born, year_only=chance.random() < 0.4) if chance.random() < 0.8 else None,
        phones=(person.phone,) if chance.random() < 0.7 else (),
        documents=(Document(DocumentType.PASSPORT, number_shown, number_shown),)
        if number_shown
        else (),
    )


def lists(seed: int, households: int = 60, count: int = 4) -> tuple[list[Record], list[int]]:
    """Rows of several lists, and for each the number of the person it is about."""
    chance = random.Random(seed)
    people = crowd(chance, households)
    records, truth = [], []
    for in_list in range(count):
        for number, person in enumerate(people):
            if chance.random() < 0.8:
                records.append(row(chance, person, len(records), in_list))
                truth.append(number)
    return records, truth
