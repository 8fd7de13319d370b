"""What the cells of a column look like, whatever its header says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from safepassage.register.digits import plain
from safepassage.register.fields import Field
from safepassage.register.words import relation_named, sex_named

SAMPLE_MAX = 200
_DATE = re.compile(
    r"(?:(?:19|20)\d{6}"  # 19840302
    r"|\d{1,4}[./\- ]\d{1,2}[./\- ]\d{1,4}"
    r"|\d{1,2}[ .-][^\W\d_]{3,}[ .,-]*\d{2,4})(?:[T ].*)?"
)
_YEAR = re.compile(r"1[2-4]\d\d|19\d\d|20[0-3]\d")
_AGE = re.compile(r"\d{1,3}(?: ?(?:years?|ساله|سال|лет|ans))?")
_PHONE = re.compile(r"(?:\+|00)[\d\s().-]{8,18}|0\d[\d\s().-]{6,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PASSPORT = re.compile(r"[A-Z]{1,2} ?\d{6,8}")
_TAZKIRA = re.compile(r"1[34]\d\d-?\d{4}-?\d{5}")
_NAME = re.compile(r"[^\W\d_][^\d@#+=/\\<>]{0,80}")


def _is_mrz(text: str) -> bool:
    return text.count("<") >= 5 and len(text) >= 60


_LOOKS: tuple[tuple[Field, Callable[[str], object]], ...] = (
    (Field.MRZ, _is_mrz),
    (Field.EMAIL, _EMAIL.fullmatch),
    (Field.SEX, sex_named),
    (Field.RELATION, relation_named),
    (Field.BORN, _DATE.fullmatch),
    (Field.NATIONAL_ID, _TAZKIRA.fullmatch),
    (Field.PHONE, _PHONE.fullmatch),
    (Field.PASSPORT, _PASSPORT.fullmatch),
    (Field.BIRTH_YEAR, _YEAR.fullmatch),
    (Field.AGE, _AGE.fullmatch),
    (Field.FULL_NAME, _NAME.fullmatch),
)


def filled(cells: Sequence[str]) -> list[str]:
    """The filled cells of a sample, as they are compared; a dash is not filled."""
    texts = (plain(cell) for cell in cells[: 5 * SAMPLE_MAX])
    return [text for text in texts if text.strip("-–—. ")][:SAMPLE_MAX]


def looks_like(cells: Sequence[str]) -> tuple[Field | None, float]:
    """What most filled cells of a column look like, and which share of them does.

    Kinds are tried from the most particular to the least: every year is an age of three digits'
    length, and every sex could be a name.
    """
    texts = filled(cells)
    if not texts:
        return None, 0.0
    for field, fits in _LOOKS:
        share = sum(bool(fits(text)) for text in texts) / len(texts)
        if share >= 0.7:
            return field, share
    return None, 0.0


def share_of(field: Field, cells: Sequence[str]) -> float | None:
    """The share of filled cells that look like a field; None where it has no particular look."""
    texts = filled(cells)
    wanted: dict[Field, tuple[Field, ...]] = {
        Field.BORN: (Field.BORN, Field.BIRTH_YEAR, Field.AGE),
        Field.SEX: (Field.SEX,),
        Field.RELATION: (Field.RELATION,),
        Field.PHONE: (Field.PHONE,),
        Field.EMAIL: (Field.EMAIL,),
        Field.MRZ: (Field.MRZ,),
        Field.BIRTH_YEAR: (Field.BIRTH_YEAR,),
        Field.BIRTH_MONTH: (Field.AGE,),
        Field.BIRTH_DAY: (Field.AGE,),
        Field.AGE: (Field.AGE,),
        Field.FULL_NAME: (Field.FULL_NAME,),
        Field.GIVEN_NAME: (Field.FULL_NAME,),
        Field.FAMILY_NAME: (Field.FULL_NAME,),
        Field.FATHER_NAME: (Field.FULL_NAME,),
    }
    if not texts or field not in wanted:
        return None
    tests = [fits for kind, fits in _LOOKS if kind in wanted[field]]
    return sum(any(fits(text) for fits in tests) for text in texts) / len(texts)
