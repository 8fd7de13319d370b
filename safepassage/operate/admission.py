"""The decision at a gate: green, amber or red, and the one reason that is shown.

A phone decides alone, with what it knew when the network was last there.  `gate_app/admission.js`
is the same decision in the phone; `conformance/admission/` is the table that holds the two
together, and this side is the referee.

Which of several true reasons is shown, argued by an example.  A family comes to the wrong gate with
a pass that ended an hour ago.  "Wrong gate" would send them across the airport to be refused again,
so what no walk can mend comes first, and what is nearest to being mended comes last:

    read          is it a pass of ours at all?  Nothing that it says is believed before that
    revoked       it no longer counts, whatever else is true
    already used  its heads are in
    expired       its time is surely over
    wrong gate    another gate would take it
    gate closed   this gate would, when it opens
    too early     so will this gate, at the time that is shown

Only then what an officer may answer, each question once (`acknowledged`):

    ask word      a typed code counts with the word that its holder keeps in mind
    clock         the limit of the window lies within the uncertainty of this clock: never green
    old list      what is known here is older than the operation allows
    count         how many heads stand here?  A family is one
    family        fewer than the pass says: wait, or take responsibility for a split
    more heads    more than it says: the others are counted as walk-ups

Stations behind the gate ask neither for window nor for place: whoever is in them was let in by a
gate.  Whether a pass was seen before is asked only where heads are moved: at the gate, at boarding
and at reception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from safepassage.operate.knowledge import Knowledge, Listed
from safepassage.operate.stations import BOARDING, GATE, RECEPTION
from safepassage.secure.spoken import SpokenError
from safepassage.secure.token import TokenCode, TokenError, gate_mark, read


class Colour(StrEnum):
    """What fills the screen."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class AdmissionReason(StrEnum):
    """Why it has that colour."""

    ADMIT = "admit"
    # Red: not one of ours, or no longer, or not here, or not now.
    NOT_A_PASS = "not-a-pass"  # noqa: S105
    OTHER_VERSION = "other-version"
    OVERSIZED = "oversized"
    DAMAGED = "damaged"
    UNKNOWN_KEY = "unknown-key"
    FORGED = "forged"
    OUTSIDE_KEY = "outside-key"
    BAD_CODE = "bad-code"  # no code at all: a slip of the finger
    NOT_ON_LIST = "not-on-list"
    WRONG_WORD = "wrong-word"
    REVOKED = "revoked"
    ALREADY_USED = "already-used"
    EXPIRED = "expired"
    WRONG_GATE = "wrong-gate"
    GATE_CLOSED = "gate-closed"
    TOO_EARLY = "too-early"
    # Amber: the officer's to answer.
    ASK_WORD = "ask-word"
    CLOCK_UNCERTAIN = "clock-uncertain"
    KNOWLEDGE_OLD = "knowledge-old"
    COUNT_HEADS = "count-heads"
    REST_OF_FAMILY = "rest-of-family"
    FAMILY_INCOMPLETE = "family-incomplete"
    MORE_HEADS = "more-heads"


ACKNOWLEDGED_BY_AN_OFFICER = frozenset(
    {
        AdmissionReason.CLOCK_UNCERTAIN,
        AdmissionReason.KNOWLEDGE_OLD,
        AdmissionReason.FAMILY_INCOMPLETE,
        AdmissionReason.MORE_HEADS,
    }
)
MOVES_HEADS = frozenset({GATE, BOARDING, RECEPTION})


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What stands before the officer: a scanned text, or a typed code with perhaps its word."""

    text: str | None = None
    code: str | None = None
    word: str | None = None


@dataclass(frozen=True, kw_only=True)
class Here:
    """This phone, now."""

    station: str
    now: datetime  # as well as this phone knows
    uncertain: timedelta  # now lies within so much of it
    admitted: Mapping[str, int] = field(default_factory=dict)  # pass -> heads let through here
    present: int | None = None  # heads that the officer counted
    acknowledged: frozenset[AdmissionReason] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Admission:
    """The decision.  `expected` counts the heads of the pass that are not in yet."""

    colour: Colour
    reason: AdmissionReason
    pass_id: str | None = None
    group: str | None = None  # known for the passes of this gate only
    gate: str | None = None  # the mark of the gate that would take it
    heads: int | None = None  # what the pass says
    expected: int | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A pass as it was shown here."""

    pass_id: str
    gate: str  # its mark
    valid_from: datetime
    valid_until: datetime
    heads: int
    group: str | None
    needs_word: bool


def decide(scan: Scan, knowledge: Knowledge, here: Here) -> Admission:
    """The decision about one scan, from nothing but what is known at the gate.

    Raises:
        ValueError: no heads are present, or neither a text nor a code was given.
    """
    if here.present is not None and here.present < 1:
        raise ValueError(f"{here.present} heads present: a pass without people is not shown")
    shown = _shown(scan, knowledge)
    if isinstance(shown, AdmissionReason):
        return Admission(colour=Colour.RED, reason=shown)
    expected = _expected(shown, here)
    refused = _refused(shown, knowledge, here, expected)
    reason = refused or _asked(shown, knowledge, here, expected) or AdmissionReason.ADMIT
    colour = Colour.RED if refused else Colour.AMBER
    return Admission(
        colour=Colour.GREEN if reason is AdmissionReason.ADMIT else colour,
        reason=reason,
        pass_id=shown.pass_id,
        group=shown.group,
        gate=shown.gate,
        heads=shown.heads,
        expected=expected,
        valid_from=shown.valid_from,
        valid_until=shown.valid_until,
    )


def _shown(scan: Scan, knowledge: Knowledge) -> _Shown | AdmissionReason:
    """The pass that was shown, or why it is none."""
    if scan.text is None and scan.code is None:
        raise ValueError("nothing was scanned and nothing typed")
    if scan.text is None:
        return _typed(scan, knowledge)
    try:
        claims = read(scan.text, knowledge.keys)
    except TokenError as fault:
        return _UNREAD[fault.code]
    listed = knowledge.passes.get(claims.pass_id)
    return _Shown(
        pass_id=claims.pass_id,
        gate=claims.gate,
        valid_from=claims.valid_from,
        valid_until=claims.valid_until,
        heads=claims.heads,
        group=listed.group if listed else None,
        needs_word=False,
    )


_UNREAD = {code: AdmissionReason(code.value) for code in TokenCode}


def _typed(scan: Scan, knowledge: Knowledge) -> _Shown | AdmissionReason:
    """The pass of a typed code: one of this gate's, if its word is right or yet to be asked for."""
    try:
        listed = knowledge.by_code(scan.code or "")
    except SpokenError:
        return AdmissionReason.BAD_CODE
    if listed is None:
        return AdmissionReason.NOT_ON_LIST
    if scan.word is not None and not knowledge.is_word(listed, scan.word):
        return AdmissionReason.WRONG_WORD
    return _of_list(listed, needs_word=scan.word is None)


def _of_list(listed: Listed, needs_word: bool) -> _Shown:
    return _Shown(
        pass_id=listed.pass_id,
        gate=gate_mark(listed.gate),
        valid_from=listed.valid_from,
        valid_until=listed.valid_until,
        heads=listed.heads,
        group=listed.group,
        needs_word=needs_word,
    )


def _expected(shown: _Shown, here: Here) -> int:
    """The heads of the pass that did not come through here yet."""
    if here.station not in MOVES_HEADS:
        return shown.heads
    return max(0, shown.heads - here.admitted.get(shown.pass_id, 0))


def _refused(
    shown: _Shown, knowledge: Knowledge, here: Here, expected: int
) -> AdmissionReason | None:
    """Why it is red, None if it is not.  The order is that of the module's first lines."""
    at_gate = here.station == GATE
    seen_elsewhere = shown.pass_id in knowledge.seen and shown.pass_id not in here.admitted
    reasons = {
        AdmissionReason.REVOKED: knowledge.is_revoked(shown.pass_id),
        AdmissionReason.ALREADY_USED: expected == 0 or (at_gate and seen_elsewhere),
        AdmissionReason.EXPIRED: at_gate and here.now - here.uncertain >= shown.valid_until,
        AdmissionReason.WRONG_GATE: at_gate and shown.gate != gate_mark(knowledge.place),
        AdmissionReason.GATE_CLOSED: at_gate and not knowledge.is_open,
        AdmissionReason.TOO_EARLY: at_gate and here.now + here.uncertain < shown.valid_from,
    }
    return next((reason for reason, is_so in reasons.items() if is_so), None)


def _asked(
    shown: _Shown, knowledge: Knowledge, here: Here, expected: int
) -> AdmissionReason | None:
    """What the officer has to answer next, None if there is nothing left to ask."""
    if shown.needs_word:
        return AdmissionReason.ASK_WORD
    present = here.present if here.present is not None else expected
    came_before = expected < shown.heads
    reasons = {
        AdmissionReason.CLOCK_UNCERTAIN: _clock_decides(shown, knowledge, here),
        AdmissionReason.KNOWLEDGE_OLD: knowledge.age(here.now) > knowledge.good_for,
        AdmissionReason.REST_OF_FAMILY: here.present is None and came_before,
        AdmissionReason.COUNT_HEADS: here.present is None and expected > 1,
        AdmissionReason.FAMILY_INCOMPLETE: present < expected,
        AdmissionReason.MORE_HEADS: present > expected,
    }
    answered = here.acknowledged & ACKNOWLEDGED_BY_AN_OFFICER
    return next(
        (reason for reason, is_so in reasons.items() if is_so and reason not in answered), None
    )


def _clock_decides(shown: _Shown, knowledge: Knowledge, here: Here) -> bool:
    """Whether the colour depends on how wrong this clock is.

    It is wrong for sure when it says that the list is not made yet.
    """
    earliest, latest = here.now - here.uncertain, here.now + here.uncertain
    if latest < knowledge.server_time:
        return True
    if here.station != GATE:
        return False
    return earliest < shown.valid_from or latest >= shown.valid_until
