"""`safepassage names score`: pairs in, scores out, and sentences when the file is wrong."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from safepassage.cli.names import app
from safepassage.model.errors import BadQuestionError

PAIRS = "note,pair,a,b\nx,1,Jawad Sherdel,جواد شیردل\ny,2,Jawad Sherdel,Olha Drozdiuk\nz,3,,\n"


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["score", *words], standalone_mode=False)


def refusal(*words: str) -> str:
    fault = run(*words).exception
    assert isinstance(fault, BadQuestionError), fault
    return str(fault)


def scores(path: Path) -> dict[str, float]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["pair"]: float(row["score"]) for row in csv.DictReader(file)}


def test_every_pair_gets_a_score(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text(PAIRS, encoding="utf-8")
    out = tmp_path / "scores.csv"
    assert run(str(tmp_path / "pairs.csv"), "--out", str(out)).exit_code == 0
    found = scores(out)
    assert found["1"] > 0.9 > 0.1 > found["2"] > found["3"] == 0.0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pairs.csv", "scores.csv"]


def test_packed_files_and_marks_of_byte_order_are_read(tmp_path: Path) -> None:
    packed = tmp_path / "pairs.csv.gz"
    packed.write_bytes(gzip.compress(("\ufeff" + PAIRS).encode()))
    printed = run(str(packed))
    assert printed.stdout.splitlines()[0] == "pair,score"
    assert len(printed.stdout.splitlines()) == 4


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"pair,a\n1,x\n", "lacks the column b"),
        (b"", "lacks the columns pair, a, b"),
        ("pair,a,b\n1,Jos\xe9,x\n".encode("latin-1"), "not in UTF-8"),
        ("pair,a,b\n1,x,y\n".encode("utf-16"), "not in UTF-8"),
        (b'pair,a,b\n1,"' + b"x" * (1 << 21) + b'",y\n', "line 2"),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "pairs.csv"
    path.write_bytes(content)
    said = refusal(str(path), "--out", str(tmp_path / "scores.csv"))
    assert says in said
    assert "xxx" not in said
    assert list(tmp_path.iterdir()) == [path]


def test_missing_and_broken_files_are_named(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(str(tmp_path / "none.csv"))
    (tmp_path / "pairs.csv.gz").write_bytes(b"no gzip at all")
    assert "no sound gzip" in refusal(str(tmp_path / "pairs.csv.gz")).replace("not a", "no")
    (tmp_path / "pairs.csv").write_text(PAIRS, encoding="utf-8")
    pairs = str(tmp_path / "pairs.csv")
    assert "cannot be written" in refusal(pairs, "--out", str(tmp_path / "none" / "scores.csv"))
    assert "not overwritten" in refusal(pairs, "--out", pairs)
    assert "plain CSV" in refusal(pairs, "--out", str(tmp_path / "scores.csv.gz"))
    assert "give a file" in refusal()


def test_two_names_are_explained_by_bars_that_add_up() -> None:
    words = ("--explain", "Jawad Sherdel", "جواد شیردل")
    shown = run(*words).stdout
    assert "What answers to what" in shown
    assert "together" in shown
    found = json.loads(run(*words, "--json").stdout)
    assert abs(sum(found["contributions"].values()) - found["weight"]) < 1e-9
    assert [match["a"] for match in found["matches"]] == ["Jawad", "Sherdel"]
    assert "no letters" in run("--explain", "12", "Jawad").stdout
