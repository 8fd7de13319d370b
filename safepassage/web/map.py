"""The map of places and flows, as geometry; `templates/_map.html` turns it into SVG.

The frame is chosen from all places that people leave or wait at, so it does not jump while people
move.  A destination beyond it stands at its edge, in its true direction.  Places of one airfield
are one mark here, and the pipeline beside the map takes them apart; marks that would cover each
other are pushed aside, with a line back to where they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from safepassage.model.ids import PlaceId
from safepassage.model.operation import great_circle_km
from safepassage.model.place import PlaceKind
from safepassage.web.labels import Box, Label, place_labels
from safepassage.web.land import countries
from safepassage.web.projection import LonLat, Point, Projection, Vector, great_circle, vector

AIRFIELD_KM = 60.0
GROUND = (PlaceKind.TOWN, PlaceKind.ASSEMBLY_AREA, PlaceKind.GATE, PlaceKind.TERMINAL)
FRAME_KINDS = (*GROUND, PlaceKind.HAVEN)
FINENESS = 1.8  # units of the sheet between two points of a coast
SPAN_MIN = 0.02  # radii of the Earth, 130 km: closer than this the coastline says nothing


class Site(NamedTuple):
    """A place as the map needs it."""

    place: PlaceId
    name: str
    kind: PlaceKind
    lonlat: LonLat
    heads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The size of a drawing: a desk and a phone want different ones, with equally large text."""

    width: int
    height: int
    padding: int
    text: int  # height of a letter, in the units of the drawing
    symbol: float = 1.0  # how large symbols are drawn
    letters_max: int = 40  # of a name


DESK = Sheet(width=960, height=600, padding=92, text=15)
PHONE = Sheet(width=480, height=400, padding=64, text=17, symbol=0.7, letters_max=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One symbol on the map, and the places it stands for."""

    place: PlaceId
    name: str
    kind: PlaceKind
    heads: int
    places: tuple[PlaceId, ...]
    x: float
    y: float
    true_x: float
    true_y: float
    radius: float
    beyond: bool = False  # it lies outside the frame, in this direction
    label: Label | None = None

    @property
    def is_moved(self) -> bool:
        """Whether it had to make room for a neighbour."""
        return not self.beyond and math.hypot(self.x - self.true_x, self.y - self.true_y) > 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """Heads that flew, sailed or drove between two marks in the window."""

    from_place: PlaceId
    to_place: PlaceId
    from_name: str
    to_name: str
    heads: int
    points: tuple[Point, ...]
    width: float

    @property
    def path(self) -> str:
        """The curve as an SVG path."""
        return _path(self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything that the map shows."""

    sheet: Sheet
    land: str
    marks: tuple[Mark, ...]
    arcs: tuple[Arc, ...]
    unplaced: int  # places without coordinates


class Frame(NamedTuple):
    """A projection and how its plane is laid onto a sheet."""

    projection: Projection
    scale: float
    middle: Point
    sheet: Sheet

    def __call__(self, lonlat: LonLat) -> Point:
        return self.lay(vector(lonlat))

    def lay(self, v: Vector) -> Point:
        """Where a point of the unit sphere lies on the sheet."""
        x, y = self.projection.flatten(v)
        return (
            self.sheet.width / 2 + (x - self.middle[0]) * self.scale,
            self.sheet.height / 2 + (y - self.middle[1]) * self.scale,
        )

    def holds(self, point: Point) -> bool:
        """Whether a point lies on the sheet, with room for its symbol."""
        margin = self.sheet.padding / 3
        return (
            margin <= point[0] <= self.sheet.width - margin
            and margin <= point[1] <= self.sheet.height - margin
        )


def draw(
    sites: Sequence[Site],
    flows: Mapping[tuple[PlaceId, PlaceId], int],
    sheet: Sheet,
    unplaced: int = 0,
) -> Drawing | None:
    """The map of these places and the heads between them; None if none has coordinates."""
    if not sites:
        return None
    in_frame = tuple(s.lonlat for s in sites if s.kind in FRAME_KINDS)
    frame = _frame(in_frame or tuple(s.lonlat for s in sites), sheet)
    marks = _apart([_mark(members, frame) for members in airfields(sites)], sheet)
    arcs = _arcs(sites, marks, flows, frame)
    busy = {name for arc in arcs for name in (arc.from_place, arc.to_place)}
    marks = [m for m in marks if m.heads or m.place in busy or not m.beyond]
    marks = _labelled(marks, arcs, sheet)
    return Drawing(
        sheet=sheet, land=_land(frame), marks=tuple(marks), arcs=tuple(arcs), unplaced=unplaced
    )


def airfields(sites: Sequence[Site]) -> list[list[Site]]:
    """Places on the ground that lie together, as one; every other place alone."""
    groups: list[list[Site]] = []
    for site in sites:
        near = [
            g
            for g in groups
            if site.kind in GROUND
            and any(s.kind in GROUND and _km(s, site) <= AIRFIELD_KM for s in g)
        ]
        groups = [g for g in groups if g not in near]
        groups.append([s for g in near for s in g] + [site])
    return groups


def _km(one: Site, other: Site) -> float:
    return great_circle_km(one.lonlat[::-1], other.lonlat[::-1])


@lru_cache(maxsize=64)
def _frame(points: tuple[LonLat, ...], sheet: Sheet) -> Frame:
    projection = Projection.around(points)
    flat = [projection(p) for p in points]
    (left, right), (top, bottom) = _ends(x for x, _ in flat), _ends(y for _, y in flat)
    width = max(right - left, SPAN_MIN)
    height = max(bottom - top, SPAN_MIN)
    scale = min(
        (sheet.width - 2 * sheet.padding) / width, (sheet.height - 2 * sheet.padding) / height
    )
    return Frame(projection, scale, ((left + right) / 2, (top + bottom) / 2), sheet)


def _ends(values: Iterable[float]) -> tuple[float, float]:
    found = list(values)
    return min(found), max(found)


def _mark(members: list[Site], frame: Frame) -> Mark:
    # The terminal is where lifts leave from, so the airfield stands where its terminal is.
    chief = max(members, key=lambda s: GROUND.index(s.kind) if s.kind in GROUND else 0)
    heads = sum(s.heads for s in members)
    x, y = frame(chief.lonlat)
    beyond = not frame.holds((x, y))
    shown_x, shown_y = _at_edge((x, y), frame.sheet) if beyond else (x, y)
    return Mark(
        place=chief.place,
        name=_short(chief.name, frame.sheet.letters_max),
        kind=chief.kind,
        heads=heads,
        places=tuple(s.place for s in members),
        x=shown_x,
        y=shown_y,
        true_x=x,
        true_y=y,
        radius=frame.sheet.symbol * _radius(heads),
        beyond=beyond,
    )


def _short(name: str, letters_max: int) -> str:
    """A name that fits: without what stands behind a comma, then cut."""
    if len(name) > letters_max:
        name = name.split(",")[0]
    return name if len(name) <= letters_max else name[: letters_max - 1].rstrip() + "…"


def _radius(heads: int) -> float:
    """Area grows with heads; a hundred thousand still leaves room for the coast."""
    return min(8 + math.sqrt(max(heads, 0)) / 9, 34)


def _at_edge(point: Point, sheet: Sheet) -> Point:
    """Where the line from the middle to a point outside leaves the sheet."""
    inset = sheet.padding / 2.2
    half_width, half_height = sheet.width / 2 - inset, sheet.height / 2 - inset
    dx, dy = point[0] - sheet.width / 2, point[1] - sheet.height / 2
    shrink = min(half_width / max(abs(dx), 1e-9), half_height / max(abs(dy), 1e-9))
    return (sheet.width / 2 + dx * shrink, sheet.height / 2 + dy * shrink)


def _apart(marks: list[Mark], sheet: Sheet) -> list[Mark]:
    """Marks that do not cover each other: overlapping ones step back, half of the overlap each."""
    spots = [[m.x, m.y] for m in marks]
    for _ in range(60):
        moved = False
        for i, one in enumerate(marks):
            for j in range(i + 1, len(marks)):
                moved |= _push(spots[i], spots[j], one.radius + marks[j].radius + 7)
        if not moved:
            break
    edge = sheet.padding / 3
    return [
        replace(
            m,
            x=min(max(x, edge), sheet.width - edge),
            y=min(max(y, edge), sheet.height - edge),
        )
        for m, (x, y) in zip(marks, spots, strict=True)
    ]


def _push(one: list[float], other: list[float], gap: float) -> bool:
    dx, dy = other[0] - one[0], other[1] - one[1]
    distance = math.hypot(dx, dy)
    if distance >= gap:
        return False
    if distance < 1e-6:
        dx, dy, distance = 1.0, 0.0, 1.0
    step = (gap - distance) / 2 + 0.01
    one[0] -= dx / distance * step
    one[1] -= dy / distance * step
    other[0] += dx / distance * step
    other[1] += dy / distance * step
    return True


def _arcs(
    sites: Sequence[Site],
    marks: Sequence[Mark],
    flows: Mapping[tuple[PlaceId, PlaceId], int],
    frame: Frame,
) -> list[Arc]:
    mark_of = {place: m for m in marks for place in m.places}
    lonlat = {s.place: s.lonlat for s in sites}
    heads: dict[tuple[PlaceId, PlaceId], int] = {}
    for (start, end), count in flows.items():
        one, other = mark_of.get(start), mark_of.get(end)
        if one is None or other is None or one is other or count <= 0:
            continue
        key = (one.place, other.place)
        heads[key] = heads.get(key, 0) + count
    most = max(heads.values(), default=1)
    arcs = []
    for (start, end), count in sorted(heads.items(), key=lambda item: -item[1]):
        one, other = mark_of[start], mark_of[end]
        points = [frame(p) for p in great_circle(lonlat[start], lonlat[end])]
        width = 1.5 + 8 * math.sqrt(count / most)
        arcs.append(
            Arc(
                from_place=start,
                to_place=end,
                from_name=one.name,
                to_name=other.name,
                heads=count,
                points=tuple(_bent(points, one, other)),
                width=width,
            )
        )
    return arcs


def _bent(points: list[Point], one: Mark, other: Mark) -> list[Point]:
    """The curve with its ends where the marks were moved to, and cut at the edge of the end's."""
    last = len(points) - 1
    first_x, first_y = one.x - points[0][0], one.y - points[0][1]
    end_x, end_y = other.x - points[-1][0], other.y - points[-1][1]
    moved = [
        (
            x + first_x * (1 - i / last) + end_x * i / last,
            y + first_y * (1 - i / last) + end_y * i / last,
        )
        for i, (x, y) in enumerate(points)
    ]
    outside = [p for p in moved if math.dist(p, (other.x, other.y)) > other.radius + 12]
    return outside or moved


def _path(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


@lru_cache(maxsize=16)
def _land(frame: Frame) -> str:
    """The outline of every country that reaches into the sheet, no finer than the eye can see."""
    sheet = frame.sheet
    reach = math.hypot(sheet.width, sheet.height) / 2 / frame.scale
    reach += math.hypot(*frame.middle)
    angle = 2 * math.asin(min(1.0, reach / 2))
    parts = []
    for outline in countries():
        if not outline.is_within(frame.projection.up, angle):
            continue
        points = [_clamped(frame.lay(v), sheet) for v in outline.points]
        coarse = points[:1]
        for point in points[1:]:
            if math.dist(point, coarse[-1]) >= FINENESS:
                coarse.append(point)
        if len(coarse) > 2:
            parts.append(_outline_path(coarse))
    return "".join(parts)


def _outline_path(points: Sequence[Point]) -> str:
    """A closed path in whole units and small steps: a third of the bytes, and no eye sees it."""
    x, y = round(points[0][0]), round(points[0][1])
    text = [f"M{x},{y}l"]
    for point in points[1:]:
        dx, dy = round(point[0]) - x, round(point[1]) - y
        x, y = x + dx, y + dy
        text.append(f"{dx},{dy} ")
    return "".join(text).rstrip() + "z"


def _clamped(point: Point, sheet: Sheet) -> Point:
    """A point far outside pulled close to the sheet, so that hidden coasts cost no bytes."""
    far = 40.0
    return (
        min(max(point[0], -far), sheet.width + far),
        min(max(point[1], -far), sheet.height + far),
    )


def _labelled(marks: Sequence[Mark], arcs: Sequence[Arc], sheet: Sheet) -> list[Mark]:
    marks = sorted(marks, key=lambda m: -m.heads)  # the largest choose first
    texts = [(m.name, f"{m.heads:,}") for m in marks]
    spots = [Box(m.x - m.radius, m.y - m.radius, m.x + m.radius, m.y + m.radius) for m in marks]
    beads = [Box(x - 4, y - 4, x + 4, y + 4) for arc in arcs for x, y in arc.points[::3]]
    edges = Box(0, 0, sheet.width, sheet.height)
    labels = place_labels(texts, spots, beads, edges, sheet.text)
    return [replace(m, label=label) for m, label in zip(marks, labels, strict=True)]
