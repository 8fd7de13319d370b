"""A lenient reader of EDIFACT that shares nothing with the writer: what the others send, as it is.

Telex headers before and mail footers after the interchange are passed over, lines may break
anywhere, and separators are whatever UNA says they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

Segment = list[list[str]]


@dataclass
class ReadList:
    """What a PAXLST says, as far as it can be told."""

    version: str = ""
    people: list[tuple[str, ...]] = field(default_factory=list)
    said: dict[str, list[Segment]] = field(default_factory=dict)
    segments: list[Segment] = field(default_factory=list)

    @property
    def counted(self) -> int | None:
        """What CNT+42 says."""
        found = [s for s in self.said.get("CNT", []) if s[1][0] == "42"]
        return int(found[0][1][1]) if found else None


def read(text: str) -> ReadList:
    """Read the first interchange of a text."""
    begins = text.find("UNB")
    una = text.find("UNA")
    component, element, release, end = ":", "+", "?", "'"
    if 0 <= una < begins:
        component, element, _, release, _, end = list(text[una + 3 : una + 9])
    assert begins >= 0, "no interchange"
    found = ReadList()
    for segment in _segments(text[begins:], component, element, release, end):
        tag = segment[0][0].strip()
        found.segments.append(segment)
        found.said.setdefault(tag, []).append(segment)
        if tag == "UNH":
            found.version = ":".join(segment[2][1:3])
        if tag == "NAD" and segment[1][0] in ("FL", "FM"):
            found.people.append(tuple(segment[4]))
        if tag == "UNZ":
            break
    return found


def _segments(text: str, component: str, element: str, release: str, end: str) -> list[Segment]:
    segments: list[Segment] = []
    current: Segment = [[""]]
    is_released = False
    for character in text:
        if character in "\r\n":
            continue
        if is_released:
            current[-1][-1] += character
            is_released = False
        elif character == release:
            is_released = True
        elif character == end:
            segments.append(current)
            current = [[""]]
        elif character == element:
            current.append([""])
        elif character == component:
            current[-1].append("")
        else:
            current[-1][-1] += character
    return segments


def between(found: ReadList, first: str, last: str) -> int:
    """How many segments stand from the first of one tag to the first of another, both counted."""
    tags = [s[0][0] for s in found.segments]
    assert all(a != "" for a, _ in pairwise(tags))
    return tags.index(last) - tags.index(first) + 1
