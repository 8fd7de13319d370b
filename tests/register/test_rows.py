"""Each row of a list has exactly one fate, and a clerk understands which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.ids import ListId, RecordId
from safepassage.model.sheet import Mark, Row, Sheet
from safepassage.register.columns import propose
from safepassage.register.fields import Field
from safepassage.register.mapping import Column, Mapping, MappingError
from safepassage.register.record import (
    DocumentType,
    NamePart,
    Precision,
    Protection,
    Record,
    Relation,
    Sex,
)
from safepassage.register.rows import ReadRows, read_rows

HEADER = [
    "Ref",
    "Family",
    "Name",
    "Father",
    "Sex",
    "Born",
    "Passport",
    "Phone",
    "Relation",
    "Remarks",
]
PARWANA = [
    "E-1",
    "F1",
    "Parwana Noori",
    "Yusuf",
    "F",
    "1991-05-14",
    "P7781201",
    "0705550101",
    "head",
    "",
]
RECEIVED = date(2021, 8, 20)


def sheet_of(
    *rows: Sequence[str], marks: dict[int, dict[int, frozenset[Mark]]] | None = None
) -> Sheet:
    made = [Row(n, tuple(cells), (marks or {}).get(n, {})) for n, cells in enumerate(rows, start=1)]
    return Sheet("", tuple(made))


def read(sheet: Sheet, mapping: Mapping | None = None, *, is_delimited: bool = True) -> ReadRows:
    return read_rows(
        sheet,
        mapping or propose(sheet).mapping(),
        list_id=ListId("list-1"),
        record_id=lambda row: RecordId(f"record-{row}"),
        received=RECEIVED,
        is_delimited=is_delimited,
    )


def record(cells: Sequence[str], header: Sequence[str] = HEADER) -> Record:
    found = read(sheet_of(header, cells))
    assert not found.quarantined
    return found.records[0]


def why_quarantined(cells: Sequence[str]) -> str:
    found = read(sheet_of(HEADER, PARWANA, PARWANA, cells))
    assert len(found.records) == 2
    return found.quarantined[0].reason


def with_cells(**changed: str) -> list[str]:
    return [changed.get(header.lower(), cell) for header, cell in zip(HEADER, PARWANA, strict=True)]


def test_a_row_becomes_a_record_that_keeps_what_was_written() -> None:
    found = record(PARWANA)
    assert (found.id, found.list, found.row, found.household) == ("record-2", "list-1", 2, "F1")
    assert [(n.part, n.text) for n in found.names] == [
        (NamePart.FULL, "Parwana Noori"),
        (NamePart.FATHER, "Yusuf"),
    ]
    assert found.sex is Sex.FEMALE
    assert found.born is not None
    assert found.born.written == "1991-05-14"
    assert found.phones == ("+93705550101",)
    assert found.documents[0].number == "P7781201"
    assert found.relation is Relation.HEAD
    assert found.claims["reference"] == "E-1"
    assert "Parwana" not in repr(found)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["E-2", "F1", "", "", "M"], "nobody can be told"),
        (["E-2", "F1", "🙂", "", "M"], "no letters"),
        (["E-2", "F1", "123", "", "M"], "no letters"),
        (HEADER, "repeats the header"),
        (["Total", "", "213"], "sum"),
        (["", "", "مجموع", "۲۱۳"], "sum"),
        ([*PARWANA, "one", "two"], "separates columns"),
        (["E-2", "F1", "x" * 301, "", "M"], "longer than 300"),
        (
            ["E-2", "Omid Noori", "Yusuf", "M", "2012-06-30", "P778", "0705550101", "son", ""],
            "may have moved",
        ),
    ],
)
def test_a_row_that_is_nobody_is_quarantined_in_words(cells: list[str], said: str) -> None:
    assert said in why_quarantined(cells)


@pytest.mark.parametrize(
    "name", ["O", "x" * 300, "O'Brien", "<script>alert(1)</script>", "=1+1", "שרה", "ተስፋዬ"]
)
def test_every_name_lands_as_it_was_written(name: str) -> None:
    assert record(with_cells(name=name)).names[0].text == name


def test_one_name_only_is_legal() -> None:
    header = ["Given name", "Surname", "Born"]
    found = record(["Khatera", "", "1991"], header)
    assert [(n.part, n.text) for n in found.names] == [(NamePart.GIVEN, "Khatera")]


@pytest.mark.parametrize("word", ["FNU", "unknown", "N/A", "نامعلوم", "-"])
def test_a_word_for_no_name_is_no_name(word: str) -> None:
    assert [n.text for n in record(with_cells(father=word)).names] == ["Parwana Noori"]


def test_null_is_no_name_but_somebody_is_told() -> None:
    found = read(sheet_of(HEADER, with_cells(father="Null")))
    assert len(found.records[0].names) == 1
    assert "if it is one" in found.remarks[0].sentence


@pytest.mark.parametrize("written", ["31/02/1985", "2050-05-05", "the third of May", "P99"])
def test_an_impossible_date_is_no_date_and_the_person_lands(written: str) -> None:
    found = read(sheet_of(HEADER, with_cells(born=written)))
    landed = found.records[0]
    assert landed.born is None
    assert landed.claims["birth-date-unread"] == written
    assert found.remarks[0].field is Field.BORN
    assert written not in found.remarks[0].sentence


def test_the_first_of_january_is_read_as_its_year() -> None:
    found = record(with_cells(born="1991-01-01")).born
    assert found is not None
    assert found.precision is Precision.YEAR


def test_a_number_of_a_spreadsheet_is_a_date_where_a_date_stands() -> None:
    marks = {2: {5: frozenset({Mark.NUMBER})}}
    found = read(sheet_of(HEADER, with_cells(born="33372"), marks=marks)).records[0].born
    assert found is not None
    assert found.earliest == date(1991, 5, 14)


def test_a_date_in_three_columns_is_one_date() -> None:
    header = ["Name", "Day", "Month", "Year"]
    for cells, precision in (
        (["Parwana Noori", "14", "5", "1991"], Precision.DAY),
        (["Parwana Noori", "", "5", "1991"], Precision.MONTH),
        (["Parwana Noori", "14", "May", "1991"], Precision.DAY),
        (["Parwana Noori", "", "", "1991"], Precision.YEAR),
    ):
        found = record(cells, header).born
        assert found is not None
        assert found.precision is precision
        assert found.earliest.year == 1991


def test_an_age_counts_only_where_there_is_no_date() -> None:
    header = ["Name", "Age", "Born"]
    both = record(["Parwana Noori", "30", "1991-05-14"], header).born
    alone = record(["Parwana Noori", "30", ""], header).born
    assert both is not None
    assert alone is not None
    assert (both.precision, alone.precision) == (Precision.DAY, Precision.ESTIMATED)


def test_a_zone_fills_gaps_and_goes_over_nothing() -> None:
    zone = (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
    )
    header = ["MRZ", "Name", "Born"]
    mapping = Mapping(
        (
            Column(0, "MRZ", Field.MRZ),
            Column(1, "Name", Field.FULL_NAME),
            Column(2, "Born", Field.BORN),
        ),
        1,
    )
    alone, beside = read(sheet_of(header, [zone], [zone, "Anna Eriksson", "1975"]), mapping).records
    assert [n.text for n in alone.names] == ["ERIKSSON", "ANNA MARIA"]
    assert alone.born is not None
    assert alone.born.earliest == date(1974, 8, 12)
    assert alone.sex is Sex.FEMALE
    assert alone.claims["citizenship"] == "UTO"
    assert [n.text for n in beside.names] == ["Anna Eriksson"]
    assert beside.born is not None
    assert beside.born.written == "1975"


def test_a_family_number_in_one_merged_cell_is_that_of_all_its_rows() -> None:
    omid = ["E-2", "", *with_cells(name="Omid Noori")[2:]]
    marks = {3: {1: frozenset({Mark.MERGED})}}
    found = read(sheet_of(HEADER, PARWANA, omid, omid, marks=marks))
    assert [r.household for r in found.records] == ["F1", "F1", ""]


@pytest.mark.parametrize(
    ("number", "stated", "kind"),
    [
        ("P7781201", "", DocumentType.PASSPORT),
        ("1399-0101-22817", "", DocumentType.NATIONAL_ID),
        ("2021/77", "", DocumentType.OTHER),
        ("P7781201", "tazkira", DocumentType.NATIONAL_ID),
        ("P7781201", "facilitation document", DocumentType.OTHER),
    ],
)
def test_a_number_of_no_stated_type_is_what_it_looks_like(
    number: str, stated: str, kind: DocumentType
) -> None:
    found = record(["Parwana", number, stated], ["Name", "Document number", "Document type"])
    assert found.documents[0].type is kind


def test_a_child_that_a_list_calls_alone_is_marked_so() -> None:
    child = with_cells(born="2010", remarks="alone; aunt abroad")
    grown = with_cells(born="1980", remarks="lives alone")
    assert record(child).protection == {Protection.UNACCOMPANIED}
    assert record(with_cells(born="2010", remarks="تنها")).protection == {Protection.UNACCOMPANIED}
    assert record(grown).protection == frozenset()


def test_hidden_rows_are_people_too_and_said_to_be_hidden() -> None:
    sheet = Sheet("", (Row(1, tuple(HEADER)), Row(2, tuple(PARWANA), is_hidden=True)))
    found = read(sheet)
    assert len(found.records) == 1
    assert "hidden" in found.remarks[0].sentence


def test_a_row_with_an_open_quotation_mark_lands_only_if_its_columns_can_be_told() -> None:
    broken = {n: {0: frozenset({Mark.BROKEN})} for n in (2, 3)}
    found = read(sheet_of(HEADER, with_cells(remarks='5" tall'), PARWANA[:4], marks=broken))
    assert [r.row for r in found.records] == [2]
    assert "quotation mark" in found.quarantined[0].reason


def test_rows_above_the_header_are_counted_and_nobody() -> None:
    found = read(sheet_of(["Staff list"], HEADER, PARWANA))
    assert (found.above, found.rows) == (2, 1)


def test_a_mapping_that_tells_nobody_is_refused() -> None:
    with pytest.raises(MappingError, match="Say which one"):
        read(sheet_of(HEADER, PARWANA), Mapping((Column(0, "Ref", Field.REFERENCE),), 1))


CELLS = st.sampled_from(
    [
        "",
        "Parwana",
        "M",
        "1991-05-14",
        "31/02/1985",
        "P7781201",
        "0705550101",
        "Total",
        "=1+1",
        "x" * 400,
        "🙂",
        "٣",
    ]
) | st.text(max_size=12)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.lists(CELLS, max_size=13), max_size=12),
    st.lists(st.sampled_from(Field), min_size=1, max_size=12),
    st.booleans(),
    st.booleans(),
)
def test_rows_in_are_records_and_quarantined_whatever_comes(
    rows: list[list[str]], fields: list[Field], has_header: bool, is_delimited: bool
) -> None:
    columns = [Column(n, field.value, field) for n, field in enumerate(fields)]
    columns.append(Column(len(fields), "name", Field.FULL_NAME))
    mapping = Mapping(tuple(columns), 1 if has_header else None)
    header = [[column.header for column in columns]] if has_header else []
    sheet = sheet_of(*header, *rows)
    found = read(sheet, mapping, is_delimited=is_delimited)
    numbers = [r.row for r in found.records] + [q.row for q in found.quarantined]
    assert sorted(numbers) == [row.number for row in sheet.rows[len(header) :]]
    assert found.rows == len(rows)
    assert all(q.reason for q in found.quarantined)
    landed = {r.row for r in found.records}
    assert {remark.row for remark in found.remarks} <= landed


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=8), min_size=1, max_size=8))
def test_a_proposal_can_be_made_of_anything_and_reads_every_row(rows: list[list[str]]) -> None:
    sheet = sheet_of(*rows)
    mapping = propose(sheet).mapping()
    if mapping.tells_people:
        found = read(sheet, mapping)
        assert found.rows + found.above == len(rows)
