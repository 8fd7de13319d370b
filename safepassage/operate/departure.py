"""What happens to a lift after its doors were shut: it leaves, is sent elsewhere, comes back.

A lift in the air is a place, so nothing that happens to it loses anybody.  A diversion changes
where it goes and moves nobody; a lift that comes back sets everybody down where they boarded, and
whoever flies later boards a lift of another id.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId, PlaceId
from safepassage.model.instant import zulu
from safepassage.model.lift import Status
from safepassage.model.movement import Movement, Phase
from safepassage.model.place import PlaceKind
from safepassage.operate.boarding import withdrawal
from safepassage.operate.manifest import Manifest, happened
from safepassage.operate.step import Why, refuse_unless

LANDS_AT = (PlaceKind.HAVEN, PlaceKind.ONWARD, PlaceKind.TERMINAL)


def depart(
    manifest: Manifest, *, at: datetime, token: str, acknowledged: Collection[Why] = ()
) -> list[Fact]:
    """It has left.  Seats of families that are not aboard are gone: their promises are withdrawn.

    Raises:
        StepRefusedError: it left before, is cancelled, or its doors were not shut on those aboard.
    """
    lift = manifest.lift.lift
    refuse_unless(not manifest.is_cancelled, Why.CANCELLED, f"{lift} is cancelled")
    left = manifest.departed_at
    refuse_unless(
        left is None, Why.DEPARTED, f"{lift} left already, at {zulu(left or manifest.as_of)}"
    )
    state = "somebody boarded or was taken off since" if manifest.close_out else "nobody did it yet"
    refuse_unless(
        manifest.is_closed,
        Why.NOT_CLOSED,
        f"{lift} is not closed out ({state}): count heads and close it out, or acknowledge that it"
        f" left with {manifest.boarded:,} heads in the books that nobody has counted",
        acknowledged,
    )
    no_shows = [
        promise
        for line in manifest.lines
        if line.group is not None and line.boarded == 0
        for promise in line.open
    ]
    return [
        happened(manifest.lift, Status.DEPARTED, at, f"depart/{token}"),
        *(
            withdrawal(promise, EntryId(f"depart/{token}/no-show/{n}"))
            for n, promise in enumerate(no_shows)
        ),
    ]


def cancel(manifest: Manifest, *, at: datetime, token: str) -> list[Fact]:
    """It will not leave: everybody aboard is back where they boarded, every promise withdrawn.

    Raises:
        StepRefusedError: it has left, or is cancelled already.
    """
    lift = manifest.lift.lift
    refuse_unless(not manifest.is_cancelled, Why.CANCELLED, f"{lift} is cancelled already")
    refuse_unless(
        manifest.departed_at is None,
        Why.DEPARTED,
        f"{lift} has left: say that it was diverted or comes back",
    )
    promises = [promise for line in manifest.lines for promise in line.open]
    return [
        happened(manifest.lift, Status.CANCELLED, at, f"cancel/{token}"),
        *set_down(manifest, manifest.lift.from_place, at=at, name=f"cancel/{token}"),
        *(
            withdrawal(promise, EntryId(f"cancel/{token}/seat/{n}"))
            for n, promise in enumerate(promises)
        ),
    ]


def divert(
    manifest: Manifest,
    to_place: PlaceId,
    kind: PlaceKind | None,
    *,
    at: datetime,
    token: str,
    acknowledged: Collection[Why] = (),
) -> list[Fact]:
    """It goes to another place than was announced.  Everybody stays aboard.

    Args:
        manifest: of the lift.
        to_place: where it goes now; where it came from is a return.
        kind: of that place, as the ledger knows it.
        at: when.
        token: of this step.
        acknowledged: what may have happened although it should not.

    Raises:
        StepRefusedError: it has not left, has landed, goes there anyway, or there is no such place.
    """
    lift = manifest.lift.lift
    _check_in_the_air(manifest, at, acknowledged)
    refuse_unless(
        kind in LANDS_AT,
        Why.NO_SUCH_PLACE,
        f"{to_place} is no place at which {lift} can set people down: choose a haven of the"
        " operation",
    )
    refuse_unless(
        to_place != manifest.destination, Why.SAME_PLACE, f"{lift} goes to {to_place} anyway"
    )
    return [
        *_left_unseen(manifest, at, f"divert/{token}"),
        happened(manifest.lift, Status.DIVERTED, at, f"divert/{token}", to_place),
    ]


def turn_back(
    manifest: Manifest,
    *,
    at: datetime,
    token: str,
    has_landed: bool,
    acknowledged: Collection[Why] = (),
) -> list[Fact]:
    """It comes back to where it left; once it has landed, everybody aboard is there again.

    Raises:
        StepRefusedError: it has not left or has landed, or comes back already.
    """
    _check_in_the_air(manifest, at, acknowledged)
    origin = manifest.lift.from_place
    is_new = manifest.destination != origin
    refuse_unless(
        is_new or has_landed,
        Why.SAME_PLACE,
        f"{manifest.lift.lift} comes back to {origin} already: say when it has landed",
    )
    facts: list[Fact] = _left_unseen(manifest, at, f"return/{token}")
    if is_new:
        facts.append(happened(manifest.lift, Status.DIVERTED, at, f"return/{token}", origin))
    if has_landed:
        facts.append(happened(manifest.lift, Status.ARRIVED, at, f"return/{token}/landed"))
        facts += set_down(manifest, origin, at=at, name=f"return/{token}")
    return facts


def set_down(manifest: Manifest, place: PlaceId, *, at: datetime, name: str) -> list[Fact]:
    """Everybody aboard comes off at one place, family by family.

    Heads that were taken off without saying whose they were are given back to the families first:
    else the family and the heads would both be set down.
    """
    lift = manifest.lift.lift
    return [
        Movement(
            id=EntryId(f"{name}/{n}"),
            from_place=lift if line.aboard > 0 else place,
            to_place=place if line.aboard > 0 else lift,
            phase=Phase.POSTED,
            occurred_at=at,
            person=line.person,
            heads=abs(line.aboard),
            group=line.group,
            category=line.category,
        )
        for n, line in enumerate(manifest.lines)
        if line.aboard
    ]


def _check_in_the_air(manifest: Manifest, at: datetime, acknowledged: Collection[Why]) -> None:
    lift = manifest.lift.lift
    refuse_unless(not manifest.is_cancelled, Why.CANCELLED, f"{lift} is cancelled")
    landed = manifest.landed_at
    refuse_unless(
        landed is None,
        Why.ARRIVED,
        f"{lift} has landed, at {zulu(landed or at)}: post where its people went from there",
    )
    refuse_unless(
        manifest.departed_at is not None,
        Why.NOT_DEPARTED,
        f"{lift} was never reported to leave: report its departure first, or acknowledge that it"
        " left unseen",
        acknowledged,
    )


def _left_unseen(manifest: Manifest, at: datetime, name: str) -> list[Fact]:
    """The departure that nobody reported, once somebody acknowledged that there was one."""
    if manifest.departed_at is not None:
        return []
    return [happened(manifest.lift, Status.DEPARTED, at, f"{name}/0-left")]
