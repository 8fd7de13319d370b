"""The server as a process: where it listens, what it prints, how it stops."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from safepassage.store import StoreError, StoreMissingError, open_store
from safepassage.web.server import ServeError, check_loopback, listen, origin_of, run
from tests.web.served import Served, make_store


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    make_store(folder / "ledger.db")
    server = Served(folder / "ledger.db", folder / "state")
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.parametrize("host", ["10.0.0.1", "192.0.2.7", "::", "board.example.org"])
def test_an_address_that_others_can_reach_is_refused_with_the_way_to_go(host: str) -> None:
    with pytest.raises(ServeError, match="tunnel"):
        check_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_this_machine_may_be_served(host: str) -> None:
    check_loopback(host)


def test_a_taken_port_is_refused_with_the_way_to_go() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ServeError, match="--port 0"):
            listen("127.0.0.1", other.getsockname()[1])


@pytest.mark.parametrize("port", [-1, 65536, 99999])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(ServeError, match=r"not a port.*65535"):
        listen("127.0.0.1", port)


def test_a_free_port_is_found_and_told() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert origin_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_without_a_ledger_or_an_operation_nothing_is_served(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError):
        run(str(tmp_path / "nothing.db"), port=0)
    open_store(tmp_path / "empty.db", writer=True).close()
    with pytest.raises(StoreError, match="operation"):
        run(str(tmp_path / "empty.db"), port=0)


def test_the_printed_link_signs_in_once(served: Served) -> None:
    code = served.link.split("#")[1]
    headers = {"Origin": served.origin}
    with httpx2.Client(base_url=served.origin, headers=headers) as client:
        assert client.get("/").status_code == 303
        assert client.post("/sign-in", data={"code": code}).status_code == 303
        assert client.get("/").status_code == 200
        again = client.post("/sign-in", data={"code": code}, follow_redirects=True)
        assert again.status_code == 403


def test_no_code_and_no_address_that_was_looked_at_is_logged(served: Served) -> None:
    with httpx2.Client(base_url=served.origin) as client:
        client.get("/sign-in?code=oops")
        client.get("/figures/people-out")
    assert not [line for line in served.printed if "GET" in line or "oops" in line]
    assert sum("#" in line for line in served.printed) == 1


def test_the_server_does_not_say_what_it_is_made_of(served: Served) -> None:
    answer = httpx2.get(f"{served.origin}/healthz")
    assert answer.json() == {"store": "answers"}
    assert "server" not in answer.headers


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_open_streams_do_not_hold_the_server_up(tmp_path: Path, sign: signal.Signals) -> None:
    make_store(tmp_path / "ledger.db")
    server = Served(tmp_path / "ledger.db", tmp_path / "state")
    try:
        headers = {"Origin": server.origin}
        with httpx2.Client(base_url=server.origin, headers=headers) as client:
            client.post("/sign-in", data={"code": server.link.split("#")[1]})
            with client.stream("GET", "/events") as stream:
                lines = stream.iter_lines()
                assert next(lines).startswith("id: ")
                begun = time.monotonic()
                server.stop(sign)
                assert time.monotonic() - begun < 4
    finally:
        server.stop()
    assert "Traceback" not in "".join(server.printed)
