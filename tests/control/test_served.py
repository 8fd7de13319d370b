"""A real server, real requests, and the power cut: nothing acknowledged is lost."""

from __future__ import annotations

import http.client
import json
import signal
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from safepassage.control import hub
from safepassage.control.gates import Gates
from safepassage.control.hub import HubError
from safepassage.store import open_store
from safepassage.store.beside import Beside
from safepassage.store.gate_devices import DeviceKind
from safepassage.store.pen import Pen
from tests.control.phones import PATIENCE, Phone, Remote, pass_of
from tests.fixtures.requirements import ROOT
from tests.web.served import Served, make_store

PHONES, SCANS = 4, 30


def test_a_server_killed_in_the_middle_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    make_store(path)
    server = Served(path, tmp_path / "state")
    pen, beside, reader = Pen(path), Beside(path), open_store(path)
    gates = Gates(reader, pen, beside, lambda: datetime.now(UTC))
    try:
        remote = Remote(server.origin, gates)
        phones = [Phone(remote, f"gate-{n}") for n in range(PHONES)]
        for round_ in range(2):
            kill_amid(server, phones, round_)
            server = Served(path, tmp_path / "state")
            remote.origin = server.origin
        for phone in phones:
            phone.sync()
            assert phone.unsent == []
    finally:
        server.stop()
    told = {id: state for phone in phones for id, state in phone.fates.items()}
    assert len(told) == 2 * PHONES * SCANS
    assert set(told.values()) <= {"recorded", "known"}
    with reader.ledger() as ledger:
        for phone in phones:
            assert sum(f.heads for f in ledger.flow(*whole()) if f.to_place == phone.place) == 60
    assert gates.devices.gaps() == []
    for each in (pen, beside, reader):
        each.close()


def whole() -> tuple[datetime, datetime]:
    return datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


def kill_amid(server: Served, phones: list[Phone], round_: int) -> None:
    """Every phone scans and sends one by one; the server is killed when a third is acknowledged."""
    acknowledged = threading.Semaphore(0)

    def work(place: int, phone: Phone) -> None:
        for n in range(SCANS):
            number = 10_000 * round_ + 100 * place + n
            phone.scan(heads=1, expected=1, group=f"fam-{number}", **{"pass": pass_of(number + 1)})
            try:
                phone.sync()
            except (OSError, http.client.HTTPException, ValueError):
                continue  # offline: it goes on scanning
            acknowledged.release()

    threads = [threading.Thread(target=work, args=each) for each in enumerate(phones)]
    for thread in threads:
        thread.start()
    for _ in range(PHONES * SCANS // 3):
        acknowledged.acquire(timeout=PATIENCE)
    server.stop(signal.SIGKILL)
    for thread in threads:
        thread.join()


def test_a_hub_is_reached_over_https_by_a_certificate_of_one_command(tmp_path: Path) -> None:
    path, folder = tmp_path / "ledger.db", tmp_path / "tls"
    make_store(path)
    made = [sys.executable, "-m", "safepassage", "gate", "certificate", str(folder)]
    subprocess.run([*made, "--host", "127.0.0.1"], check=True, cwd=ROOT, capture_output=True)
    program = (
        "import sys; from pathlib import Path; from safepassage.web.server import run;"
        " run(sys.argv[1], port=0, tls=Path(sys.argv[2]))"
    )
    server = Served(path, tmp_path / "state", program=program, more=[str(folder)])
    try:
        assert server.origin.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(folder / "root.crt"))
        connection = http.client.HTTPSConnection(
            urlsplit(server.origin).netloc, timeout=PATIENCE, context=context
        )
        connection.request("GET", "/gate/api/knowledge")
        response = connection.getresponse()
        assert response.status == 401
        assert json.loads(response.read())["error"] == "unknown-device"
        connection.close()
        pen, beside, reader = Pen(path), Beside(path), open_store(path)
        gates = Gates(reader, pen, beside, lambda: datetime.now(UTC))
        ending = gates.link(place="gate", station="gate", by="desk", kind=DeviceKind.HUB)
        joined = hub.join(f"{server.origin}/gate/#{ending}", folder / "root.crt")
        assert joined.hub.startswith("hub-")
        with pytest.raises(HubError, match="this link was used"):
            hub.join(f"{server.origin}/gate/#{ending}", folder / "root.crt")
        for each in (pen, beside, reader):
            each.close()
    finally:
        server.stop()
