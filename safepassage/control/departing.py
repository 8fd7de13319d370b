"""The departure desk: every step of a lift from its first seat until it is out of sight.

departing = Departing(books, clock)
departing.board(lift, Boarders(group=family, heads=5), token=new_token())
departing.close_out(lift, Signed(by=account, counted=640), token=new_token())
departing.depart(lift, token=new_token())
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from safepassage.control.counting_once import count_once, first_of
from safepassage.control.manifests import (
    manifest,
    outside_doors,
    waiting_at,
    walked_in,
    whole_families,
)
from safepassage.control.office import Books
from safepassage.control.steps import Taken, check_group, check_not_ahead, check_token, take
from safepassage.model.errors import BadQuestionError
from safepassage.model.fact import Fact
from safepassage.model.ids import GroupId, PlaceId, check_id
from safepassage.model.ledger import Ledger
from safepassage.model.lift import Lift
from safepassage.model.movement import Movement
from safepassage.operate import boarding, close_out, departure
from safepassage.operate.boarding import Boarders
from safepassage.operate.close_out import Signed
from safepassage.operate.manifest import Manifest
from safepassage.operate.step import Why


@dataclass(frozen=True, slots=True)
class Departing:
    """What may be done to a lift where it leaves.  Each step reads the ledger anew.

    Every step takes `at`, the instant at which it happened (now if left out), and `acknowledged`,
    what somebody answers for.  They raise `StepRefusedError`, and `UnknownPlaceError` for a lift
    that nobody stated.
    """

    books: Books
    clock: Callable[[], datetime]

    def manifest(self, lift: PlaceId) -> Manifest:
        """The manifest of a lift as it stands."""
        with self.books.ledger() as ledger:
            return manifest(ledger, lift, self.clock())

    def state(self, lift: Lift) -> Taken:
        """State a lift: class, seats, from and to; again to correct it."""
        return take(self.books, lift.id, lambda _ledger: [lift])

    def seat(
        self,
        lift: PlaceId,
        families: Sequence[Boarders],
        *,
        token: str,
        at: datetime | None = None,
        acknowledged: Collection[Why] = (),
    ) -> Taken:
        """Give families seats.

        Raises:
            BadQuestionError: there is no family to seat.
        """
        if not families:
            raise BadQuestionError(f"no family was named for {lift}: say who gets seats")
        return self._take(
            lift,
            f"seat/{check_token(token)}/0",
            lambda m, at: boarding.seat(m, families, at=at, token=token, acknowledged=acknowledged),
            at,
            [f.group for f in families],
        )

    def fill(self, lift: PlaceId, *, token: str, at: datetime | None = None) -> Taken:
        """Give the seats that are left to whole families who wait inside, first come first.

        Raises:
            BadQuestionError: the lift has no number of seats, or nobody who waits fits.
        """
        when = at or self.clock()
        with self.books.ledger() as ledger:
            found = manifest(ledger, lift, when)
            left = found.seats_left
            if left is None:
                raise BadQuestionError(
                    f"nobody has said how many seats {lift} has: state it, or name the families"
                )
            nobodys = found.line(None)
            left += found.awaited(nobodys) if nobodys else 0
            families = whole_families(waiting_at(ledger, found.lift.from_place, when), left)
        if not families:
            raise BadQuestionError(
                f"nobody to seat on {lift}: it has {max(left, 0):,} seats left, and no family that"
                f" waits in {found.lift.from_place} fits into them whole"
            )
        return self.seat(lift, families, token=token, at=at)

    def board(
        self,
        lift: PlaceId,
        who: Boarders,
        *,
        token: str,
        at: datetime | None = None,
        acknowledged: Collection[Why] = (),
    ) -> Taken:
        """Somebody goes aboard.  A family last seen at a gate walked in without being seen."""
        now = self.clock()
        when = check_not_ahead(at or now, now)

        def decide(ledger: Ledger) -> Sequence[Fact]:
            found = self._known(ledger, lift, now, [who.group])
            aboard, *more = boarding.board(
                found, who, at=when, token=token, acknowledged=acknowledged
            )
            came = walked_in(ledger, aboard, now, token) if isinstance(aboard, Movement) else ()
            return [*came, aboard, *more]

        return take(self.books, f"board/{check_token(token)}", decide)

    def count_once(self, lift: PlaceId, group: GroupId, *, token: str) -> Taken:
        """The heads of a group that phones and desks both recorded are the same: they count once.

        Raises:
            BadQuestionError: no more of them are recorded than there are.
        """
        first, now = first_of(check_token(token)), self.clock()
        return take(self.books, first, lambda ledger: count_once(ledger, lift, group, token, now))

    def take_off(
        self, lift: PlaceId, who: Boarders, *, token: str, at: datetime | None = None
    ) -> Taken:
        """Somebody is taken off again."""
        return self._take(
            lift,
            f"off/{check_token(token)}",
            lambda m, at: boarding.take_off(m, who, at=at, token=token),
            at,
        )

    def release(self, lift: PlaceId, group: GroupId | None, *, token: str) -> Taken:
        """Withdraw the seats of whoever did not come."""
        return self._take(
            lift,
            f"release/{check_token(token)}/0",
            lambda m, _at: boarding.release(m, group, token=token),
            None,
        )

    def count(self, lift: PlaceId, heads: int, *, token: str, at: datetime | None = None) -> Taken:
        """Somebody counted the heads aboard, children on laps included."""
        return self._take(
            lift,
            f"count/{check_token(token)}",
            lambda m, at: boarding.count(m, heads, at=at, token=token),
            at,
        )

    def close_out(
        self,
        lift: PlaceId,
        signed: Signed,
        *,
        token: str,
        at: datetime | None = None,
        acknowledged: Collection[Why] = (),
    ) -> Taken:
        """Shut the doors: planned, boarded and counted agree, or the difference is signed."""
        check_id(signed.by, "signature")
        return self._take(
            lift,
            f"close/{check_token(token)}",
            lambda m, at: close_out.close_out(
                m, signed, at=at, token=token, acknowledged=acknowledged
            ),
            at,
        )

    def depart(
        self,
        lift: PlaceId,
        *,
        token: str,
        at: datetime | None = None,
        acknowledged: Collection[Why] = (),
    ) -> Taken:
        """It has left."""
        return self._take(
            lift,
            f"depart/{check_token(token)}",
            lambda m, at: departure.depart(m, at=at, token=token, acknowledged=acknowledged),
            at,
        )

    def cancel(self, lift: PlaceId, *, token: str, at: datetime | None = None) -> Taken:
        """It will not leave; everybody is back where they boarded."""
        return self._take(
            lift,
            f"cancel/{check_token(token)}",
            lambda m, at: departure.cancel(m, at=at, token=token),
            at,
        )

    def divert(
        self,
        lift: PlaceId,
        to_place: PlaceId,
        *,
        token: str,
        at: datetime | None = None,
        acknowledged: Collection[Why] = (),
    ) -> Taken:
        """It goes to another place than was announced."""

        now = self.clock()
        when = check_not_ahead(at or now, now)

        def decide(ledger: Ledger) -> Sequence[Fact]:
            return departure.divert(
                manifest(ledger, lift, now),
                to_place,
                ledger.catalogue.kind(to_place),
                at=when,
                token=token,
                acknowledged=acknowledged,
            )

        return take(self.books, f"divert/{check_token(token)}", decide)

    def turn_back(
        self,
        lift: PlaceId,
        *,
        token: str,
        has_landed: bool,
        at: datetime | None = None,
        acknowledged: Collection[Why] = (),
    ) -> Taken:
        """It comes back; once it has landed, everybody is where they boarded."""
        first = f"return/{check_token(token)}"
        return self._take(
            lift,
            f"{first}/landed" if has_landed else first,
            lambda m, at: departure.turn_back(
                m, at=at, token=token, has_landed=has_landed, acknowledged=acknowledged
            ),
            at,
        )

    def _take(
        self,
        lift: PlaceId,
        first: str,
        decide: Callable[[Manifest, datetime], Sequence[Fact]],
        at: datetime | None,
        groups: Sequence[GroupId | None] = (),
    ) -> Taken:
        now = self.clock()
        when = check_not_ahead(at or now, now)

        def decide_with(ledger: Ledger) -> Sequence[Fact]:
            return decide(self._known(ledger, lift, now, groups), when)

        return take(self.books, first, decide_with)

    def _known(
        self, ledger: Ledger, lift: PlaceId, now: datetime, groups: Sequence[GroupId | None]
    ) -> Manifest:
        """The manifest, once each of the families was seen at its door or outside.

        What happened earlier is decided with everything that is known now.
        """
        found = manifest(ledger, lift, now)
        for group in groups:
            check_group(ledger, group, {lift, found.lift.from_place, *outside_doors(ledger)})
        return found
