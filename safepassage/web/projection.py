"""From the globe to the page: Lambert's azimuthal equal-area projection around one point.

Equal-area, so that one haven looks as far and as large as another; around the middle of the
operation, so that it has no seam there and a great circle stays a gentle curve.

    k = sqrt(2 / (1 + cos c)),  x = k cos(lat) sin(dlon),
    y = k (cos(lat0) sin(lat) - sin(lat0) cos(lat) cos(dlon))

with c the angle from the centre.  The radius on the page is 2 sin(c / 2): it grows with c all the
way to the antipode, which is where the projection tears and nothing is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from safepassage.web.land import LonLat

Point = tuple[float, float]
HORIZON = math.radians(150)  # what lies beyond is pulled back to this circle


@dataclass(frozen=True, slots=True)
class Projection:
    """The globe flattened around a centre; x grows to the east, y to the south."""

    longitude: float
    latitude: float

    @classmethod
    def around(cls, points: Iterable[LonLat]) -> Projection:
        """Centred on the mean direction of these points."""
        x = y = z = 0.0
        for point in points:
            there = _vector(point)
            x, y, z = x + there[0], y + there[1], z + there[2]
        return cls(*_lonlat(x, y, z))

    def __call__(self, lonlat: LonLat) -> Point:
        """Where a point comes to lie, in units of the Earth's radius."""
        dlon = math.radians(lonlat[0] - self.longitude)
        lat, lat0 = math.radians(lonlat[1]), math.radians(self.latitude)
        east = math.cos(lat) * math.sin(dlon)
        north = math.cos(lat0) * math.sin(lat) - math.sin(lat0) * math.cos(lat) * math.cos(dlon)
        cos_c = math.sin(lat0) * math.sin(lat) + math.cos(lat0) * math.cos(lat) * math.cos(dlon)
        angle = min(math.acos(max(-1.0, min(1.0, cos_c))), HORIZON)
        length = math.hypot(east, north)
        if length == 0:
            return (0.0, 0.0)
        radius = 2 * math.sin(angle / 2)
        return (radius * east / length, -radius * north / length)


def great_circle(start: LonLat, end: LonLat, steps: int = 96) -> list[LonLat]:
    """Points along the shortest way over a round Earth, both ends included."""
    a, b = _vector(start), _vector(end)
    dot = max(-1.0, min(1.0, sum(p * q for p, q in zip(a, b, strict=True))))
    angle = math.acos(dot)
    if math.sin(angle) < 1e-9:
        return [start, end]
    found: list[LonLat] = []
    for step in range(steps + 1):
        t = step / steps
        p, q = math.sin((1 - t) * angle) / math.sin(angle), math.sin(t * angle) / math.sin(angle)
        x, y, z = (p * i + q * j for i, j in zip(a, b, strict=True))
        found.append(_lonlat(x, y, z))
    return found


def _lonlat(x: float, y: float, z: float) -> LonLat:
    return (math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y))))


def _vector(lonlat: LonLat) -> tuple[float, float, float]:
    lon, lat = math.radians(lonlat[0]), math.radians(lonlat[1])
    return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
