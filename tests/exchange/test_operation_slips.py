"""Slips of the hand in an operation file: each is told with its field and what to write instead."""

from __future__ import annotations

import pytest

from tests.exchange.small_operation import faults, with_change

# What stands there, what is written instead; the field, the problem and the remedy that are told
SLIPS = [
    (
        "zone: Asia/Kabul\nplaces",
        "\nplaces",
        "deadlines[last-day].zone",
        "'zone' is missing",
        "zone: Asia/Kabul",
    ),
    (
        "    zone: Asia/Kabul\n    opening",
        "    opening",
        "places[gate].opening_hours[1].zone",
        "without a zone",
        "zone: Asia/Kabul",
    ),
    (
        "2021-09-01T00:00",
        "2021-02-30T00:00",
        "deadlines[last-day].at",
        "no day and time",
        "2021-08-31T23:59",
    ),
    (
        "2021-09-01T00:00",
        "2021-08-31T24:00",
        "deadlines[last-day].at",
        "midnight",
        "next day with 00:00",
    ),
    (
        "2021-09-01T00:00",
        "31 August",
        "deadlines[last-day].at",
        "not an instant",
        "2021-08-31T23:59",
    ),
    (
        "2021-09-01T00:00",
        "2021-09-01T00:00+04:00",
        "deadlines[last-day].at",
        "not that of Asia/Kabul",
        "+04:30",
    ),
    (
        "2021-09-01T00:00",
        "1921-09-01T00:00",
        "deadlines[last-day].at",
        "outside the years",
        "Check the year",
    ),
    ("America/New_York", "EST", "reporting_window.zone", "abbreviation", "America/New_York"),
    ("America/New_York", "UTC+4", "reporting_window.zone", "an offset, not a zone", "Asia/Kabul"),
    ("America/New_York", "../../etc/passwd", "reporting_window.zone", "not a time zone", "IANA"),
    ("[Asia/Kabul, UTC]", "[Kabul, UTC]", "zones[1]", "not a time zone", "'Asia/Kabul'"),
    ("[Asia/Kabul, UTC]", "[]", "zones", "list is empty", "[Asia/Kabul, America/New_York]"),
    ("[Asia/Kabul, UTC]", "[UTC, UTC]", "zones", "stands twice", "once"),
    ("start: 03:00", "start: 3:00", "reporting_window.start", "not a clock time", "03:00"),
    ("start: 03:00", "start: 180", "reporting_window.start", "the number 180", '"180"'),
    ("hours: 24", "hours: 5", "reporting_window.hours", "not one of the values", "24"),
    (
        "hours: 24",
        'hours: "24"',
        "reporting_window.hours",
        "not one of the values",
        "without quotes",
    ),
    ("id: small", "id: 871", "operation.id", "the number 871", '"871"'),
    ("id: small", "id: a b", "operation.id", "not an id", "abbey-gate"),
    ("name: A small operation", "name: true", "operation.name", "which means true", '"true"'),
    ("name: A small operation", "name:", "operation.name", "nothing stands here", "A few words"),
    ("name: A small operation", "name: ''", "operation.name", "empty", "A few words"),
    ("  name: A small operation\n", "", "operation.name", "'name' is missing", "name:"),
    ("owner: NO", "owner: [a]", "places[gate].owner", "a list", "A few words"),
    (
        "hourly_rate: 100",
        "hourly_rate: .nan",
        "places[gate].hourly_rate",
        "'.nan'",
        "leave the field out",
    ),
    (
        "hourly_rate: 100",
        "hourly_rate: .inf",
        "places[gate].hourly_rate",
        "'.inf'",
        "leave the field out",
    ),
    ("hourly_rate: 100", "hourly_rate: 1e999", "places[gate].hourly_rate", "'1e999'", "100"),
    ("hourly_rate: 100", "hourly_rate: -5", "places[gate].hourly_rate", "-5", "above 0"),
    ("hourly_rate: 100", "hourly_rate: 0", "places[gate].hourly_rate", "0", "closures"),
    (
        "hourly_rate: 100",
        "hourly_rate: 1000000000",
        "places[gate].hourly_rate",
        "1000000000",
        "at most",
    ),
    ("hourly_rate: 100", "hourly_rate: 1_000", "places[gate].hourly_rate", "'1_000'", "1000"),
    ("hourly_rate: 100", "hourly_rate: yes", "places[gate].hourly_rate", "'yes'", "100"),
    ("capacity: 17000", "capacity: 17,000", "places[haven].capacity", "'17,000'", "17000"),
    ("capacity: 17000", "capacity: 1.5", "places[haven].capacity", "1.5", "17000"),
    (
        "capacity: 17000",
        "capcity: 17000",
        "places[haven].capcity",
        "no field 'capcity'",
        "'capacity'",
    ),
    ("staff: true", "staff: yes", "categories[staff].staff", "'yes'", "Write true"),
    ("count: 6", "count: 0", "fleets[1].count", "0", "at least 1"),
    ("x-notes:", "notes:", "notes", "no field 'notes'", "begins with x-"),
    (
        "airport: OTBH",
        "airport: QQQQ",
        "places[haven].airport",
        "no airport has the code",
        "Give coordinates",
    ),
    ("airport: OTBH", "airport: kbl", "places[haven].airport", "not an airport code", "KBL"),
    (
        "airport: OTBH",
        "airport: OTBH\n    coordinates: {latitude: 1, longitude: 2}",
        "places[haven].coordinates",
        "both an airport and coordinates",
        "Keep one",
    ),
    (
        "latitude: 34.5",
        "latitude: 134.5",
        "places[town].coordinates.latitude",
        "134.5",
        "at most 90",
    ),
    ("longitude: 69.2", "lon: 69.2", None, "no field 'lon'", "'longitude'"),
    ("kind: haven", "kind: lift", "places[haven].kind", "'lift'", "when it is scheduled"),
    ("kind: haven", "kind: outside", "places[haven].kind", "'outside'", "built in"),
    ("    reason: chose-to-stay\n", "", "places[stayed].reason", "without the reason", "declined"),
    ("reason: chose-to-stay", "reason: bored", "places[stayed].reason", "'bored'", "chose-to-stay"),
    (
        "kind: haven\n",
        "kind: haven\n    reason: declined\n",
        "places[haven].reason",
        "only a closing place",
        "kind: closing",
    ),
    (
        "until: 2021-08-27T06:00",
        "until: 2021-08-25T06:00",
        "places[gate].closures[1].until",
        "before it starts",
        "Exchange",
    ),
    ("to: 19:00", "to: 07:00", "places[gate].opening_hours[1].to", "at the same time", "24:00"),
    ("to: gate, mode", "to: town, mode", "legs[1].to", "to itself", "where it ends"),
    ("to: gate, mode", "to: gatw, mode", "legs[1].to", "no place 'gatw'", "'gate'"),
    ("from: town", "from: outside", "legs[1].from", "'outside' has no position", "town"),
    ("to: gate, mode", "to: stayed, mode", "legs[1].to", "closing place", "Leave the leg out"),
    ("to: hkia, mode: foot", "to: hkia, mode: rail", "legs[2].mode", "'rail'", "road"),
    (", distance_km: 0.3", "", "legs[2].distance_km", "no distance", "distance_km"),
    ("base: haven", "base: havn", "fleets[1].base", "no place 'havn'", "'haven'"),
    ("{lift_type: C-17", "{lift_type: C17", "fleets[1].lift_type", "no lift type 'C17'", "'C-17'"),
    (
        "operator_class: own-military",
        "operator_class: navy",
        "fleets[1].operator_class",
        "no operator class 'navy'",
        "own-military",
    ),
    (
        "block_speed_kt: 384, ",
        "",
        "lift_types[C-17].block_speed_kt",
        "the speed is missing",
        "block_speed_kmh",
    ),
    (
        "block_speed_kt: 384",
        "block_speed_kt: 384, block_speed_kmh: 711",
        "lift_types[C-17].block_speed_kmh",
        "in knots and in km/h",
        "Keep one",
    ),
    (
        "seats: 134",
        "seats: 134, seats_emergency: 90",
        "lift_types[C-17].seats_emergency",
        "fewer than",
        "Exchange",
    ),
    ("airport: OTBH", 'airport: "OTBH\\n"', "places[haven].airport", "not an airport code", "KBL"),
    (
        "withdraw_last: [staff]",
        "withdraw_last: [stuff]",
        "withdraw_last[1]",
        "no category 'stuff'",
        "'staff'",
    ),
]


@pytest.mark.parametrize(("old", "new", "field", "problem", "remedy"), SLIPS)
def test_a_slip_is_told_with_its_field_and_its_remedy(
    old: str, new: str, field: str | None, problem: str, remedy: str
) -> None:
    found = faults(with_change(old, new))
    told = [
        f
        for f in found
        if (field is None or f.field == field) and problem in f.problem and remedy in f.remedy
    ]
    assert told, [str(f) for f in found]
    assert len(found) <= 3
    assert told[0].line > 1 or field == "operation.id"
