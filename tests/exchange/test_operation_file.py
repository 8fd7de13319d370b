"""The operation file as a planner meets it: what is read, and what is said about each slip."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from safepassage.exchange.operation_file import OperationFileError, read_operation
from safepassage.exchange.operation_schema import schema
from safepassage.model.errors import SafePassageError
from safepassage.model.operation import Mode
from safepassage.model.place import ClosingReason, PlaceKind
from tests.exchange.small_operation import (
    SMALL,
    faults,
    line_of,
    only_fault,
    read,
    with_change,
)

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*/operation.yaml"))

# What is read


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda p: p.parent.name)
def test_every_scenario_reads_without_a_warning(path: Path) -> None:
    assert read_operation(path.read_bytes(), path.name).warnings == ()


def test_a_small_file_is_read_whole() -> None:
    operation = read(SMALL)
    assert operation.local_zone == "Asia/Kabul"
    assert operation.reporting_window.start == time(3)
    assert operation.deadlines[0].at == datetime(2021, 8, 31, 19, 30, tzinfo=UTC)
    assert [p.kind for p in operation.places] == [
        PlaceKind.TOWN,
        PlaceKind.GATE,
        PlaceKind.TERMINAL,
        PlaceKind.HAVEN,
        PlaceKind.CLOSING,
    ]
    assert operation.places[4].reason is ClosingReason.CHOSE_TO_STAY
    assert operation.lift_type("C-17").block_speed_kmh == pytest.approx(711.168)
    assert operation.fleets[0].count == 6
    assert [c.counted for c in operation.categories] == [True, False]
    assert operation.withdraw_last == ("staff",)
    assert operation.warnings == ()


def test_norway_is_a_country_and_three_in_the_morning_a_time() -> None:
    operation = read(SMALL)
    assert operation.places[1].owner == "NO"
    assert operation.reporting_window.start == time(3)


def test_an_airport_is_found_by_either_code_and_kept_by_its_icao_code() -> None:
    hkia = read(SMALL).places[2]
    assert hkia.airport == "OAKB"
    assert (hkia.latitude, hkia.longitude) == (34.5659, 69.2123)


def test_a_leg_without_distance_gets_the_great_circle() -> None:
    foot, _, air = read(SMALL).legs
    assert (foot.distance_km, foot.is_measured, foot.mode) == (1.0, True, Mode.FOOT)
    assert air.distance_km == pytest.approx(2017, abs=2)
    assert not air.is_measured


def test_kabul_distances_agree_with_the_published_table() -> None:
    path = ROOT / "scenarios/kabul-2021/operation.yaml"
    legs = {leg.to_place: leg for leg in read(path.read_bytes()).legs if leg.from_place == "hkia"}
    published_nm = {"al-udeid": 1088, "bahrain": 1081, "islamabad": 191, "ramstein": 2805}
    for haven, miles in published_nm.items():
        assert legs[haven].distance_km / 1.852 == pytest.approx(miles, abs=1.5), haven


def test_opening_hours_and_closures_say_when_a_gate_is_expected_open() -> None:
    gate = read(SMALL).places[1]
    assert gate.is_open(datetime(2021, 8, 26, 2, 30, tzinfo=UTC))  # 07:00 in Kabul
    assert not gate.is_open(datetime(2021, 8, 26, 14, 0, tzinfo=UTC))  # 18:30: closed for threat
    assert not gate.is_open(datetime(2021, 8, 26, 14, 30, tzinfo=UTC))  # 19:00


def test_own_fields_begin_with_x_and_are_kept() -> None:
    assert read(SMALL).extensions == {"x-notes": {"anything": [1, "two"]}}


def test_an_instant_may_have_its_own_offset() -> None:
    for written in ("2021-08-31T19:30Z", "2021-09-01T00:00+04:30", "2021-09-01 00:00:00"):
        operation = read(with_change("2021-09-01T00:00", written))
        assert operation.deadlines[0].at == datetime(2021, 8, 31, 19, 30, tzinfo=UTC), written


def test_without_categories_there_are_evacuees() -> None:
    text = re.sub(r"categories:\n(  - .*\n)+withdraw_last.*\n", "", SMALL)
    assert [c.id for c in read(text).categories] == ["evacuee"]


def test_bytes_and_text_are_read_alike() -> None:
    assert read(SMALL) == read(SMALL.encode()) == read(SMALL.replace("\n", "\r\n"))


def test_a_byte_order_mark_is_passed_over_and_told() -> None:
    operation = read(b"\xef\xbb\xbf" + SMALL.encode())
    assert operation == read(SMALL)
    assert "byte order mark" in operation.warnings[0]


# What is refused: each with line, field and remedy


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        SMALL.replace("kind: gate", "kind: gaet")
        .replace("zone: America/New_York", "zone: New York")
        .replace("to: gate,", "to: gat,")
    )
    found = faults(text)
    assert [(f.line, f.field) for f in found] == [
        (5, "reporting_window.zone"),
        (line_of("kind: gaet", text), "places[gate].kind"),
        (line_of("to: gat,", text), "legs[1].to"),
    ]
    assert [f.remedy for f in found] == [
        "Did you mean 'America/New_York'?",
        "Did you mean 'gate'?",
        "Did you mean 'gate'?",
    ]


def test_the_error_names_the_file_and_lists_every_fault() -> None:
    with pytest.raises(SafePassageError) as refused:
        read(with_change("kind: gate", "kind: gaet"))
    assert str(refused.value).splitlines() == [
        "plan.yaml: 1 fault",
        f"  line {line_of('kind: gate')}, column 11: places[gate].kind: 'gaet' is not one of the"
        " values known here. Did you mean 'gate'?",
    ]


def test_a_place_that_is_built_in_cannot_be_stated() -> None:
    fault = faults(with_change("id: stayed", "id: outside"))[0]
    assert "built in" in fault.problem


def test_an_id_that_stands_twice_is_told_with_both_lines() -> None:
    text = with_change("id: stayed", "id: gate")
    fault = only_fault(text)
    first = line_of("- id: gate", text)
    assert fault.problem == f"place 'gate' stands twice, on lines {first} and {fault.line}"


def test_a_key_that_stands_twice_is_told_with_both_lines() -> None:
    text = with_change("capacity: 17000", "capacity: 17000\n    capacity: 18000")
    fault = only_fault(text)
    assert fault.problem == f"'capacity' stands twice, on lines {fault.line - 1} and {fault.line}"


def test_the_same_leg_or_fleet_twice_is_told() -> None:
    leg = "  - {from: hkia, to: haven, mode: air}\n"
    assert "already" in only_fault(with_change(leg, leg + leg)).problem
    fleet = "  - {lift_type: C-17, operator_class: own-military, count: 6, base: haven}\n"
    assert "Add the counts" in only_fault(with_change(fleet, fleet + fleet)).remedy


def test_an_hour_that_clocks_skip_or_repeat_is_refused() -> None:
    def deadline(at: str) -> str:
        return SMALL.replace(
            "2021-09-01T00:00\n    zone: Asia/Kabul", f"{at}\n    zone: Europe/Berlin"
        )

    skipped = only_fault(deadline("2021-03-28T02:30"))
    assert "does not exist in Europe/Berlin" in skipped.problem
    assert "2021-03-28T01:00Z" in skipped.remedy
    twice = only_fault(deadline("2021-10-31T02:30"))
    assert "happens twice" in twice.problem
    assert "2021-10-31T02:30+02:00 or 2021-10-31T02:30+01:00" in twice.remedy
    for which in ("2021-10-31T02:30+02:00", "2021-10-31T02:30+01:00", "2021-03-28T03:00"):
        read(deadline(which))


# Files that mean harm, or are none


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "no content"),
        (b"# only a remark\n", "no content"),
        (b"PK\x03\x04\x14\x00", ".xlsx"),
        (b"%PDF-1.7\n", "PDF"),
        (SMALL.encode("utf-16"), "UTF-16"),
        (SMALL.encode("utf-16-le"), "UTF-16"),
        (SMALL.encode("utf-32"), "UTF-32"),
        (SMALL.replace("A small", "Une opération").encode("latin-1"), "0xE9 is not UTF-8"),
        (SMALL.encode() + b"\x00", "NUL"),
        (SMALL.encode() + b"# \x1b[31m\n", "U+001B"),
        (b"#" * (1024 * 1024 + 1), "bytes; at most"),
        ("# \ud800", "U+D800"),
    ],
    ids=lambda raw: repr(raw[:12]),
)
def test_a_file_that_is_no_text_is_called_what_it_is(raw: str | bytes, problem: str) -> None:
    assert problem in only_fault(raw).problem


def test_a_byte_that_is_not_utf_8_is_found_by_line_and_column() -> None:
    fault = only_fault(b"operation:\n  name: \xc3\xa9\xe9\n")
    assert (fault.line, fault.column) == (2, 10)
    assert "Windows-1252" in fault.remedy


def test_a_tab_that_indents_is_told_where_it_stands() -> None:
    fault = only_fault(with_change("  name: A small", "\tname: A small"))
    assert (fault.line, fault.column) == (3, 1)
    assert fault.remedy == "Indent with spaces"


def test_anchors_and_aliases_are_refused_before_they_unfold() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(5))
    found = faults(bomb)
    assert all("an anchor" in f.problem or "an alias" in f.problem for f in found)
    assert {f.line for f in found} == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!custom", "!!str", "!!binary"])
def test_tags_are_refused(tag: str) -> None:
    fault = only_fault(with_change("name: A small operation", f"name: {tag} ls"))
    assert "a tag" in fault.problem
    assert fault.line == 3


def test_merge_keys_and_keys_that_are_lists_are_refused() -> None:
    assert "Write the fields out" in faults(SMALL + "<<: {a: 1}\n")[0].remedy
    assert "as a key" in faults(SMALL + "? [a, b]\n: c\n")[0].problem


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- "])
def test_depth_is_bounded(bracket: str) -> None:
    assert "deep" in faults("x-deep: " * (bracket != "- ") + bracket * 50_000)[0].problem


def test_the_number_of_values_is_bounded() -> None:
    assert "values" in only_fault("x-many: [" + "1, " * 30_000 + "]").problem


def test_faults_are_counted_up_to_a_hundred() -> None:
    text = SMALL + "\n".join(f"wrong{n}: 1" for n in range(5000))
    with pytest.raises(OperationFileError, match="100 faults, and there may be more"):
        read(text)


def test_a_second_document_is_refused() -> None:
    assert "second document" in only_fault(SMALL + "---\n" + SMALL).problem


@pytest.mark.parametrize("text", ["just words", "- a\n- b\n", "42", "null", "--- \n...\n"])
def test_a_file_that_is_not_fields_is_refused(text: str) -> None:
    assert "fields (key: value)" in only_fault(text).problem


def test_yaml_that_breaks_is_told_by_line() -> None:
    assert only_fault(with_change("kind: gate", "kind gate")).line in (16, 17)
    assert "never closed" in faults(SMALL + 'x-end: "open')[0].problem


@pytest.mark.parametrize("escape", ["\\0", "\\a", "\\x1b", "\\uFEFF"])
def test_a_character_nobody_sees_is_refused_behind_an_escape_too(escape: str) -> None:
    fault = only_fault(with_change("name: A small operation", f'name: "A{escape}"'))
    assert "nobody can see" in fault.problem
    assert fault.line == 3


def test_a_message_never_carries_what_a_terminal_would_obey() -> None:
    with pytest.raises(OperationFileError) as refused:
        read('operation: {id: "\\u2066", name: x}\nzones: ["\\u202e", UTC]\nplaces: 1\n')
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", str(refused.value))


# Warnings


def test_a_town_without_a_way_to_a_haven_is_a_warning() -> None:
    text = with_change("  - {from: town, to: gate, mode: foot, distance_km: 1}\n", "")
    operation = read(text)
    assert operation.warnings == (
        f"line {line_of('- id: town', text)}: no way leads from town to any haven",
    )


def test_no_way_at_all_is_one_warning() -> None:
    text = with_change("  - {from: hkia, to: haven, mode: air}\n", "")
    assert len(read(text).warnings) == 1
    assert "no way leads from any town" in read(text).warnings[0]


def test_a_road_measured_as_the_crow_flies_is_a_warning() -> None:
    text = with_change("{from: hkia, to: haven, mode: air}", "{from: hkia, to: haven, mode: road}")
    warnings = read(text).warnings
    assert any("the real way is longer" in w for w in warnings)
    assert any("no fleet goes by road" in w for w in warnings)


def test_categories_without_evacuees_are_a_warning() -> None:
    assert "'evacuee'" in read(with_change("id: evacuee", "id: resident")).warnings[0]


# The published schema


def test_the_schema_is_a_schema_and_every_field_of_it_is_documented() -> None:
    Draft202012Validator.check_schema(schema())
    reference = (ROOT / "docs/reference/operation-file.md").read_text(encoding="utf-8")
    names = re.findall(r'"([a-z_]+)": \{"', json.dumps(schema()["properties"]))
    for name in {*names, *schema()["properties"], *schema()["$defs"]["place"]["properties"]}:
        if name not in ("items", "properties"):
            assert f"`{name}`" in reference, name


def test_the_example_of_the_reference_can_be_read() -> None:
    reference = (ROOT / "docs/reference/operation-file.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(operation:.*?)```", reference, re.DOTALL)
    assert examples
    for example in examples:
        assert read(example).warnings == ()


def test_the_messages_of_the_reference_are_those_of_the_reader() -> None:
    reference = (ROOT / "docs/reference/operation-file.md").read_text(encoding="utf-8")
    example = re.findall(r"```yaml\n(operation:.*?)```", reference, re.DOTALL)[0]
    broken = (
        example.replace("09:00\n    zone: Europe/Berlin", "09:00\n    zone: CET")
        .replace("kind: gate", "kind: gaet")
        .replace("to: bridge,", "to: brigde,")
    )
    with pytest.raises(OperationFileError) as refused:
        read(broken)
    assert f"```\n{refused.value}\n```" in reference


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda p: p.parent.name)
def test_another_reader_of_yaml_sees_the_same_places(path: Path) -> None:
    """PyYAML reads clock times as numbers and instants as dates; ids and figures must agree."""
    other = yaml.safe_load(path.read_text(encoding="utf-8"))
    operation = read(path.read_bytes())
    assert [p["id"] for p in other["places"]] == [p.id for p in operation.places]
    assert [t["seats"] for t in other["lift_types"]] == [t.seats for t in operation.lift_types]
