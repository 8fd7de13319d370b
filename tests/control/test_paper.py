"""The manifest on paper: ids, bands and heads to tick, and room for whoever is not listed."""

from __future__ import annotations

from safepassage.control.paper import LINES_PER_PAGE, paper_manifest
from safepassage.model.ids import GroupId
from safepassage.operate.boarding import Boarders
from safepassage.operate.step import Why
from tests.control.apron_desk import REACH, ApronDesks, on_paper
from tests.operate.test_manifest import family


def printed(desks: ApronDesks, blank: int = 0, stylesheet: str = "") -> str:
    with desks.books.ledger() as ledger:
        return paper_manifest(ledger, REACH, desks.now, blank, stylesheet)


def test_each_head_has_a_box_and_those_aboard_are_ticked() -> None:
    desks = on_paper()
    desks.departing.seat(REACH, [family(1, 5)], token="p1")
    desks.departing.board(REACH, family(1, 3), token="p2", acknowledged={Why.FAMILY_INCOMPLETE})
    band = Boarders(group=GroupId("band-KM04217T"))
    desks.departing.board(REACH, band, token="p3", acknowledged={Why.NOT_ON_MANIFEST})
    page = printed(desks)
    assert page.count('<i class="on">') == 4
    assert page.count("<i></i></td>") + page.count("<i></i><i></i></td>") >= 1
    assert "KM04217T" in page
    assert "band-KM" not in page


def test_whoever_is_not_listed_finds_numbered_lines_over_the_pages() -> None:
    page = printed(on_paper(), blank=LINES_PER_PAGE + 3)
    assert page.count('<section class="sheet">') == 2
    assert f">{LINES_PER_PAGE + 3}</td>" in page
    assert page.count("If they differ") == 1


def test_a_page_of_its_own_carries_its_style_and_a_served_one_links_to_it() -> None:
    assert "<style>" in printed(on_paper())
    served = printed(on_paper(), stylesheet="/lifts/paper.css")
    assert "<style>" not in served
    assert 'href="/lifts/paper.css"' in served
