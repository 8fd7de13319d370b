"""The printed kit: what a camera reads, how large it is, and that it says nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import numpy as np
import pytest
import segno
import zxingcpp

from safepassage.control.printing import (
    CARDS_PER_PAGE,
    CODE_MM,
    QUIET,
    Card,
    NumberedBand,
    ReadOut,
    bands_html,
    cards_html,
    read_out_html,
    style_sheet,
    token_png,
    token_svg,
)
from safepassage.secure.issuing import new_key
from safepassage.secure.token import Claims, gate_mark, new_pass_id, seal

START = datetime(2021, 8, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def tokens() -> list[str]:
    key = new_key()
    return [
        seal(
            Claims(
                pass_id=new_pass_id(),
                gate=gate_mark("north-gate"),
                valid_from=START,
                valid_until=START + timedelta(hours=2),
                heads=heads,
            ),
            key,
        )
        for heads in (1, 5, 23, 24, 200)
    ]


def seen_by_a_camera(text: str, scale: int) -> str:
    """What a reader makes of the code as it is printed, with so many points to a module."""
    code = segno.make(text, error="m", boost_error=False, micro=False)
    rows = [bytes(row) for row in code.matrix_iter(scale=scale, border=QUIET)]
    image = np.array([[255 - 255 * cell for cell in row] for row in rows], dtype=np.uint8)
    (found,) = zxingcpp.read_barcodes(image)
    return found.text


def test_a_camera_reads_every_code_as_it_was_written(tokens: list[str]) -> None:
    for token in tokens:
        for scale in (2, 4):
            assert seen_by_a_camera(token, scale) == token


def test_a_code_has_49_modules_and_is_printed_at_34_millimetres(tokens: list[str]) -> None:
    for token in tokens:
        modules = 49 + 2 * QUIET
        assert f'viewBox="0 0 {modules} {modules}"' in token_svg(token)
    printed = re.search(r"\.card \.code svg \{[^}]*inline-size: ([\d.]+)mm", style_sheet())
    assert printed is not None
    assert float(printed[1]) * 49 / modules == pytest.approx(CODE_MM, abs=0.1)
    assert CODE_MM >= 30


def test_the_picture_for_a_phone_is_small_and_whole(tokens: list[str]) -> None:
    picture = token_png(tokens[0])
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 4_000
    assert int.from_bytes(BytesIO(picture).getvalue()[16:20], "big") == 6 * (49 + 2 * QUIET)


def test_cards_say_what_the_message_says_and_nothing_else(tokens: list[str]) -> None:
    cards = [Card(token, f"Friday, 10:30. Call {n}", "en") for n, token in enumerate(tokens)]
    page = cards_html([*cards, *cards], "/calls/kit.css")
    assert page.count("<main") == -(-len(cards) * 2 // CARDS_PER_PAGE)
    assert all(card.text in page for card in cards)
    assert "SP1:" not in page
    words = re.sub(r"<[^>]+>", " ", page.partition("<body>")[2]).split()
    assert set(words) <= {"Friday,", "10:30.", "Call", *"01234"}


def test_what_is_read_out_runs_in_the_direction_of_its_language() -> None:
    lines = [ReadOut("fam-1", "جمعه", "انار", "fa-AF"), ReadOut("fam-2", "Friday", "fish", "en")]
    page = read_out_html(lines)
    assert '<p class="call" lang="fa-AF" dir="rtl">جمعه</p>' in page
    assert '<p class="word" lang="en" dir="ltr">fish</p>' in page
    assert "<style>" in page
    assert "<style>" not in read_out_html(lines, "/calls/kit.css")


def test_bands_come_nine_to_a_page() -> None:
    bands = [NumberedBand(f"XA{n:05}", f"XA {n:05}") for n in range(20)]
    page = bands_html(bands)
    assert page.count("<main") == 3
    assert page.count('class="band"') == 20
