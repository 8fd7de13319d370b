"""Columns proposed from headers and contents, and remembered for a sponsor."""

from __future__ import annotations

import json

import pytest

from safepassage.model.sheet import Row, Sheet
from safepassage.register.columns import propose
from safepassage.register.dates import DateOrder
from safepassage.register.fields import Field
from safepassage.register.mapping import Column, Mapping, MappingError
from safepassage.register.record import Calendar

ENGLISH = ["Parwana", "Noori", "Yusuf", "F", "14.05.1991", "P7781201", "0705550101", "Kabul"]


def sheet(*rows: list[str]) -> Sheet:
    return Sheet("", tuple(Row(n, tuple(cells)) for n, cells in enumerate(rows, start=1)))


def fields(*rows: list[str]) -> list[Field]:
    return [column.field for column in propose(sheet(*rows)).columns]


@pytest.mark.parametrize(
    "header",
    [
        "First name, Surname, Father's Name, Gender, D.O.B., Passport No., Mobile, City",
        "نام, تخلص, نام پدر, جنسیت, تاریخ تولد, نمبر پاسپورت, شماره تماس, ولایت",
        "الاسم الأول, اللقب, اسم الأب, الجنس, تاريخ الميلاد, رقم الجواز, هاتف, المدينة",
        "نوم, تخلص, د پلار نوم, جنس, د زیږون نیټه, پاسپورټ, تیلیفون, ولایت",
        "Ім'я, Прізвище, По батькові, Стать, Дата народження, Паспорт, Телефон, Місто",
        "Имя, Фамилия, Отчество, Пол, Дата рождения, Номер паспорта, Телефон, Город",
        "Prénom, Nom, Nom du père, Sexe, Date de naissance, Passeport, Téléphone, Ville",
        "Vorname, Nachname, Vater, Geschlecht, Geburtsdatum, Reisepass, Telefon, Ort",
        "Nombre, Apellidos, Padre, Sexo, Fecha de nacimiento, Pasaporte, Teléfono, Ciudad",
        "first_name, lastName, FATHER_NAME, sex, birthDate, passport_number, phone 1, district",
    ],
)
def test_headers_of_nine_languages_name_the_same_columns(header: str) -> None:
    assert fields(header.split(", "), ENGLISH, ENGLISH) == [
        Field.GIVEN_NAME, Field.FAMILY_NAME, Field.FATHER_NAME, Field.SEX, Field.BORN,
        Field.PASSPORT, Field.PHONE, Field.PLACE,
    ]  # fmt: skip


def test_without_a_header_the_cells_say_what_they_can() -> None:
    rows = [
        ["Parwana Noori", "F", "1991-05-14", "P7781201", "+93 70 555 0101", "p@example.org"],
        ["Omid Noori", "M", "2012-06-30", "P7781202", "+93 70 555 0102", "o@example.org"],
    ]
    proposal = propose(sheet(*rows))
    assert proposal.header_row is None
    assert proposal.data_rows == 2
    assert [column.field for column in proposal.columns] == [
        Field.FULL_NAME, Field.SEX, Field.BORN, Field.PASSPORT, Field.PHONE, Field.EMAIL,
    ]  # fmt: skip
    assert proposal.least_sure < 0.8


def test_titles_above_the_header_are_passed_over() -> None:
    proposal = propose(
        sheet(
            ["List of our staff, confidential"],
            ["as of 12 August"],
            ["Name", "Born"],
            ["Parwana", "1991"],
        )
    )
    assert proposal.header_row == 3
    assert proposal.data_rows == 1


def test_a_header_in_no_language_we_know_is_still_no_person() -> None:
    proposal = propose(sheet(["Jina", "Tarehe"], ["Parwana", "1991-05-14"], ["Omid", "2012-06-30"]))
    assert proposal.header_row == 1
    assert proposal.columns[1].field is Field.BORN


def test_where_header_and_cells_disagree_the_confidence_falls_and_the_reason_says_so() -> None:
    column = propose(sheet(["Name", "Sex"], ["Parwana", "Kabul"], ["Omid", "Herat"])).columns[1]
    assert column.field is Field.SEX
    assert column.confidence < 0.6
    assert "something else" in column.reason


def test_an_identity_number_that_looks_like_a_passport_is_proposed_as_one() -> None:
    assert (
        fields(["name", "id no"], ["Parwana", "P7781201"], ["Omid", "P7781202"])[1]
        is Field.PASSPORT
    )


def test_family_is_a_number_or_a_name_as_its_cells_say() -> None:
    names, numbers = ["Parwana", "Noori"], ["Parwana", "F1"]
    assert fields(["given", "family"], names, ["Omid", "Noori"])[1] is Field.FAMILY_NAME
    assert fields(["given", "family"], numbers, ["Omid", "F1"])[1] is Field.HOUSEHOLD
    beside = fields(["given", "surname", "family"], [*names, "Noori"], ["Omid", "Noori", "Noori"])
    assert beside[1:] == [Field.FAMILY_NAME, Field.HOUSEHOLD]


def test_words_beside_given_and_family_names_are_no_third_name() -> None:
    rows = ["Parwana", "Noori", "blue"], ["Omid", "Noori", "green"]
    assert fields(["given name", "surname", "colour"], *rows)[2] is Field.UNUSED
    assert fields(["colour"], ["Parwana Noori"], ["Omid Noori"])[0] is Field.FULL_NAME


def test_a_number_of_something_else_is_not_the_row_number() -> None:
    assert fields(["name", "street_number"], ["Parwana", "12"], ["Omid", "7"])[1] is not (
        Field.REFERENCE
    )


def test_a_number_under_an_unknown_header_is_not_guessed_at() -> None:
    rows = ["Parwana", "7", "1999"], ["Omid", "8", "2000"]
    assert fields(["name", "list_id", "person_id"], *rows)[1:] == [Field.UNUSED, Field.UNUSED]


def test_duplicate_headers_are_each_looked_at() -> None:
    proposal = propose(
        sheet(
            ["Name", "Phone", "Phone", "Born", "Born"], ["Parwana", "0705550101", "", "1991", "x"]
        )
    )
    assert [column.field for column in proposal.columns] == [
        Field.FULL_NAME, Field.PHONE, Field.PHONE, Field.BORN, Field.UNUSED,
    ]  # fmt: skip
    assert any("twice" in warning for warning in proposal.warnings)


def test_a_lone_name_column_holds_the_whole_name() -> None:
    assert (
        fields(["نام", "تولد"], ["غلام سخی زاده", "1362"], ["زهرا رحیمی", "1370"])[0]
        is Field.FULL_NAME
    )
    assert fields(["نام", "تولد"], ["غلام", "1362"], ["زهرا", "1370"])[0] is Field.GIVEN_NAME


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["14/05/1991", "02/03/1984"], DateOrder.DAY_FIRST),
        (["05/14/1991", "02/03/1984"], DateOrder.MONTH_FIRST),
        (["02/03/1984"], DateOrder.DAY_FIRST),
    ],
)
def test_the_order_of_day_and_month_is_told_by_the_dates_that_allow_only_one(
    dates: list[str], order: DateOrder
) -> None:
    proposal = propose(sheet(["Name", "Born"], *(["Parwana", day] for day in dates)))
    assert proposal.order is order
    assert proposal.order_reason


def test_local_numbers_are_dialled_where_most_of_the_others_belong() -> None:
    local = ["Omid", "0441230104"]
    ukrainian = [["Olena", f"+380 44 123 010{n}"] for n in range(4)]
    assert propose(sheet(["Name", "Phone"], *ukrainian, local)).region == "UA"
    assert propose(sheet(["Name", "Phone"], *ukrainian[:2], local)).region == "AF"
    french = [["Marie", f"+33 6 55 50 12 3{n}"] for n in range(4)]
    assert propose(sheet(["Name", "Phone"], *ukrainian, *french, local)).region == "AF"


def test_a_header_may_name_the_calendar() -> None:
    rows = (["نام", "تاریخ تولد (قمری)"], ["محمد", "1410/09/15"])
    assert propose(sheet(*rows)).calendar is Calendar.LUNAR_HIJRI


def test_hidden_columns_are_proposed_like_others_and_named() -> None:
    hidden = Sheet(
        "", (Row(1, ("Name", "Threat")), Row(2, ("Parwana", "x"))), hidden_columns=frozenset({1})
    )
    proposal = propose(hidden)
    assert proposal.columns[1].is_hidden
    assert any("hidden" in warning for warning in proposal.warnings)


def test_what_was_confirmed_once_is_proposed_for_the_sponsors_next_list() -> None:
    first = propose(sheet(["Who", "When", "Ref"], ["Parwana", "1991", "7"]))
    confirmed = Mapping(
        (
            Column(0, "Who", Field.FULL_NAME),
            Column(1, "When", Field.BORN),
            Column(2, "Ref", Field.UNUSED),
        ),
        first.header_row,
        DateOrder.MONTH_FIRST,
        region="UA",
    )
    written = json.loads(json.dumps(confirmed.to_plain()))
    remembered = Mapping.from_plain(written)
    assert remembered == confirmed
    again = propose(sheet(["Ref", "WHO", "when ", "Phone"], ["8", "Omid", "2012", "1"]), remembered)
    assert [column.field for column in again.columns] == [
        Field.UNUSED, Field.FULL_NAME, Field.BORN, Field.PHONE,
    ]  # fmt: skip
    assert (again.order, again.region) == (DateOrder.MONTH_FIRST, "UA")
    assert again.columns[1].confidence == 1.0


def test_a_damaged_memory_of_a_mapping_is_said_to_be_one() -> None:
    with pytest.raises(MappingError, match="anew"):
        Mapping.from_plain({"columns": [[0, "Name", "no-such-field"]]})


def test_an_empty_sheet_has_nothing_to_propose() -> None:
    proposal = propose(Sheet("", ()))
    assert proposal.columns == ()
    assert proposal.least_sure == 1.0
