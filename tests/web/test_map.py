"""The map and the chart: places where they belong, nothing on top of each other."""

from __future__ import annotations

import math
from datetime import timedelta
from itertools import combinations, pairwise

import pytest

from safepassage.model.ids import PlaceId
from safepassage.model.operation import great_circle_km
from safepassage.model.place import PlaceKind
from safepassage.web.chart import draw_departures
from safepassage.web.departures import HourOfDepartures
from safepassage.web.labels import Box, place_labels
from safepassage.web.land import countries, decode_arcs, rings_of
from safepassage.web.map import DESK, PHONE, Drawing, Sheet, Site, airfields, draw
from safepassage.web.projection import Projection, dot, great_circle, vector
from tests.web.airlift import DAY


def site(name: str, kind: PlaceKind, longitude: float, latitude: float, heads: int = 5) -> Site:
    return Site(PlaceId(name), name, kind, (longitude, latitude), heads)


KABUL = [
    site("town", PlaceKind.TOWN, 69.17, 34.53, 9000),
    site("gate", PlaceKind.GATE, 69.21, 34.57, 300),
    site("hall", PlaceKind.TERMINAL, 69.212, 34.565, 4000),
]
GULF = [
    site("qatar", PlaceKind.HAVEN, 51.31, 25.12, 17000),
    site("bahrain", PlaceKind.HAVEN, 50.63, 26.27, 3000),
    site("uae", PlaceKind.HAVEN, 54.55, 24.25, 2500),
    site("germany", PlaceKind.HAVEN, 7.6, 49.44, 12000),
]
HOME = site("home", PlaceKind.ONWARD, -77.45, 38.94, 100)
ON_ONE_SPOT = [GULF[0], GULF[0]._replace(place=PlaceId("doha"))]
FLOWS = {(PlaceId("hall"), PlaceId("qatar")): 9000, (PlaceId("town"), PlaceId("gate")): 50}


def drawing(sheet: Sheet = DESK) -> Drawing:
    found = draw([*KABUL, *GULF, HOME], FLOWS, sheet)
    assert found is not None
    return found


def test_the_places_of_one_airfield_are_one_mark() -> None:
    groups = airfields([*KABUL, *GULF])
    assert sorted(map(len, groups)) == [1, 1, 1, 1, 3]
    mark = next(m for m in drawing().marks if m.place == "hall")
    assert (mark.heads, set(mark.places)) == (13300, {"town", "gate", "hall"})


@pytest.mark.parametrize("sheet", [DESK, PHONE])
def test_no_mark_covers_another_or_leaves_the_sheet(sheet: Sheet) -> None:
    marks = drawing(sheet).marks
    for one, other in combinations(marks, 2):
        assert math.hypot(one.x - other.x, one.y - other.y) >= one.radius + other.radius
    for mark in marks:
        assert 0 < mark.x < sheet.width
        assert 0 < mark.y < sheet.height


def test_a_destination_beyond_the_map_stands_at_its_edge_in_its_direction() -> None:
    home = next(m for m in drawing().marks if m.place == "home")
    assert home.beyond
    others = [m for m in drawing().marks if not m.beyond]
    assert home.x < min(m.x for m in others if m.place != "germany")


def test_only_what_moved_between_marks_is_an_arc() -> None:
    (arc,) = drawing().arcs
    assert (arc.from_place, arc.to_place, arc.heads) == ("hall", "qatar", 9000)
    assert "nan" not in arc.path


@pytest.mark.parametrize("sites", [KABUL[:1], KABUL, [HOME], ON_ONE_SPOT])
def test_one_place_or_places_on_one_spot_can_be_drawn(sites: list[Site]) -> None:
    found = draw(sites, {}, DESK)
    assert found is not None
    assert all(math.isfinite(m.x) and math.isfinite(m.y) for m in found.marks)


def test_no_coordinates_no_map() -> None:
    assert draw([], {}, DESK) is None


def test_the_projection_keeps_the_centre_and_the_directions() -> None:
    project = Projection(69.0, 34.0)
    assert math.hypot(*project((69.0, 34.0))) < 1e-12
    assert project((70.0, 34.0))[0] > 0 > project((69.0, 35.0))[1]
    for point in ((-111.0, -34.0), (69.0, 90.0), (249.0, -34.0)):
        assert all(map(math.isfinite, project(point)))


def test_equal_areas_stay_equal() -> None:
    def area(project: Projection, longitude: float, latitude: float) -> float:
        a, b, c = (
            project((longitude, latitude)),
            project((longitude + 0.1, latitude)),
            project((longitude, latitude + 0.1)),
        )
        cross = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
        return abs(cross) / math.cos(math.radians(latitude + 0.05))

    project = Projection(40.0, 40.0)
    assert area(project, 40, 40) == pytest.approx(area(project, 100, 10), rel=2e-3)


def test_a_great_circle_is_the_shortest_way() -> None:
    start, end = (69.2, 34.5), (7.6, 49.4)
    points = great_circle(start, end)
    whole = great_circle_km(start[::-1], end[::-1])
    steps = sum(great_circle_km(a[::-1], b[::-1]) for a, b in pairwise(points))
    assert steps == pytest.approx(whole, rel=1e-9)
    assert great_circle(start, start) == [start, start]


def test_the_land_is_decoded_from_its_arcs() -> None:
    topology = {
        "transform": {"scale": [1, 1], "translate": [10, 20]},
        "arcs": [[[0, 0], [2, 0]], [[2, 2], [0, -2]], [[0, 0], [2, 2]]],
        "objects": {"all": {"geometries": [{"type": "Polygon", "arcs": [[0, -2, -3]]}]}},
    }
    assert decode_arcs(topology)[0] == [(10, 20), (12, 20)]
    (ring,) = rings_of(topology, "all")
    assert ring == [(10, 20), (12, 20), (12, 22), (10, 20)]


def test_the_world_is_there() -> None:
    rings = countries()
    assert len(rings) > 1000
    kabul = vector((69.2, 34.5))
    assert sum(r.is_within(kabul, 0.01) for r in rings) < len(rings) / 2
    assert all(math.isclose(dot(v, v), 1) for r in rings[:50] for v in r.points)


def test_a_label_that_finds_no_room_is_left_out() -> None:
    spots = [Box(50, 50, 60, 60)] * 12
    labels = place_labels([("A long name", "1,000")] * 12, spots, [], Box(0, 0, 200, 200), 15)
    assert labels[0] is not None
    assert labels[-1] is None


def test_the_bars_of_an_hour_stand_on_each_other_and_add_up() -> None:
    hours = [
        HourOfDepartures(start=DAY + timedelta(hours=n), lifts={"own": n % 3, "allies": 1})
        for n in range(24)
    ]
    chart = draw_departures(hours, ["own", "allies", "idle"], DAY + timedelta(hours=6))
    assert sum(b.lifts for b in chart.bars) == sum(h.total for h in hours)
    assert chart.classes == (("own", 0), ("allies", 1))
    for bar in chart.bars:
        assert bar.y + bar.height <= chart.base + 1e-9
        assert bar.y >= 0
    assert chart.until is not None
    assert draw_departures(hours, ["own"], DAY + timedelta(hours=24)).until is None


def test_a_window_without_departures_has_a_chart() -> None:
    chart = draw_departures([HourOfDepartures(start=DAY, lifts={})], [], DAY)
    assert chart.bars == ()
    assert chart.lines[0] == (0, chart.base)
