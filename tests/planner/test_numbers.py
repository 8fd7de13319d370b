"""The numbers of a scenario: taken out into a form, put back, and told apart."""

from __future__ import annotations

from safepassage.planner.numbers import Files, Row, Sheet, differences, files_of, put, sheet_of
from tests.planner.island import DEMAND_FILE, OPERATION, OPERATION_FILE

FILES = files_of(OPERATION_FILE, DEMAND_FILE)


def fields(sheet: Sheet) -> dict[str, str]:
    """Every field of a form, as a browser sends them."""
    rows: list[Row] = [sheet.times]
    for part in (sheet.people, sheet.gates, sheet.origins, sheet.bases, sheet.havens, sheet.fleets):
        rows += part
    for of_gates in (sheet.hours, sheet.closures):
        rows += [row for part in of_gates.values() for row in part]
    return {path: value for row in rows for path, _, value in row.cells}


def changed(**typed: str) -> dict[str, tuple[str, str]]:
    """What differs once something was typed into the form of the island."""
    after = put(fields(sheet_of(FILES, OPERATION)) | typed, FILES)
    again = files_of(*after.texts)  # as the next reader of the files finds it
    return {d.path: (d.before, d.after) for d in differences(FILES, again)}


def test_a_form_that_nobody_touched_changes_nothing() -> None:
    assert changed() == {}


def test_a_number_changes_where_it_stands() -> None:
    assert changed(**{"fleets[2].crews": "6"}) == {"fleets[2].crews": ("4", "6")}
    assert changed(**{"limits.clears.levin": "۲۵٫۵"}) == {"limits.clears.levin": ("20", "25.5")}
    assert changed(**{"people[2].number": "1,200"}) == {"people[2].number": ("2400", "1200")}
    assert changed(**{"limits.rates.mill-gate": "60"}) == {"limits.rates.mill-gate": ("", "60")}


def test_an_empty_field_takes_a_number_away() -> None:
    assert changed(**{"limits.slots.strip": " "}) == {"limits.slots.strip": ("2", "")}
    assert changed(crew_cycle_hours="") == {"crew_cycle_hours": ("12", "")}


def test_closures_and_hours_are_added_and_taken_away() -> None:
    path = "places[harbour-gate].closures"
    added = changed(**{f"{path}[2].from": "2031-05-06T20:00", f"{path}[2].reason": "Curfew"})
    assert added == {
        f"{path}[2].from": ("", "2031-05-06T20:00"),
        f"{path}[2].reason": ("", "Curfew"),
    }
    gone = changed(**{f"{path}[1].from": "", f"{path}[1].until": ""})
    assert {after for _, after in gone.values()} == {""}
    hours = changed(**{"places[mill-gate].opening_hours[1].to": "18:00"})
    assert hours == {"places[mill-gate].opening_hours[1].to": ("22:00", "18:00")}


def test_what_is_no_number_stays_as_it_was_typed_for_the_reader_to_judge() -> None:
    assert changed(**{"fleets[1].count": "a few"}) == {"fleets[1].count": ("3", "a few")}


def test_the_files_that_were_read_are_not_changed() -> None:
    before = Files(dict(FILES.operation), dict(FILES.demand))
    changed(**{"limits.slots.strip": "9", "fleets[1].count": "9"})
    assert before == FILES
