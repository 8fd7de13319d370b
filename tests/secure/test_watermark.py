"""A leaked file names the recipient whose copy it is, and says what every copy says."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.secure.watermark import Days, Layout, Words, marked, trace

HEADER = ("Reference", "Status", "Born", "Note")
WORDS = Words({"told": "has been told", "decided": "has been decided"})
LAYOUT = Layout("Reference", {"Status": WORDS, "Born": Days()})
ROWS: list[tuple[str, ...]] = [
    (
        f"{n * 7919:08X}",
        ("told", "decided", "other")[n % 3],
        f"19{n % 90 + 10}-0{n % 9 + 1}-13",
        "x",
    )
    for n in range(60)
]
KEYS = {f"agency-{n}": bytes([n]) * 32 for n in range(1, 21)}


def copy_of(who: str, rows: list[tuple[str, ...]] = ROWS) -> list[tuple[str, ...]]:
    return marked(HEADER, rows, LAYOUT, KEYS[who])


def whose(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str | None:
    return trace(header, rows, LAYOUT, KEYS).recipient


def plainly(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The rows in one spelling and order, to compare what they say."""
    spell = LAYOUT.spellings
    return sorted(
        tuple(spell[h].both(c)[0] if h in spell else c for h, c in zip(HEADER, row, strict=True))
        for row in rows
    )


def test_a_leaked_file_names_its_recipient_in_100_of_100() -> None:
    found = 0
    for number in range(100):
        rows = [(f"{number}-{row[0]}", *row[1:]) for row in ROWS]
        who = f"agency-{number % 20 + 1}"
        found += whose(HEADER, copy_of(who, rows)) == who
    assert found == 100


@pytest.mark.parametrize(
    "leak",
    [
        lambda rows: (HEADER, sorted(rows)),
        lambda rows: (HEADER, rows[10:45]),
        lambda rows: (HEADER, rows[::2]),
        lambda rows: (("Reference", "Born"), [(r[0], r[2]) for r in rows]),
        lambda rows: (("Note", "Reference"), [(r[3], r[0]) for r in rows]),
        lambda rows: (HEADER, [tuple(f" {cell} " for cell in row) for row in rows]),
        lambda rows: (HEADER, [(*r[:2], Days().both(r[2])[0], r[3]) for r in rows]),
    ],
    ids=["sorted", "a-part", "every-other", "two-columns", "moved", "spaces", "dates-alike"],
)
def test_copies_that_were_worked_on_still_name_their_recipient(
    leak: Callable[[list[tuple[str, ...]]], tuple[tuple[str, ...], list[tuple[str, ...]]]],
) -> None:
    for who in KEYS:
        assert whose(*leak(copy_of(who))) == who


def test_nobody_is_named_by_a_file_that_nobody_was_sent() -> None:
    chance = random.Random(7)
    for _ in range(100):
        rows = list(ROWS)
        chance.shuffle(rows)
        rows = [
            (
                r[0],
                WORDS.both(r[1])[chance.randrange(2)],
                Days().both(r[2])[chance.randrange(2)],
                r[3],
            )
            for r in rows
        ]
        assert whose(HEADER, rows) is None
    assert whose(HEADER, sorted(ROWS)) is None


def test_too_little_to_tell_by_names_nobody() -> None:
    assert whose(HEADER, copy_of("agency-3")[:5]) is None
    assert whose(("Born",), [(row[2],) for row in copy_of("agency-3")]) is None
    assert trace(HEADER, copy_of("agency-3"), LAYOUT, {}).recipient is None


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text("0123456789ABCDEF", min_size=1, max_size=8),
            st.sampled_from(["told", "decided", "", "told me"]),
            st.dates().map(str) | st.sampled_from(["", "2021-02-30", "1 Jan", "0000-00-00"]),
            st.text(max_size=5),
        ),
        max_size=10,
    ),
    st.binary(min_size=32, max_size=32),
)
def test_every_copy_says_what_was_approved(rows: list[tuple[str, ...]], key: bytes) -> None:
    assert plainly(marked(HEADER, rows, LAYOUT, key)) == plainly(rows)
