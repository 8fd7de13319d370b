"""Words in names that are no names: titles, articles, "son of".

All in the romanised form (`transliteration.py`).  Words that are titles in one name and given names
in another (Malik, Amir, Mir, Agha) are not among them: they are common names, which say little.
"""

from __future__ import annotations

from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


HONORIFICS: Final = _set(
    """mullah mulla mula mulah mollah molla mola mlla mawlawi maulawi mawlavi molavi moulavi maulvi
    mowlawi molawi molvi mwlwi mawlana maulana mualana haji hajji haj hajj alhaj alhaji hajii haje
    sayed sayyed sayyid syed saiyed sayid seyed seyyed seyyid sheikh shaikh shaykh sheik cheikh
    shekh shiekh dr doctor doktor eng engr engineer ing mr mrs ms miss mister prof professor ustad
    ustaz ostad ustadh ostaz qari gen general maj major col colonel lt lieutenant lieut capt captain
    brig brigadier cmdr commander adm admiral sgt sergeant sir hon his her excellency minister
    president ambassador judge akhund akhond akhwand akhand akhoond hujjatulislam hojjatoleslam
    ayatollah ayatullah mufti sahib saheb sahab saib hazrat ato weizero rav bey efendi begum
    bibi jr junior"""
)
# Articles, and what stands between the two halves of a joined name.
ARTICLES: Final = _set("al el ul ur us uz ud un as ash ad ar at an az ol oul il ed es en")
LINKS: Final = _set("wa va de di da la le of the dit called also known na u")
KUNYA: Final = {
    "abu": "abu",
    "abo": "abu",
    "abou": "abu",
    "aboo": "abu",
    "umm": "umm",
    "oum": "umm",
}
PATRONYMIC_PARTICLES: Final = _set(
    "bin ben ibn bint bte binti son daughter wold wuld walad wlad ould wld ebn bn bnt abn"
    " valad farzand oglu ogly oghlu kyzy kizi qizi"
)
ABD: Final = _set(
    "abd abdul abdel abdal abdol abdoul abdur abdus abdud abdun abdush abdur abdor abdu abdil"
    " abdull abdil abdool abdulr abdal"
)
