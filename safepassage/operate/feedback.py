"""What goes back to a sponsor: how many of its people were refused, why and where, and never who.

"On the list, never past the gate" is a figure of a sponsor: its people who were refused, or were
called and did not come.  A count below ten could point at
somebody, so it is not told: the cell says "fewer than ten", and where one cell alone would follow
from the total, the next smallest reason is kept back as well, or the total of the classes.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from safepassage.model.catalogue import Catalogue
from safepassage.model.ids import PersonId, SponsorId
from safepassage.model.instant import format_instant
from safepassage.operate.not_out import NotOut, Remaining, Standing, refused_group

SMALL = 10  # heads: fewer are not told
Sponsors = Mapping[PersonId, Collection[SponsorId]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Heads, or None where they are too few to be told."""

    label: tuple[str, ...]
    heads: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What one sponsor is told of its people who are known and not out."""

    sponsor: SponsorId
    as_of: datetime
    position: int
    not_out: int | None
    never_past: int | None  # on the list, never past the gate: refused, or called and did not come
    refused: int | None
    classes: tuple[Cell, ...]  # by class
    refusals: tuple[Cell, ...]  # by reason and the place of the last refusal

    def to_json(self) -> dict[str, Any]:
        """The feedback as JSON values; null stands for fewer than ten."""
        return {
            "sponsor": self.sponsor,
            "as_of": format_instant(self.as_of),
            "position": self.position,
            "not_out": self.not_out,
            "never_past_the_gate": self.never_past,
            "refused": self.refused,
            "fewer_than": SMALL,
            "classes": [{"class": c.label[0], "heads": c.heads} for c in self.classes],
            "refusals": [
                {"reason": c.label[0], "place": c.label[1], "heads": c.heads} for c in self.refusals
            ],
        }

    def rows(self) -> Iterable[tuple[str, str, str, str]]:
        """The feedback as lines of a table: what, reason or class, place, heads."""
        yield "never past the gate", "", "", told(self.never_past)
        for cell in self.classes:
            yield "class", cell.label[0], "", told(cell.heads)
        for cell in self.refusals:
            yield "refused", cell.label[0], cell.label[1], told(cell.heads)

    def to_csv(self) -> str:
        """The feedback as CSV, with what it is about on every line."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        names = ("sponsor", "as_of", "position", "what", "class_or_reason", "place", "heads")
        writer.writerow(names)
        for row in self.rows():
            writer.writerow([self.sponsor, format_instant(self.as_of), self.position, *row])
        return text.getvalue()


def told(heads: int | None) -> str:
    """A number of heads as a sponsor reads it."""
    return f"<{SMALL}" if heads is None else f"{heads}"


def feedback(
    found: NotOut, catalogue: Catalogue, sponsors: Sponsors, sponsor: SponsorId
) -> Feedback:
    """What a sponsor is told.  A family that two sponsors named is told to both."""
    theirs = [row for row in found.remaining if _is_theirs(row, sponsors, sponsor)]
    classes: Counter[tuple[str, ...]] = Counter()
    refusals: Counter[tuple[str, ...]] = Counter()
    places = _last_places(catalogue, found.as_of)
    for row in theirs:
        classes[row.standing.value,] += row.heads
        if row.standing is Standing.REFUSED:
            place = places.get((row.group or "", row.why.value), row.place or "")
            refusals[row.why.value, place] += row.heads
    cells = _large_ones(classes)
    hidden = sum(cell.heads is None for cell in cells)
    refused, missed = (
        _large(classes[standing.value,])
        for standing in (Standing.REFUSED, Standing.CALLED_DID_NOT_COME)
    )
    return Feedback(
        sponsor=sponsor,
        as_of=found.as_of,
        position=found.position,
        not_out=None if hidden == 1 else _large(classes.total()),
        never_past=None if refused is None or missed is None else refused + missed,
        refused=refused,
        classes=cells,
        refusals=kept_back(refusals),
    )


def kept_back(count: Mapping[tuple[str, ...], int]) -> tuple[Cell, ...]:
    """The cells of a table with a total: none below ten, and none that follows from the rest."""
    cells = {label: heads for label, heads in count.items() if heads}
    small = {label for label, heads in cells.items() if heads < SMALL}
    rest = sorted((heads, label) for label, heads in cells.items() if label not in small)
    if len(small) == 1 and rest:
        small.add(rest[0][1])
    return tuple(
        Cell(label=label, heads=None if label in small else cells[label]) for label in sorted(cells)
    )


def _large_ones(count: Mapping[tuple[str, ...], int]) -> tuple[Cell, ...]:
    return tuple(Cell(label=label, heads=_large(count[label])) for label in sorted(count))


def _large(heads: int) -> int | None:
    return heads if heads >= SMALL or heads == 0 else None


def _is_theirs(row: Remaining, sponsors: Sponsors, sponsor: SponsorId) -> bool:
    persons = (row.person,) if row.person is not None else row.among
    return any(sponsor in sponsors.get(person, ()) for person in persons)


def _last_places(catalogue: Catalogue, as_of: datetime) -> dict[tuple[str, str], str]:
    """Where each group was refused last, by reason."""
    return {
        (refused_group(catalogue, r) or "", r.reason.value): r.place
        for r in catalogue.refusals
        if r.occurred_at <= as_of
    }
