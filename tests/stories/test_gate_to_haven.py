"""From two lists to a haven, with all that goes wrong on such a day: a phone without a network and
killed, a server killed twice, one pass shown at two phones, a child on a lap, another haven than
was announced, and one of five who is not there.  Real processes, a real browser; nobody is lost."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from safepassage.cli.pass_keys import PASSPHRASE
from safepassage.cli.pass_office import pass_office
from safepassage.control.gates import Gates
from safepassage.control.issuing import secrets_of
from safepassage.model.instant import format_instant
from safepassage.operate.stations import BOARDING
from safepassage.operate.step import StepRefusedError
from safepassage.store import open_store
from safepassage.store.beside import Beside
from safepassage.store.errors import StoreLockedError
from safepassage.store.pen import Pen
from tests.control.phones import Phone, Remote
from tests.control.post_office import mail_server
from tests.gate_app.phone import Phone as App
from tests.gate_app.phone import held, kill, until
from tests.gate_app.post import Post
from tests.planner.island import OPERATION_FILE
from tests.stories.canary import PLANTED, found_below, found_in
from tests.stories.family_lists import MAIL, hand_in
from tests.stories.site import PATIENCE_S, Site

if TYPE_CHECKING:
    from playwright.sync_api import Playwright, Request

GATE, STRIP, LEVIN, OSTER, LIFT = "harbour-gate", "strip", "levin", "oster", "prop-1"
BAND = "KM 04217 T"


@dataclass
class Day:
    """The site, its families by their size, and every event that a phone ever held."""

    site: Site
    families: dict[int, str]
    tokens: dict[int, str]
    gates: Gates
    begin: datetime
    scans: set[str] = field(default_factory=set)

    def told(self, *words: str) -> Any:
        """What a command answers as JSON."""
        return json.loads(self.site.run(*words, "--json"))

    def step(self, *words: str) -> str:
        """What a desk records as soon as nobody else is writing."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.site.run(*words)
            except StoreLockedError:
                assert time.monotonic() < end
                time.sleep(0.2)

    def phone(self, place: str, **more: str) -> Phone:
        """One more phone, enrolled at the server that is up."""
        return Phone(Remote(self.site.origin, self.gates), place, **more)

    def note(self, events: list[dict[str, Any]]) -> set[str]:
        """Remember what a phone holds; the ids."""
        ids = {event["id"] for event in events}
        self.scans |= ids
        return ids


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    """A morning: both lists are in, three families are called, the server is up."""
    monkeypatch.setenv(PASSPHRASE, "a passphrase of enough words")
    site, begin = Site(tmp_path), datetime.now(UTC)
    (tmp_path / "operation.yaml").write_text(OPERATION_FILE)
    site.run("init", tmp_path / "operation.yaml")
    site.run("account", "unlock-file", site.key_file)
    hand_in(site)
    cases = json.loads(site.run("case", "list", "--class", "unknown", "--json"))
    families = {case["heads"]: case["group"] for case in cases}
    assert sorted(families) == [1, 2, 5]  # five, although two lists named each of them
    tokens = called(site, families)
    lift = ("--from", STRIP, "--to", LEVIN, "--operator", "guard", "--seats", "44")
    site.run("lift", "state", LIFT, *lift)
    site.start()
    try:
        with (
            open_store(site.store) as store,
            Beside(site.store) as beside,
            closing(Pen(site.store)) as pen,
        ):
            gates = Gates(store, pen, beside, lambda: datetime.now(UTC))
            yield Day(site, families, tokens, gates, begin)
    finally:
        site.end(signal.SIGTERM)


def called(site: Site, families: dict[int, str]) -> dict[int, str]:
    """Issue a pass to the five and to the two, tell them, and give out what their passes say."""
    root, asked, said = (str(site.folder / name) for name in ("root.age", "ask", "say"))
    public = site.run("pass", "keys", "root", "--out", root).splitlines()[-1]
    site.run("pass", "keys", "trust", public)
    now = datetime.now(UTC).replace(microsecond=0)
    begin, end = (format_instant(now + timedelta(hours=h)) for h in (-1, 3))
    site.run("pass", "keys", "ask", "--from", begin, "--out", asked)
    site.run("pass", "keys", "state", asked, "--root", root, "--out", said)
    site.run("pass", "keys", "install", said)
    site.run("pass", "meeting", GATE, "--text", "en=Tea house", "--text", "fa-AF=چایخانه")
    channels = site.folder / "channels.json"
    with mail_server() as box:
        mail = {"channel": "mail", "host": "127.0.0.1", "port": box.port, "security": "none"}
        channels.write_text(json.dumps({"channels": [mail | {"sender": "office@post.example"}]}))
        window = ("--from", begin, "--until", end, "--channels", str(channels))
        groups = [families[heads] for heads in (5, 2)]
        made = json.loads(site.run("pass", "call", *groups, "--gate", GATE, *window, "--json"))
        site.run("pass", "send", "--channels", str(channels))
    letters = box.text_to(MAIL)
    assert len(letters) == 2  # the code and the word, never in one
    assert not found_in("".join(letters).encode())
    with pass_office(str(site.store), site.key_file, None) as desk:
        secrets = secrets_of(desk.office, [each["pass"] for each in made])
    return {each["heads"]: secrets[each["pass"]].token for each in made}


@contextmanager
def app_of(driver: Playwright, day: Day) -> Iterator[App]:
    """The gate's app in a browser of its own profile."""
    profile = day.site.folder / "profile"
    with held(driver, Post({}, port=day.site.port), profile) as app:
        yield app


def scan_without_a_network(driver: Playwright, day: Day) -> None:
    """A phone decides alone all morning, and its process is ended in the middle of it."""
    browser = ExitStack()
    app = browser.enter_context(app_of(driver, day))
    link = day.site.run("gate", "enrol", GATE, "--origin", app.post.origin).split()[-1]
    try:
        app.page.goto(link)
        app.page.wait_for_selector("main.scan")
        until(lambda: app.page.evaluate("navigator.serviceWorker.ready.then(() => true)"))
        app.page.context.set_offline(True)
        work_alone(app, day)
        assert len(day.note(app.events())) == 4
    finally:
        kill(day.site.folder / "profile")
        with suppress(Exception):  # whether the driver has noticed yet is its own affair
            browser.close()


def work_alone(app: App, day: Day) -> None:
    """Five are let in, a forgery is not, two lack papers, three come without a pass."""
    assert app.scan(day.tokens[5]) == "count-heads"
    app.press("all-here")
    app.become("admit")
    assert app.scan(day.tokens[5][:-6] + "000000") == "forged"
    assert app.scan(day.tokens[2]) == "count-heads"
    app.page.locator(".thumb button").last.click()
    app.page.locator("[data-refusal=papers]").click()
    app.press("next", "walkup")
    for _ in range(2):
        app.page.locator(".stepper button").last.click()
    app.press("keep", "next")


def scan_at_the_other_lane(day: Day) -> Phone:
    """A copy of the pass is let in once more; the server is killed when it has signed for that."""
    lane = day.phone(GATE)
    assert lane.show(day.tokens[5], 5).reason == "admit"
    lane.scan("count", heads=5, at=datetime.now(UTC) + timedelta(days=1))  # a slip of its clock
    day.note(lane.unsent)
    sent = lane.batch()
    lane.sync()
    assert sorted(lane.fates.values()) == ["quarantined", "recorded"]
    day.site.end(signal.SIGKILL)
    day.step("lift", "seat", LIFT, f"{day.families[5]}:5")
    day.site.start()
    again = lane.gates.take_events(sent)  # as if the receipt had been lost
    assert [each["state"] for each in again["receipt"]["results"]] == ["known", "quarantined"]
    return lane


def board_and_close(day: Day) -> None:
    """Five are scanned aboard and six are counted: one lies on a lap, on no list."""
    door = day.phone(STRIP, station=BOARDING, lift=LIFT)
    assert door.show(day.tokens[5], 5).reason == "admit"
    day.note(door.unsent)
    door.sync()
    assert list(door.fates.values()) == ["recorded"]
    close = ("lift", "close", LIFT, "--by", "boarding-1", "--counted", "6")
    with pytest.raises(StepRefusedError, match="5 planned, 5 boarded, 6 counted"):
        day.step(*close)
    day.step(*close, "--difference", "lap-children", "--band", BAND)
    day.step("lift", "depart", LIFT)
    day.step("lift", "divert", LIFT, OSTER)
    day.step("haven", "arrive", OSTER, LIFT, "--group", day.families[5], "--heads", "4")
    day.step("haven", "arrive", OSTER, LIFT, "--band", BAND)


def hear_the_offline_phone(driver: Playwright, day: Day) -> set[str]:
    """The killed phone is opened again, still cut off; then heard, by a server killed amid it."""

    def cut(request: Request) -> None:
        if request.url.endswith("api/events") and len(day.site.said) == 2:
            day.site.end(signal.SIGKILL)

    with app_of(driver, day) as app:
        app.page.context.set_offline(True)
        app.open()
        assert app.unsent() == 4
        assert app.scan(day.tokens[5]) == "already-used"  # it remembers on its disk
        kept = day.note(app.events())
        app.page.on("request", cut)
        app.page.context.set_offline(False)
        until(lambda: (app.unsent(), day.site.process is None)[1])
        day.site.start()
        app.press("status")
        until(lambda: sent(app))
        assert app.faults == []
    return kept


def sent(app: App) -> bool:
    """Press the button that sends; whether nothing is left."""
    app.press("send")
    return app.unsent() == 0


@pytest.mark.browser
def test_a_family_on_two_lists_comes_out_and_the_one_who_did_not_is_a_case(
    playwright_driver: Playwright, day: Day
) -> None:
    scan_without_a_network(playwright_driver, day)
    lane = scan_at_the_other_lane(day)
    board_and_close(day)
    kept = hear_the_offline_phone(playwright_driver, day)
    day.site.end(signal.SIGTERM)
    check_events(day, lane, kept)
    check_counted_once(day)
    check_figures(day)
    check_classes(day)
    assert "Sound" in day.site.run("check")
    check_no_name_is_left(day.site)


def check_events(day: Day, lane: Phone, kept: set[str]) -> None:
    """N scans in, N events out: each once, recorded or in quarantine with its reason."""
    with closing(sqlite3.connect(day.site.store)) as ledger:
        rows = ledger.execute("SELECT id, state, reason FROM gate_event").fetchall()
    assert Counter(id for id, _, _ in rows) == Counter(day.scans)
    assert len(day.scans) == 8
    states = {id: state for id, state, _ in rows}
    assert all(states[id] == "recorded" for id in kept)
    assert all(states[id] == state for id, state in lane.fates.items())
    assert [reason for _, _, reason in rows if reason] == ["from-the-future"]
    (held,) = day.told("gate", "quarantine")
    assert (held["reason"], held["device"]) == ("from-the-future", lane.id)
    day.site.run("gate", "dismiss", str(held["number"]), "--reason", "never-happened")
    assert day.told("gate", "quarantine") == []


def check_counted_once(day: Day) -> None:
    """Both sightings stay; the heads are counted once, and the doubt gets an owner."""
    (doubt,) = (d for d in day.told("discrepancy", "list") if d["check"] == "pass-seen-again")
    assert doubt["heads"] == 5
    day.site.run("discrepancy", "take", doubt["id"], "--owner", "gate-desk")
    owned = {d["id"]: d["owner"] for d in day.told("discrepancy", "list")}
    assert owned[doubt["id"]] == "gate-desk"


def check_figures(day: Day) -> None:
    """Every figure, and their sum."""
    report = day.told("sitrep")
    at = {row["place"]: row["heads"] for row in report["stocks"] if row["heads"]}
    assert at == {GATE: 3, STRIP: -1, "lifts": 1, OSTER: 5}
    stocks = {f["figure"]: f["value"] for f in report["figures"]}
    assert sum(at.values()) == report["everybody"] == stocks["ever-seen"] == 8
    assert (stocks["in-the-air"], stocks["at-havens"]) == (1, 5)
    assert stocks["never-past-the-gate"] == 2  # the five came, though a copy of theirs was refused
    span = (f"from={format_instant(day.begin)}", f"to={format_instant(datetime.now(UTC))}")
    flows = {
        name: day.told("figure", "show", name, *span)["value"]
        for name in ("people-at-gate", "people-out", "people-arrived")
    }
    assert flows == {"people-at-gate": 8, "people-out": 6, "people-arrived": 5}


def check_classes(day: Day) -> None:
    """Each head that is not out is in one class; the fifth is somebody's case."""
    assert classes(day) == {"on-the-way": 4, "refused": 2, "unknown": 1}
    word = ("--class", "unknown", "--next", "trace", "--owner", "case-2")
    day.site.run("case", "step", day.families[5], *word)
    assert classes(day) == {"on-the-way": 3, "refused": 2, "unknown": 2}
    (case,) = day.told("case", "list", "--owner", "case-2")
    assert (case["group"], case["heads"], case["place"]) == (day.families[5], 1, LIFT)


def classes(day: Day) -> dict[str, int]:
    """The classes that somebody is in; they add up with those who are out."""
    found = day.told("case", "summary")
    assert found["adds_up"]
    assert (found["known"], found["out"]) == (12, 5)  # 8 listed, 3 walked up, one on a lap
    assert sum(found["classes"].values()) == found["not_out"] == 7
    return {name: heads for name, heads in found["classes"].items() if heads}


def check_no_name_is_left(site: Site) -> None:
    """No word of a list is in the ledger, on the phone, in a log; and the search would find it."""
    folders = [site.folder / name for name in ("data", "state", "tmp", "logs", "profile", "stick")]
    assert found_below(folders) == {}
    everywhere = set[str]().union(*found_below([site.folder / "lists"]).values())
    assert everywhere == set(PLANTED)
