"""A mapping: what somebody confirmed the columns of a sponsor's lists to be.

It is a value that can be written down, so that the next list of the same sponsor needs a glance and
no work.  Columns are remembered by their headers, because senders move and add columns.
"""

from __future__ import annotations

from collections.abc import Mapping as Plain
from dataclasses import dataclass
from typing import Any

from safepassage.model.errors import SafePassageError
from safepassage.register.dates import DateOrder
from safepassage.register.fields import Field, header_text
from safepassage.register.record import Calendar


class MappingError(SafePassageError, ValueError):
    """A mapping that cannot be read or used."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list and what it holds; counted from 0."""

    index: int
    header: str
    field: Field


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns of a list are, as a person confirmed it."""

    columns: tuple[Column, ...]
    header_row: int | None  # the number of the row; None: the list has no header
    order: DateOrder = DateOrder.DAY_FIRST
    calendar: Calendar | None = None  # None: each date tells
    region: str = "AF"  # ISO 3166 alpha-2, where local phone numbers are dialled

    def columns_of(self, *fields: Field) -> tuple[Column, ...]:
        """The columns that hold one of the fields, from left to right."""
        return tuple(column for column in self.columns if column.field in fields)

    @property
    def width(self) -> int:
        """How many columns the list has."""
        return max((column.index + 1 for column in self.columns), default=0)

    @property
    def tells_people(self) -> bool:
        """Whether a column is mapped by which a person could be told."""
        return any(column.field not in _TELLS_NOBODY for column in self.columns)

    def field_by_header(self) -> dict[str, Field]:
        """The remembered fields by compared header; a header that stands twice tells nothing."""
        found: dict[str, Field] = {}
        twice = set()
        for column in self.columns:
            key = header_text(column.header)
            twice.update({key} if key in found else set())
            found[key] = column.field
        return {key: field for key, field in found.items() if key and key not in twice}

    def to_plain(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "columns": [[c.index, c.header, c.field.value] for c in self.columns],
            "header_row": self.header_row,
            "order": self.order.value,
            "calendar": self.calendar.value if self.calendar else None,
            "region": self.region,
        }

    @classmethod
    def from_plain(cls, plain: Plain[str, Any]) -> Mapping:
        """A mapping from plain values.

        Raises:
            MappingError: they are none.
        """
        try:
            return cls(
                columns=tuple(
                    Column(int(index), str(header), Field(field))
                    for index, header, field in plain["columns"]
                ),
                header_row=None if plain["header_row"] is None else int(plain["header_row"]),
                order=DateOrder(plain["order"]),
                calendar=Calendar(plain["calendar"]) if plain["calendar"] else None,
                region=str(plain["region"]),
            )
        except (KeyError, ValueError, TypeError):
            raise MappingError(
                "The remembered mapping of columns cannot be read. Confirm the columns anew"
            ) from None


_TELLS_NOBODY = {
    Field.UNUSED, Field.SEX, Field.REFERENCE, Field.REMARKS, Field.RELATION, Field.HOUSEHOLD,
    Field.DOCUMENT_TYPE, Field.ISSUER, Field.CITIZENSHIP, Field.CATEGORY, Field.PLACE,
    Field.DEPENDANTS, Field.AT_RISK, Field.PROFESSION, Field.EMPLOYER, Field.NEEDS,
    Field.AGE, Field.BIRTH_DAY, Field.BIRTH_MONTH, Field.BIRTH_YEAR, Field.BORN,
}  # fmt: skip
