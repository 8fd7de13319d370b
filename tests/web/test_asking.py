"""What an address may ask, and how it is told what it may not: a misspelt part is no zero."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from safepassage.model.published import PublishedTotal
from safepassage.report.asking import Asking
from tests.web.airlift import NOON, OPERATION, TEN, InMemory
from tests.web.conftest import Desks
from tests.web.test_pages import JSON, PAGES

PEOPLE = "/figures/people-out"
STOCK = "/figures/in-the-air"
DAWN = "2021-08-14T04:00:00Z"  # of the baseline, 08:30 in Kabul


def said(desks: Desks, path: str, **query: str) -> str:
    """What a refused address is answered, to a program and to a person."""
    page = desks.client.get(path, params=query or None)
    assert page.status_code == 400, page.text
    assert "<h1>" in page.text
    found = desks.client.get(path, params=query or None, headers=JSON)
    assert found.status_code == 400
    sentence: str = found.json()["said"]
    assert sentence
    assert "safepassage/" not in sentence
    assert ".py" not in sentence
    return sentence


@pytest.mark.parametrize("figure", [PEOPLE, STOCK, "/figures/lifts-out"])
@pytest.mark.parametrize("page", ["", "/derivation"])
def test_who_operates_and_who_is_counted_must_be_known(
    signed_in: Desks, figure: str, page: str
) -> None:
    operators = said(signed_in, f"{figure}{page}?operator=own-militray")
    assert "own-military, coalition, unknown" in operators
    assert "evacuee, staff" in said(signed_in, f"{figure}{page}?category=evacuees")


@pytest.mark.parametrize("name", ["own-military", "coalition", "unknown"])
def test_a_known_operator_is_answered(signed_in: Desks, name: str) -> None:
    found = signed_in.client.get(f"{PEOPLE}?operator={name}&category=staff", headers=JSON)
    assert found.json()["operator_classes"] == [name]


def test_a_baseline_must_be_one_of_the_operation(signed_in: Desks) -> None:
    assert "since-dawn" in said(signed_in, f"{PEOPLE}?baseline=since-dusk")
    assert "since-dawn" in said(signed_in, f"{PEOPLE}?baseline=since-dusk&start={DAWN}")


def test_a_start_beside_a_baseline_must_be_its_own(signed_in: Desks) -> None:
    asked = f"{PEOPLE}?baseline=since-dawn&start="
    assert DAWN in said(signed_in, f"{asked}2021-08-14T09:00:00Z")
    found = signed_in.client.get(asked + DAWN, headers=JSON).json()
    assert (found["value"], found["window"]["start"]) == (11, DAWN)


@pytest.mark.parametrize(
    "part", ["baseline=since-dawn", f"start={DAWN}", f"end={DAWN}", "window_zone=Asia/Kabul"]
)
def test_a_stock_takes_no_window_and_no_baseline(signed_in: Desks, part: str) -> None:
    assert "stock" in said(signed_in, f"{STOCK}?{part}")


@pytest.mark.parametrize("name", ["EST", "localtime", "Kabul", "Asia/Kabull", "../UTC", "utc"])
@pytest.mark.parametrize("part", ["zone", "window_zone"])
def test_a_zone_is_utc_or_a_name_with_a_slash(signed_in: Desks, part: str, name: str) -> None:
    assert "time zone" in said(signed_in, PEOPLE, **{part: name})
    assert "time zone" in said(signed_in, "/", at="2021-08-14 10:00", at_zone=name)


@pytest.mark.parametrize("name", ["UTC", "Asia/Kabul", "America/Argentina/Buenos_Aires"])
def test_a_zone_that_is_one_is_answered(signed_in: Desks, name: str) -> None:
    assert signed_in.client.get(f"{PEOPLE}?zone={name}").status_code == 200


def test_the_phase_is_posted_or_pending(signed_in: Desks) -> None:
    for phase in ("posted", "pending"):
        found = signed_in.client.get(f"{PEOPLE}?phase={phase}", headers=JSON).json()
        assert found["phase"] == phase
    for phase in ("voided", "planned"):
        assert "pending" in said(signed_in, f"{PEOPLE}?phase={phase}")
    promised = signed_in.client.get(f"{STOCK}?phase=pending", headers=JSON).json()
    assert (promised["phase"], promised["value"]) == ("pending", 0)  # nothing is promised here


@pytest.mark.parametrize(
    "path", ["/figures", PEOPLE, STOCK, f"{PEOPLE}/derivation", "/sitrep", "/sitrep?format=csv"]
)
def test_an_unknown_part_of_an_address_is_refused(signed_in: Desks, path: str) -> None:
    sentence = said(signed_in, f"{path}{'&' if '?' in path else '?'}as-of=2021-08-14T10:00Z")
    assert "'as-of'" in sentence
    assert "as_of, at, at_zone, position" in sentence


def test_a_page_that_cannot_be_is_told_in_a_sentence(signed_in: Desks) -> None:
    for page in ("0", "x", "-1"):
        assert said(signed_in, f"{PEOPLE}?page={page}").startswith("page: ")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_comes_as_json_when_the_address_says_so(signed_in: Desks, path: str) -> None:
    mark = "&" if "?" in path else "?"
    asked = signed_in.client.get(f"{path}{mark}format=json")
    assert asked.headers["content-type"] == "application/json"
    assert asked.json() == signed_in.client.get(path, headers=JSON).json()
    page = signed_in.client.get(f"{path}{mark}format=html", headers=JSON)
    assert page.headers["content-type"].startswith("text/html")
    assert "formats: html, json" in said(signed_in, f"{path}{mark}format=exe")


def test_a_report_comes_as_a_table_too(signed_in: Desks) -> None:
    assert "html, json, csv" in said(signed_in, "/sitrep?format=exe")


@pytest.mark.parametrize("path", [p for p in PAGES if not p.startswith("/places/")])
def test_the_ledger_before_its_first_entry_answers(signed_in: Desks, path: str) -> None:
    mark = "&" if "?" in path else "?"
    for position in ("0", "1"):
        asked = f"{path}{mark}position={position}"
        assert signed_in.client.get(asked).status_code == 200
        assert signed_in.client.get(asked, headers=JSON).status_code == 200
    found = signed_in.client.get(f"{PEOPLE}?position=0", headers=JSON).json()
    assert (found["value"], found["today"], found["position"]) == (0, 11, 0)


def test_a_position_is_read_whole(signed_in: Desks) -> None:
    said(signed_in, "/?position=00000000000000000007")
    said(signed_in, "/?position=99999999999999999999")


def question(**parts: Any) -> str:
    """A question as one line, with parts that differ from a good one."""
    good = Asking(OPERATION, InMemory().position()).since("people-out", "since-dawn", NOON)
    return json.dumps(good.to_json() | parts)


@pytest.mark.parametrize(
    "bad",
    [
        "1",
        "[]",
        '"people-out"',
        "null",
        "{}",
        "[" * 5000,
        question().replace('"position": ', '"position": 1e400, "x": '),
        question(position=0).replace('"position": 0', '"position": 1e400'),
        question(position="many"),
        question(position=-1),
        question(position=10**30),
        question(position=[1]),
        question(figure=["people-out"]),
        question(categories=[[1]]),
        question(categories=["evacuees"]),
        question(categories="evacuee"),
        question(categories=5),
        question(operator_classes=[{}]),
        question(operator_classes=["own-militray"]),
        question(operator_classes=7),
        question(baseline="since-dusk"),
        question(baseline=["since-dawn"]),
        question(as_of=5),
        question(as_of="2021"),
        question(phase="voided"),
        question(phase=[]),
        question(zone="EST"),
        question(zone=[1]),
        question(zone=5),
        question(window=5),
        question(window=[]),
        question(window=[], baseline=None),
        question(window={}, figure="in-the-air", baseline=None),
        question(window=None),
        question(window={"start": DAWN, "end": DAWN}),
        question(window={"start": "2021-08-14T05:00Z", "end": "2021-08-14T12:00Z"}),
        question(window={"start": DAWN, "end": "2021-08-14T12:00Z", "zone": "EST"}),
        question(figure="in-the-air", window=None),
        '{"\\ud800": 1}',
    ],
)
def test_what_is_no_question_cannot_be_compared(signed_in: Desks, bad: str) -> None:
    assert said(signed_in, "/compare", first=bad, second=question())
    assert said(signed_in, "/compare", first=question(), second=bad)


def test_a_question_of_this_operation_can_be_compared(signed_in: Desks) -> None:
    query = {"first": question(), "second": question(baseline=None, categories=["staff"])}
    assert signed_in.client.get("/compare", params=query).status_code == 200


def test_a_published_bound_is_called_one(signed_in: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    def totals(_: InMemory) -> Sequence[PublishedTotal]:
        return [
            PublishedTotal(
                id=f"total-{at:%H}",
                baseline="since-dawn",
                as_of=at,
                people=people,
                said_by="A spokesman",
                source="The paper",
                is_bound=is_bound,
            )
            for at, people, is_bound in ((TEN, 7, False), (NOON, 123_000, True))
        ]

    monkeypatch.setattr(InMemory, "published_totals", totals)
    text = signed_in.client.get("/claims").text
    assert 'more than <bdi dir="ltr">123,000</bdi>' in text
    assert '<td class="num">bound</td>' in text
    assert text.count("more than <bdi") == 1
    assert '<td class="num">–</td>' in text
