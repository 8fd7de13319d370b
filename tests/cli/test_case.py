"""Cases at the command line: the sum, a word, the hand-over, and the ledger after them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from safepassage.cli.case import app
from safepassage.model.notation import read_facts
from safepassage.model.operation import opening_facts
from safepassage.model.refusal import RefusalReason
from safepassage.store import open_store
from safepassage.web.records import OPERATION as DOCUMENT
from tests.operate.abandoned import issued, refused
from tests.web.airlift import DAY, OPERATION, OPERATION_FILE

FAMILIES = """
    2021-08-14
    04:10 group fam-1: amira babur chalil
    04:10 group fam-2: dawud ellaha
    06:00 posted 3@fam-1 outside > hall
"""


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    path = tmp_path / "ledger.db"
    with open_store(path, writer=True) as store:
        facts = [*opening_facts(OPERATION, DAY), *read_facts(FAMILIES)]
        facts.append(issued("fam-2", 2, "06:00", "07:00", stated="05:00"))
        facts.append(refused("06:10", RefusalReason.PAPERS, group="fam-2", heads=2))
        store.append(facts, source="test", recorded_at=datetime.now(UTC))
        store.put_document(DOCUMENT, OPERATION_FILE, recorded_at=datetime.now(UTC))
    return str(path)


def case(ledger: str, *words: str) -> Any:
    done = CliRunner().invoke(app, [*words, "--store", ledger])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in words else done.stdout


def classes(ledger: str) -> dict[str, int]:
    found = case(ledger, "summary", "--json")
    assert found["adds_up"]
    return {name: heads for name, heads in found["classes"].items() if heads}


def test_a_case_goes_from_refused_to_closed_and_the_sum_holds(ledger: str) -> None:
    assert classes(ledger)["refused"] == 2
    (row,) = case(ledger, "list", "--class", "refused", "--json")
    assert (row["case"], row["why"], row["owner"], row["overdue"]) == (
        "fam-2",
        "papers",
        None,
        False,
    )
    case(ledger, "step", "fam-2", "--owner", "desk-1", "--class", "undecided", "--id", "w1")
    case(ledger, "step", "fam-2", "--owner", "desk-1", "--class", "undecided", "--id", "w1")
    assert classes(ledger)["undecided"] == 2
    case(ledger, "hand-over", "--to", "embassy-doha", "--site", "doha")
    case(ledger, "step", "dawud", "--close", "chose-to-stay")
    found = classes(ledger)
    assert (found["undecided"], found["chose-to-stay"]) == (1, 1)
    (left,) = case(ledger, "list", "--owner", "embassy-doha", "--class", "undecided", "--json")
    assert left["person"] == "ellaha"  # told apart by who is gone
    with open_store(ledger) as store:
        assert store.check().is_sound
