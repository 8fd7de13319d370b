"""The ids of the field, as distinct types, and the one rule that all of them obey.

An id is made where a thing is first seen, often on a phone with no network, so it must be unique
without asking anybody: 16 random bytes for entries, anything short and readable for places.
No id ever carries a name, a document number or a nationality.
"""

from __future__ import annotations

import re
from typing import NewType

from safepassage.model.errors import InvalidFactError

EntryId = NewType("EntryId", str)
PersonId = NewType("PersonId", str)
GroupId = NewType("GroupId", str)
PlaceId = NewType("PlaceId", str)
CategoryId = NewType("CategoryId", str)
DiscrepancyId = NewType("DiscrepancyId", str)
RecordId = NewType("RecordId", str)  # one row of one list, as the register holds it
ListId = NewType("ListId", str)
SponsorId = NewType("SponsorId", str)  # the agency that answers for a list
AccountId = NewType("AccountId", str)  # somebody who signs in; never their name

ID_LENGTH_MAX = 100
NAMED = "~"  # between a movement and the person named in it; no handed-in entry has it in its id
_HEXADECIMAL = frozenset("0123456789abcdef")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/~-]{0,99}")


def check_id(value: object, what: str) -> None:
    """Refuse an id that could break a line of text, a URL or a file name.

    Raises:
        InvalidFactError: the id is empty, too long or holds other characters than
            ASCII letters, digits and ``. _ : / ~ -``.
    """
    if not isinstance(value, str) or not _ID.fullmatch(value):
        shown = repr(value)[:60]
        raise InvalidFactError(
            f"{what} {shown} is not an id: use 1-{ID_LENGTH_MAX} letters, digits and . _ : / ~ -,"
            " starting with a letter or digit"
        )


def check_hexadecimal(value: object, digits: int, what: str) -> None:
    """Refuse what is not just so many lower-case hexadecimal digits.

    Raises:
        InvalidFactError: it is anything else.
    """
    if not isinstance(value, str) or len(value) != digits or not set(value) <= _HEXADECIMAL:
        shown = repr(value)[:60]
        raise InvalidFactError(f"{what} {shown} is not {digits} hexadecimal digits in lower case")


def check_handed_in(entry: str) -> None:
    """Refuse the id of an entry that could be taken for one that the fold makes.

    Raises:
        InvalidFactError: it has the reserved mark in it.
    """
    if NAMED in entry:
        raise InvalidFactError(f"entry {entry!r}: {NAMED} is reserved, use another character")
