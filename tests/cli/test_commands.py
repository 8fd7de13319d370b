"""The command line as its user meets it: real processes, exit codes, and sentences for mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from safepassage.cli.app import COMMANDS
from tests.fixtures.commands import typed

SMALL = """\
operation: {id: small, name: A small operation}
zones: [Asia/Kabul, UTC]
reporting_window: {start: 03:00, hours: 24, zone: UTC}
baselines: [{id: since-start, label: since the start, at: 2021-08-14T00:00, zone: UTC}]
deadlines: [{id: last-day, at: 2021-09-01T00:00, zone: Asia/Kabul}]
places:
  - {id: town, kind: town, coordinates: {latitude: 34.5, longitude: 69.2}}
  - {id: hall, kind: terminal, airport: OAKB}
  - {id: doha, kind: haven, airport: OTBH, capacity: 100}
operator_classes: [{id: own-military, name: own}]
lift_types:
  - {id: C-17, name: C-17, mode: air, seats: 134, block_speed_kt: 384, ground_time_h: 2.25}
legs: [{from: hall, to: doha, mode: air}]
"""
FACTS = [
    ("lift", {"id": "l1", "lift": "reach-1", "operator_class": "own-military",
              "from_place": "hall", "to_place": "doha", "stated_at": "2021-08-20T06:00Z"}),
    ("movement", {"id": "m1", "from_place": "outside", "to_place": "hall", "phase": "posted",
                  "occurred_at": "2021-08-20T07:00Z", "heads": 9}),
    ("movement", {"id": "m2", "from_place": "hall", "to_place": "reach-1", "phase": "posted",
                  "occurred_at": "2021-08-20T08:00Z", "heads": 7}),
    ("lift-status", {"id": "s1", "lift": "reach-1", "status": "departed",
                     "occurred_at": "2021-08-20T08:00Z"}),
]  # fmt: skip


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return typed(*words, folder=folder)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with a small ledger in it."""
    (tmp_path / "operation.yaml").write_text(SMALL, encoding="utf-8")
    lines = [json.dumps({"kind": kind, "body": body}) for kind, body in FACTS]
    (tmp_path / "facts.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run(tmp_path, "init", "operation.yaml").returncode == 0
    assert run(tmp_path, "import", "facts.jsonl", "--source", "gate-1").returncode == 0
    return tmp_path


def test_help_imports_no_database_and_no_web_server() -> None:
    code = (
        "import sys; sys.argv=['safepassage','--help']\n"
        "from safepassage.cli import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "heavy = {'sqlalchemy', 'fastapi', 'uvicorn', 'jinja2', 'yaml'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "serve" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_its_use_by_example(command: str, tmp_path: Path) -> None:
    done = run(tmp_path, command, "--help")
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    if command in ("figure", "discrepancy"):
        shown = run(tmp_path, command, "list", "--help").stdout
    assert f"safepassage {command}" in shown


def test_a_figure_is_printed_with_everything_it_depends_on(small: Path) -> None:
    done = run(small, "figure", "show", "people-out", "baseline=since-start")
    assert done.stdout.splitlines()[0] == "7 heads"
    for part in ("since-start", "evacuee", "as of", "ledger position", "Asia/Kabul"):
        assert part in done.stdout


def test_json_is_json_on_every_reading_command(small: Path) -> None:
    for words in (
        ("figure", "list"),
        ("figure", "show", "people-out"),
        ("figure", "why", "ever-seen"),
        ("figure", "compare", "people-out", "people-out baseline=since-start"),
        ("sitrep",),
        ("check",),
        ("discrepancy", "list"),
    ):
        done = run(small, *words, "--json")
        assert done.returncode == 0, (words, done.stderr)
        json.loads(done.stdout)


def test_handing_the_same_file_in_again_adds_nothing(small: Path) -> None:
    done = run(small, "import", "facts.jsonl", "--json")
    assert json.loads(done.stdout) == {"lines": 4, "recorded": 0, "known": 4, "quarantined": 0}


def test_making_the_ledger_again_adds_nothing(small: Path) -> None:
    assert "0 entries added" in run(small, "init", "operation.yaml").stdout


def test_a_line_that_cannot_be_read_is_kept_with_its_reason_and_the_rest_lands(small: Path) -> None:
    (small / "bad.jsonl").write_text(
        '{"kind":"movement","body":{"id":"m9","from_place":"hall","to_place":"hall",'
        '"phase":"posted","occurred_at":"2021-08-20T08:00Z"}}\n'
        "not json\n"
        '{"kind":"headcount","body":{"id":"h1","place":"hall","heads":2,'
        '"occurred_at":"2021-08-20T09:00Z"}}\n',
        encoding="utf-8",
    )
    done = run(small, "import", "bad.jsonl")
    assert (done.returncode, done.stdout.strip()) == (
        1,
        "lines 3, recorded 1, known 0, quarantined 2",
    )
    assert "must change the place" in run(small, "check").stdout


def test_export_and_restore_give_the_same_bytes(small: Path) -> None:
    assert run(small, "export", "one.jsonl").returncode == 0
    assert run(small, "import", "one.jsonl", "--restore", "--store", "copy.db").returncode == 0
    assert run(small, "export", "two.jsonl", "--store", "copy.db").returncode == 0
    assert (small / "one.jsonl").read_bytes() == (small / "two.jsonl").read_bytes()


def test_a_published_figure_that_changes_owes_a_revision_line(small: Path) -> None:
    assert run(small, "figure", "publish", "people-out", "baseline=since-start").returncode == 0
    fix = {
        "id": "c1", "corrects": "m2", "reason": "lap children", "stated_at": "2021-08-21T00:00Z",
        "instead": {"id": "m2b", "from_place": "hall", "to_place": "reach-1", "phase": "posted",
                    "occurred_at": "2021-08-20T08:00Z", "heads": 8},
    }  # fmt: skip
    (small / "fix.jsonl").write_text(json.dumps({"kind": "correction", "body": fix}) + "\n")
    assert run(small, "import", "fix.jsonl").returncode == 0
    (revision,) = json.loads(run(small, "sitrep", "--json").stdout)["revisions"]
    assert (revision["published"], revision["now"]) == (7, 8)
    assert "lap children" in revision["terms"][0]["sentence"]


def test_a_discrepancy_is_taken_and_explained(small: Path) -> None:
    count = {"id": "h1", "place": "hall", "heads": 5, "occurred_at": "2021-08-20T08:00Z"}
    (small / "count.jsonl").write_text(json.dumps({"kind": "headcount", "body": count}) + "\n")
    assert run(small, "import", "count.jsonl").returncode == 0
    found = json.loads(run(small, "discrepancy", "list", "--json").stdout)
    doubt = next(d for d in found if d["check"] == "headcount-differs")
    assert run(small, "discrepancy", "take", doubt["id"], "--owner", "doha-desk").returncode == 0
    done = run(small, "discrepancy", "explain", doubt["id"], "counted on paper", "--owner", "doha")
    assert done.returncode == 0, done.stderr
    left = json.loads(run(small, "discrepancy", "list", "--json").stdout)
    assert doubt["id"] not in [d["id"] for d in left]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("figure", "show", "people-gone"), "no figure 'people-gone'"),
        (("figure", "show", "people-out", "--store", "none.db"), "none.db"),
        (("figure", "compare", "999999", "people-out"), "nobody is known to have said 999,999"),
        (("figure", "compare", "claim:x", "people-out"), "no claim:x"),
        (("init", "missing.yaml"), "missing.yaml cannot be read"),
        (("import", "missing.jsonl"), "missing.jsonl cannot be read"),
        (("claims",), "no claims"),
        (("claims", "--totals"), "no published totals"),
        (("sitrep", "--as-of", "yesterday"), "is not an instant"),
        (("discrepancy", "explain", "d-1", "why", "--owner", "desk"), "no discrepancy 'd-1'"),
        (("serve", "--host", "0.0.0.0"), "0.0.0.0"),  # noqa: S104
        (("check", "--witnessed", "12"), "is not an end of a ledger"),
        (("demo", "--no-serve", "--scenario", "nowhere"), "scenarios: hurricane-fictitious"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence_and_no_traceback(
    small: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = run(small, *words)
    assert done.returncode in (2, 3)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_writer_is_refused_and_told_who_writes(small: Path) -> None:
    from safepassage.store.store import open_store

    with open_store(str(small / "safepassage.db"), writer=True):
        done = run(small, "import", "facts.jsonl")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_the_hurricane_is_accounted_for_by_the_same_command(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", "--no-serve", "--scenario", "hurricane-fictitious")
    assert done.returncode == 0, done.stderr
    assert "Sound: " in done.stdout
    assert "3 claims" in done.stdout


def test_the_same_commands_keep_a_ledger_on_postgresql(
    tmp_path: Path, postgres_database: str
) -> None:
    (tmp_path / "operation.yaml").write_text(SMALL, encoding="utf-8")
    lines = [json.dumps({"kind": kind, "body": body}) for kind, body in FACTS]
    (tmp_path / "facts.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    store = ("--store", postgres_database)
    assert run(tmp_path, "init", "operation.yaml", *store).returncode == 0
    assert run(tmp_path, "import", "facts.jsonl", *store).returncode == 0
    shown = run(tmp_path, "figure", "show", "people-out", "baseline=since-start", *store)
    assert shown.stdout.splitlines()[0] == "7 heads"
    assert "Sound: " in run(tmp_path, "check", *store).stdout
