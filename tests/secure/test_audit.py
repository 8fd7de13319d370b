"""The audit chain: whatever is changed in it is found, and where."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.errors import InvalidFactError
from safepassage.secure.audit import EMPTY, Chained, Entry, Head, Kind, chained, link_hash, verify

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
some = settings(max_examples=60, deadline=None)


def chain_of(number: int) -> tuple[list[Chained], Head]:
    links, head = [], EMPTY
    for n in range(number):
        entry = Entry(
            kind=Kind.REVEALED,
            account="reg-1",
            at=NOON + timedelta(seconds=n),
            subject=f"person-{n}",
            detail={"fields": n},
        )
        link = chained(entry, head)
        links.append(link)
        head = Head(link.number, link.hash)
    return links, head


def test_an_untouched_chain_is_whole() -> None:
    links, head = chain_of(10)
    assert not list(verify(links, head, [Head(0, EMPTY.hash), Head(4, links[3].hash), head]))
    assert not list(verify([], EMPTY))


@some
@given(st.integers(0, 9), st.sampled_from(["kind", "account", "at", "subject", "detail"]))
def test_a_changed_entry_is_found_where_it_stands(index: int, what: str) -> None:
    links, head = chain_of(10)
    other = {
        "kind": Kind.SEARCHED,
        "account": "reg-2",
        "at": NOON - timedelta(days=1),
        "subject": "somebody-else",
        "detail": {"fields": 99},
    }[what]
    link = links[index]
    links[index] = replace(link, entry=replace(link.entry, **{what: other}))
    assert [found.number for found in verify(links, head)] == [index + 1]


@some
@given(st.integers(0, 9))
def test_a_removed_entry_is_missed_also_the_last(index: int) -> None:
    links, head = chain_of(10)
    del links[index]
    assert list(verify(links, head))


@some
@given(st.integers(0, 8))
def test_two_entries_that_changed_places_are_found(index: int) -> None:
    links, head = chain_of(10)
    links[index], links[index + 1] = links[index + 1], links[index]
    assert list(verify(links, head))


@some
@given(st.integers(0, 9))
def test_an_entry_changed_together_with_its_hash_breaks_the_next(index: int) -> None:
    links, head = chain_of(10)
    before = links[index - 1].hash if index else EMPTY.hash
    entry = replace(links[index].entry, account="reg-2")
    links[index] = Chained(index + 1, entry, link_hash(index + 1, entry, before))
    assert list(verify(links, head))


def test_a_chain_written_anew_as_a_whole_is_told_by_a_witness_only() -> None:
    links, _ = chain_of(10)
    witnessed = Head(5, links[4].hash)
    forged: list[Chained] = []
    head = EMPTY
    for link in links:
        forged.append(chained(replace(link.entry, account="reg-2"), head))
        head = Head(forged[-1].number, forged[-1].hash)
    assert not list(verify(forged, head))
    assert [found.number for found in verify(forged, head, [witnessed])] == [5]
    assert "witnessed and is missing" in next(verify(forged[:3], None, [witnessed])).sentence


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": "Maryam Ahmadi"},
        {"detail": {"name": "Maryam Ahmadi"}},
        {"detail": {"note": "مریم"}},
        {"account": "Officer Jones"},
        {"detail": {f"d{n}": n for n in range(21)}},
    ],
)
def test_an_entry_has_no_place_for_a_text(wrong: dict[str, object]) -> None:
    told = {"kind": Kind.REVEALED, "account": "reg-1", "at": NOON} | wrong
    with pytest.raises(InvalidFactError) as refused:
        Entry(**told)  # type: ignore[arg-type]
    assert not any(part in str(refused.value) for part in ("Maryam", "Jones", "مریم"))
