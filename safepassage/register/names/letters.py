"""How the letters of each script are usually written in Latin, as plain facts.

The first spelling of a letter is its usual one; the others are spellings that are met as well and
give further readings of a word.  Ukrainian follows the rules of 2010 (Cabinet resolution 55),
Russian the passport rules and the older habits beside them; Dari, Pashto, Arabic and Urdu follow
the habits of passports and lists rather than one standard, because that is what lists hold.
"""

from __future__ import annotations

from typing import Final


def _row(spellings: str) -> tuple[str, ...]:
    return tuple(spellings.split())


# Spellings separated by "|"; what depends on a letter's place is decided in transliteration.py.
ARABIC: Final = {
    "ا": "a", "آ": "a", "أ": "a", "إ": "i", "ٱ": "a", "ء": "", "ؤ": "u", "ئ": "y",
    "ب": "b", "پ": "p", "ت": "t", "ټ": "t", "ٹ": "t", "ث": "th", "ج": "j|g", "چ": "ch",
    "ح": "h", "خ": "kh", "ځ": "z|dz", "څ": "ts|s", "د": "d", "ډ": "d", "ڈ": "d", "ذ": "z|d",
    "ر": "r", "ړ": "r", "ڑ": "r", "ز": "z", "ژ": "zh", "ږ": "zh|g", "س": "s", "ش": "sh",
    "ښ": "sh|kh", "ص": "s", "ض": "z|d", "ط": "t", "ظ": "z|d", "ع": "a", "غ": "gh", "ف": "f",
    "ق": "q|g", "ک": "k", "ك": "k", "ګ": "g", "گ": "g", "ڭ": "ng", "ل": "l", "م": "m", "ن": "n",
    "ں": "n", "ڼ": "n", "ه": "h", "ہ": "h", "ھ": "h", "ۀ": "h", "ە": "a", "ة": "a", "ۃ": "a",
    "و": "w", "ۇ": "u", "ۆ": "o", "ۋ": "w", "ڤ": "v", "ى": "y", "ی": "y", "ي": "y", "ې": "e",
    "ۍ": "i", "ے": "e", "ۓ": "e", "ێ": "e", "ڕ": "r", "ڵ": "l",
}  # fmt: skip

# Only these scripts' letters outside Arabic's own alphabet tell Dari, Pashto and Urdu from Arabic.
NOT_ARABIC: Final = frozenset("پچژگیکټٹډڈړڑځڅږښڼںېۍےګہھ")
PERSIAN_SOUNDS: Final = {"ث": "s", "ذ": "z|d", "ض": "z|d", "ظ": "z|d"}
# Arabic has no p and no v of its own: it writes b and f for them in names from elsewhere.
ARABIC_SOUNDS: Final = {
    "ث": "th", "ذ": "dh|d", "ض": "d|z", "ظ": "z|d", "ب": "b|p", "ف": "f|v", "ج": "j|g",
}  # fmt: skip

RUSSIAN: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g|h", "д": "d", "е": "e", "ё": "e|yo", "ж": "zh",
    "з": "z", "и": "i", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p",
    "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
    "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    # Letters of the neighbours who also write Cyrillic.
    "ў": "u", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "dj", "џ": "dz", "ә": "a",
    "ғ": "gh", "қ": "q", "ң": "ng", "ө": "o", "ү": "u", "ұ": "u", "һ": "h", "ҳ": "h", "ҷ": "j",
    "ӣ": "i", "ӯ": "u", "ѓ": "gj", "ќ": "kj", "ѕ": "dz", "і": "i", "ї": "yi", "є": "ye", "ґ": "g",
}  # fmt: skip
UKRAINIAN: Final = RUSSIAN | {"г": "h", "и": "y", "е": "e"}
ONLY_UKRAINIAN: Final = frozenset("іїєґ")
ONLY_RUSSIAN: Final = frozenset("ыэъё")
# At the beginning of a word the rules of 2010 write these with a y.
UKRAINIAN_INITIAL: Final = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
UKRAINIAN_MEDIAL: Final = {"є": "ie", "ї": "i", "й": "i", "ю": "iu", "я": "ia"}

HEBREW: Final = {
    "א": "a", "ב": "b|v", "ג": "g", "ד": "d", "ה": "h", "ו": "w", "ז": "z", "ח": "h", "ט": "t",
    "י": "y", "כ": "k|kh", "ך": "kh|k", "ל": "l", "מ": "m", "ם": "m", "נ": "n", "ן": "n",
    "ס": "s", "ע": "a", "פ": "p|f", "ף": "f", "צ": "ts|z", "ץ": "ts|z", "ק": "k", "ר": "r",
    "ש": "sh|s", "ת": "t",
}  # fmt: skip

GREEK: Final = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i",
    "κ": "k", "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s",
    "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip

GEORGIAN: Final = dict(
    zip(
        "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
        _row("a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h"),
        strict=True,
    )
)

ARMENIAN: Final = dict(
    zip(
        "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
        _row(
            "a b g d e z e e t zh i l kh ts k h dz gh ch m y n sh o ch p j r s v t r ts v p k o f"
            " ev"
        ),
        strict=True,
    )
)

# One row of eight syllables for each consonant, from U+1200 on.
ETHIOPIC_FIRST: Final = 0x1200
ETHIOPIC_ROWS: Final = _row(
    "h l h m s r s sh q qw q qw b v t ch h hw n ny . k kw kh khw w . z zh y d d j g gw ng t ch"
    " p ts ts f p"
)  # fmt: skip
# The orders of a syllable: Amharic writes the first with e, the sixth without a vowel.
ETHIOPIC_VOWELS: Final = ("e", "u", "i", "a", "e", "", "o", "wa")
ETHIOPIC_BARE: Final = frozenset((".", "h"))  # consonants whose first order sounds as a

LATIN: Final = {
    "ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "ł": "l", "æ": "ae", "œ": "oe", "ə": "a",
    "þ": "th", "ħ": "h", "ŋ": "n", "ĸ": "k", "ŧ": "t", "ƙ": "k", "ɓ": "b", "ɗ": "d", "ƴ": "y",
    "ʒ": "zh", "ǥ": "g", "ɛ": "e", "ɔ": "o", "ɩ": "i", "ʊ": "u", "ɣ": "gh", "ẓ": "z",
}  # fmt: skip
