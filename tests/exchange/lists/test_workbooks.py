"""Workbooks: what is hidden is read, marked and counted; what does harm is refused."""

from __future__ import annotations

import contextlib
import io
import random
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from safepassage.exchange.lists import (
    Limits,
    ListFileError,
    ListLockedError,
    ListTooLargeError,
    NotAListError,
    read_list,
)
from safepassage.exchange.lists.reading import read
from safepassage.model.sheet import Format, Mark
from tests.exchange.lists.hostile import (
    HEADER,
    PEOPLE,
    SHEET,
    inline,
    people_ods,
    people_xls,
    people_xlsx,
    raw_xlsx,
    zipped,
)

LIMITS = Limits()


def test_rows_columns_and_sheets_that_a_sender_hid_are_read_and_counted() -> None:
    found = read(people_xlsx(), LIMITS)
    people, applicants, old = found.sheets
    assert found.format is Format.XLSX
    assert [row.number for row in people.rows if row.is_hidden] == [3, 5]
    assert people.rows[4].cells[0] == "Hidden Person"
    assert people.hidden_columns == {4}
    assert people.rows[1].is_(4, Mark.HIDDEN)
    assert (applicants.is_hidden, old.is_hidden, found.hidden_sheets) == (True, True, 2)
    assert found.hidden_rows == 2 + 2 + 1
    assert people.has_filter
    assert people.comments == 1
    assert people.rows[1].is_(0, Mark.COMMENTED)
    assert found.defined_names == 1
    assert found.hides_anything


def test_an_opendocument_sheet_hides_nothing_either() -> None:
    found = read(people_ods(), LIMITS)
    people, rest = found.sheets
    assert [row.number for row in people.rows if row.is_hidden] == [3, 4]
    assert people.hidden_columns == {1}
    assert rest.is_hidden
    assert [row.cells for row in people.rows] == [tuple(row) for row in [HEADER, *PEOPLE]]


def test_a_workbook_of_1997_hides_nothing_either() -> None:
    found = read(people_xls(), LIMITS)
    people, rest = found.sheets
    assert found.format is Format.XLS
    assert [row.cells for row in people.rows] == [tuple(row) for row in [HEADER, *PEOPLE]]
    assert [row.number for row in people.rows if row.is_hidden] == [3]
    assert people.hidden_columns == {1}
    assert people.rows[2].is_(0, Mark.MERGED)
    assert rest.is_hidden


@pytest.mark.parametrize("at", range(0, 4000, 97))
def test_a_damaged_workbook_of_1997_is_refused_or_read_and_never_crashes(at: int) -> None:
    raw = bytearray(people_xls())
    raw[at : at + 8] = b"\xff" * 8
    with contextlib.suppress(ListFileError):
        read(bytes(raw), LIMITS)


def test_a_formula_gives_what_its_program_left_and_else_its_own_text() -> None:
    rows = (
        "<row r='1'>" + inline("A1", "Name") + inline("B1", "Age") + "</row>"
        "<row r='2'><c r='A2'><f>HYPERLINK(\"http://example.org\",\"Parwana\")</f></c>"
        "<c r='B2'><f>2021-1991</f><v>30</v></c></row>"
    )
    found = read(raw_xlsx(SHEET.format(rows=rows)), LIMITS)
    row = found.sheets[0].rows[1]
    assert row.cells == ('=HYPERLINK("http://example.org","Parwana")', "30")
    assert row.is_(0, Mark.FORMULA)
    assert any("formulas" in warning for warning in found.warnings)


def test_numbers_dates_and_merged_cells_come_as_a_person_reads_them() -> None:
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["Family", "Name", "Born", "Phone", "Here", "Wrong"])
    sheet.merge_range(1, 0, 2, 0, "F1")
    sheet.write(1, 1, "Parwana")
    sheet.write_number(1, 2, 33372, day)
    sheet.write_number(1, 3, 93700123450.0)
    sheet.write_boolean(1, 4, True)
    sheet.write_formula(1, 5, "=NA()", None, "#N/A")
    sheet.write(2, 1, "Yusuf")
    book.close()
    rows = read(written.getvalue(), LIMITS).sheets[0].rows
    assert rows[1].cells[:5] == ("F1", "Parwana", "1991-05-14", "93700123450", "yes")
    assert rows[1].is_(2, Mark.DATE)
    assert rows[1].is_(3, Mark.NUMBER)
    assert rows[2].is_(0, Mark.MERGED)


def test_a_web_page_called_xls_is_read_as_the_table_it_holds() -> None:
    page = (
        "<html><head><style>td{color:red}</style></head><body><script>alert(1)</script><table>"
        "<tr><th>Name</th><th>Born</th></tr><tr style='display:none'><td>Parwana</td><td>1991</td>"
        "</tr><tr><td colspan=2>Yusuf &amp; Omid</td></tr></table></body></html>"
    )
    found = read(page.encode(), LIMITS)
    rows = found.sheets[0].rows
    assert found.format is Format.HTML
    assert [row.cells for row in rows] == [("Name", "Born"), ("Parwana", "1991"), ("Yusuf & Omid",)]
    assert rows[1].is_hidden


def test_a_csv_called_xlsx_is_read_as_csv(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_text("Name,Born\nParwana,1991\n")
    assert read_list(path).format is Format.CSV


def test_a_password_is_asked_off_not_guessed() -> None:
    directory = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    locked = directory + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    with pytest.raises(ListLockedError, match="password"):
        read(locked, LIMITS)


def test_a_zip_bomb_is_refused_before_it_goes_off() -> None:
    bomb = zipped({"xl/workbook.xml": b"<x>" + b" " * 200_000_000})
    started = time.monotonic()
    with pytest.raises(ListTooLargeError, match="unpacks"):
        read_list(bomb)
    assert time.monotonic() - started < 10


def test_a_zip_that_lies_about_its_sizes_is_stopped_while_unpacking() -> None:
    honest = raw_xlsx(SHEET.format(rows="<row r='1'>" + inline("A1", "x" * 3000) + "</row>"))
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        stated = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = honest.replace(stated.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises((ListTooLargeError, NotAListError)):
        read(lying, LIMITS)


def test_external_entities_and_entity_bombs_are_refused_unread() -> None:
    secret = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    for declared in (secret, bomb):
        sheet = SHEET.format(rows="<row r='1'>" + inline("A1", "&a;") + "</row>")
        hostile = sheet.replace("<worksheet", declared + "<worksheet", 1)
        with pytest.raises(NotAListError, match="entities"):
            read(raw_xlsx(hostile), LIMITS)


def test_two_cells_at_the_ends_of_a_sheet_do_not_make_it_a_million_rows_wide() -> None:
    far = (
        "<row r='1'>" + inline("A1", "Name") + "</row><row r='1048576'>" + inline("XFD1048576", "x")
    )
    with pytest.raises(ListTooLargeError):
        read_list(raw_xlsx(SHEET.format(rows=far + "</row>")))


def test_a_repeated_row_of_opendocument_is_not_unfolded() -> None:
    extra = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell'
        ' office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
    )
    with pytest.raises(ListTooLargeError):
        read_list(people_ods(extra))


def test_macros_and_links_to_other_files_are_named_and_never_opened() -> None:
    rows = "<row r='1'>" + inline("A1", "Name") + "</row>"
    more = {"xl/vbaProject.bin": b"\0", "xl/externalLinks/externalLink1.xml": "<externalLink/>"}
    found = read(raw_xlsx(SHEET.format(rows=rows), more), LIMITS)
    assert found.has_macros
    assert found.external_links == 1
    assert len(found.warnings) == 2


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
def test_a_workbook_that_was_cut_off_is_refused_with_a_remedy(kept: float) -> None:
    raw = people_xlsx()
    with pytest.raises(NotAListError, match="Ask the sender"):
        read(raw[: int(len(raw) * kept)], LIMITS)


def test_a_document_or_an_archive_is_no_list() -> None:
    with pytest.raises(NotAListError, match="Word"):
        read(zipped({"word/document.xml": "<x/>"}), LIMITS)
    with pytest.raises(NotAListError, match="archive"):
        read(zipped({"a.csv": "Name\n", "b.csv": "Name\n"}), LIMITS)


@pytest.mark.parametrize("mebibytes", [34, 60, 78, 96, 120])
def test_a_reading_process_that_needs_too_much_memory_ends_alone(mebibytes: int) -> None:
    small = Limits(memory_bytes_max=mebibytes * 1024 * 1024)
    with pytest.raises(ListTooLargeError, match="memory"):
        read_list(b"Name,Note\n" + b"Parwana,x\n" * 200_000, limits=small)


def test_a_reading_process_that_takes_too_long_is_ended() -> None:
    brief = Limits(seconds_max=1, rows_max=10_000_000)
    slow = b"Name\n" + b'"open\n' * 3_000_000
    started = time.monotonic()
    with pytest.raises(ListTooLargeError):
        read_list(slow, limits=brief)
    assert time.monotonic() - started < 10


def test_no_refusal_repeats_what_stands_in_the_file() -> None:
    canary = "Zqxcanary"
    for raw in (
        f"<html>{canary}</html>".encode(),
        f'["{canary}'.encode(),
        b"%PDF" + canary.encode(),
    ):
        with pytest.raises(NotAListError) as caught:
            read_list(raw, name=f"{canary}.xlsx")
        assert canary not in str(caught.value)


@pytest.mark.parametrize("seed", range(12))
def test_no_damage_to_a_file_ends_in_anything_but_a_list_or_a_sentence(seed: int) -> None:
    chance = random.Random(seed)
    for make in (people_xlsx, people_ods):
        for _ in range(12):
            raw = bytearray(make())
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(len(raw))
                raw[at : at + chance.randint(0, 20)] = chance.randbytes(chance.randint(0, 9))
            with contextlib.suppress(ListFileError):
                read(bytes(raw), LIMITS)
