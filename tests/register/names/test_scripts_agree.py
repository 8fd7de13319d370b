"""One name in six scripts is found under one key, and is alike whichever two are compared."""

from __future__ import annotations

from itertools import combinations

import pytest

from safepassage.register.names import (
    Script,
    keys,
    romanise,
    similarity,
    skeleton,
    token_similarity,
    tokens,
)

# Invented combinations of common names; Latin first, then Dari, Pashto, Arabic, Urdu, Cyrillic
# (Ukrainian and Russian), Ethiopic and Hebrew spellings of the same name.
NAMES = {
    "Muhammad": "Mohammad Mohamed Mohd Mehmet محمد Мухаммад Магомед መሐመድ מוחמד",
    "Ahmad": "Ahmed Ahmet Akhmad احمد أحمد Ахмед አህመድ אחמד",
    "Hussain": "Hussein Hossein Husayn حسین حسين حُسین Хусейн ሁሴን חוסיין",
    "Ibrahim": "Ebrahim Ibraheem ابراهیم إبراهيم ابراہیم Ибрагим ኢብራሂም אברהים",
    "Yusuf": "Yousef Yosuf یوسف يوسف Юсуф ዮሴፍ יוסף",
    "Karim": "Kareem Kerim کریم كريم Карим ከሪም כרים",
    "Fatima": "Fatema Fatimah فاطمه فاطمة Фатима ፋጡማ פאטמה",
    "Maryam": "Mariam Miriam مریم مريم Марьям Мариам ማርያም מרים",
    "Gholam": "Ghulam Gulam غلام Гулам Голам",
    "Abdulrahman": "Abdurrahman Abdelrahman عبدالرحمن Абдурахман አብዱራህማን",
    "Nawid": "Naveed Navid نوید Навид",
    "Volodymyr": "Vladimir Wladimir Володимир Владимир",
    "Oleksandr": "Aleksandr Alexander Олександр Александр",
    "Serhiy": "Sergey Sergei Serhii Сергій Сергей",
    "Serhiyovych": "Sergeevich Sergeyevich Сергійович Сергеевич",
    "Ihor": "Igor Ігор Игорь",
    "Gebre": "Ghebre ገብረ",
    "Barakzai": "Barakzay بارکزی بارکزایی",
}

# Names that no table knows, so that the letters alone must do.
UNKNOWN = {
    "Zarmast": "زرماست زرمست Зармаст",
    "Lashkarbek": "لشکربیک Лашкарбек",
    "Torghandiwal": "تورغندیوال Торгандивал",
    "Kudlenko": "Кудленко كودلنكو",
    "Bereketab": "በረከታብ Берекетаб ברכטב",
    "Samarkandi": "سمرقندی سمرقندي Самарканди סמרקנדי",
    "Drozdiuk": "Дроздюк دروزدیوک",
    "Tadesgorfu": "ታደስጎርፉ תדסגורפו",
}


@pytest.mark.parametrize("usual", NAMES)
def test_known_names_share_their_group_in_every_script(usual: str) -> None:
    (token,) = tokens(usual)
    group = {key for key in keys(token) if key.startswith("v:")}
    assert group
    for spelling in NAMES[usual].split():
        (other,) = tokens(spelling)
        assert group & keys(other), spelling


@pytest.mark.parametrize("usual", NAMES)
def test_spellings_of_one_known_name_are_alike(usual: str) -> None:
    for a, b in combinations([usual, *NAMES[usual].split()], 2):
        assert token_similarity(a, b) >= 0.95, (a, b)
        assert token_similarity(a, b) == token_similarity(b, a)


@pytest.mark.parametrize("usual", UNKNOWN)
def test_unknown_names_share_their_consonants(usual: str) -> None:
    (token,) = tokens(usual)
    for spelling in UNKNOWN[usual].split():
        (other,) = tokens(spelling)
        shared = keys(token) & keys(other)
        assert any(key.startswith("c:") for key in shared), (spelling, keys(token), keys(other))
        assert token_similarity(usual, spelling) > 0.75, (spelling, other.latin)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ahmad", "Mahmud"),
        ("Hassan", "Hussain"),
        ("Karim", "Karima"),
        ("Nasir", "Nazir"),
        ("Сергей", "Олег"),
        ("احمد", "محمود"),
        ("Rahim", "Rahman"),
    ],
)
def test_other_names_are_not_taken_for_spellings(one: str, other: str) -> None:
    (a,), (b,) = tokens(one), tokens(other)
    assert not {k for k in keys(a) & keys(b) if k.startswith("v:")}
    assert token_similarity(one, other) < 0.85


@pytest.mark.parametrize(
    ("text", "script", "latin"),
    [
        ("Noor", Script.LATIN, "noor"),
        ("Ñúñez", Script.LATIN, "nunez"),
        ("شکیلا", Script.ARABIC, "shkila"),
        ("ﺷﻜﻴﻼ", Script.ARABIC, "shkila"),
        ("شـكـيـلا", Script.ARABIC, "shkila"),
        ("Щербань", Script.CYRILLIC, "shcherban"),
        ("Згурівський", Script.CYRILLIC, "zghurivskyi"),
        ("ገነት", Script.ETHIOPIC, "genet"),
        ("שלום", Script.HEBREW, "shlom"),
        ("Αννα", Script.GREEK, "anna"),
        ("ნინო", Script.GEORGIAN, "nino"),
        ("Արամ", Script.ARMENIAN, "aram"),
    ],
)
def test_each_script_is_read_letter_by_letter(text: str, script: Script, latin: str) -> None:
    (token,) = tokens(text)
    assert (token.script, token.latin) == (script, latin)
    assert token.written  # kept, whatever it was read as


def test_ukrainian_is_written_by_the_rules_of_2010() -> None:
    assert romanise("Юрій Згоріян Їжакевич Єнакієве Щукін Гощів Соловйів Знам'янка") == (
        "yurii zghoriian yizhakevych yenakiieve shchukin hoshchiv soloviiv znamyanka"
    )


def test_a_word_that_may_be_of_either_language_is_read_in_both() -> None:
    (russian,) = tokens("Гоща")
    assert russian.latin == "goshcha"
    assert keys(russian) & keys(tokens("Hoshcha")[0])
    assert keys(russian) & keys(tokens("Goshcha")[0])


def test_a_latin_letter_typed_into_a_cyrillic_word_does_no_harm() -> None:
    assert similarity("Василiвна Кудленко", "Василівна Кудленко") == 1.0  # the first has Latin i


def test_one_skeleton_from_every_script() -> None:
    written = ["Samarkandi", "سمرقندی", "Самарканди", "סמרקנדי"]
    assert {skeleton(romanise(word)) for word in written} == {"smrknd"}


def test_scripts_without_a_table_are_kept_apart() -> None:
    assert similarity("張偉", "張偉") == 1.0
    assert similarity("張偉", "王芳") < 0.5
    assert tokens("김민준")[0].latin
