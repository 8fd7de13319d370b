"""From the globe to the page: Lambert's azimuthal equal-area projection around one point.

Equal-area, so that one haven looks as far and as large as another; around the middle of the
operation, so that it has no seam there and a great circle stays a gentle curve.  With v the point
on the unit sphere and east, north, up the axes at the centre,

    x = k (east . v),  y = k (north . v),  k = sqrt(2 / (1 + up . v))

The radius on the page is 2 sin(c / 2), c the angle from the centre: it grows all the way to the
antipode, which is where the projection tears and nothing is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

Point = tuple[float, float]
LonLat = tuple[float, float]
Vector = tuple[float, float, float]
HORIZON = math.radians(150)  # what lies beyond is pulled back to this circle


def vector(lonlat: LonLat) -> Vector:
    """The point on the unit sphere."""
    lon, lat = math.radians(lonlat[0]), math.radians(lonlat[1])
    return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))


def lonlat_of(v: Vector) -> LonLat:
    """Degrees of longitude and latitude of a direction."""
    x, y, z = v
    return (math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y))))


def mean_direction(vectors: Iterable[Vector]) -> Vector:
    """The direction in which the sum of these points lies, of length one."""
    x = y = z = 0.0
    for v in vectors:
        x, y, z = x + v[0], y + v[1], z + v[2]
    length = math.sqrt(x * x + y * y + z * z) or 1.0
    return (x / length, y / length, z / length)


def dot(a: Vector, b: Vector) -> float:
    """The cosine of the angle between two directions."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@dataclass(frozen=True, slots=True)
class Projection:
    """The globe flattened around a centre; x grows to the east, y to the south."""

    longitude: float
    latitude: float
    up: Vector = field(init=False, compare=False, repr=False)
    east: Vector = field(init=False, compare=False, repr=False)
    north: Vector = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        lon, lat = math.radians(self.longitude), math.radians(self.latitude)
        north = (-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat))
        object.__setattr__(self, "up", vector((self.longitude, self.latitude)))
        object.__setattr__(self, "east", (-math.sin(lon), math.cos(lon), 0.0))
        object.__setattr__(self, "north", north)

    @classmethod
    def around(cls, points: Iterable[LonLat]) -> Projection:
        """Centred on the mean direction of these points."""
        return cls(*lonlat_of(mean_direction(map(vector, points))))

    def __call__(self, lonlat: LonLat) -> Point:
        """Where a point comes to lie, in units of the Earth's radius."""
        return self.flatten(vector(lonlat))

    def flatten(self, v: Vector) -> Point:
        """The same for a point on the unit sphere."""
        east, north, cos_c = dot(self.east, v), dot(self.north, v), dot(self.up, v)
        if cos_c > _COS_HORIZON:
            k = math.sqrt(2 / (1 + cos_c))
        else:
            k = 2 * math.sin(HORIZON / 2) / (math.hypot(east, north) or 1.0)
        return (k * east, -k * north)


_COS_HORIZON = math.cos(HORIZON)


def great_circle(start: LonLat, end: LonLat, steps: int = 96) -> list[LonLat]:
    """Points along the shortest way over a round Earth, both ends included."""
    a, b = vector(start), vector(end)
    angle = math.acos(max(-1.0, min(1.0, dot(a, b))))
    if math.sin(angle) < 1e-9:
        return [start, end]
    found: list[LonLat] = []
    for step in range(steps + 1):
        t = step / steps
        p, q = math.sin((1 - t) * angle) / math.sin(angle), math.sin(t * angle) / math.sin(angle)
        x, y, z = (p * i + q * j for i, j in zip(a, b, strict=True))
        found.append(lonlat_of((x, y, z)))
    return found
