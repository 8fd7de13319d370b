"""Random small ledgers in which everything that can go wrong does: few persons, few places, few
instants, ids that meet, amendments of amendments, and clocks that are ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from safepassage.model.close_out import CloseOut, Difference
from safepassage.model.fact import Entry, Fact
from safepassage.model.gate_pass import PassIssue, PassRevocation, Resighting, RevocationReason
from safepassage.model.ids import CategoryId, EntryId, GroupId, PersonId, PlaceId
from safepassage.model.movement import Movement, Phase
from safepassage.model.not_out import CaseStep, Handover, NextStep, NotOutClass
from safepassage.model.observation import Correction, Group, Headcount, Naming
from safepassage.model.place import OUTSIDE, Place, PlaceKind
from safepassage.model.refusal import Refusal, RefusalReason

DAWN = datetime(2021, 8, 14, 23, 30, tzinfo=UTC)  # so that a ledger crosses midnight
NOON = datetime(2021, 8, 15, 12, tzinfo=UTC)

instants = st.one_of(
    st.integers(0, 8).map(lambda n: DAWN + timedelta(minutes=n * 5)),
    st.integers(0, 4).map(lambda n: DAWN + timedelta(minutes=n * 15, microseconds=-1)),
    st.integers(0, 3).map(lambda n: DAWN + timedelta(hours=n * 13)),
)
places = st.sampled_from([OUTSIDE, *map(PlaceId, ("town", "gate", "terminal", "lift-1"))])
PERSONS = [PersonId(p) for p in ("amira", "babur", "chalil")]
ids = st.integers(0, 5).map(lambda n: EntryId(f"m{n}"))
steps = st.builds(lambda p, n: EntryId(f"{p}-{n}"), st.sampled_from(PERSONS), st.integers(0, 3))
substitutes = st.integers(0, 2).map(lambda n: EntryId(f"i{n}"))
# What an amendment is about: heads, a step of somebody's way, or what is read instead of them.
targets = st.one_of(ids, steps, substitutes)
persons = st.sampled_from(PERSONS)
clocks = st.sampled_from([timedelta(0), timedelta(0), timedelta(minutes=20), timedelta(hours=-3)])


@st.composite
def movements(draw: st.DrawFn, entry: st.SearchStrategy[EntryId] = ids) -> Movement:
    """Any movement, of a person or of heads without names."""
    from_place, to_place = draw(st.tuples(places, places).filter(lambda p: p[0] != p[1]))
    person = draw(st.one_of(st.none(), persons, persons))
    phase = draw(st.sampled_from([Phase.POSTED] * 4 + [Phase.PENDING, Phase.VOIDED]))
    promise = draw(st.one_of(st.none(), ids)) if phase is not Phase.VOIDED else draw(ids)
    return Movement(
        id=draw(entry),
        from_place=from_place,
        to_place=to_place,
        phase=phase,
        occurred_at=draw(instants),
        person=person,
        heads=1 if person else draw(st.integers(1, 3)),
        group=draw(st.sampled_from([None, None, GroupId("fam-1")])),
        category=CategoryId(draw(st.sampled_from(["evacuee", "evacuee", "evacuee", "staff"]))),
        fulfils=promise,
    )


WAY = [OUTSIDE, *map(PlaceId, ("town", "gate", "terminal", "lift-1"))]


@st.composite
def ways(draw: st.DrawFn) -> list[Fact]:
    """Somebody's way to a lift, as most people go it: each step follows from the one before."""
    person = draw(persons)
    first = draw(st.sampled_from([0, 0, 0, 1]))
    minutes = draw(st.lists(st.integers(0, 90), min_size=4, max_size=4, unique=True).map(sorted))
    staff_from = draw(st.sampled_from([4, 4, 4, 0, 2]))
    return [
        Movement(
            id=EntryId(f"{person}-{n}"),
            from_place=WAY[n],
            to_place=WAY[n + 1],
            phase=Phase.POSTED,
            occurred_at=DAWN + timedelta(minutes=minutes[n]),
            person=person,
            category=CategoryId("staff" if n >= staff_from else "evacuee"),
        )
        for n in range(first, draw(st.integers(first + 1, 4)))
    ]


@st.composite
def corrections(draw: st.DrawFn) -> Correction:
    """A movement, or what was read instead of one, was wrong."""
    target = draw(targets)
    other = st.one_of(substitutes, substitutes, targets).filter(lambda i: i != target)
    return Correction(
        id=EntryId(f"c{draw(st.integers(0, 5))}"),
        corrects=target,
        instead=draw(st.one_of(st.none(), movements(other), movements(other))),
        reason="counted twice",
        stated_at=draw(instants),
    )


@st.composite
def namings(draw: st.DrawFn) -> Naming:
    """A head of some movements turned out to be a person."""
    return Naming(
        id=EntryId(f"n{draw(st.integers(0, 5))}"),
        person=draw(persons),
        movements=tuple(draw(st.lists(targets, min_size=1, max_size=2, unique=True))),
        stated_at=draw(instants),
    )


small_facts = st.one_of(
    st.builds(
        Headcount,
        id=st.just(EntryId("h1")),
        place=places,
        heads=st.integers(0, 5),
        occurred_at=instants,
    ),
    st.builds(
        Place,
        id=st.sampled_from([EntryId("p1"), EntryId("p2")]),
        place=st.just(PlaceId("town")),
        kind=st.just(PlaceKind.TOWN),
        stated_at=instants,
        latitude=st.just(34),
        longitude=st.just(69),
    ),
    st.builds(
        Group,
        id=st.just(EntryId("g1")),
        group=st.just(GroupId("fam-1")),
        members=st.just((PersonId("amira"), PersonId("babur"))),
        stated_at=instants,
    ),
)
PASS = "0a" * 16
gate_facts = st.one_of(
    st.builds(
        PassIssue,
        id=st.just(EntryId("i-1")),
        pass_id=st.just(PASS),
        group=st.just(GroupId("fam-1")),
        gate=st.just(PlaceId("gate")),
        valid_from=st.just(DAWN),
        valid_until=st.just(NOON),
        heads=st.integers(1, 5),
        key_id=st.just("00c0ffee"),
        stated_at=instants,
    ),
    st.builds(
        PassRevocation,
        id=st.just(EntryId("i-2")),
        pass_id=st.just(PASS),
        reason=st.sampled_from(RevocationReason),
        stated_at=instants,
    ),
    st.builds(
        Refusal,
        id=st.just(EntryId("i-3")),
        place=places,
        station=st.just("search"),
        reason=st.sampled_from(RefusalReason),
        occurred_at=instants,
        pass_id=st.sampled_from([None, PASS]),
    ),
    st.builds(
        Resighting,
        id=st.sampled_from([EntryId("i-4"), EntryId("i-5")]),
        sighting=ids,
        first=ids,
        place=places,
        heads=st.integers(0, 5),
        occurred_at=instants,
        stated_at=instants,
        group=st.just(GroupId("band-7")),
        pass_id=st.sampled_from([None, PASS]),
    ),
    st.builds(
        CloseOut,
        id=st.just(EntryId("i-6")),
        lift=st.just(PlaceId("lift-1")),
        planned=st.just(5),
        boarded=st.just(5),
        counted=st.integers(6, 9),
        occurred_at=instants,
        signed_by=st.just("loadmaster"),
        difference=st.sampled_from(Difference),
    ),
    st.builds(
        Handover,
        id=st.just(EntryId("i-7")),
        person=persons,
        place=places,
        occurred_at=instants,
        given_by=st.just("loadmaster"),
        received_by=st.just("reception-1"),
        relation=st.just("aunt"),
    ),
    st.builds(
        CaseStep,
        id=st.just(EntryId("i-8")),
        person=persons,
        standing=st.sampled_from(NotOutClass),
        owner=st.just("cases-1"),
        next_step=st.sampled_from(NextStep),
        occurred_at=instants,
        due_at=st.one_of(st.none(), instants),
    ),
)
facts = st.one_of(movements(), movements(), corrections(), namings(), small_facts, gate_facts)


@dataclass(frozen=True)
class Batch:
    """What one device hands in at once."""

    facts: list[Fact]
    clock_ahead: timedelta
    after_restart: bool  # the server was started again before it came


@st.composite
def batches_of(draw: st.DrawFn) -> list[Batch]:
    """A few devices hand in: some of the ways people went, and everything else that happens."""
    steps_gone = [step for way in draw(st.lists(ways(), max_size=4)) for step in way]
    others = draw(st.lists(facts, min_size=1, max_size=10))
    pile = draw(st.sampled_from([steps_gone + others, others + steps_gone]))
    if draw(st.booleans()):
        pile = draw(st.permutations(pile))
    found: list[Batch] = []
    while pile:
        size = draw(st.integers(1, 8))
        clock = draw(st.one_of(st.just(timedelta(0)), clocks))
        found.append(Batch(pile[:size], clock, draw(st.booleans())))
        pile = pile[size:]
    return found


batches = batches_of()


def entered(batches_in: list[Batch]) -> list[Entry]:
    """The entries that these batches become: of facts with one id, the first."""
    entries: dict[EntryId, Entry] = {}
    for batch in batches_in:
        for fact in batch.facts:
            if fact.id not in entries:
                entries[fact.id] = Entry(
                    seq=len(entries) + 1,
                    recorded_at=NOON,
                    source="phone",
                    fact=fact,
                    clock_ahead=batch.clock_ahead,
                )
    return list(entries.values())
