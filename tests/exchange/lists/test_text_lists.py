"""Lists in plain text: encodings, delimiters, quotation marks, and what was pasted."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.exchange.lists import (
    Limits,
    ListTooLargeError,
    NotAListError,
    read_list,
    read_pasted,
)
from safepassage.exchange.lists.delimited import read_delimited
from safepassage.exchange.lists.encoding import decoded
from safepassage.exchange.lists.reading import read
from safepassage.model.sheet import Format, Mark, ReadList
from tests.exchange.lists.hostile import HEADER, PEOPLE

LIMITS = Limits()
RUSSIAN = "Имя;Отец\nАлександр Сергеевич Петренко;Сергей\nОльга Іваненко;Иван\n"
ARABIC = "الاسم;اسم الأب;تاريخ الميلاد\nمحمد عبد الرحمن;عبد الرحمن;1984\nفاطمة الزهراء;علي;1990\n"
FRENCH = "Prénom;Père;Né le\nHélène Lefèvre;François;02.03.1984\nZoé Müller;André;1990\n"


def cells(read_as: ReadList) -> list[tuple[str, ...]]:
    return [row.cells for row in read_as.sheets[0].rows]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN.replace("І", "И"), "koi8-r"),
        (ARABIC, "cp1256"),
        (FRENCH, "cp1252"),
    ],
)
def test_an_old_code_page_is_told_by_its_words_and_said_to_be_a_guess(
    text: str, encoding: str
) -> None:
    found = read(text.encode(encoding), LIMITS)
    assert found.encoding == encoding
    assert cells(found)[1][0] == text.splitlines()[1].split(";")[0]
    assert any("encoding" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_needs_no_guess(encoding: str) -> None:
    text = "\r\n".join("\t".join(row) for row in [HEADER, *PEOPLE])
    found = read(text.encode(encoding), LIMITS)
    assert cells(found) == [tuple(row) for row in [HEADER, *PEOPLE]]
    assert found.warnings == ()


def test_lists_of_two_senders_in_two_encodings_are_read_line_by_line() -> None:
    raw = "نام;تولد\nغلام سخی;1362\n".encode() + "زهراء;1370\n".encode("cp1256")
    found = read(raw, LIMITS)
    assert cells(found)[2][0] == "زهراء"
    assert any("not UTF-8 like the rest: 1" in warning for warning in found.warnings)


def test_the_desk_may_overrule_the_encoding() -> None:
    assert cells(read("Имя,1\n".encode("koi8-r"), LIMITS, "koi8-r"))[0][0] == "Имя"
    with pytest.raises(NotAListError, match="unknown"):
        read(b"a,b", LIMITS, "klingon")
    with pytest.raises(NotAListError, match="unknown"):
        read(b"a,b", LIMITS, "zip")  # a codec of Python that unpacks is no encoding of text


def test_a_list_that_was_cut_off_in_the_middle_of_a_letter_says_so() -> None:
    found = read("نام,تولد\nغلام,۱۳۶۲".encode()[:-1], LIMITS)
    assert any("cut off" in warning for warning in found.warnings)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_makes_columns(delimiter: str) -> None:
    lines = [delimiter.join(row) for row in [HEADER, *PEOPLE]]
    found = read("\n".join(lines).encode(), LIMITS)
    assert found.delimiter == delimiter
    assert cells(found)[1] == tuple(PEOPLE[0])


def test_a_sheet_that_says_its_separator_is_believed() -> None:
    found = read(b"sep=;\nName;Note\nParwana;a, b, c, d\n", LIMITS)
    assert cells(found) == [("Name", "Note"), ("Parwana", "a, b, c, d")]
    assert found.sheets[0].rows[0].number == 2


def test_quoted_cells_hold_delimiters_lines_and_quotation_marks() -> None:
    found = read(b'Name,Note\n"Noori, ""P""","two\nlines"\nYusuf,x\n', LIMITS)
    assert cells(found) == [("Name", "Note"), ('Noori, "P"', "two\nlines"), ("Yusuf", "x")]


def test_a_quotation_mark_that_is_never_closed_swallows_no_other_row() -> None:
    lines = ["Name,Note", 'Parwana,"never closed', *(f"Person {n},x" for n in range(40))]
    found = read("\n".join(lines).encode(), LIMITS)
    assert len(found.sheets[0].rows) == 42
    assert found.sheets[0].rows[1].is_(0, Mark.BROKEN)
    assert cells(found)[1] == ("Parwana", '"never closed')


def test_zero_bytes_and_characters_nobody_sees_are_taken_out_and_counted() -> None:
    found = read(b"Name,Born\nPar\x00wana,1991\nYu\xef\xbb\xbfsuf,1990\n", LIMITS)
    assert cells(found)[1:] == [("Parwana", "1991"), ("Yusuf", "1990")]
    assert found.sheets[0].count(Mark.UNSEEN) == 2


def test_the_joiner_that_persian_needs_stays() -> None:
    name = "می\u200cرزا"
    assert cells(read(f"نام,تولد\n{name},1362\n".encode(), LIMITS))[1][0] == name


def test_emoji_letters_of_many_scripts_and_long_names_stay_as_they_came() -> None:
    names = ["🙂", "O", "שרה כהן", "ተስፋዬ", "x" * 300, "Ñandú", "محمد\u202eabc"]
    text = "Name,Born\n" + "".join(f"{name},1990\n" for name in names)
    assert [row[0] for row in cells(read(text.encode(), LIMITS))[1:]] == names


def test_a_cell_of_ten_megabytes_is_cut_and_marked() -> None:
    found = read(b"Name,Note\nParwana," + b"x" * 10_000_000 + b"\n", LIMITS)
    assert len(cells(found)[1][1]) == LIMITS.cell_length_max
    assert found.sheets[0].rows[1].is_(1, Mark.CUT)


def test_formulas_in_text_are_text() -> None:
    hostile = "=cmd|' /C calc'!A0"
    found = read(f"Name,Note\nParwana,{hostile}\nYusuf,+SUM(1)\n".encode(), LIMITS)
    assert cells(found)[1][1] == hostile


def test_blank_lines_are_nobody_but_counted_and_rows_keep_their_numbers() -> None:
    found = read(b"Name,Born\n\nParwana,1991\n , \n", LIMITS)
    sheet = found.sheets[0]
    assert [row.number for row in sheet.rows] == [1, 3]
    assert sheet.blank_rows == 2


CELLS = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=8))
def test_what_a_spreadsheet_writes_is_read_back(rows: list[list[str]]) -> None:
    for delimiter in ",;\t|":
        lines = [[cell.replace('"', '""') for cell in row] for row in rows]
        text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in lines)
        read_back = [row.cells for row in read_delimited(text, delimiter, LIMITS).rows]
        assert read_back == [without_end(row) for row in rows if any(row)]


def without_end(row: list[str]) -> tuple[str, ...]:
    """A row without the empty cells at its end, which no reader can tell from none."""
    while row and not row[-1]:
        row = row[:-1]
    return tuple(row)


def test_pasted_rows_are_read_by_tabs_whatever_else_is_in_them() -> None:
    found = read_pasted("Parwana, Noori\t1991\nYusuf, Noori\t1990")
    assert found.format is Format.PASTED
    assert cells(found)[0] == ("Parwana, Noori", "1991")
    with pytest.raises(NotAListError, match="Nothing was pasted"):
        read_pasted("  \n")


def test_json_comes_as_objects_arrays_lines_or_wrapped() -> None:
    people = [
        {"name": "Parwana", "born": 1991, "phones": ["070", "079"]},
        {"name": "غلام", "sex": None},
    ]
    expected = [("name", "born", "phones", "sex"), ("Parwana", "1991", "070; 079"), ("غلام",)]
    for text in (json.dumps(people), json.dumps({"people": people, "count": 2})):
        found = read(text.encode(), LIMITS)
        assert found.format is Format.JSON
        assert cells(found) == expected
    lines = "\n".join(json.dumps(person) for person in people)
    found = read(lines.encode(), LIMITS)
    assert (found.format, cells(found)) == (Format.JSON_LINES, expected)


def test_a_damaged_line_of_json_keeps_its_text_and_the_others_are_read() -> None:
    found = read(b'{"name": "Parwana"}\n{"name": "Yus\n{"name": "Omid"}\n', LIMITS)
    rows = found.sheets[0].rows
    assert [row.cells[0] for row in rows] == ["name", "Parwana", '{"name": "Yus', "Omid"]
    assert rows[2].is_(0, Mark.BROKEN)


def test_json_nested_without_end_or_with_endless_numbers_harms_nothing() -> None:
    with pytest.raises(NotAListError):
        read(b"[" * 100_000, LIMITS)
    found = read(b'[{"name": "Parwana", "id": ' + b"9" * 100_000 + b"}]", LIMITS)
    assert found.sheets[0].rows[1].is_(1, Mark.CUT)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"MZ\x90\x00", "program"),
        (b"<html><body>Sign in</body></html>", "without a table"),
        (
            b'<?xml version="1.0"?><W xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "2003",
        ),
        (b"[1, 2", "damaged JSON"),
    ],
)
def test_what_is_no_list_is_refused_with_a_remedy(raw: bytes, said: str) -> None:
    with pytest.raises(NotAListError, match=said):
        read(raw, LIMITS)


def test_ten_million_rows_are_refused_quickly() -> None:
    with pytest.raises(ListTooLargeError, match="more than 250,000 rows"):
        read_list(b"a,b\n" * 10_000_000)


def test_a_row_of_a_million_columns_is_refused() -> None:
    with pytest.raises(ListTooLargeError, match="columns"):
        read(b"a," * 1_000_000 + b"a", LIMITS)


def test_decoding_keeps_every_byte_of_the_windows_code_pages() -> None:
    assert decoded(bytes(range(32, 256)), "cp1256").warnings == ()
