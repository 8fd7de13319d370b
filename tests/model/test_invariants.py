"""What holds for every ledger that people, phones and networks can produce (hypothesis)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.fact import Entry
from safepassage.model.fold import Cause, Transfer, open_promises
from safepassage.model.ids import NAMED
from safepassage.model.instant import EARLIEST, LATEST
from safepassage.model.ledger import Book
from safepassage.model.movement import Movement, Phase
from safepassage.model.observation import Correction, Naming
from safepassage.model.place import OUTSIDE
from tests.store.ledgers import Batch, batches, entered, instants, namings

many = settings(max_examples=300, deadline=None)


def answers(entries: Sequence[Entry], as_of: datetime) -> object:
    """Everything that a report is made of; promises and oddities too, not counts alone."""
    book = Book(entries)
    return (
        book.stock(as_of),
        book.flow(EARLIEST, as_of),
        book.whereabouts(as_of),
        [m.id for m in open_promises(book.movements)],
        sorted(map(repr, book.oddities())),
    )


def renumbered(entries: Sequence[Entry]) -> list[Entry]:
    return [replace(e, seq=seq) for seq, e in enumerate(entries, start=1)]


@many
@given(batches, st.randoms(use_true_random=False), instants)
def test_any_order_and_any_repetition_of_uploads_change_no_figure(
    handed_in: list[Batch], chance: object, as_of: datetime
) -> None:
    entries = list({e.fact.id: e for e in reversed(entered(handed_in))}.values())
    uploaded = entries + entries[::2]
    chance.shuffle(uploaded)  # type: ignore[attr-defined]
    assert answers(renumbered(uploaded), as_of) == answers(renumbered(entries), as_of)


@many
@given(batches, st.integers(-48 * 60, 48 * 60), instants)
def test_a_device_clock_that_is_up_to_48_hours_wrong_changes_no_figure(
    handed_in: list[Batch], minutes: int, as_of: datetime
) -> None:
    entries = entered(handed_in)
    wrong = timedelta(minutes=minutes)
    shifted = [
        replace(
            e,
            fact=replace(e.fact, occurred_at=e.fact.occurred_at + wrong),
            clock_ahead=e.clock_ahead + wrong,
        )
        if isinstance(e.fact, Movement)
        else e
        for e in entries
    ]
    assert answers(shifted, as_of) == answers(entries, as_of)


@many
@given(batches, instants)
def test_heads_are_conserved_at_every_instant(handed_in: list[Batch], as_of: datetime) -> None:
    book = Book(entered(handed_in))
    stock = book.stock(as_of)
    assert sum(stock.values()) == 0
    came = sum(
        t.heads if t.from_place == OUTSIDE else -t.heads
        for t in book.transfers(EARLIEST, LATEST)
        if t.phase is Phase.POSTED and t.instant <= as_of and OUTSIDE in (t.from_place, t.to_place)
    )
    assert sum(heads for (place, _), heads in stock.items() if place != OUTSIDE) == came


@many
@given(batches, instants)
def test_a_person_is_at_one_place_and_never_jumps(handed_in: list[Batch], as_of: datetime) -> None:
    book = Book(entered(handed_in))
    whereabouts = book.whereabouts(as_of)
    chains: dict[str, list[Transfer]] = {}
    for t in book.transfers(EARLIEST, LATEST):
        if t.person is not None and t.phase is Phase.POSTED and t.instant <= as_of:
            chains.setdefault(t.person, []).append(t)
    assert {p: chain[-1].to_place for p, chain in linked(chains).items()} == whereabouts
    for chain in linked(chains).values():
        for before, after in pairwise(chain):
            assert before.to_place == after.from_place
        assert chain[0].from_place == OUTSIDE or NAMED in chain[0].entry


def linked(chains: dict[str, list[Transfer]]) -> dict[str, list[Transfer]]:
    """Each person's transfers in the order in which they link up within one instant."""
    found = {}
    for person, transfers in chains.items():
        starts = Counter(t.from_place for t in transfers)
        starts.subtract(t.to_place for t in transfers)
        place = next((p for p, n in starts.items() if n > 0), transfers[0].from_place)
        waiting, chain = list(transfers), []
        while waiting:
            soonest = waiting[0].instant
            ready = [t for t in waiting if t.instant == soonest and t.from_place == place]
            step = ready[0] if ready else waiting[0]
            waiting.remove(step)
            chain.append(step)
            place = step.to_place
        found[person] = chain
    return found


@many
@given(batches, st.data(), instants)
def test_what_comes_later_never_changes_how_the_ledger_stood(
    handed_in: list[Batch], data: st.DataObject, as_of: datetime
) -> None:
    entries = entered(handed_in)
    whole = Book(entries)
    cut = data.draw(st.integers(0, whole.position))
    then = Book(e for e in entries if e.seq <= cut)
    assert whole.at(cut).stock(as_of) == then.stock(as_of)
    assert whole.at(cut).flow(EARLIEST, as_of) == then.flow(EARLIEST, as_of)


@many
@given(batches, st.lists(namings(), max_size=3), instants)
def test_giving_names_to_people_nobody_had_seen_changes_no_total(
    handed_in: list[Batch], given_names: list[Naming], as_of: datetime
) -> None:
    entries = [
        e
        for e in entered(handed_in)
        if not isinstance(e.fact, Naming) and getattr(e.fact, "person", None) is None
    ]
    unnamed = renumbered([e for e in entries if not isinstance(e.fact, Correction)])
    named = renumbered(
        unnamed
        + [
            Entry(seq=0, recorded_at=as_of, source="desk", fact=replace(n, id=f"name-{i}"))
            for i, n in enumerate(given_names)
        ]
    )
    if any(
        o.cause in (Cause.OVER_NAMED, Cause.UNSEEN, Cause.REPEAT) for o in Book(named).oddities()
    ):
        return  # more names than heads, or one person named on movements that do not follow
    assert totals(Book(named), as_of) == totals(Book(unnamed), as_of)


def totals(book: Book, as_of: datetime) -> dict[str, int]:
    found: dict[str, int] = {}
    for (place, _), heads in book.stock(as_of).items():
        found[place] = found.get(place, 0) + heads
    return {place: heads for place, heads in found.items() if heads}
