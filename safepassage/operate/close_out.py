"""Close-out: planned, boarded and counted heads agree, or somebody signs why they do not.

What the signature says decides what the ledger does, so that heads are conserved:

    more counted than boarded    lap-children, unlisted-riders or other: the heads that nobody
                                 scanned go aboard in the books, with a band each as far as bands
                                 were given
    fewer counted                late-offload or other: so many heads go back to where they boarded
    miscount                     the scans stand, nobody moves, and the count stays a discrepancy

What is planned and did not come is released first (`boarding.release`), or the difference is
signed: it moves nobody.  The movements carry the instant of the count, which they make true.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from safepassage.model.close_out import CloseOut, Difference
from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId, GroupId
from safepassage.model.instant import zulu
from safepassage.model.movement import Movement, Phase
from safepassage.model.observation import Headcount
from safepassage.operate.manifest import Line, Manifest
from safepassage.operate.step import Why, heads_that, refuse_unless

BAND = "band-"  # begins the group of whoever is known by a wristband alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What whoever closes a lift out says.

    Attributes:
        by: the account or device that signs.
        counted: heads counted just now; none: as they were counted last.
        difference: why the three numbers differ; none: they agree.
        bands: of riders whom nobody scanned: a wristband each.
    """

    by: str
    counted: int | None = None
    difference: Difference | None = None
    bands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreeNumbers:
    """Heads that were planned, boarded and counted, children on laps included."""

    planned: int
    boarded: int
    counted: int | None  # none: nobody has counted since somebody boarded or was taken off

    @property
    def agree(self) -> bool:
        """Whether nothing needs to be signed."""
        return self.planned == self.boarded == self.counted

    @property
    def unscanned(self) -> int:
        """Heads that were counted and not scanned; below zero: scanned and not counted."""
        return 0 if self.counted is None else self.counted - self.boarded

    def fit(self, difference: Difference) -> bool:
        """Whether a reason can be why these numbers differ."""
        counted = self.boarded if self.counted is None else self.counted
        more = max(counted, self.boarded) > self.planned or counted > self.boarded
        fewer = min(counted, self.boarded) < self.planned or counted < self.boarded
        return {
            Difference.LAP_CHILDREN: more,
            Difference.UNLISTED_RIDERS: more,
            Difference.LATE_OFFLOAD: fewer,
            Difference.MISCOUNT: counted != self.boarded,
            Difference.OTHER: more or fewer,
        }[difference]


def three_numbers(manifest: Manifest) -> ThreeNumbers:
    """The numbers of a manifest; a count that is older than the last boarding is none."""
    counted = manifest.counted
    is_fresh = counted is not None and (
        manifest.moved_at is None or counted.occurred_at >= manifest.moved_at
    )
    heads = counted.heads if counted is not None and is_fresh else None
    return ThreeNumbers(manifest.planned, manifest.boarded, heads)


def close_out(
    manifest: Manifest,
    signed: Signed,
    *,
    at: datetime,
    token: str,
    acknowledged: Collection[Why] = (),
) -> list[Fact]:
    """Shut the doors.

    Raises:
        StepRefusedError: nobody counted, the numbers differ and nobody says why, the reason does
            not fit, it was closed out so already, or it has left.
    """
    lift = manifest.lift.lift
    _check_may_close(manifest, acknowledged)
    counting: list[Fact] = []
    three, counted_at = three_numbers(manifest), at
    if signed.counted is not None:
        counted_at = min(at, manifest.departed_at or at)
        three = ThreeNumbers(three.planned, three.boarded, signed.counted)
        counting = [
            Headcount(
                id=EntryId(f"close/{token}/count"),
                place=lift,
                heads=signed.counted,
                occurred_at=counted_at,
            )
        ]
    elif three.counted is not None and manifest.counted is not None:
        counted_at = manifest.counted.occurred_at
    refuse_unless(
        three.counted is not None,
        Why.NOT_COUNTED,
        f"nobody has counted the heads aboard {lift}"
        + (f" since {zulu(manifest.moved_at)}" if manifest.counted and manifest.moved_at else "")
        + ": walk through the cabin and count every head, children on laps included",
    )
    assert three.counted is not None  # noqa: S101 - refused above
    _check_signed(manifest, three, signed)
    closing = CloseOut(
        id=EntryId(f"close/{token}"),
        lift=lift,
        planned=three.planned,
        boarded=three.boarded,
        counted=three.counted,
        occurred_at=at,
        signed_by=signed.by,
        difference=signed.difference,
    )
    return [closing, *counting, *_put_right(manifest, three, signed, counted_at, token)]


def _check_may_close(manifest: Manifest, acknowledged: Collection[Why]) -> None:
    lift = manifest.lift.lift
    refuse_unless(not manifest.is_cancelled, Why.CANCELLED, f"{lift} is cancelled")
    refuse_unless(
        manifest.landed_at is None and manifest.landed == 0,
        Why.ARRIVED,
        f"people have come off {lift} at the other end: what differs now is between the manifest"
        " and the haven",
    )
    refuse_unless(
        manifest.departed_at is None,
        Why.DEPARTED,
        f"{lift} left at {zulu(manifest.departed_at or manifest.as_of)} without these numbers:"
        " acknowledge that it is closed out after the fact",
        acknowledged,
    )


def _check_signed(manifest: Manifest, three: ThreeNumbers, signed: Signed) -> None:
    """Whether the reason is there if one is needed, and fits."""
    refuse_unless(
        three.agree or signed.difference is not None,
        Why.DIFFERENCE,
        how_they_differ(manifest, three),
    )
    if signed.difference is not None:
        refuse_unless(
            not three.agree,
            Why.WRONG_REASON,
            f"planned, boarded and counted agree on {three.boarded:,}: close without a reason",
        )
        refuse_unless(
            three.fit(signed.difference),
            Why.WRONG_REASON,
            f"{signed.difference} is not why {three.planned:,} were planned, {three.boarded:,}"
            f" boarded and {three.counted or 0:,} counted: choose another reason",
        )
    unscanned = three.unscanned if signed.difference is not Difference.MISCOUNT else 0
    refuse_unless(
        len(signed.bands) <= max(0, unscanned),
        Why.WRONG_REASON,
        f"{len(signed.bands):,} bands were given and {max(0, unscanned):,} heads were counted that"
        " nobody scanned: each band is one of them",
    )
    twice = [b for b in signed.bands if signed.bands.count(b) > 1]
    on_board = [b for b in signed.bands if manifest.line(GroupId(f"{BAND}{b}")) is not None]
    refuse_unless(
        not twice and not on_board,
        Why.ALREADY_ABOARD,
        f"the band {(twice or on_board or [''])[0]} is on the manifest already",
    )


def how_they_differ(manifest: Manifest, three: ThreeNumbers) -> str:
    """By how much three numbers differ, and what can be done about it."""
    lift, counted = manifest.lift.lift, three.counted or 0
    said = f"{lift}: {three.planned:,} planned, {three.boarded:,} boarded, {counted:,} counted. "
    if three.unscanned > 0:
        return said + (
            f"{heads_that(three.unscanned, 'was', 'were')} counted that nobody scanned: scan or"
            " band them, or sign who they are"
        )
    if three.unscanned < 0:
        return said + (
            f"{heads_that(-three.unscanned, 'was scanned and is', 'were scanned and are')} not"
            " there: count again, take off whoever left, or sign why"
        )
    if three.planned > three.boarded:
        return said + (
            f"{heads_that(three.planned - three.boarded, 'has a seat', 'have seats')} and did not"
            " come: release their seats, or sign why"
        )
    extra = heads_that(three.boarded - three.planned, "is aboard", "are aboard")
    return said + f"{extra} without a promised seat: sign why"


def _put_right(
    manifest: Manifest, three: ThreeNumbers, signed: Signed, at: datetime, token: str
) -> list[Fact]:
    """The movements that make the books hold what was counted."""
    if signed.difference is Difference.MISCOUNT:
        return []
    lift = manifest.lift
    extra = three.unscanned

    def moved(
        name: str, heads: int, group: GroupId | None = None, line: Line | None = None
    ) -> Movement:
        is_off = extra < 0
        return Movement(
            id=EntryId(f"close/{token}/{name}"),
            from_place=lift.lift if is_off else lift.from_place,
            to_place=lift.from_place if is_off else lift.lift,
            phase=Phase.POSTED,
            occurred_at=at,
            heads=heads,
            group=group,
            category=line.category if line else manifest.category,
        )

    if extra < 0:
        return [moved("off", -extra, line=manifest.line(None))]
    banded: list[Fact] = [
        moved(f"band/{n}", 1, GroupId(f"{BAND}{band}")) for n, band in enumerate(signed.bands)
    ]
    rest = extra - len(banded)
    return [*banded, moved("unlisted", rest)] if rest else banded
