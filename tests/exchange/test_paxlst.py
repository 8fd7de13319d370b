"""A passenger list as a message, read by a reader of its own, beside those that others sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.exchange.paxlst import (
    Envelope,
    Flight,
    Paper,
    PaperKind,
    Passenger,
    PaxlstError,
    Sex,
    Version,
    undocumented,
    unoa,
    written,
)
from tests.exchange.edifact_reading import between, read

FLIGHT = Flight(
    number="RCH871",
    departs_from="KBL",
    departs_at=datetime(2021, 8, 20, 11, 20, tzinfo=UTC),
    arrives_at="DOH",
    lands_at=datetime(2021, 8, 20, 15, 40, tzinfo=UTC),
)
ENVELOPE = Envelope(
    sender="SPOPS",
    recipient="QATCAA",
    desk="MOVEMENT CONTROL",
    reference="A1B2C3",
    sent_at=datetime(2021, 8, 20, 10, 5, tzinfo=UTC),
)
NURSE = Passenger(
    family_name="Zqnoorzai",
    given_names="Amira Ghül",
    sex=Sex.FEMALE,
    born=date(1984, 3, 9),
    nationality="AFG",
    reference="4F2A91",
    paper=Paper(kind=PaperKind.PASSPORT, number="O1234567", issued_by="AFG"),
)
ALONE = Passenger(family_name="Qazwahid")


@pytest.mark.parametrize("version", Version)
def test_a_list_is_read_back_person_by_person(version: Version) -> None:
    message = written(FLIGHT, [NURSE, ALONE], ENVELOPE, version)
    found = read(message)
    assert found.version == version.value
    assert found.people == [("ZQNOORZAI", "AMIRA GHUEL"), ("QAZWAHID",)]
    assert found.counted == 2
    (trailer,) = found.said["UNT"]
    assert int(trailer[1][0]) == between(found, "UNH", "UNT")
    assert trailer[2] == found.said["UNH"][0][1] == ["A1B2C3"]
    assert [s[1][0] for s in found.said["LOC"]][:2] == ["125", "87"]
    assert [s[1] for s in found.said["DTM"]][:2] == [
        ["189", "2108201120", "201"],
        ["232", "2108201540", "201"],
    ]
    assert found.said["DOC"] == [[["DOC"], ["P", "110", "111"], ["O1234567"]]]
    assert undocumented([NURSE, ALONE]) == 1
    assert message.isascii()


def test_what_the_message_uses_itself_is_escaped() -> None:
    odd = replace(NURSE, family_name="Q?+:o'Zed", reference="A+B")
    found = read(written(FLIGHT, [odd], ENVELOPE))
    assert found.people == [("Q?+:OZED", "AMIRA GHUEL")]
    assert found.said["RFF"][0][1] == ["AVF", "A+B"]


@pytest.mark.parametrize(
    ("name", "as_in_a_passport"),
    [("Straßør", "STRASSOER"), ("Çelik-Yılmaz", "CELIK-YILMAZ"), ("Ångström", "AANGSTROEM"),
     ("Łódź", "LODZ"), ("Þór", "THOR"), ("O’Dea", "ODEA")],
)  # fmt: skip
def test_letters_are_written_as_in_a_passport(name: str, as_in_a_passport: str) -> None:
    assert unoa(name) == as_in_a_passport


def test_a_letter_that_cannot_be_written_is_refused_and_not_repeated() -> None:
    with pytest.raises(PaxlstError, match="passenger 2: the given names has a letter") as caught:
        written(FLIGHT, [NURSE, replace(ALONE, given_names="واحد")], ENVELOPE)
    assert "واحد" not in str(caught.value)


def test_a_long_name_is_cut_between_words() -> None:
    long = replace(ALONE, family_name="Abdul " * 12)
    (person,) = read(written(FLIGHT, [long], ENVELOPE)).people
    assert person == (" ".join(["ABDUL"] * 6),)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"family_name": " "}, "passenger 1 has no name"),
        ({"born": date(2022, 1, 1)}, "born after"),
        ({"nationality": "Afghan"}, "a nationality is like AFG"),
        ({"paper": Paper(kind=PaperKind.PASSPORT, number="")}, "document number"),
    ],
)
def test_what_no_state_would_accept_is_said(changed: dict[str, object], said: str) -> None:
    with pytest.raises(PaxlstError, match=said):
        written(FLIGHT, [replace(NURSE, **changed)], ENVELOPE)  # type: ignore[arg-type]


def test_a_flight_is_from_somewhere_to_somewhere_and_takes_time() -> None:
    for changed in (
        {"number": "RCH 871"},
        {"departs_from": "OAKB"},
        {"lands_at": ENVELOPE.sent_at},
    ):
        with pytest.raises(PaxlstError):
            replace(FLIGHT, **changed)
    with pytest.raises(PaxlstError, match="1 to 35 capitals"):
        replace(ENVELOPE, desk="nobody's")
    with pytest.raises(PaxlstError, match="1 to"):
        written(FLIGHT, [], ENVELOPE)


words = st.text(
    st.characters(codec="latin-1", categories=["Lu", "Ll"], exclude_characters="µ"),
    min_size=1,
    max_size=20,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(words, words), min_size=1, max_size=9))
def test_nobody_is_lost_between_writer_and_reader(names: list[tuple[str, str]]) -> None:
    people = [Passenger(family_name=a, given_names=b) for a, b in names if unoa(a)]
    if people:
        found = read(written(FLIGHT, people, ENVELOPE))
        assert len(found.people) == found.counted == len(people)


@pytest.mark.reference
def test_lists_that_others_sent_have_the_segments_that_ours_have(reference_folder: Path) -> None:
    folder = reference_folder / "conformance"
    files = [
        *sorted((folder / "paxlst-ediclean").rglob("*.txt")),
        *sorted((folder / "paxlst-pnrgov-gtas").rglob("apis-messages/*.txt")),
    ]
    assert len(files) >= 7
    ours = read(written(FLIGHT, [NURSE], ENVELOPE))
    theirs: set[str] = set()
    for file in files:
        found = read(file.read_text("utf-8", errors="replace"))
        assert found.people, file.name
        assert found.version in ("D:02B", "D:05B"), file.name
        theirs |= {tag.strip() for tag in found.said}
    assert set(ours.said) <= theirs


@pytest.mark.reference
def test_our_order_of_segments_is_that_of_a_list_without_noise(reference_folder: Path) -> None:
    folder = reference_folder / "conformance/paxlst-ediclean/tests/testfiles/reference"
    ours = [s[0][0] for s in read(written(FLIGHT, [NURSE], ENVELOPE)).segments]
    theirs = [s[0][0] for s in read((folder / "E.txt").read_text("utf-8")).segments]
    kept = iter(theirs)
    head = ours[: ours.index("NAD", ours.index("TDT"))]
    assert all(tag in kept for tag in head)
