"""Write conformance/admission/*.json: what a gate decides, the same in Python and in the phone.

python scripts/admission_cases.py           writes the files
python scripts/admission_cases.py --check   exits with 1 if a file is not what would be written

What must come out stands here, written by hand, beside each case.  Keys and passes are those of
`scripts/token_cases.py`; they sign nothing but cases.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from safepassage.model.instant import format_instant  # noqa: E402
from safepassage.secure.spoken import code_digest, typed_word, word_digest  # noqa: E402
from safepassage.secure.token import Claims, seal  # noqa: E402
from scripts.token_cases import (  # noqa: E402
    HOUR,
    KEYS,
    START,
    STRANGER,
    TODAY,
    Case,
    claims,
    keep,
)

FOLDER = ROOT / "conformance" / "admission"
PLACE = "north-gate"
CODE, WORD = "346793ACDP", "pomegranate"
FIVE, ONE, ELSEWHERE = claims(1), claims(2, heads=1), claims(6, gate="south-gate")
WITHDRAWN, SPOKEN = claims(20, heads=2), claims(21, heads=3)
MID = START + HOUR  # the middle of every window
SECOND = timedelta(seconds=1)


def listed(pass_: Claims, code: str, word: str) -> Case:
    """A pass of this gate as the server lists it for a phone."""
    return {
        "pass": pass_.pass_id,
        "group": f"group-{pass_.heads}",
        "heads": pass_.heads,
        "gate": PLACE,
        "from": format_instant(pass_.valid_from),
        "until": format_instant(pass_.valid_until),
        "code": code_digest(code, PLACE),
        "word": word_digest(typed_word(word), pass_.pass_id),
    }


KNOWLEDGE: Case = {
    "device": "phone-1",
    "place": PLACE,
    "station": "gate",
    "stations": ["gate", "search", "boarding", "reception"],
    "server_time": format_instant(START - HOUR),
    "good_for_s": 12 * 3600,
    "epoch": "1",
    "keys": [
        {
            "key_id": key.key_id,
            "public_key": key.public_key.hex(),
            "valid_from": format_instant(key.valid_from),
            "valid_until": format_instant(key.valid_until),
        }
        for key in KEYS
    ],
    "revoked": [WITHDRAWN.pass_id[:16]],
    "seen": [],
    "passes": [listed(FIVE, "3333333333", "apple"), listed(SPOKEN, CODE, WORD)],
    "lifts": [],
    "havens": [],
    "opened": [PLACE],
}


def case(name: str, scan: str | Claims | Mapping[str, Any], answer: str, **more: Any) -> Case:
    """One case.  `answer` is "colour reason", with the heads expected behind it if there are any.

    Args:
        name: a sentence.
        scan: a scanned text, a good pass, or a typed code with its word.
        answer: what must come out.
        more: what differs from an officer at the gate in the middle of the window with a sure
            clock: station, now, uncertain_s, admitted, present, acknowledged; `knowledge` holds
            what differs from the list.
    """
    colour, reason, *expected = answer.split()
    text = seal(scan, TODAY) if isinstance(scan, Claims) else scan
    here: Case = {
        "station": "gate",
        "now": MID,
        "uncertain_s": 1,
        "admitted": {},
        "present": None,
        "acknowledged": [],
    }
    knowledge = more.pop("knowledge", {})
    here |= more
    here["now"] = format_instant(here["now"])
    return {
        "name": name,
        "scan": dict(text) if isinstance(text, Mapping) else {"text": text},
        "here": here,
        "knowledge": knowledge,
        "answer": {
            "colour": colour,
            "reason": reason,
            "expected": int(expected[0]) if expected else None,
        },
    }


def reading() -> list[Case]:
    """Is it a pass of ours at all?"""
    text = seal(ONE, TODAY)
    altered = f"{text[:-6]}{'A' if text[-6] != 'A' else 'B'}{text[-5:]}"
    return [
        case("one person at the right gate in time", ONE, "green admit 1"),
        case("a shop's address", "https://shop.example/menu?table=7", "red not-a-pass"),
        case("nothing at all", "", "red not-a-pass"),
        case("a pass of a later version", "SP2:ABC", "red other-version"),
        case("far too long", "SP1:" + "A" * 5000, "red oversized"),
        case("cut short", text[:-3], "red damaged"),
        case("in small letters", text.lower(), "red not-a-pass"),
        case("in the digits of a Dari keyboard", text[:-1] + "۱", "red damaged"),
        case("the signature was changed", altered, "red forged"),
        case("a stranger's key", seal(ONE, STRANGER), "red unknown-key"),
        case("its key is not known yet", ONE, "red unknown-key", knowledge={"keys": []}),
        case("its time exceeds its key's", claims(22, heads=1, begin=START + 47 * HOUR),
             "red outside-key", now=START + 48 * HOUR),
    ]  # fmt: skip


def standing() -> list[Case]:
    """Does it count, here and now?"""
    late, early = FIVE.valid_until + 2 * SECOND, FIVE.valid_from - 2 * SECOND
    return [
        case("withdrawn", WITHDRAWN, "red revoked 2"),
        case("a family of which nobody is in yet", FIVE, "amber count-heads 5"),
        case("let in here before", ONE, "red already-used 0", admitted={ONE.pass_id: 1}),
        case("let in elsewhere", ONE, "red already-used 1", knowledge={"seen": [ONE.pass_id]}),
        case("let in here in part, and the server knows of it", FIVE, "amber rest-of-family 2",
             admitted={FIVE.pass_id: 3}, knowledge={"seen": [FIVE.pass_id]}),
        case("surely over", FIVE, "red expired 5", now=late),
        case("surely too early", FIVE, "red too-early 5", now=early),
        case("another gate would take it", ELSEWHERE, "red wrong-gate 5"),
        case("this gate is closed", ONE, "red gate-closed 1", knowledge={"opened": []}),
        case("nothing is said of which gates are open", ONE, "green admit 1",
             knowledge={"opened": None}),
        case("over, and of another gate: no walk mends it", ELSEWHERE, "red expired 5", now=late),
        case("too early, and of another gate: go there", ELSEWHERE, "red wrong-gate 5", now=early),
        case("too early, and this gate is closed", ONE, "red gate-closed 1", now=early,
             knowledge={"opened": ["south-gate"]}),
        case("withdrawn and used: the first is said", WITHDRAWN, "red revoked 0",
             admitted={WITHDRAWN.pass_id: 2}),
        case("used and over: that it was used", ONE, "red already-used 0", now=late,
             admitted={ONE.pass_id: 1}),
    ]  # fmt: skip


def clocks() -> list[Case]:
    """Is the clock sure enough?"""
    return [
        case("as it begins, on a sure clock", ONE, "green admit 1", now=ONE.valid_from,
             uncertain_s=0),
        case("a second before, on a sure clock", ONE, "red too-early 1",
             now=ONE.valid_from - SECOND, uncertain_s=0),
        case("its last second, on a sure clock", ONE, "green admit 1", now=ONE.valid_until - SECOND,
             uncertain_s=0),
        case("as it ends, on a sure clock", ONE, "red expired 1", now=ONE.valid_until,
             uncertain_s=0),
        case("a minute before its end, five minutes unsure", ONE, "amber clock-uncertain 1",
             now=ONE.valid_until - 60 * SECOND, uncertain_s=300),
        case("a minute after its end, five minutes unsure", ONE, "amber clock-uncertain 1",
             now=ONE.valid_until + 60 * SECOND, uncertain_s=300),
        case("a minute before it begins, five minutes unsure", ONE, "amber clock-uncertain 1",
             now=ONE.valid_from - 60 * SECOND, uncertain_s=300),
        case("a day unsure", ONE, "amber clock-uncertain 1", uncertain_s=86400),
        case("a day unsure, and somebody answers for it", ONE, "green admit 1", uncertain_s=86400,
             acknowledged=["clock-uncertain"]),
        case("a clock that stands before the list was made", ONE, "red too-early 1",
             now=START - 3 * HOUR, uncertain_s=60),
        case("the same, for somebody who is in already", ONE, "amber clock-uncertain 1",
             now=START - 3 * HOUR, uncertain_s=60, station="search"),
        case("a list as old as it may be", ONE, "green admit 1", knowledge={"good_for_s": 7200}),
        case("a list that is older", ONE, "amber knowledge-old 1", knowledge={"good_for_s": 7199}),
        case("a list that is older, and somebody answers for it", ONE, "green admit 1",
             knowledge={"good_for_s": 7199}, acknowledged=["knowledge-old"]),
        case("a red reason cannot be answered for", ONE, "red expired 1",
             now=ONE.valid_until + HOUR, acknowledged=["expired", "clock-uncertain"]),
    ]  # fmt: skip


def families() -> list[Case]:
    """A family is one."""
    return [
        case("all five are here", FIVE, "green admit 5", present=5),
        case("three of five", FIVE, "amber family-incomplete 5", present=3),
        case("three of five, and somebody answers for the split", FIVE, "green admit 5", present=3,
             acknowledged=["family-incomplete"]),
        case("the other two come later", FIVE, "amber rest-of-family 2",
             admitted={FIVE.pass_id: 3}),
        case("the other two are here", FIVE, "green admit 2", present=2,
             admitted={FIVE.pass_id: 3}),
        case("one of the other two", FIVE, "amber family-incomplete 2", present=1,
             admitted={FIVE.pass_id: 3}),
        case("the last one of a family is asked about too", FIVE, "amber rest-of-family 1",
             admitted={FIVE.pass_id: 4}),
        case("nobody is left to come", FIVE, "red already-used 0", admitted={FIVE.pass_id: 5}),
        case("more came in than the pass has", FIVE, "red already-used 0",
             admitted={FIVE.pass_id: 6}),
        case("a newborn more", FIVE, "amber more-heads 5", present=6),
        case("a newborn more, who becomes a walk-up", FIVE, "green admit 5", present=6,
             acknowledged=["more-heads"]),
        case("two with a pass for one", ONE, "amber more-heads 1", present=2),
        case("counting cannot be answered away", FIVE, "amber count-heads 5",
             acknowledged=["count-heads"]),
        case("an old list is asked about before the heads are", FIVE, "amber knowledge-old 5",
             knowledge={"good_for_s": 60}),
        case("then the heads", FIVE, "amber count-heads 5", knowledge={"good_for_s": 60},
             acknowledged=["knowledge-old"]),
        case("then the split", FIVE, "amber family-incomplete 5", knowledge={"good_for_s": 60},
             present=4, acknowledged=["knowledge-old"]),
    ]  # fmt: skip


def typed() -> list[Case]:
    """A code that is spoken, and a word kept in mind."""
    spoken = {"code": CODE, "word": None}
    return [
        case("a code, and no word yet", spoken, "amber ask-word 3"),
        case("with its word", {"code": CODE, "word": WORD}, "amber count-heads 3"),
        case("with its word in Dari", {"code": CODE, "word": "انار"}, "amber count-heads 3"),
        case("all are here", {"code": CODE, "word": WORD}, "green admit 3", present=3),
        case("with another word", {"code": CODE, "word": "apple"}, "red wrong-word"),
        case("with a word that is none of the list", {"code": CODE, "word": "xyzzy"},
             "red wrong-word"),
        case("without a word, said twice", {"code": CODE, "word": ""}, "red wrong-word"),
        case("small letters and spaces", {"code": " 346-793a cdp", "word": None},
             "amber ask-word 3"),
        case("the digits of a Dari keyboard", {"code": "۳۴۶۷۹۳acdp", "word": None},
             "amber ask-word 3"),
        case("the digits of an Arabic keyboard", {"code": "٣٤٦٧٩٣acdp", "word": None},
             "amber ask-word 3"),
        case("the digits of another script", {"code": "३४६७९३acdp", "word": None}, "red bad-code"),
        case("one character wrong", {"code": "346793ACDQ", "word": None}, "red bad-code"),
        case("a character too few", {"code": CODE[:-1], "word": None}, "red bad-code"),
        case("a right code that nobody has here", {"code": "WWWWWWWWW4", "word": None},
             "red not-on-list"),
        case("withdrawn", spoken, "red revoked 3", knowledge={"revoked": [SPOKEN.pass_id]}),
        case("let in before", spoken, "red already-used 0", admitted={SPOKEN.pass_id: 3}),
        case("over", spoken, "red expired 3", now=SPOKEN.valid_until + HOUR),
        case("too early", spoken, "red too-early 3", now=SPOKEN.valid_from - HOUR),
    ]  # fmt: skip


def stations() -> list[Case]:
    """Behind the gate."""
    over = FIVE.valid_until + 5 * HOUR
    return [
        case("search asks for no window", ONE, "green admit 1", station="search", now=over),
        case("search takes whoever another gate let in", ELSEWHERE, "amber count-heads 5",
             station="search"),
        case("search sees a pass again and again", ONE, "green admit 1", station="search",
             admitted={ONE.pass_id: 1}, knowledge={"seen": [ONE.pass_id]}),
        case("a withdrawn pass goes nowhere", WITHDRAWN, "red revoked 2", station="medical"),
        case("a forged one neither", seal(ONE, STRANGER), "red unknown-key", station="search"),
        case("boarding is not the gate", FIVE, "green admit 5", station="boarding", present=5,
             now=over, knowledge={"seen": [FIVE.pass_id], "opened": []}),
        case("boarded before", FIVE, "red already-used 0", station="boarding",
             admitted={FIVE.pass_id: 5}),
        case("the rest of a family boards", FIVE, "amber rest-of-family 1", station="boarding",
             admitted={FIVE.pass_id: 4}),
        case("a family does not board in parts unasked", FIVE, "amber family-incomplete 5",
             station="boarding", present=4, now=over),
        case("reception", FIVE, "green admit 5", station="reception", present=5, now=over),
        case("received before", FIVE, "red already-used 0", station="reception",
             admitted={FIVE.pass_id: 5}),
    ]  # fmt: skip


FILES = {
    "reading.json": (reading, "is it a pass of ours at all?"),
    "standing.json": (standing, "does it count, here and now?"),
    "clocks.json": (clocks, "is the clock sure enough, and the list young enough?"),
    "families.json": (families, "a family is one"),
    "typed.json": (typed, "a spoken code, and a word kept in mind"),
    "stations.json": (stations, "behind the gate"),
}


def documents() -> dict[str, Any]:
    """Every file's content."""
    return {
        name: {"about": about, "knowledge": KNOWLEDGE, "cases": cases()}
        for name, (cases, about) in FILES.items()
    }


if __name__ == "__main__":
    sys.exit(keep(FOLDER, documents()))
