"""Who gets in: one-time links, sessions, foreign hosts and foreign pages."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import product

import pytest

from safepassage.web.security import CONTENT_SECURITY_POLICY, HEADERS
from safepassage.web.settings import Settings, hosts_of
from safepassage.web.sign_in import Links, Sessions
from tests.web.airlift import NOON, InMemory
from tests.web.conftest import ORIGIN, Clock, Desks

OPEN = {
    "/sign-in", "/sign-in/passphrase", "/sign-in/passkey", "/sign-in/passkey/options",
    "/sign-out", "/enrol", "/healthz", "/preferences",
    "/gate", "/gate/{path}",  # the files of the phone's app, the same for everybody
    "/answers/{id}",  # a random address that only the session which asked can fetch
}  # fmt: skip
DEVICES = "/gate/api/"  # phones and hubs have no session: they sign what they say
ANSWERS = (("text/html", 303), ("application/json", 401))
MINUTE = timedelta(minutes=1)


def test_a_link_opens_the_board_once(desks: Desks) -> None:
    code = desks.link()
    assert desks.client.get("/sign-in").status_code == 200  # a preview spends nothing
    first = desks.client.post("/sign-in", data={"code": code}, follow_redirects=False)
    assert first.status_code == 303
    assert desks.client.get("/").status_code == 200
    desks.client.cookies.clear()
    again = desks.client.post("/sign-in", data={"code": code})
    assert again.status_code == 403
    assert desks.client.get("/", follow_redirects=False).headers["location"] == "/sign-in"


def test_a_link_expires_after_a_quarter_of_an_hour(desks: Desks) -> None:
    code = desks.link()
    desks.clock.pass_by(15 * MINUTE)
    assert desks.client.post("/sign-in", data={"code": code}).status_code == 403


def test_an_expired_link_is_spent_all_the_same() -> None:
    clock = Clock(NOON)
    links = Links(clock, 15 * MINUTE)
    code = links.issue()
    clock.pass_by(15 * MINUTE)
    assert not links.spend(code)
    clock.at = NOON
    assert not links.spend(code)


@pytest.mark.parametrize("code", ["", "x", "a" * 200, "not the code", "é\x00"])
def test_a_guess_opens_nothing(desks: Desks, code: str) -> None:
    desks.link()
    assert desks.client.post("/sign-in", data={"code": code}).status_code == 403


def test_the_session_cookie_is_out_of_reach_of_scripts(desks: Desks) -> None:
    answer = desks.client.post("/sign-in", data={"code": desks.link()}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("safepassage-8800=")
    for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"):
        assert part in cookie
    assert "Secure" not in cookie  # plain http on this machine


def test_behind_https_the_cookie_is_bound_to_the_host() -> None:
    from safepassage.web.app import create_app

    settings = Settings(records=InMemory(), origin="https://board.example.org", clock=Clock(NOON))
    desk = create_app(settings).state.desk
    assert desk.cookie == "__Host-safepassage-443"
    assert settings.hosts == {"board.example.org"}


def test_neither_code_nor_session_is_kept_as_it_is(desks: Desks) -> None:
    code = desks.link()
    desks.client.post("/sign-in", data={"code": code})
    session = desks.client.cookies[desks.app.state.desk.cookie]
    path = desks.app.state.desk.settings.sessions_path
    kept = path.read_text()
    assert session not in kept
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert len(json.loads(kept)) == 1
    assert len(code) >= 22  # 128 bits and more


def test_a_restart_signs_nobody_out(signed_in: Desks) -> None:
    settings = signed_in.app.state.desk.settings
    session = signed_in.client.cookies[signed_in.app.state.desk.cookie]
    again = Sessions(signed_in.clock, settings.session_valid, settings.sessions_path)
    assert again.knows(session)
    signed_in.clock.pass_by(settings.session_valid)
    assert not again.knows(session)


def test_an_unreadable_sessions_file_costs_a_sign_in_and_nothing_else(signed_in: Desks) -> None:
    settings = signed_in.app.state.desk.settings
    for content in ("not json", "[]", '{"a": 3}', '{"a": "yesterday"}'):
        settings.sessions_path.write_text(content)
        sessions = Sessions(signed_in.clock, settings.session_valid, settings.sessions_path)
        assert sessions.knows(sessions.start())


def test_signing_out_kills_the_session_wherever_its_cookie_lies(signed_in: Desks) -> None:
    name = signed_in.app.state.desk.cookie
    stolen = signed_in.client.cookies[name]
    assert signed_in.client.post("/sign-out").status_code == 200
    signed_in.client.cookies.set(name, stolen)
    assert signed_in.client.get("/", follow_redirects=False).status_code == 303


def test_everything_but_the_door_needs_a_session(desks: Desks) -> None:
    paths = desks.app.openapi()["paths"]
    assert len(paths) > 12
    assert set(paths) >= OPEN
    for template in set(paths) - OPEN:
        path = template.replace("{figure}", "people-out").replace("{place}", "doha")
        for method, (accept, expected) in product(paths[template], ANSWERS):
            headers = {"Accept": accept}
            answer = desks.client.request(method, path, headers=headers, follow_redirects=False)
            if path.startswith(DEVICES):
                assert answer.status_code in (400, 401), f"{method} {path}"
            else:
                assert answer.status_code == expected, f"{method} {path}"
    stream = desks.client.get("/events", headers={"Accept": "text/event-stream"})
    assert stream.status_code == 401


def test_a_fragment_asked_for_without_a_session_sends_the_page_to_the_door(desks: Desks) -> None:
    answer = desks.client.get("/", headers={"HX-Request": "true"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in")


def test_every_answer_carries_the_security_headers(signed_in: Desks) -> None:
    paths = ["/", "/sign-in", "/healthz", "/static/page.css", "/nowhere", "/static/nothing"]
    for path in paths:
        answer = signed_in.client.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, path
    assert signed_in.client.get("/").headers["cache-control"] == "no-store"
    assert signed_in.client.get("/static/page.css").headers["cache-control"] == "no-cache"


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'"):
        assert part in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:8801", "127.0.0.1:8800.evil.example", ""]
)
def test_another_name_for_this_machine_is_not_answered(desks: Desks, host: str) -> None:
    answer = desks.client.get("/sign-in", headers={"Host": host})
    assert answer.status_code == 421
    assert "Content-Security-Policy" in answer.headers


def test_the_names_of_this_machine() -> None:
    assert hosts_of(ORIGIN) == {"127.0.0.1:8800", "localhost:8800", "[::1]:8800"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_write_that_another_page_sends_is_refused(desks: Desks, headers: dict[str, str]) -> None:
    code = desks.link()
    refused = desks.client.post("/sign-in", data={"code": code}, headers=headers)
    assert refused.status_code == 403
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}  # what a form sends here
    assert desks.client.post("/sign-in", data={"code": code}, headers=own).status_code == 200


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_preferences_lead_back_to_pages_of_our_own_only(desks: Desks, back: str) -> None:
    form = {"theme": "dark", "back": back}
    answer = desks.client.post("/preferences", data=form, follow_redirects=False)
    assert answer.headers["location"] == "/"
    assert "theme=dark" in answer.headers["set-cookie"]


def test_an_unknown_preference_is_not_remembered(desks: Desks) -> None:
    form = {"theme": "neon", "lang": "xx", "back": "/sign-in"}
    answer = desks.client.post("/preferences", data=form, follow_redirects=False)
    assert "set-cookie" not in answer.headers
