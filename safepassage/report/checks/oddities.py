"""Where the fold had to choose: unseen movements, second sightings, disputed corrections."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.fold import Cause, Oddity
from safepassage.model.ledger import Ledger

_SENTENCES: dict[Cause, tuple[str, str]] = {
    Cause.UNSEEN: (
        "{person} was last at {from_place} and left {to_place}; nobody saw them get there",
        "ask both posts for scans that were not handed in, or explain it",
    ),
    Cause.REPEAT: (
        "{person} was seen to enter {to_place} where they already were; counted once",
        "two scans of one pass: find out who holds the copy",
    ),
    Cause.OVER_NAMED: (
        "more people were named on {entry} than heads were counted",
        "count again, or withdraw the naming of whoever was not there",
    ),
    Cause.CORRECTED_TWICE: (
        "{entry} was corrected more than once; the latest decision, {other}, is read",
        "agree on one correction and settle this",
    ),
    Cause.UNANCHORED: (
        "{entry} amends {other}, which is no movement in the ledger",
        "hand in what is missing, or withdraw the amendment",
    ),
    Cause.SETTLED_TWICE: (
        "the promise {other} was settled a second time by {entry}",
        "a promise is kept or withdrawn once: correct one of the two",
    ),
    Cause.REUSED: (
        "{entry} reads {other} instead, which is a movement of its own: both are counted",
        "correct {entry} again, with an id that nothing else has",
    ),
    Cause.CATEGORY: (
        "{person} moved under another category than at first; counted under the first",
        "decide which category is right and correct the movement",
    ),
}


def choices_of_the_fold(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """One discrepancy for each choice that the fold made up to `as_of`."""
    for oddity in ledger.oddities():
        if oddity.instant <= as_of:
            yield _discrepancy(oddity)


def _discrepancy(oddity: Oddity) -> Discrepancy:
    sentence, remedy = _SENTENCES[oddity.cause]
    others = () if oddity.other is None else (oddity.other,)
    return Discrepancy(
        check=str(oddity.cause),
        subject=f"{oddity.entry} {oddity.other or ''}".strip(),
        sentence=sentence.format(**oddity._asdict()),
        remedy=remedy.format(**oddity._asdict()),
        since=oddity.instant,
        entries=(oddity.entry, *others),
        heads=1,
    )
