"""A file that leaves holds what was approved: every cell, no more, and nothing that runs."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.exchange.exports.cells import FORMULA, quoted, unquoted, visible
from safepassage.exchange.exports.errors import (
    CellTooLongError,
    ExportFileError,
    HidesSomethingError,
)
from safepassage.exchange.exports.inspect import check_file, inspect_file
from safepassage.exchange.exports.types import KINDS
from safepassage.exchange.exports.writers import FileFormat, write

HEADER = ("Reference", "Name")
TODAY = datetime(2021, 8, 20, tzinfo=UTC)
ROWS = [("A1", "Parwana"), ("B2", "=cmd|' /C calc'!A0")]
BOTH = pytest.mark.parametrize("file_format", list(FileFormat))
CELLS = st.text(st.characters(), max_size=40) | st.sampled_from(
    [
        "=1+1",
        "+93700",
        "-5",
        "@x",
        "\t=1",
        "\0",
        "'",
        "''",
        "_x0041_",
        "]]>",
        "<v>",
        "a\r\nb",
        "\u202e",
    ]
)


@BOTH
@settings(max_examples=60, deadline=None)
@given(table=st.lists(st.tuples(CELLS, CELLS), max_size=6))
def test_any_text_comes_out_as_an_eye_sees_it_and_nothing_in_it_is_hidden(
    file_format: FileFormat, table: list[tuple[str, str]]
) -> None:
    rows = [(f"R{number}", *row) for number, row in enumerate(table)]
    found = check_file(write(file_format, ("Reference", "a", "b"), rows), len(rows))
    assert found.rows == tuple(tuple(visible(cell) for cell in row) for row in rows)


@settings(max_examples=60, deadline=None)
@given(table=st.lists(CELLS, min_size=1, max_size=6))
def test_another_reader_of_workbooks_reads_text_alone(table: list[str]) -> None:
    rows = [(f"R{number}", cell) for number, cell in enumerate(table)]
    content = write(FileFormat.XLSX, HEADER, rows)
    sheet = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0)
    assert sheet.to_python(skip_empty_area=False)[1:] == [
        [number, visible(cell)] for number, cell in rows
    ]


@settings(max_examples=100, deadline=None)
@given(cell=CELLS)
def test_no_cell_of_a_text_file_begins_as_a_formula_and_each_can_be_got_back(cell: str) -> None:
    seen = visible(cell)
    assert visible(seen) == seen
    assert not quoted(seen).startswith(FORMULA)
    assert unquoted(quoted(seen)) == seen
    (row,) = csv.reader(
        io.StringIO(
            write(FileFormat.CSV, HEADER, [("R", cell)]).decode("utf-8-sig").splitlines()[1]
        )
    )
    assert row[1] == quoted(seen)


def test_persian_joiners_stay_between_letters_and_other_shapeless_characters_go() -> None:
    assert visible("می\u200cروم") == "می\u200cروم"
    assert visible("\u200cAmira\u200b \u202eNoori\u2069\ufeff") == "Amira Noori"
    assert visible("two\nlines\tand\x00more") == "two lines andmore"


def test_a_cell_that_no_reader_shows_whole_is_refused() -> None:
    with pytest.raises(CellTooLongError):
        write(FileFormat.CSV, HEADER, [("A1", "x" * 2001)])


@BOTH
def test_a_row_that_is_empty_or_of_other_columns_is_refused(file_format: FileFormat) -> None:
    with pytest.raises(ExportFileError, match="empty"):
        write(file_format, HEADER, [("", "\u200b")])
    with pytest.raises(ExportFileError, match="3 cells"):
        write(file_format, HEADER, [("A1", "b", "c")])


@BOTH
def test_the_same_rows_are_the_same_bytes(file_format: FileFormat) -> None:
    """No clock, author or machine is in them."""
    assert write(file_format, HEADER, ROWS) == write(file_format, HEADER, ROWS)


def other_workbook(change: Callable[[Any, Any], object]) -> bytes:
    """What our writer would make if somebody had changed it so."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet("List")
        for number, row in enumerate((HEADER, *ROWS)):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
        change(book, sheet)
    return made.getvalue()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda b, _: b.add_worksheet("All").hide(), "a hidden sheet"),
        (lambda b, _: b.add_worksheet("All").very_hidden(), "a hidden sheet"),
        (lambda b, _: b.add_worksheet("All"), "2 sheets in place of one"),
        (lambda _, s: s.set_row(1, None, None, {"hidden": True}), "a hidden row"),
        (lambda _, s: s.set_row(1, 0.5), "a hidden row"),
        (lambda _, s: s.set_column(1, 1, None, None, {"hidden": True}), "a hidden column"),
        (lambda _, s: s.set_column(1, 1, 0.1), "a hidden column"),
        (lambda _, s: s.set_default_row(hide_unused_rows=True), "hidden rows"),
        (lambda _, s: s.set_row(1, None, None, {"level": 1}), "grouped rows or columns"),
        (lambda b, _: b.define_name("All", "=List!$A$1"), "a defined name"),
        (lambda _, s: s.write_comment("A1", "look"), "comments"),
        (lambda _, s: s.autofilter("A1:B3"), "a filter"),
        (lambda _, s: s.write_formula("C2", "=1+1"), "a formula"),
        (lambda _, s: s.write_number("C2", 7), "a cell that is no text"),
        (lambda _, s: s.write_url("C2", "https://example.org"), "link"),
        (lambda _, s: s.merge_range("C1:D2", "x"), "merged cells"),
        (lambda b, s: s.write_string("C2", "x", b.add_format({"font_color": "white"})), "coloured"),
        (lambda b, s: s.write_string("C2", "x", b.add_format({"num_format": ";;;"})), "format"),
        (lambda b, s: s.write_string("C2", "x", b.add_format({"bg_color": "black"})), "filled"),
        (lambda b, _: b.set_properties({"author": "Somebody"}), "a property: creator"),
        (lambda b, _: b.set_custom_property("Case", "12"), "custom"),
        (lambda b, s: s.insert_textbox("D4", "x"), "drawing"),
        (lambda _, s: s.data_validation("A1", {"validate": "list", "source": ["x"]}), "allowed"),
        (lambda _, s: s.set_header("&Cevery name"), "headerFooter"),
        (
            lambda b, _: b.set_properties({"created": datetime(2021, 8, 20, tzinfo=UTC)}),
            "when it was made",
        ),
    ],
)
def test_whatever_a_changed_writer_would_hide_is_found(
    change: Callable[[Any, Any], object], said: str
) -> None:
    assert inspect_file(other_workbook(lambda *_: None)).hidden == ()
    content = other_workbook(change)
    assert any(said in hidden for hidden in inspect_file(content).hidden)
    with pytest.raises(HidesSomethingError):
        check_file(content, len(ROWS))


def repacked(change: Callable[[dict[str, bytes]], object], comment: bytes = b"") -> bytes:
    """Our own workbook, its parts changed by hand."""
    with zipfile.ZipFile(io.BytesIO(write(FileFormat.XLSX, HEADER, ROWS))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.comment = comment
    return made.getvalue()


def replaced(part: str, old: bytes, new: bytes) -> Callable[[dict[str, bytes]], object]:
    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new)

    return change


STRINGS, SHEET = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda parts: parts.update({"xl/media/image1.png": b"x"}), "media"),
        (lambda parts: parts.update({"names.txt": b"x"}), "a part that no plain sheet needs"),
        (replaced(STRINGS, b"</sst>", b"<si><t>Omid</t></si></sst>"), "texts that no cell shows"),
        (replaced(SHEET, b"<sheetData>", b"<!-- Omid --><sheetData>"), "a comment in its XML"),
        (replaced(SHEET, b"<sheetData>", b"<sheetData>Omid"), "text where no cell is"),
        (replaced(SHEET, b'<c r="A2"', b'<c vm="1" r="A2"'), "a c that is marked vm"),
        (replaced(STRINGS, b"Parwana", b"Par_x200B_wana"), "characters that nobody sees"),
    ],
)
def test_what_is_slipped_into_a_finished_workbook_is_found(
    change: Callable[[dict[str, bytes]], object], said: str
) -> None:
    assert inspect_file(repacked(lambda _: None)).hidden == ()
    assert any(said in hidden for hidden in inspect_file(repacked(change)).hidden)


def test_bytes_beside_the_parts_of_an_archive_are_found() -> None:
    assert "bytes beside the archive's parts" in inspect_file(repacked(len, b"Omid")).hidden
    padded = b"PK" + b"Omid" * 500 + write(FileFormat.XLSX, HEADER, ROWS)
    assert inspect_file(padded).hidden == ("bytes beside the archive's parts",)


def test_entities_and_damage_are_refused() -> None:
    bomb = replaced(SHEET, b"<worksheet", b"<!DOCTYPE w [<!ENTITY a 'b'>]><worksheet")
    for content in (repacked(bomb), b"PK\x03\x04 torn", b"\xff\xfe\x00"):
        with pytest.raises(ExportFileError):
            inspect_file(content)


def test_150_visible_rows_of_18714_are_refused() -> None:
    """What was mailed in February 2022, and noticed eighteen months later."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("List")
        sheet.write_row(0, 0, HEADER)
        for number in range(1, 18_715):
            sheet.write_row(number, 0, (f"R{number}", "somebody"))
            if number > 150:
                sheet.set_row(number, None, None, {"hidden": True})
    found = inspect_file(made.getvalue())
    assert len(found.rows) == 18_714
    with pytest.raises(HidesSomethingError, match="a hidden row"):
        check_file(made.getvalue(), 150)


def test_more_rows_than_were_approved_are_refused_though_each_is_seen() -> None:
    with pytest.raises(HidesSomethingError, match="holds 2 rows, 1 were approved"):
        check_file(write(FileFormat.CSV, HEADER, ROWS), 1)


@pytest.mark.parametrize("cell", ["=1+1", "+93", "-1", "@A1", "\t=1", "\0", "a\u202eb"])
def test_a_text_file_of_somebody_else_that_would_run_is_found(cell: str) -> None:
    assert inspect_file(f'"Reference"\r\n"{cell}"\r\n'.encode()).hidden


def test_every_type_has_a_reference_to_be_traced_by_and_no_column_twice() -> None:
    for kind in KINDS.values():
        assert kind.layout.anchor in kind.header
        assert len(set(kind.header)) == len(kind.header)
    with_names = {k for k, kind in KINDS.items() if kind.has_names}
    assert with_names == {"manifest", "passenger-list", "bands"}
    assert {k for k, kind in KINDS.items() if kind.has_protection} == {"decision-sheet"}
