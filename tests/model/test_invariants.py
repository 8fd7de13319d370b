"""What holds for every ledger that people, phones and networks can produce (hypothesis)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.fact import Entry
from safepassage.model.fold import open_promises
from safepassage.model.instant import EARLIEST, LATEST
from safepassage.model.ledger import Book
from safepassage.model.movement import Movement, Phase
from safepassage.model.observation import Correction, Naming
from safepassage.model.place import OUTSIDE
from tests.store.ledgers import Batch, batches, entered, instants

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
def test_a_person_is_at_one_place_and_counted_once(handed_in: list[Batch], as_of: datetime) -> None:
    book = Book(entered(handed_in))
    whereabouts = book.whereabouts(as_of)
    for person, place in whereabouts.items():
        balance: dict[str, int] = {}
        for t in book.transfers(EARLIEST, LATEST):
            if t.person == person and t.phase is Phase.POSTED and t.instant <= as_of:
                balance[t.from_place] = balance.get(t.from_place, 0) - 1
                balance[t.to_place] = balance.get(t.to_place, 0) + 1
        held = {p: n for p, n in balance.items() if n and p != OUTSIDE}
        assert held == ({place: 1} if place != OUTSIDE else {})


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
@given(batches, instants)
def test_giving_names_changes_no_total_unless_names_outnumber_heads(
    handed_in: list[Batch], as_of: datetime
) -> None:
    entries = [e for e in entered(handed_in) if not isinstance(e.fact, Correction)]
    unnamed = [e for e in entries if not isinstance(e.fact, Naming)]
    named_persons = {e.fact.person for e in entries if isinstance(e.fact, Naming)}
    moved_persons = {e.fact.person for e in entries if isinstance(e.fact, Movement)}
    odd = Book(entries).oddities()
    if named_persons & moved_persons or odd:
        return  # a person seen elsewhere as well: then there is one more fact, not one more name
    assert Book(entries).stock(as_of) == Book(unnamed).stock(as_of)
