"""A lift and its people from the command line: what is printed, refused, and answered for."""

from __future__ import annotations

import json
from pathlib import Path

import pyrage
import pytest
from typer.testing import CliRunner, Result

from safepassage.cli.haven import app as haven
from safepassage.cli.lift import app as lift
from safepassage.exchange.exports.types import KINDS, ExportType
from safepassage.exchange.exports.writers import FileFormat, write
from safepassage.model.errors import BadQuestionError
from safepassage.model.notation import read_facts
from safepassage.operate.step import StepRefusedError
from safepassage.store import open_store
from tests.exchange.edifact_reading import read
from tests.operate.apron import DAY, PLACES

HER_KEY = pyrage.x25519.Identity.generate()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lifts") / "ledger.db"
    with open_store(path, writer=True) as writing:
        facts = read_facts(PLACES, DAY.date())
        writing.append(facts, source="test", recorded_at=DAY)
    return path


def run(store: Path, app: object, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--store", str(store)])  # type: ignore[arg-type]


def test_a_lift_is_worked_from_the_command_line(store: Path, tmp_path: Path) -> None:
    done = run(store, lift, "seat", "reach-1", "fam-1:5")
    assert "5 planned, 0 boarded, not counted, 15 seats left" in done.stdout
    refused = run(store, lift, "board", "reach-1", "--group", "fam-1", "--heads", "4")
    assert isinstance(refused.exception, BadQuestionError)
    assert "(--acknowledge family-incomplete)" in str(refused.exception)
    run(store, lift, "board", "reach-1", "--group", "fam-1", "--heads", "5", "--id", "b1")
    again = run(store, lift, "board", "reach-1", "--group", "fam-1", "--heads", "5", "--id", "b1")
    assert "taken before, nothing recorded" in again.stdout
    wrong = run(store, lift, "close", "reach-1", "--by", "boarding-1", "--counted", "6")
    assert isinstance(wrong.exception, StepRefusedError)
    reason = ("--difference", "lap-children", "--band", "KM 04217 T")
    run(store, lift, "close", "reach-1", "--by", "boarding-1", "--counted", "6", *reason)
    run(store, lift, "depart", "reach-1")
    run(store, lift, "divert", "reach-1", "ramstein")
    arrived = run(store, haven, "arrive", "ramstein", "reach-1", "--group", "fam-1", "--heads", "5")
    assert "reach-1  landed" in arrived.stdout
    shown = json.loads(run(store, lift, "manifest", "reach-1", "--json").stdout)
    assert (shown["planned"], shown["boarded"], shown["counted"], shown["aboard"]) == (5, 6, 6, 1)
    stock = json.loads(run(store, haven, "stock", "ramstein", "--json").stdout)
    assert (stock["heads"], stock["awaited"][0]["missing"]) == (5, 1)
    carry_the_list(store, tmp_path)


def carry_the_list(store: Path, folder: Path) -> None:
    """An approved list becomes a sealed message; a difference from the heads aboard is said."""
    rows = [["A1", "Zqnoorzai", "Amira", "F", "9 Mar 1984", "AFG", "passport", "O1234567", "AFG"],
            ["B2", "Qazwahid", "", "", "2012", "Afghan", "", "", ""]]  # fmt: skip
    given = folder / "list.csv"
    given.write_bytes(write(FileFormat.CSV, KINDS[ExportType.PASSENGER_LIST].header, rows))
    out = folder / "list.edi.age"
    words = [
        "paxlst", "reach-1", str(given), "--flight", "RCH871", "--from", "KBL", "--to", "DOH",
        "--lands", "2031-08-20T15:40Z", "--sender", "SPOPS", "--recipient", "QATCAA",
        "--out", str(out),
    ]  # fmt: skip
    done = run(store, lift, *words, "--seal", str(HER_KEY.to_public()))
    assert "6 heads are aboard in the ledger: +4 against this" in done.stdout
    assert "1 have no document" in done.stdout
    assert out.stat().st_mode & 0o077 == 0
    found = read(pyrage.decrypt(out.read_bytes(), [HER_KEY]).decode("ascii"))
    assert found.people == [("ZQNOORZAI", "AMIRA"), ("QAZWAHID",)]
    assert found.counted == 2
    again = run(store, lift, *words, "--plain")
    assert isinstance(again.exception, BadQuestionError)
    assert "cannot be written" in str(again.exception)
