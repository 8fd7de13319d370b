"""Write conformance/token/*.json: cases that every reader of passes must decide in the same way.

python scripts/token_cases.py           writes the files
python scripts/token_cases.py --check   exits with 1 if a file is not what would be written

The keys are made from words that stand here, so that every run writes the same bytes.  They sign
nothing but these cases.  The bytes of odd forms are put together here by hand, apart from the
writer under test.
"""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from safepassage.model.instant import format_instant
from safepassage.secure import base45
from safepassage.secure.spoken import ALPHABET as SPOKEN
from safepassage.secure.spoken import ROUNDS, code_digest, shown_code, typed_word, word_digest
from safepassage.secure.token import PREFIX, Claims, IssuingKey, gate_mark, seal

FOLDER = Path(__file__).resolve().parent.parent / "conformance" / "token"
START = datetime(2021, 8, 20, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
ORDER = 2**252 + 27742317777372353535851937790883648493  # of Ed25519's group: RFC 8032, 5.1
Case = dict[str, Any]


def key_of(words: str) -> Ed25519PrivateKey:
    """A key that follows from words."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(words.encode()).digest())


TODAY, TOMORROW = key_of("a case: the key of today"), key_of("a case: the key of tomorrow")
STRANGER = key_of("a case: the key of a stranger")


def public(key: Ed25519PrivateKey, begin: datetime, hours: int) -> IssuingKey:
    """The half of a key that checks."""
    return IssuingKey(key.public_key().public_bytes_raw(), begin, begin + hours * HOUR)


KEYS = (public(TODAY, START - 6 * HOUR, 48), public(TOMORROW, START + 18 * HOUR, 48))


def claims(
    number: int = 1, *, heads: int = 5, gate: str = "north-gate", begin: datetime = START
) -> Claims:
    """A pass of two hours."""
    return Claims(
        pass_id=hashlib.sha256(f"a case: pass {number}".encode()).hexdigest()[:32],
        gate=gate_mark(gate),
        valid_from=begin,
        valid_until=begin + 2 * HOUR,
        heads=heads,
    )


def said(pass_: Claims) -> Case:
    """What a reader answers for a good pass."""
    return {
        "pass": pass_.pass_id,
        "gate_mark": pass_.gate,
        "from": format_instant(pass_.valid_from),
        "until": format_instant(pass_.valid_until),
        "heads": pass_.heads,
    }


def good() -> list[Case]:
    """Passes that we issued."""
    chosen = {
        "a family of five": (claims(1), TODAY),
        "one person": (claims(2, heads=1), TODAY),
        "the largest group whose heads take one byte": (claims(3, heads=23), TODAY),
        "the smallest group whose heads take two bytes": (claims(4, heads=24), TODAY),
        "the largest group": (claims(5, heads=255), TODAY),
        "another gate": (claims(6, gate="south-gate"), TODAY),
        "a gate whose id is written with other signs": (claims(7, gate="gate:2/b~x.1"), TODAY),
        "a pass as long as its key": (
            Claims(
                pass_id=claims(8).pass_id,
                gate=gate_mark("north-gate"),
                valid_from=KEYS[0].valid_from,
                valid_until=KEYS[0].valid_until,
                heads=2,
            ),
            TODAY,
        ),
        "the key of tomorrow": (claims(9, begin=START + 20 * HOUR), TOMORROW),
    }
    return [
        {"name": name, "text": seal(pass_, key), "claims": said(pass_)}
        for name, (pass_, key) in chosen.items()
    ]


def time_cases() -> list[Case]:
    """What a pass is at an instant: [from, until)."""
    asked = {
        "a second before it begins": (-timedelta(seconds=1), "too-early"),
        "as it begins": (timedelta(0), "good"),
        "in its last second": (2 * HOUR - timedelta(seconds=1), "good"),
        "as it ends": (2 * HOUR, "expired"),
        "the day after": (24 * HOUR, "expired"),
    }
    text = seal(claims(1), TODAY)
    return [
        {"name": name, "text": text, "now": format_instant(START + after), "standing": standing}
        for name, (after, standing) in asked.items()
    ]


def sealed_bytes(pass_: Claims, key: Ed25519PrivateKey = TODAY) -> bytes:
    """The bytes of a good pass."""
    return base45.decode(seal(pass_, key)[len(PREFIX) :])


def text_of(content: bytes) -> str:
    """Bytes as the text of a pass."""
    return PREFIX + base45.encode(content)


def replaced(content: bytes, old: str, new: str) -> bytes:
    """Bytes with one piece replaced, which must be there once."""
    assert content.count(bytes.fromhex(old)) == 1, old  # noqa: S101 - a case that says nothing
    return content.replace(bytes.fromhex(old), bytes.fromhex(new))


def forged() -> list[Case]:
    """Passes with a signature that is not its key's."""
    whole = sealed_bytes(claims(1))
    other = sealed_bytes(claims(2))
    one = sealed_bytes(claims(2, heads=1))
    high = (int.from_bytes(whole[-32:], "little") + ORDER).to_bytes(32, "little")
    day = START + 2 * HOUR
    stamp = f"{int(day.timestamp()):08x}"
    found = {
        "one head more": replaced(whole, "20052143", "20062143"),
        "the window made a day longer": replaced(
            whole, stamp, f"{int((day + 20 * HOUR).timestamp()):08x}"
        ),
        "another gate": whole.replace(
            bytes.fromhex(gate_mark("north-gate")), bytes.fromhex(gate_mark("south-gate"))
        ),
        "another pass id": whole.replace(
            bytes.fromhex(claims(1).pass_id), bytes.fromhex(claims(2).pass_id)
        ),
        "the signature of another pass": whole[:-64] + other[-64:],
        "a signature of zeros": whole[:-64] + bytes(64),
        "a signature with a bit changed": whole[:-1] + bytes((whole[-1] ^ 1,)),
        "a signature whose number is too large by the order of the group": whole[:-32] + high,
        "a signature by a stranger under our key id": whole[:-64]
        + STRANGER.sign(b"\x84\x6aSignature1" + whole[2:11] + b"\x40" + whole[12:-66]),
        "our own key id exchanged for that of tomorrow": replaced(
            whole, KEYS[0].key_id, KEYS[1].key_id
        ),
        "heads moved from one pass to another": one[:-64] + whole[-64:],
    }
    return refused(found, "forged")


def refused(found: dict[str, bytes], code: str) -> list[Case]:
    """Cases of bytes that are refused; one that is longer than any pass is refused as that."""
    cases = []
    for name, content in found.items():
        text = text_of(content)
        too_long = len(text) > len(PREFIX) + 180
        cases.append({"name": name, "text": text, "refused": "oversized" if too_long else code})
    return cases


def altered() -> list[Case]:
    """Other forms of the same claims, rightly signed with a key of ours: refused all the same."""
    header, c = bytes.fromhex("a201270444" + KEYS[0].key_id), claims(1)
    begin, until = (f"{int(t.timestamp()):08x}" for t in (c.valid_from, c.valid_until))
    pieces = [f"041a{until}", f"051a{begin}", f"0750{c.pass_id}", "2005", f"2143{c.gate}"]
    ours = bytes.fromhex("a5" + "".join(pieces))
    kid = KEYS[0].key_id

    def whole(
        payload: bytes, protected: bytes = header, free: str = "a0", tag: str = "d2"
    ) -> bytes:
        def text(content: bytes) -> bytes:
            head = (0x40 + len(content),) if len(content) < 24 else (0x58, len(content))
            return bytes(head) + content

        signed = b"\x84\x6aSignature1" + text(protected) + b"\x40" + text(payload)
        start = bytes.fromhex(tag + "84") + text(protected) + bytes.fromhex(free)
        return start + text(payload) + text(TODAY.sign(signed))

    assert whole(ours) == sealed_bytes(c)  # noqa: S101 - else the forms below differ in more
    payload = bytes.fromhex
    found = {
        "keys in another order": whole(payload("a5" + "".join(reversed(pieces)))),
        "heads in two bytes where one does": whole(replaced(ours, "20052143", "2018052143")),
        "heads of nobody": whole(replaced(ours, "20052143", "20002143")),
        "heads below nothing": whole(replaced(ours, "20052143", "20252143")),
        "heads as text": whole(replaced(ours, "20052143", "2061352143")),
        "a time in eight bytes": whole(replaced(ours, f"1a{until}", f"1b00000000{until}")),
        "a time as a fraction": whole(replaced(ours, f"1a{until}", f"fa{until}")),
        "a window that ends before it begins": whole(
            replaced(replaced(ours, f"041a{until}", f"041a{begin}"), f"051a{begin}", f"051a{until}")
        ),
        "a window before the year 2000": whole(replaced(ours, f"051a{begin}", "051a00000001")),
        "a claim twice": whole(payload("a6" + "".join(pieces[:1] + pieces))),
        "a claim more": whole(payload("a6" + "".join([*pieces, "2201"]))),
        "a claim less": whole(payload("a4" + "".join(pieces[:4]))),
        "claims without a stated end": whole(payload("bf" + "".join(pieces) + "ff")),
        "something after the claims": whole(ours + b"\x00"),
        "something after the pass": whole(ours) + b"\x00",
        "no tag": whole(ours, tag=""),
        "the tag of another kind of message": whole(ours, tag="d1"),
        "the key id outside the signature": whole(ours, payload("a10127"), "a10444" + kid),
        "the key id in both headers": whole(ours, free="a10444" + kid),
        "another algorithm": whole(ours, payload("a201260444" + kid)),
        "no algorithm": whole(ours, payload("a10444" + kid)),
        "a key id of eight bytes": whole(ours, payload("a201270448" + kid * 2)),
        "a header more": whole(ours, payload("a3012703040444" + kid)),
    }
    return refused(found, "damaged")


def truncated() -> list[Case]:
    """Passes that were cut, or grew."""
    text, whole = seal(claims(1), TODAY), sealed_bytes(claims(1))
    cut = {f"only {n} characters": text[:n] for n in (4, 5, 6, 7, 90, len(text) - 3, len(text) - 1)}
    found = [{"name": name, "text": part, "refused": "damaged"} for name, part in cut.items()]
    found += refused({"the last byte is missing": whole[:-1], "the first": whole[1:]}, "damaged")
    return found


def foreign_key() -> list[Case]:
    """Rightly signed, with a key that is not ours, or not for that time."""
    late = claims(3, begin=KEYS[0].valid_until - HOUR)
    early = claims(4, begin=KEYS[1].valid_from - HOUR)
    found = [{"name": "a stranger's key", "text": seal(claims(1), STRANGER), "refused": ""}]
    found[0]["refused"] = "unknown-key"
    for name, pass_, key in (
        ("a pass that ends after its key", late, TODAY),
        ("a pass that begins before its key", early, TOMORROW),
    ):
        found.append({"name": name, "text": seal(pass_, key), "refused": "outside-key"})
    return found


def oversized() -> list[Case]:
    """Longer than any pass: refused before a character is looked at."""
    text = seal(claims(5, heads=255), TODAY)
    return [
        {"name": "one character more than the longest pass", "text": text + "0", "refused": ""},
        {"name": "a pass twice", "text": text + text, "refused": ""},
        {"name": "a pass and 4,000 characters", "text": text + "A" * 4000, "refused": ""},
        {"name": "digits of another script without end", "text": PREFIX + "۴" * 400, "refused": ""},
    ]


def other_letters() -> list[Case]:
    """Characters that look like ours: of other scripts, full width, small, invisible."""
    text = seal(claims(1), TODAY)
    at = next(n for n, letter in enumerate(text) if n > 20 and letter.isdigit())
    digit = int(text[at])
    bases = {
        "a Persian digit": 0x06F0,
        "an Arabic digit": 0x0660,
        "a Devanagari digit": 0x0966,
        "a full-width digit": 0xFF10,
        "a mathematical digit": 0x1D7CE,
    }
    found = {name: text[:at] + chr(base + digit) + text[at + 1 :] for name, base in bases.items()}
    found["a Greek capital that looks like ours"] = text[:at] + "Α" + text[at + 1 :]
    found["a small letter"] = text[:at] + "a" + text[at + 1 :]
    found["a letter that becomes two capitals"] = text[:at] + "ß" + text[at + 2 :]
    found["a space that is not ours"] = text[:at] + "\u00a0" + text[at + 1 :]
    found["a zero-width joiner at its end"] = text + "\u200d"
    found["a line feed at its end"] = text + "\n"
    found["a space at its end"] = text + " "
    found["a surrogate without its pair"] = text[:at] + "\ud83d" + text[at + 1 :]
    found["a zero byte"] = text[:at] + "\x00" + text[at + 1 :]
    return [{"name": name, "text": odd, "refused": "damaged"} for name, odd in found.items()]


def others_codes() -> list[Case]:
    """What else a camera at a gate sees."""
    text = seal(claims(1), TODAY)
    seen = {
        "a shop's address": "https://shop.example/menu?table=7",
        "a wireless network": "WIFI:T:WPA;S:Guest;P:example;;",
        "a card with a name": "BEGIN:VCARD\nVERSION:3.0\nFN:Example\nEND:VCARD",
        "a boarding pass": "M1EXAMPLE/TEST        EABC123 KBLDOHXX 0001 233Y001A0001 100",
        "a certificate of health": "HC1:6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE",
        "a number": "4006381333931",
        "nothing": "",
        "one space": " ",
        "a space before a pass": " " + text,
        "a byte-order mark before a pass": "\ufeff" + text,
        "a pass in small letters": text.lower(),
        "a prefix in full width": "ＳＰ１:" + text[4:],
        "a prefix with a Persian digit": "SP۱:" + text[4:],
    }
    found = [{"name": n, "text": t, "refused": "not-a-pass"} for n, t in seen.items()]
    for name, prefix in (("a later version", "SP2:"), ("a much later version", "SP127:")):
        found.append({"name": name, "text": prefix + text[4:], "refused": "other-version"})
    return found


def base45_cases() -> dict[str, Any]:
    """The examples of RFC 9285, 4.3 and 4.4, and texts that are none."""
    examples = {
        "AB": "BB8",
        "Hello!!": "%69 VD92EX0",
        "base-45": "UJCLQE7W581",
        "ietf!": "QED8WEX0",
    }
    pairs = [{"hex": k.encode().hex(), "text": v} for k, v in examples.items()]
    pairs += [
        {"hex": "", "text": ""},
        {"hex": "ffff", "text": "FGW"},
        {"hex": "ff", "text": "U5"},
        {"hex": "24", "text": " 0"},
    ]
    pairs += [{"hex": "0654", "text": "0 0"}]
    bad = [
        "GGX",
        ":::",
        "V5",
        "::",
        "A",
        "ABCD",
        "bb8",
        "BB٨",
        "BB8\n",
        "BB ",
        "B ",
        "BB!",
        "ＢＢ8",
    ]
    return {"about": "base45, RFC 9285", "pairs": pairs, "refused": bad}


def spoken_cases() -> dict[str, Any]:
    """Codes as people type them, words as they say them, and what a phone keeps of both."""
    code, gate = code_of("346793ACD"), "north-gate"
    parts = shown_code(code)
    eastern = {ord(str(value)): 0x06F0 + value for value in range(10)}
    arabic = {ord(str(value)): 0x0660 + value for value in range(10)}
    typed = {
        "as it is": code,
        "in parts": parts,
        "in small letters with hyphens": parts.lower().replace(" ", "-"),
        "in the digits of a keyboard for Dari": parts.translate(eastern),
        "in the digits of a keyboard for Arabic, from right to left": "\u200f"
        + parts.translate(arabic),
    }
    wrong = {
        "a wrong check character": code[:-1] + next(x for x in "346" if x != code[-1]),
        "two characters exchanged": code[1] + code[0] + code[2:],
        "a character too few": code[:-1],
        "a character too many": code + "3",
        "the letter O for a nought": "O" + code[1:],
        "a full-width digit": "\uff13" + code[1:],
        "a digit of Devanagari": "\u0969" + code[1:],
        "a letter that becomes two capitals": "\u00df" + code[1:],
        "a small dotless i": "\u0131" + code[1:],
        "a pass": PREFIX + code,
        "nothing": "",
        "without end": "3" * 5000,
    }
    said = {"name": "", "code": code, "gate": gate, "digest": code_digest(code, gate)}
    pass_id = claims(1).pass_id
    return {
        "about": "codes and words: PBKDF2-HMAC-SHA-256",
        "rounds": ROUNDS,
        "codes": [{**said, "name": name, "typed": text} for name, text in typed.items()]
        + [{"name": name, "typed": text, "refused": True} for name, text in wrong.items()],
        "words": [
            {
                "typed": form,
                "number": typed_word(form).number,
                "pass": pass_id,
                "digest": word_digest(typed_word(form), pass_id),
            }
            for form in ("pomegranate", "\u0627\u0646\u0627\u0631", "Anar", " Feather ")
        ],
    }


def code_of(content: str) -> str:
    """The one code that begins so: its weighted sum is a multiple of 23."""
    values = [SPOKEN.index(letter) for letter in content]
    total = sum((10 - place) * value for place, value in enumerate(values))
    return content + SPOKEN[-total % 23]


FILES = {
    "good": ("passes that were issued", good),
    "expired": (
        "one pass at several instants: valid from the first, until before the last",
        time_cases,
    ),
    "forged": ("the right form, and a signature that is not its key's", forged),
    "altered": ("other forms of the same claims, signed with a key of ours", altered),
    "truncated": ("passes that were cut short", truncated),
    "foreign-key": ("signed with a key that is unknown, or not for that time", foreign_key),
    "oversized": ("longer than any pass", oversized),
    "other-letters": ("characters that look like ours", other_letters),
    "other-codes": ("what others print", others_codes),
}


def documents() -> dict[str, Any]:
    """Every file by its name."""
    keys = [
        {
            "key_id": key.key_id,
            "public_key": key.public_key.hex(),
            "valid_from": format_instant(key.valid_from),
            "valid_until": format_instant(key.valid_until),
        }
        for key in KEYS
    ]
    found: dict[str, Any] = {"base45.json": base45_cases(), "spoken.json": spoken_cases()}
    for name, (about, cases) in FILES.items():
        made = cases()
        for case in made:
            if case.get("refused") == "":
                case["refused"] = name
        found[f"{name}.json"] = {"about": about, "keys": keys, "cases": made}
    return found


def keep(folder: Path, wanted: dict[str, Any]) -> int:
    """Write the files of a table of cases, or with --check say which differ; the exit code."""
    only_check = "--check" in sys.argv
    differ = []
    for name, document in wanted.items():
        text = json.dumps(document, indent=1, ensure_ascii=True) + "\n"
        path = folder / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        differ.append(name)
        if not only_check:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in differ:
        said = "differs" if only_check else "written"
        print(f"conformance/{folder.name}/{name} {said}")
    return int(bool(differ) and only_check)


if __name__ == "__main__":
    sys.exit(keep(FOLDER, documents()))
