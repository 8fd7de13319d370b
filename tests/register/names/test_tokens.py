"""A name is a bag of tokens: joined and split forms, titles, fathers, one name only."""

from __future__ import annotations

import pytest

from safepassage.register.names import Role, tokens


def latins(text: str) -> list[str]:
    return [token.latin for token in tokens(text)]


@pytest.mark.parametrize(
    "text",
    ["Abdul Rahman", "Abdulrahman", "Abd al-Rahman", "Abdur Rahman", "Abdurrahman", "Abdel Rahman",
     "عبدالرحمن", "عبد الرحمن", "عبد الرحمان", "ABD-UR-RAHMAN", "Cabdiraxman"],
)  # fmt: skip
def test_the_servant_of_god_is_one_token(text: str) -> None:
    from safepassage.register.names import group_of

    (token,) = tokens(text)
    assert group_of(token.latin) == "abdulrahman"


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("Nasrat Ullah", "nasratullah"),
        ("Nasrat-ullah", "nasratullah"),
        ("Nasratollah", "nasratullah"),
        ("Shams ud-Din", "shamsuddin"),
        ("Shamseddine", "shamsuddin"),
        ("شمس الدین", "shamsuddin"),
        ("Sakhi Zada", "sakhizada"),
        ("Sakhizadeh", "sakhizada"),
        ("سخی‌زاده", "sakhizada"),
        ("Zia ur Rahman", "ziaulrahman"),
        ("Ziaurrahman", "ziaulrahman"),
        ("Abu Bakr", "abubakr"),
    ],
)
def test_halves_of_a_name_are_joined(text: str, latin: str) -> None:
    assert latins(text) == [latin]


def test_what_was_written_stays_written() -> None:
    assert [t.written for t in tokens("عبدالرحمن نورزی")] == ["عبدالرحمن", "نورزی"]
    assert [t.written for t in tokens("Mullah ABD al-Rahman Noorzai")] == [
        "Mullah",
        "ABD al Rahman",
        "Noorzai",
    ]


def test_titles_and_particles_are_no_names() -> None:
    found = tokens("Haji Eng. Karim bin Salim Al-Zubaidi")
    assert [t.latin for t in found if t.role is Role.HONORIFIC] == ["haji", "eng"]
    assert [t.latin for t in found if t.is_name] == ["karim", "salim", "zubaidi"]
    assert next(t for t in found if t.latin == "salim").role is Role.PATRONYMIC


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Sergeevich", Role.PATRONYMIC),
        ("Serhiivna", Role.PATRONYMIC),
        ("Ильинична", Role.UNKNOWN),
        ("Ільїч", Role.PATRONYMIC),
        ("Barakzai", Role.FAMILY),
        ("Karim", Role.GIVEN),
        ("K.", Role.INITIAL),
        ("Sherzad", Role.UNKNOWN),
    ],
)
def test_a_role_is_guessed_from_the_form(text: str, role: Role) -> None:
    assert tokens(text)[0].role is role


def test_capitals_and_a_comma_mark_the_family_name() -> None:
    assert tokens("Jawad SHERDEL")[1].role is Role.FAMILY
    assert tokens("Sherdel, Jawad")[0].role is Role.FAMILY


def test_one_name_is_a_name_and_no_letters_are_none() -> None:
    assert latins("Zarmina") == ["zarmina"]
    assert tokens("") == tokens("12/34 -- !") == ()


def test_words_run_together_are_told_apart_by_their_capitals() -> None:
    assert latins("Agha JanAlizai") == ["agha", "jan", "alizai"]
