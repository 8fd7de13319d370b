"""UN/EDIFACT PAXLST: a passenger list as airlines and states hand it to each other.

A strict writer of the message as the WCO/IATA/ICAO guide profiles it, in the versions D.02B and
D.05B: one flight, its passengers, one message in one interchange.

    UNA UNB UNG UNH BGM+745                    passenger list, who sends it to whom and when
    NAD+MS                                     the desk that answers for it
    TDT+20  LOC+125 DTM+189  LOC+87 DTM+232    the flight: from where and when, to where and when
    NAD+FL ATT+2 DTM+329 LOC+178 LOC+179 NAT+2 RFF+AVF DOC LOC+91     each passenger
    CNT+42 UNT UNE UNZ                         how many there are, and the ends

The message knows capitals, digits and a few signs (level UNOA): letters are written as ICAO Doc
9303-3 writes them in passports (table A: \u00c4 as AE, \u00d8 as OE, \u00de as TH; other marks
left out).  What cannot be written is refused, with the row and the column and without the word.
Nobody is left out: a passenger without a paper has no DOC segment, which the grammar allows and
some states refuse, so `undocumented` says how many there are before it is sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from safepassage.model.errors import SafePassageError
from safepassage.model.instant import in_utc

UNA = "UNA:+.? '"
COMPONENT_MAX = 35  # characters of one component of a name (element 3036)
PASSENGERS_MAX = 99_999
_NUMBER_MAX = 35
_UNOA = re.compile(r"[A-Z0-9 .,\-()/=!\"%&*;<>'+:?]*")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u02bf]")  # left out, as in passports
_LOCATION = re.compile(r"[A-Z]{3}")
_FLIGHT = re.compile(r"[A-Z0-9]{2,3}[0-9]{1,4}[A-Z]?")
_PARTY = re.compile(r"[A-Z0-9][A-Z0-9 .\-]{0,34}")
_REFERENCE = re.compile(r"[A-Z0-9]{1,14}")
_STATE = re.compile(r"[A-Z]{1,3}")
# ICAO Doc 9303 part 3, section 6, table A: letters that are not written by leaving out their mark.
_ICAO = {
    "\u00c4": "AE", "\u00c5": "AA", "\u00c6": "AE", "\u00d0": "D", "\u00d6": "OE",
    "\u00d8": "OE", "\u00dc": "UE", "\u00de": "TH", "\u0110": "D", "\u0126": "H",
    "\u0131": "I", "\u0132": "IJ", "\u0138": "Q", "\u0141": "L", "\u014a": "N",
    "\u0152": "OE", "\u0166": "T", "\u1e9e": "SS",
}  # fmt: skip


class PaxlstError(SafePassageError, ValueError):
    """A passenger list that cannot be written; the message repeats nobody's name."""


class Version(StrEnum):
    """The directory a message is written by."""

    D02B = "D:02B"
    D05B = "D:05B"


class Sex(StrEnum):
    """As a travel document says it."""

    FEMALE = "F"
    MALE = "M"
    UNSPECIFIED = "U"


class PaperKind(StrEnum):
    """What a document is (element 1001)."""

    PASSPORT = "P"
    VISA = "V"
    IDENTITY_CARD = "I"
    OTHER = "F"  # approved non-standard identity documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """What flies from where to where.

    Attributes:
        number: carrier and flight number: RCH871.
        departs_from: IATA code of the airport, three letters; ``arrives_at`` likewise.

    Raises:
        PaxlstError: a part of it is none.
    """

    number: str
    departs_from: str
    departs_at: datetime
    arrives_at: str
    lands_at: datetime

    def __post_init__(self) -> None:
        _require(_FLIGHT, self.number, "a flight is written like RCH871")
        for place in (self.departs_from, self.arrives_at):
            _require(_LOCATION, place, "an airport is written with its three IATA letters: KBL")
        object.__setattr__(self, "departs_at", in_utc(self.departs_at, "departure"))
        object.__setattr__(self, "lands_at", in_utc(self.lands_at, "landing"))
        if self.lands_at <= self.departs_at:
            raise PaxlstError("a flight lands after it departs: see the two instants")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A travel document of a passenger."""

    kind: PaperKind
    number: str
    issued_by: str = ""  # three letters of ICAO Doc 9303; empty: not known


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Passenger:
    """Somebody on the list, as far as is known.

    Attributes:
        family_name: or the only name; a single name is a whole name.
        born: none: not known to the day, and then it is left out rather than made up.
        reference: under which the sender finds them again.
    """

    family_name: str
    given_names: str = ""
    sex: Sex | None = None
    born: date | None = None
    nationality: str = ""
    reference: str = ""
    paper: Paper | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who sends the list to whom, when, and under which reference.

    Raises:
        PaxlstError: a part of it is none.
    """

    sender: str
    recipient: str
    desk: str  # who answers for it (NAD+MS): an office, no name
    reference: str
    sent_at: datetime

    def __post_init__(self) -> None:
        for party in (self.sender, self.recipient, self.desk):
            _require(_PARTY, party, "a sender, recipient or desk is 1 to 35 capitals and digits")
        _require(_REFERENCE, self.reference, "a reference is 1 to 14 capitals and digits")
        object.__setattr__(self, "sent_at", in_utc(self.sent_at, "sent"))


def written(
    flight: Flight,
    passengers: Sequence[Passenger],
    envelope: Envelope,
    version: Version = Version.D05B,
) -> str:
    """The message, one segment a line.

    Raises:
        PaxlstError: nobody is on it, too many are, or something cannot be written.
    """
    if not 1 <= len(passengers) <= PASSENGERS_MAX:
        raise PaxlstError(f"a passenger list has 1 to {PASSENGERS_MAX:,} passengers")
    message = [
        f"UNH+{envelope.reference}+PAXLST:{version}:UN:IATA",
        "BGM+745",
        f"NAD+MS+++{_escaped(envelope.desk)}",
        f"TDT+20+{flight.number}",
        f"LOC+125+{flight.departs_from}",
        f"DTM+189:{_instant(flight.departs_at)}:201",
        f"LOC+87+{flight.arrives_at}",
        f"DTM+232:{_instant(flight.lands_at)}:201",
    ]
    for row, passenger in enumerate(passengers, start=1):
        message += _passenger(passenger, flight, row)
    message.append(f"CNT+42:{len(passengers)}")
    message.append(f"UNT+{len(message) + 1}+{envelope.reference}")
    day, minute = f"{envelope.sent_at:%y%m%d}", f"{envelope.sent_at:%H%M}"
    ends = f"{_escaped(envelope.sender)}:ZZ+{_escaped(envelope.recipient)}:ZZ+{day}:{minute}"
    segments = [
        f"UNB+UNOA:4+{ends}+{envelope.reference}++APIS",
        f"UNG+PAXLST+{ends}+{envelope.reference}+UN+{version}",
        *message,
        f"UNE+1+{envelope.reference}",
        f"UNZ+1+{envelope.reference}",
    ]
    return "\r\n".join([UNA, *(f"{segment}'" for segment in segments), ""])


def undocumented(passengers: Sequence[Passenger]) -> int:
    """How many have no paper: legal to send, refused by some states."""
    return sum(passenger.paper is None for passenger in passengers)


def _passenger(passenger: Passenger, flight: Flight, row: int) -> Iterator[str]:
    family = _component(passenger.family_name, row, "family name")
    given = _component(passenger.given_names, row, "given names")
    if not family:
        raise PaxlstError(f"passenger {row} has no name: a single name stands as the family name")
    yield f"NAD+FL+++{family}" + (f":{given}" if given else "")
    if passenger.sex is not None:
        yield f"ATT+2++{passenger.sex}"
    if passenger.born is not None:
        if passenger.born > flight.departs_at.date():
            raise PaxlstError(f"passenger {row} was born after the flight departs: see the date")
        yield f"DTM+329:{passenger.born:%y%m%d}"
    yield f"LOC+178+{flight.departs_from}"
    yield f"LOC+179+{flight.arrives_at}"
    if passenger.nationality:
        _require(_STATE, passenger.nationality, f"passenger {row}: a nationality is like AFG")
        yield f"NAT+2+{passenger.nationality}"
    if passenger.reference:
        yield f"RFF+AVF:{_component(passenger.reference, row, 'reference')}"
    if passenger.paper is not None:
        yield f"DOC+{passenger.paper.kind}:110:111+{_number(passenger.paper, row)}"
        if passenger.paper.issued_by:
            _require(
                _STATE, passenger.paper.issued_by, f"passenger {row}: who issued it is like AFG"
            )
            yield f"LOC+91+{passenger.paper.issued_by}"


def _number(paper: Paper, row: int) -> str:
    number = unoa(paper.number, row, "document number")
    if not 1 <= len(number) <= _NUMBER_MAX:
        raise PaxlstError(f"passenger {row}: a document number has 1 to {_NUMBER_MAX} characters")
    return _escaped(number)


def _component(text: str, row: int, column: str) -> str:
    """A component of a name, cut between words where it is too long for the message."""
    found = unoa(text, row, column)
    if len(found) > COMPONENT_MAX:
        found = found[: COMPONENT_MAX + 1].rpartition(" ")[0] or found[:COMPONENT_MAX]
    return _escaped(found)


def unoa(text: str, row: int = 0, column: str = "text") -> str:
    """Text in the capitals of level UNOA, letters written as in a passport.

    Raises:
        PaxlstError: a character cannot be written; it says in which row and column.
    """
    capitals = " ".join(unicodedata.normalize("NFC", text).upper().split())
    spelled = "".join(_ICAO.get(c, c) for c in capitals)
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c)
    )
    plain = _APOSTROPHES.sub("", plain)
    if not _UNOA.fullmatch(plain):
        raise PaxlstError(
            f"passenger {row}: the {column} has a letter that the message does not know; write it"
            " in Latin letters, as the passport does"
        )
    return " ".join(plain.split())


def _escaped(text: str) -> str:
    return re.sub(r"([?+:'])", r"?\1", text)


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%y%m%d%H%M}"


def _require(form: re.Pattern[str], text: str, how: str) -> None:
    if not form.fullmatch(text):
        raise PaxlstError(f"{how}; this is something else")
