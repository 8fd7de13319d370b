"""Where land is: the countries of world-atlas (Natural Earth, 1:50 million), read from TopoJSON.

A TopoJSON file stores each border once, as an arc of small steps on a grid; a country is a list of
arcs, and ``~n`` means arc n walked backwards.  Borders are Natural Earth's, drawn to find one's way
and no statement about them; another file of the same form may replace it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from safepassage.web.projection import LonLat, Vector, dot, mean_direction, vector

ATLAS = files("safepassage.web").joinpath("static", "vendor", "countries-50m.json")


@dataclass(frozen=True, slots=True)
class Outline:
    """One closed line around a piece of land, and the circle on the globe that holds it."""

    points: tuple[Vector, ...]
    centre: Vector
    radius: float  # radians

    @classmethod
    def of(cls, ring: list[LonLat]) -> Outline:
        """The outline of a ring of degrees."""
        points = tuple(map(vector, ring))
        centre = mean_direction(points)
        farthest = min(dot(centre, p) for p in points)
        return cls(points, centre, math.acos(max(-1.0, min(1.0, farthest))))

    def is_within(self, centre: Vector, radius: float) -> bool:
        """Whether any of it may lie within a circle on the globe."""
        apart = math.acos(max(-1.0, min(1.0, dot(self.centre, centre))))
        return apart <= radius + self.radius


def decode_arcs(topology: dict[str, Any]) -> list[list[LonLat]]:
    """Every arc of a quantised topology as degrees of longitude and latitude."""
    (scale_x, scale_y), (x0, y0) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    arcs: list[list[LonLat]] = []
    for steps in topology["arcs"]:
        x = y = 0
        points: list[LonLat] = []
        for step in steps:
            x, y = x + step[0], y + step[1]
            points.append((x0 + x * scale_x, y0 + y * scale_y))
        arcs.append(points)
    return arcs


def _ring(numbers: list[int], arcs: list[list[LonLat]]) -> list[LonLat]:
    points: list[LonLat] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return points


def rings_of(topology: dict[str, Any], name: str) -> list[list[LonLat]]:
    """The rings of every polygon of one collection: coasts and borders, holes among them."""
    arcs = decode_arcs(topology)
    rings: list[list[LonLat]] = []
    for geometry in topology["objects"][name]["geometries"]:
        polygons = geometry.get("arcs", [])
        if geometry["type"] == "Polygon":
            polygons = [polygons]
        rings += [_ring(numbers, arcs) for polygon in polygons for numbers in polygon]
    return rings


@cache
def countries() -> tuple[Outline, ...]:
    """The countries of the world."""
    return tuple(map(Outline.of, rings_of(json.loads(ATLAS.read_bytes()), "countries")))
