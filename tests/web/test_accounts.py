"""Accounts at the desks: who comes in how, what they may open, and how they are put out."""

from __future__ import annotations

import logging
import re
import threading
import time
from base64 import b32decode
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.testclient import TestClient

from safepassage.model.ids import SponsorId
from safepassage.secure.audit import Kind
from safepassage.secure.roles import Action, Role
from safepassage.web import identify
from safepassage.web.access import RefusedError, check
from safepassage.web.identify import BusyError
from safepassage.web.routes.stream import while_signed_in
from tests.web.airlift import NOON
from tests.web.conftest import Clock
from tests.web.people import LOCALHOST, PHRASE, REGISTER_PHRASE, Office, office_in, roles_of

MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = office_in(tmp_path, Clock(NOON))
    with TestClient(made.app):
        yield made
    made.protection.close()


def is_in(browser: TestClient) -> bool:
    return browser.get("/", follow_redirects=False).status_code == 200


def request_of(office: Office, browser: TestClient) -> Request:
    """A request with the cookies of a browser, as a page would see it."""
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/lists",
        "query_string": b"",
        "headers": [(b"cookie", cookie.encode())],
        "app": office.app,
        "state": {},
    }
    return Request(scope)


def kinds(office: Office) -> list[Kind]:
    return [link.entry.kind for link in office.protection.trail.page()][::-1]


def link_on(page: str) -> str:
    found = re.search(r"http://localhost:8800/enrol#([\w-]+)", page)
    assert found is not None
    return found[1]


def test_from_the_printed_link_to_an_administrator_who_signs_in(office: Office) -> None:
    """Nobody has a password to begin with: the first account is made at the printed link."""
    operator = office.printed()
    form = {"id": "admin-1", "roles": ["administrator"]}
    code = link_on(operator.post("/accounts", data=form).text)
    owner = office.browser(LOCALHOST)
    assert owner.get("/enrol").status_code == 200
    assert "How will you sign in?" in owner.post("/enrol", data={"code": code}).text
    assert owner.get("/", follow_redirects=False).status_code == 303  # nothing but setting up
    page = owner.get("/account/passphrase").text
    secret = re.search(r'name="secret" value="([A-Z2-7]{32})"', page)
    assert secret is not None
    assert 'class="qr"' in page
    form = {
        "passphrase": PHRASE,
        "again": PHRASE,
        "secret": secret[1],
        "code": office.code(secret[1]),
    }
    done = owner.post("/account/passphrase", data=form)
    assert "Your account is set up" in done.text
    office.clock.pass_by(MINUTE)
    form = {"account": "admin-1", "passphrase": PHRASE, "code": office.code(secret[1])}
    assert owner.post("/sign-in/passphrase", data=form).status_code == 200
    assert "admin-1" in owner.get("/accounts").text
    # From now on the printed link only looks at the board.
    assert operator.get("/accounts").status_code == 403
    assert is_in(operator)


def test_a_link_is_spent_once(office: Office) -> None:
    operator = office.printed()
    page = operator.post("/accounts", data={"id": "reg-1", "roles": ["registrar"]}).text
    code = link_on(page)
    assert office.browser().post("/enrol", data={"code": code}).status_code == 200
    assert office.browser().post("/enrol", data={"code": code}).status_code == 403
    assert office.browser().post("/enrol", data={"code": "guess"}).status_code == 403


def test_a_session_to_enrol_opens_no_desk(office: Office) -> None:
    operator = office.printed()
    code = link_on(operator.post("/accounts", data={"id": "a-1", "roles": ["administrator"]}).text)
    owner = office.browser()
    owner.post("/enrol", data={"code": code})
    for path in ("/", "/accounts", "/audit", "/lock", "/figures"):
        assert owner.get(path, follow_redirects=False).status_code == 303, path


def test_a_wrong_part_is_refused_in_the_same_words(office: Office) -> None:
    secret = office.enrol("reg-1", Role.REGISTRAR)
    office.enrol("shut-1", Role.REGISTRAR)
    office.protection.accounts.disable("shut-1", "admin-1")
    office.clock.pass_by(MINUTE)
    good = {"account": "reg-1", "passphrase": PHRASE, "code": office.code(secret)}
    answers = set()
    for wrong in (
        {"account": "nobody-1"},
        {"account": "shut-1"},
        {"account": "\u0645\u0631\u06cc\u0645"},
        {"account": ""},
        {"passphrase": "another passphrase"},
        {"passphrase": ""},
        {"code": "000000"},
        {"code": ""},
    ):
        answer = office.browser().post("/sign-in/passphrase", data=good | wrong)
        assert answer.status_code == 403, wrong
        answers.add(re.sub(r"\s+", " ", answer.text))
    assert len(answers) == 1
    assert office.browser().post("/sign-in/passphrase", data=good).status_code == 200


def test_what_somebody_typed_is_in_no_log_and_no_entry(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """People type their passphrase into the field for the account."""
    office.enrol("reg-1", Role.REGISTRAR)
    form = {"account": "my-passphrase-is-canary", "passphrase": "canary-secret", "code": "123456"}
    with caplog.at_level(logging.DEBUG):
        page = office.browser().post("/sign-in/passphrase", data=form).text
    told = f"{[link.entry for link in office.protection.trail.page()]} {caplog.text} {page}"
    assert "canary" not in told
    assert "unknown" in told


def test_a_code_that_was_used_opens_nothing_again(office: Office) -> None:
    secret = office.enrol("reg-1", Role.REGISTRAR)
    office.clock.pass_by(MINUTE)
    form = {"account": "reg-1", "passphrase": PHRASE, "code": office.code(secret)}
    assert office.browser().post("/sign-in/passphrase", data=form).status_code == 200
    assert office.browser().post("/sign-in/passphrase", data=form).status_code == 403


def test_whoever_guesses_waits_longer_each_time_and_the_owner_gets_in_afterwards(
    office: Office,
) -> None:
    secret = office.enrol("reg-1", Role.REGISTRAR)
    guess = {"account": "reg-1", "passphrase": "a guess that is wrong", "code": "000000"}
    answers = [office.browser().post("/sign-in/passphrase", data=guess) for _ in range(6)]
    assert [a.status_code for a in answers] == [403, 403, 403, 403, 429, 429]
    assert "Wait" in answers[-1].text
    # Even the right words are not looked at meanwhile, and nobody else waits.
    form = {"account": "reg-1", "passphrase": PHRASE, "code": office.code(secret)}
    assert office.browser().post("/sign-in/passphrase", data=form).status_code == 429
    assert office.sign_in("reg-2", office.enrol("reg-2", Role.REGISTRAR)) is not None
    office.clock.pass_by(MINUTE)
    form["code"] = office.code(secret)
    assert office.browser().post("/sign-in/passphrase", data=form).status_code == 200


def test_an_account_that_is_none_waits_just_the_same(office: Office) -> None:
    office.enrol("reg-1", Role.REGISTRAR)
    guess = {"account": "no-such-1", "passphrase": "a guess that is wrong", "code": "000000"}
    codes = [office.browser().post("/sign-in/passphrase", data=guess).status_code for _ in range(6)]
    assert codes == [403, 403, 403, 403, 429, 429]


def test_a_crowd_at_the_door_is_told_to_wait_before_any_work_is_done(office: Office) -> None:
    identify = office.app.state.desk.identify
    gate, inside = threading.Event(), []

    def stand() -> None:
        try:
            with identify.turn():
                inside.append(1)
                gate.wait(5)
        except BusyError:
            inside.append(0)

    crowd = [threading.Thread(target=stand) for _ in range(12)]
    for one in crowd:
        one.start()
    deadline = time.monotonic() + 5
    while inside.count(0) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    turned_away = inside.count(0)
    gate.set()
    for one in crowd:
        one.join()
    assert turned_away == 4  # two computed, six waited
    assert inside.count(1) == 8


def test_the_roles_of_an_account_open_its_desks_and_no_other(office: Office) -> None:
    auditor = office.somebody(Role.AUDITOR, id="audit-1")
    assert auditor.get("/audit").status_code == 200
    assert auditor.get("/accounts").status_code == 403
    menu = auditor.get("/").text
    assert 'href="/audit"' in menu
    assert 'href="/accounts"' not in menu
    assert office.protection.trail.page(kind=Kind.REFUSED.value)[0].entry.account == "audit-1"


def test_another_role_is_in_force_at_the_next_click(office: Office) -> None:
    officer = office.somebody(Role.AUDITOR, id="officer-1")
    office.protection.accounts.set_roles("officer-1", [Role.PLANNER], None, "admin-1")
    assert officer.get("/audit").status_code == 403
    assert is_in(officer)


def test_an_administrator_shuts_somebody_out_at_once(office: Office) -> None:
    officer = office.somebody(Role.REGISTRAR, id="reg-1")
    admin = office.somebody(Role.ADMINISTRATOR, id="admin-1")
    assert is_in(officer)
    assert admin.post("/accounts/reg-1/disable").status_code == 200
    assert not is_in(officer)
    assert admin.post("/accounts/reg-1/enable").status_code == 200
    assert not is_in(officer)  # the session that was ended stays so
    assert kinds(office)[-2:] == [Kind.ACCOUNT_DISABLED, Kind.ACCOUNT_ENABLED]


def test_a_lost_phone_is_dead_when_the_new_link_is_made(office: Office) -> None:
    secret = office.enrol("reg-1", Role.REGISTRAR)
    officer = office.sign_in("reg-1", secret)
    admin = office.somebody(Role.ADMINISTRATOR, id="admin-1")
    code = link_on(admin.post("/accounts/reg-1/link").text)
    assert not is_in(officer)
    office.clock.pass_by(MINUTE)
    form = {"account": "reg-1", "passphrase": PHRASE, "code": office.code(secret)}
    assert office.browser().post("/sign-in/passphrase", data=form).status_code == 403
    assert office.browser().post("/enrol", data={"code": code}).status_code == 200


def test_roles_are_changed_on_the_page_and_those_that_check_each_other_refused(
    office: Office,
) -> None:
    office.enrol("officer-1", Role.PLANNER)
    admin = office.somebody(Role.ADMINISTRATOR, id="admin-1")
    good = {"roles": ["registrar", "case-officer"]}
    assert admin.post("/accounts/officer-1/roles", data=good).status_code == 200
    assert roles_of(office, "officer-1") == {Role.REGISTRAR, Role.CASE_OFFICER}
    bad = {"roles": ["auditor", "administrator"]}
    refused = admin.post("/accounts/officer-1/roles", data=bad)
    assert refused.status_code == 400
    assert "never one account" in refused.text
    assert roles_of(office, "officer-1") == {Role.REGISTRAR, Role.CASE_OFFICER}
    assert admin.get("/accounts/nobody-9").status_code == 404


@pytest.mark.parametrize("id", ["", "two words", "مریم", "printed-link", "a/b", "officer-1"])
def test_an_account_that_cannot_be_is_refused_with_a_reason(office: Office, id: str) -> None:
    office.enrol("officer-1", Role.PLANNER)
    admin = office.somebody(Role.ADMINISTRATOR, id="admin-1")
    answer = admin.post("/accounts", data={"id": id, "roles": ["planner"]})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_an_idle_browser_is_signed_out_although_its_board_follows_the_ledger(
    office: Office,
) -> None:
    officer = office.somebody(Role.PLANNER)
    for _ in range(3):
        office.clock.pass_by(10 * MINUTE)
        last = officer.get("/", headers={"HX-Request": "true"}, follow_redirects=False)
    assert last.status_code == 401  # what the board asks for by itself keeps nobody signed in


def test_somebody_who_works_stays_signed_in(office: Office) -> None:
    officer = office.somebody(Role.PLANNER)
    for _ in range(6):
        office.clock.pass_by(20 * MINUTE)
        assert officer.get("/figures").status_code == 200


def test_one_signs_out_elsewhere_from_ones_own_page(office: Office) -> None:
    secret = office.enrol("reg-1", Role.REGISTRAR)
    here, there = office.sign_in("reg-1", secret), office.sign_in("reg-1", secret)
    page = here.get("/account").text
    assert page.count("Passphrase and code") == 2
    here.post("/account/sessions/end")
    assert is_in(here)
    assert not is_in(there)
    here.post("/sign-out")
    assert not is_in(here)


def test_signing_in_anew_ends_the_session_before(office: Office) -> None:
    secret = office.enrol("reg-1", Role.REGISTRAR)
    browser = office.sign_in("reg-1", secret)
    stolen = dict(browser.cookies)
    office.clock.pass_by(MINUTE)
    form = {"account": "reg-1", "passphrase": PHRASE, "code": office.code(secret)}
    browser.post("/sign-in/passphrase", data=form)
    thief = office.browser()
    thief.cookies.update(stolen)
    assert is_in(browser)
    assert not is_in(thief)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"again": "something else entirely"}, "differ"),
        ({"passphrase": "short", "again": "short"}, "guessed"),
        ({"code": "000000"}, "the next one"),
        ({"secret": "NOT-BASE32"}, "Scan the new code"),
    ],
)
def test_a_passphrase_is_set_with_a_code_that_works_or_not_at_all(
    office: Office, wrong: dict[str, str], said: str
) -> None:
    secret = office.enrol("reg-1", Role.REGISTRAR)
    browser = office.sign_in("reg-1", secret)
    new = "B" * 32
    good = {"passphrase": "four other words here", "again": "four other words here"}
    form = good | {"secret": new, "code": office.code(new)} | wrong
    answer = browser.post("/account/passphrase", data=form)
    assert answer.status_code == 400
    assert said in answer.text
    assert office.sign_in("reg-1", secret) is not None  # the one before is still the one


def test_passkeys_are_offered_where_a_browser_makes_them(office: Office) -> None:
    office.enrol("reg-1", Role.REGISTRAR)
    by_digits = office.browser().get("/sign-in").text
    assert "data-passkey" not in by_digits
    assert f'href="{LOCALHOST}/sign-in"' in by_digits
    assert "data-passkey" in office.browser(LOCALHOST).get("/sign-in").text
    assert office.browser().post("/sign-in/passkey/options").status_code == 400


@pytest.mark.parametrize("answer", [{}, {"response": {}}, {"response": {"clientDataJSON": "e30"}}])
def test_what_is_no_answer_of_a_passkey_opens_nothing(
    office: Office, answer: dict[str, object]
) -> None:
    browser = office.browser(LOCALHOST)
    refused = browser.post("/sign-in/passkey", json=answer)
    assert refused.status_code == 400
    assert not is_in(browser)


def test_a_list_submitter_is_kept_to_its_sponsor(office: Office) -> None:
    browser = office.somebody(Role.LIST_SUBMITTER, id="list-1", sponsor="agency-a")
    ours, theirs = SponsorId("agency-a"), SponsorId("agency-b")
    assert check(request_of(office, browser), Action.SEE_LISTS, ours).sponsor == "agency-a"
    with pytest.raises(RefusedError, match="another sponsor"):
        check(request_of(office, browser), Action.SEE_LISTS, theirs)


def test_no_passphrase_code_secret_or_session_is_on_the_disk(
    office: Office, tmp_path: Path
) -> None:
    """What lies in the folder of the database signs nobody in and unlocks nothing."""
    secret = office.enrol("key-1", Role.CUSTODIAN)
    custodian = office.sign_in("key-1", secret)
    form = {"passphrase": REGISTER_PHRASE, "again": REGISTER_PHRASE}
    custodian.post("/lock/passphrase", data=form)
    code = office.protection.accounts.make_link("key-1", "admin-1")
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"key-1" in everything
    session = custodian.cookies[office.app.state.desk.cookie]
    for told in (PHRASE, secret, REGISTER_PHRASE, session, code):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert told.encode(encoding) not in everything
    assert b32decode(secret) not in everything


@pytest.mark.parametrize("path", ["/sign-in", "/enrol", "/sign-in/passkey", "/lock/open"])
def test_a_stranger_cannot_hand_in_more_than_a_form(office: Office, path: str) -> None:
    browser = office.browser()
    assert browser.post(path, content=b"x" * 70_000).status_code == 413

    def endless() -> Iterator[bytes]:
        yield b"code="

    assert browser.post(path, content=endless()).status_code == 413


def test_guesses_at_no_account_do_not_fill_the_disk(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identify, "STRANGERS_MAX", 3)
    office.enrol("reg-1", Role.REGISTRAR)
    before = office.protection.trail.head().number
    for number in range(6):
        form = {"account": f"no-such-{number}", "passphrase": "x", "code": "0"}
        assert office.browser().post("/sign-in/passphrase", data=form).status_code == 403
    assert office.protection.trail.head().number == before + 3


def test_a_stream_ends_with_the_session(office: Office) -> None:
    """The numbers on a wall stop when an administrator puts its account out."""
    from tests.web.test_live import in_a_thread

    officer = office.somebody(Role.PLANNER, id="wall-1")
    request = request_of(office, officer)

    async def story() -> None:
        async def endless() -> AsyncIterator[str]:
            while True:
                yield "news"

        stream = while_signed_in(request, endless())
        assert await anext(stream) == "news"
        office.protection.accounts.disable("wall-1", "admin-1")
        with pytest.raises(StopAsyncIteration):
            await anext(stream)

    in_a_thread(story)
