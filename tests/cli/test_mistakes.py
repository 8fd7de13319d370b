"""What goes wrong on a command line, in real processes: nothing is lost, a sentence says why."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from safepassage.store import engine
from safepassage.store.store import open_store
from tests.cli.test_commands import SMALL, run, small

__all__ = ["small"]

TOTALS = "id,baseline,as_of_local,zone,people,said_by,source\n"


def refused(folder: Path, *words: str, code: int = 2) -> str:
    """What a command says that refuses, without a traceback."""
    done = run(folder, *words)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stderr


def take_in(folder: Path, kind: str, body: dict[str, object]) -> None:
    (folder / "more.jsonl").write_text(json.dumps({"kind": kind, "body": body}) + "\n")
    done = run(folder, "import", "more.jsonl")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", ".writer"])
@pytest.mark.parametrize("command", [("export",), ("sitrep", "--format", "html", "--out")])
def test_no_report_and_no_export_is_written_over_the_ledger(
    small: Path, command: tuple[str, ...], ending: str
) -> None:
    before = (small / "safepassage.db").read_bytes()
    said = refused(small, *command, f"safepassage.db{ending}")
    assert "it is not overwritten" in said
    assert (small / "safepassage.db").read_bytes() == before
    assert run(small, "check").returncode == 0


def test_another_ledger_is_not_overwritten_either_nor_through_a_link(small: Path) -> None:
    with sqlite3.connect(small / "other") as other:
        other.execute("CREATE TABLE kept (x)")
    (small / "link.jsonl").symlink_to("other")
    (small / "new.jsonl.partial").symlink_to("other")
    before = (small / "other").read_bytes()
    for out in ("other", "link.jsonl", "new.jsonl"):
        assert "it is not overwritten" in refused(small, "export", out)
    assert (small / "other").read_bytes() == before


@pytest.mark.parametrize("out", [".", "..", "folder"])
def test_a_folder_is_no_file_to_write(small: Path, out: str) -> None:
    (small / "folder").mkdir()
    assert "is a folder" in refused(small, "export", out)
    assert "is a folder" in refused(small, "sitrep", "--format", "csv", "--out", out)


def test_a_full_disk_truncates_nothing_and_leaves_nothing_behind(small: Path) -> None:
    (small / "report.html").write_text("the report of yesterday")
    limit = 1_000  # bytes that a file may have
    command = ["sitrep", "--format", "html", "--out", "report.html"]
    # While a writer holds the ledger, reading it makes no file grow.
    with open_store(small / "safepassage.db", writer=True):
        done = subprocess.run(
            [sys.executable, "-m", "safepassage", *command],
            cwd=small,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )
    assert (done.returncode, "cannot be written" in done.stderr) == (2, True), done.stderr
    assert (small / "report.html").read_text() == "the report of yesterday"
    assert not list(small.glob("*.partial"))


def test_a_report_replaces_the_one_before_it(small: Path) -> None:
    (small / "report.csv").write_text("old")
    assert run(small, "sitrep", "--format", "csv", "--out", "report.csv").returncode == 0
    assert "hall" in (small / "report.csv").read_text()
    assert not list(small.glob("*.partial"))


def test_what_goes_into_quarantine_is_not_called_done(small: Path) -> None:
    take_in(small, "headcount", {"id": "h1", "place": "hall", "heads": 5,
                                 "occurred_at": "2021-08-20T08:00Z"})  # fmt: skip
    (doubt, *_) = json.loads(run(small, "discrepancy", "list", "--json").stdout)
    # A byte that is no UTF-8 arrives as half a character, which no ledger can keep.
    words = ["discrepancy", "explain", doubt["id"], "counted \udcff again", "--owner", "desk"]
    said = refused(small, *words)
    assert "kept in quarantine" in said
    assert doubt["id"] in [
        d["id"] for d in json.loads(run(small, "discrepancy", "list", "--json").stdout)
    ]


def test_init_says_when_an_entry_of_its_file_was_refused(small: Path) -> None:
    run(small, "export", "all.jsonl")
    entries = [json.loads(x) for x in (small / "all.jsonl").read_text().splitlines()]
    place = next(e["body"] for e in entries if e["kind"] == "place")
    assert run(small, "init", "operation.yaml", "--store", "b.db").returncode == 0
    (small / "other.yaml").write_text(SMALL.replace("id: town", "id: village"))
    assert run(small, "init", "other.yaml", "--store", "c.db").returncode == 0
    clash = {"kind": "headcount", "body": {"id": place["id"], "place": "hall", "heads": 1,
                                           "occurred_at": "2021-08-20T08:00Z"}}  # fmt: skip
    (small / "clash.jsonl").write_text(json.dumps(clash) + "\n")
    assert run(small, "import", "clash.jsonl", "--store", "c.db").returncode == 0
    assert "kept in quarantine" in refused(small, "init", "operation.yaml", "--store", "c.db")


def test_an_explanation_holds_for_the_number_that_it_explained(small: Path) -> None:
    take_in(small, "headcount", {"id": "h1", "place": "hall", "heads": 5,
                                 "occurred_at": "2021-08-20T08:00Z"})  # fmt: skip
    found = json.loads(run(small, "discrepancy", "list", "--json").stdout)
    doubt = next(d for d in found if d["check"] == "headcount-differs")
    words = ("discrepancy", "explain", doubt["id"], "counted on paper", "--owner", "desk")
    assert run(small, *words).returncode == 0
    run(small, "export", "all.jsonl")
    last = json.loads((small / "all.jsonl").read_text().splitlines()[-1])
    assert last["body"]["heads"] == doubt["heads"] != 0
    take_in(small, "movement", {"id": "m3", "from_place": "outside", "to_place": "hall", "heads": 1,
                                "phase": "posted", "occurred_at": "2021-08-20T07:30Z"})  # fmt: skip
    again = json.loads(run(small, "discrepancy", "list", "--json").stdout)
    assert doubt["id"] in [d["id"] for d in again]


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("operators=own-militry", "own-military, unknown; did you mean own-military?"),
        ("count=civilians", "no category 'civilians'; categories: evacuee"),
        ("zone=EST", "'EST' is not a time zone"),
        ("zone=Kabul", "use an IANA name such as Asia/Kabul"),
        ("zone=Europe/Berlni", "is not a time zone"),
        ("from=2021-03-28T02:30 to=2021-03-29T03:00 zone=Europe/Berlin", "does not exist"),
        ("from=2021-03-28T02:30 to=2021-03-29T03:00 zone=Europe/Berlin", "03:30+02:00"),
        ("from=2021-10-31T02:30 to=2021-11-01T03:00 zone=Europe/Berlin", "happens twice"),
        ("from=2021-10-31T02:30 to=2021-11-01T03:00 zone=Europe/Berlin", "02:30+01:00"),
    ],
)
def test_a_part_of_a_question_that_means_nothing_is_refused_with_what_to_write(
    small: Path, part: str, sentence: str
) -> None:
    assert sentence in refused(small, "figure", "show", "people-out", *part.split())


@pytest.mark.parametrize(
    "part",
    [
        "operators=unknown,own-military",
        "count=evacuee zone=UTC",
        "from=2021-10-31T02:30+01:00 to=2021-11-01T03:00 zone=Europe/Berlin",
    ],
)
def test_a_part_that_means_one_thing_is_taken(small: Path, part: str) -> None:
    done = run(small, "figure", "show", "people-out", *part.split())
    assert done.returncode == 0, done.stderr


def test_a_report_that_is_not_of_now_says_so(small: Path) -> None:
    said = run(small, "sitrep").stdout
    assert "as of the last movement; the clock reads" in said
    asked = run(small, "sitrep", "--as-of", "2021-08-21T00:00Z").stdout
    assert "as of the instant asked for; the clock reads" in asked


def test_while_a_deadline_lies_ahead_the_clock_is_the_present(small: Path) -> None:
    (small / "operation.yaml").write_text(SMALL.replace("2021-09-01T00:00", "2099-01-01T00:00"))
    assert run(small, "init", "operation.yaml").returncode == 0
    said = run(small, "sitrep").stdout
    assert "the clock reads" not in said
    assert "2099" in said


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("one,since-ever,2021-08-20T03:00,UTC,5,them,paper", "row one: no baseline 'since-ever'"),
        ("two,since-start,2021-08-13T03:00,UTC,5,them,paper", "row two: as of 130300Z AUG 21"),
        ("six,since-start,2021-08-14T00:00,UTC,5,them,paper", "is not after its baseline"),
    ],
)
def test_published_totals_that_nothing_can_be_set_against_are_refused(
    small: Path, row: str, sentence: str
) -> None:
    (small / "totals.csv").write_text(TOTALS + row + "\n")
    assert sentence in refused(small, "init", "operation.yaml", "--totals", "totals.csv")
    assert "no published totals" in refused(small, "claims", "--totals")


@pytest.mark.parametrize("words", [("sitrep",), ("export", "out.jsonl")])
def test_a_damaged_database_is_a_sentence_and_a_fault_of_the_store(
    small: Path, words: tuple[str, ...]
) -> None:
    path = small / "safepassage.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'entry'"
        root = connection.execute(query).fetchone()[0]
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(os.urandom(16) * (size // 16))
    said = refused(small, *words, code=3)
    assert said.startswith("safepassage: ")
    assert "malformed" in said
    assert "[SQL" not in said


def test_no_statement_of_the_store_shows_its_values_in_a_message(small: Path) -> None:
    url = engine.parse_address(small / "safepassage.db")
    for made in (engine.reading_engine(url), engine.writing_engine(url)):
        assert made.hide_parameters


@pytest.mark.parametrize(
    "words", [("check",), ("init", "operation.yaml"), ("serve", "--port", "0")]
)
def test_an_address_that_is_no_file_is_a_sentence(small: Path, words: tuple[str, ...]) -> None:
    (small / "folder").mkdir()
    assert "is empty: give a path" in refused(small, *words, "--store", "", code=3)
    assert "folder is a folder" in refused(small, *words, "--store", "folder", code=3)
    assert not (small / "folder.writer").exists()


@pytest.mark.parametrize("command", ["serve", "demo"])
@pytest.mark.parametrize("port", ["-1", "70000"])
def test_a_port_that_cannot_be_is_a_sentence(small: Path, command: str, port: str) -> None:
    assert "Invalid value for '--port'" in refused(small, command, "--port", port)


def test_a_slip_in_the_name_of_a_store_makes_no_new_ledger(small: Path) -> None:
    said = refused(small, "import", "facts.jsonl", "--store", "safepasage.db", code=3)
    assert "run `safepassage init" in said
    assert not list(small.glob("safepasage*"))


def test_a_restored_ledger_still_needs_its_files_and_says_so(small: Path) -> None:
    assert run(small, "export", "one.jsonl").returncode == 0
    done = run(small, "import", "one.jsonl", "--restore", "--store", "copy.db")
    assert done.returncode == 0
    assert "not part of an export" in done.stderr
    assert run(small, "init", "operation.yaml", "--store", "copy.db").returncode == 0
    assert run(small, "import", "facts.jsonl", "--store", "copy.db").returncode == 0


def test_an_empty_file_restores_nothing_and_is_an_error(small: Path) -> None:
    (small / "empty.jsonl").touch()
    said = refused(small, "import", "empty.jsonl", "--restore", "--store", "copy.db")
    assert "is empty" in said
    assert not (small / "copy.db").exists()


def test_the_last_hint_of_the_demo_has_an_answer(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", "--no-serve", "--scenario", "hurricane-fictitious")
    hint = done.stdout.splitlines()[-1].split()
    assert hint[:2] == ["safepassage", "sitrep"]
    answer = run(tmp_path, *hint[1:])
    assert answer.returncode == 0, answer.stderr
    assert "Situation report" in answer.stdout
