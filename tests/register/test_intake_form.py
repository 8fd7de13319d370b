"""The paper form: nothing on it but a number; what is keyed from it is a list like any other."""

from __future__ import annotations

import re
from datetime import date

import pytest

from safepassage.model.ids import ListId, RecordId
from safepassage.register.bands import BandNumberError, next_bands
from safepassage.register.fields import Field
from safepassage.register.intake_form import (
    FORM_FIELDS,
    FORMS_PER_PAGE,
    band_qr,
    forms_html,
    keyed_list,
)
from safepassage.register.record import DocumentType, Relation
from safepassage.register.rows import read_rows

HEAD, CHILD = next_bands("KM", 0, 2)


def test_a_form_asks_five_things_at_the_gate_in_both_languages() -> None:
    assert sum(field.is_first for field in FORM_FIELDS) == 5
    assert all(field.english and field.dari for field in FORM_FIELDS)


def test_a_print_run_has_each_band_twice_and_three_forms_to_a_page() -> None:
    bands = next_bands("KM", 0, 7)
    page = forms_html(bands)
    assert page.count('<main class="paper">') == -(-7 // FORMS_PER_PAGE)
    for band in bands:
        assert page.count(f'<p class="band">{band.spoken}</p>') == 2
    assert page.count("<svg") == 14
    assert "@page" in page
    assert 'dir="rtl"' in page


def test_a_printed_page_asks_nothing_of_any_network() -> None:
    page = forms_html(next_bands("KM", 0, 1))
    links = re.findall(r"""(?:href|src|url\()=?["']?([^"')\s>]+)""", page)
    assert links == []
    linked = forms_html(next_bands("KM", 0, 1), stylesheet="/lists/forms.css")
    assert "<style>" not in linked
    assert 'href="/lists/forms.css"' in linked


def test_the_code_is_a_picture_of_the_number_without_inline_style() -> None:
    assert "style" not in band_qr(HEAD)


def test_keyed_forms_become_records_tied_by_their_bands() -> None:
    file, mapping = keyed_list(
        [
            {Field.BAND: HEAD.spoken.lower(), Field.FULL_NAME: "Parwana Noori", Field.BORN: "30"},
            {
                Field.BAND: CHILD.text,
                Field.FULL_NAME: "Omid",
                Field.HOUSEHOLD: HEAD.spoken,
                Field.RELATION: "son",
                Field.SEX: "m",
            },
            {},
        ]
    )
    read = read_rows(
        file.sheets[0],
        mapping,
        list_id=ListId("paper"),
        record_id=lambda n: RecordId(f"r{n}"),
        received=date(2021, 8, 20),
    )
    head, child = read.records
    assert read.rows == 2
    assert head.household == child.household == HEAD.text
    assert child.relation is Relation.CHILD
    (band,) = child.documents
    assert (band.type, band.number, band.is_sound) == (DocumentType.BAND, CHILD.text, True)


def test_the_same_forms_keyed_again_are_the_same_list() -> None:
    row = {Field.BAND: HEAD.text, Field.FULL_NAME: "Parwana Noori"}
    spaced = {Field.BAND: HEAD.spoken, Field.FULL_NAME: " Parwana  Noori "}
    assert keyed_list([row])[0].sha256 == keyed_list([spaced])[0].sha256


@pytest.mark.parametrize("field", [Field.BAND, Field.HOUSEHOLD])
def test_a_band_keyed_wrongly_is_told_before_anything_is_kept(field: Field) -> None:
    wrong = HEAD.text[:-1] + ("A" if HEAD.text[-1] != "A" else "C")
    with pytest.raises(BandNumberError, match="Look at the band again"):
        keyed_list([{Field.BAND: HEAD.text, Field.FULL_NAME: "Omid", field: wrong}])
