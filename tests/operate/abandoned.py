"""A town, a gate, a hall, two lifts and a haven, and what can happen to those who are not out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import strategies as st

from safepassage.model.fact import Entry, Fact
from safepassage.model.gate_pass import PassIssue, PassRevocation, RevocationReason
from safepassage.model.ids import EntryId, GroupId, PersonId, PlaceId
from safepassage.model.ledger import Book
from safepassage.model.movement import EVACUEE, Movement, Phase
from safepassage.model.not_out import CaseStep, NextStep, NotOutClass
from safepassage.model.notation import read_facts
from safepassage.model.observation import Group
from safepassage.model.place import OUTSIDE
from safepassage.model.refusal import Refusal, RefusalReason
from safepassage.operate.not_out import NotOut, Standing, not_out
from tests.store.ledgers import Batch, batches, entered

DAY = datetime(2021, 8, 14, tzinfo=UTC)
PLACES = """
    2021-08-14
    00:00 place town town
    00:00 place muster assembly-area
    00:00 place gate gate
    00:00 place gate-2 gate
    00:00 place terminal terminal
    00:00 place doha haven
    00:00 place home onward
    00:00 place stays closing chose-to-stay
    00:00 place by-road closing out-by-own-means
    00:00 place dead closing deceased
    00:00 place twice closing duplicate
    00:00 place walked-off closing left-on-their-own
    00:00 lift lift-1 own-military 300 terminal > doha
    00:00 lift onward-1 charter 300 doha > home
    00:00 deadline last-day 2021-08-15T20:00Z Asia/Kabul
"""
_numbers = count()


def at(clock: str, day: int = 14) -> datetime:
    """An instant in August 2021: "09:30" is on the first day."""
    hour, minute = map(int, clock.split(":"))
    return DAY.replace(day=day, hour=hour, minute=minute)


def issued(
    group: str, heads: int, start: str, end: str, *, stated: str, day: int = 14
) -> PassIssue:
    """A call: a pass for the gate in a window of time."""
    number = next(_numbers)
    return PassIssue(
        id=EntryId(f"pass-{number}"),
        pass_id=f"{number:032x}",
        group=GroupId(group),
        gate=PlaceId("gate"),
        valid_from=at(start, day),
        valid_until=at(end, day),
        heads=heads,
        key_id="0" * 8,
        stated_at=at(stated, day),
    )


def refused(
    clock: str,
    reason: RefusalReason,
    *,
    group: str | None = None,
    heads: int = 1,
    station: str = "gate",
    pass_id: str | None = None,
) -> Refusal:
    """Somebody was not let on."""
    return Refusal(
        id=EntryId(f"refusal-{next(_numbers)}"),
        place=PlaceId("gate"),
        station=station,
        reason=reason,
        occurred_at=at(clock),
        pass_id=pass_id,
        group=GroupId(group) if group else None,
        heads=heads,
    )


def said(
    clock: str,
    standing: NotOutClass,
    *,
    person: str | None = None,
    group: str | None = None,
    place: str | None = None,
    heads: int = 1,
    owner: str = "desk-1",
    site: str = "embassy",
    due: str | None = None,
) -> CaseStep:
    """A step of a case."""
    return CaseStep(
        id=EntryId(f"step-{next(_numbers)}"),
        person=PersonId(person) if person else None,
        group=GroupId(group) if group else None,
        heads=heads,
        standing=standing,
        owner=owner,
        next_step=NextStep.CALL_AGAIN,
        due_at=at(due) if due else None,
        occurred_at=at(clock),
        place=PlaceId(place) if place else None,
        site=PlaceId(site),
    )


def book(text: str, *more: Fact) -> Book:
    """A ledger of the places above, these lines, and other facts."""
    lines = [replace(f, id=EntryId(f"place/{f.id}")) for f in read_facts(PLACES)]
    return Book(entries([*lines, *read_facts(text), *more]))


def entries(facts: Sequence[Fact]) -> list[Entry]:
    """Facts as they were recorded, one after the other."""
    return [
        Entry(seq=seq, recorded_at=DAY, source="test", fact=fact)
        for seq, fact in enumerate(facts, start=1)
    ]


def classes(ledger: Book, when: datetime) -> dict[str, int]:
    """Heads by class, those with nobody left out; and everything adds up."""
    found = not_out(ledger, when, [EVACUEE])
    assert found.adds_up, found
    return {str(standing): heads for standing, heads in found.by_class().items() if heads}


def only(found: NotOut, standing: Standing) -> list[tuple[str, str, int]]:
    """Who is in a class: id, reason, heads."""
    return [(r.id, str(r.why), r.heads) for r in found.remaining if r.standing is standing]


# Random ledgers: what goes wrong in the books, and everything that happens to those not out.
PERSONS = ["amira", "babur", "chalil", "dawud"]
GROUPS = ["fam-1", "fam-2", "band-7", "dawud"]
STOPS = [
    OUTSIDE, "town", "muster", "gate", "gate-2", "terminal", "lift-1", "doha", "onward-1", "home",
    "stays", "by-road", "dead", "twice", "walked-off", "nowhere-stated",
]  # fmt: skip
instants = st.integers(0, 44).map(lambda n: DAY + timedelta(hours=n))
somebody = st.sampled_from(PERSONS).map(PersonId)
groups = st.sampled_from(GROUPS).map(GroupId)
serial = st.integers(0, 40)


@st.composite
def _moves(draw: st.DrawFn) -> Movement:
    from_place, to_place = draw(
        st.tuples(st.sampled_from(STOPS), st.sampled_from(STOPS)).filter(lambda p: p[0] != p[1])
    )
    person = draw(st.one_of(st.none(), somebody))
    return Movement(
        id=EntryId(f"move-{draw(serial)}"),
        from_place=PlaceId(from_place),
        to_place=PlaceId(to_place),
        phase=draw(st.sampled_from([Phase.POSTED, Phase.POSTED, Phase.POSTED, Phase.PENDING])),
        occurred_at=draw(instants),
        person=person,
        heads=1 if person else draw(st.integers(1, 6)),
        group=draw(st.one_of(st.none(), groups)),
    )


@st.composite
def _steps(draw: st.DrawFn) -> CaseStep:
    person = draw(st.one_of(st.none(), somebody))
    group = None if person else draw(st.one_of(st.none(), groups))
    standing = draw(st.sampled_from(NotOutClass))
    return CaseStep(
        id=EntryId(f"step/{draw(serial)}"),
        person=person,
        group=group,
        place=None if person or group else draw(st.sampled_from(STOPS).map(PlaceId)),
        heads=1 if person else draw(st.integers(1, 6)),
        standing=standing,
        reason=RefusalReason.PAPERS if standing is NotOutClass.REFUSED else None,
        owner="desk-1",
        next_step=draw(st.sampled_from(NextStep)),
        due_at=draw(st.one_of(st.none(), instants)),
        occurred_at=draw(instants),
        site=draw(st.sampled_from([None, PlaceId("embassy")])),
    )


happenings = st.one_of(
    _moves(),
    _moves(),
    _steps(),
    st.builds(
        lambda n, group, members, t: Group(
            id=EntryId(f"group/{n}"), group=group, members=tuple(members), stated_at=t
        ),
        serial,
        groups,
        st.lists(somebody, min_size=1, max_size=4, unique=True),
        instants,
    ),
    st.builds(
        lambda n, group, heads, t, hours: PassIssue(
            id=EntryId(f"pass/{n}"),
            pass_id=f"{n:032x}",
            group=group,
            gate=PlaceId("gate"),
            valid_from=t,
            valid_until=t + timedelta(hours=hours),
            heads=heads,
            key_id="0" * 8,
            stated_at=t - timedelta(hours=1),
        ),
        serial,
        groups,
        st.integers(1, 6),
        instants,
        st.integers(1, 6),
    ),
    st.builds(
        lambda n, k, reason, t: PassRevocation(
            id=EntryId(f"revoked/{n}"), pass_id=f"{k:032x}", reason=reason, stated_at=t
        ),
        serial,
        serial,
        st.sampled_from(RevocationReason),
        instants,
    ),
    st.builds(
        lambda n, reason, station, group, heads, t: Refusal(
            id=EntryId(f"refused/{n}"),
            place=PlaceId("gate"),
            station=station,
            reason=reason,
            occurred_at=t,
            group=group,
            heads=heads,
        ),
        serial,
        st.sampled_from(RefusalReason),
        st.sampled_from(["gate", "search"]),
        st.one_of(st.none(), groups),
        st.integers(1, 6),
        instants,
    ),
)


@st.composite
def ledgers(draw: st.DrawFn) -> list[Entry]:
    """Any ledger: everything that goes wrong in the books, and everything that happens at gates."""
    more = draw(st.lists(happenings, max_size=14))
    pile = [*draw(batches), Batch(read_facts(PLACES), timedelta(0), False)]
    return entered([*pile, Batch(more, timedelta(0), False)])
