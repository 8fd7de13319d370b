"""`safepassage link`: files in, clusters out, and sentences where something is wrong."""

from __future__ import annotations

import csv
import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from safepassage.cli.link import app
from safepassage.register.match.table import TableError
from tests.register.match.people import lists

HEADER = ["unique_id", "list_id", "given", "family", "dob", "passport"]


def written(path: Path, header: list[str] | None = None) -> Path:
    rows = []
    for record in lists(3, households=25)[0]:
        names = {name.part.value: name.text for name in record.names}
        day = record.born.written if record.born else ""
        number = record.documents[0].number if record.documents else ""
        rows.append([record.id, record.list, names.get("given"), names.get("family"), day, number])
    with gzip.open(path, "wt", newline="") if path.suffix == ".gz" else path.open("w") as file:
        csv.writer(file).writerows([header or HEADER, *rows])
    return path


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_every_record_is_written_once_with_its_cluster(tmp_path: Path) -> None:
    source, out = written(tmp_path / "lists.csv.gz"), tmp_path / "clusters.csv"
    run(source, "--out", out)
    with gzip.open(source, "rt") as file:
        ids = [row["unique_id"] for row in csv.DictReader(file)]
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [row["unique_id"] for row in rows] == ids
    assert len({row["cluster_id"] for row in rows}) < len(ids)
    assert {row["band"] for row in rows} <= {"automatic", "ask", "no"}


def test_a_pair_is_explained_in_sentences(tmp_path: Path) -> None:
    said = run(written(tmp_path / "lists.csv"), "--explain", "r0000", "r0001")
    assert "Two rows taken at random are hardly ever one person." in said
    assert "together, in bits" in said


@pytest.mark.parametrize(
    ("header", "arguments", "says"),
    [
        (["a", *HEADER[1:]], [], "no id column"),
        (["unique_id", "list_id", "given", "given", "dob", "passport"], [], "there twice"),
        (HEADER, ["--map", "nothing=phone"], "there is no column nothing"),
        (HEADER, ["--map", "dob=shoe"], "no such field"),
        (["x", "unique_id", "given", "family", "dob", "passport"], [], "an id is there twice"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    tmp_path: Path, header: list[str], arguments: list[str], says: str
) -> None:
    source = written(tmp_path / "lists.csv", header)
    with pytest.raises(TableError, match=says):
        run(source, *arguments)


def test_a_missing_file_and_a_broken_one_are_said(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no such file"):
        run(tmp_path / "none.csv")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 is not all")
    with pytest.raises(TableError, match="not a Parquet file"):
        run(tmp_path / "broken.parquet")


@pytest.mark.splink
def test_splink_links_the_same_files_and_explains_nothing(tmp_path: Path) -> None:
    source, out = written(tmp_path / "lists.csv"), tmp_path / "clusters.csv"
    said = run(source, "--engine", "splink", "--out", out)
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert f"{len(rows)} records" in said
    assert len({row["cluster_id"] for row in rows}) < len(rows)
    with pytest.raises(TableError, match="leave --engine out"):
        run(source, "--engine", "splink", "--explain", "r0000", "r0001")


@pytest.mark.spark
def test_splink_writes_the_same_clusters_on_spark_as_on_duckdb(tmp_path: Path) -> None:
    source = written(tmp_path / "lists.csv")
    run(source, "--engine", "splink", "--out", tmp_path / "duckdb.csv")
    command = ["-m", "safepassage", "link", source, "--engine", "splink-spark"]
    # Code that runs once is not worth compiling well.
    quick = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
    subprocess.run(
        [sys.executable, *command, "--out", tmp_path / "spark.csv"],
        check=True,
        capture_output=True,
        env=os.environ | quick,
    )
    assert (tmp_path / "spark.csv").read_text() == (tmp_path / "duckdb.csv").read_text()


@pytest.mark.reference
def test_the_development_register_reaches_its_goal(tmp_path: Path, reference_folder: Path) -> None:
    import duckdb

    source = reference_folder / "identity" / "evac_30k_dev.parquet"
    truth, part, out = tmp_path / "truth.csv", tmp_path / "part.parquet", tmp_path / "out.csv"
    duckdb.sql(f"copy (from '{source}' limit 8000) to '{part}' (format parquet)")
    duckdb.sql(
        f"copy (select unique_id, list_id, person_id, household_id from '{part}') to '{truth}'"
    )
    run(part, "--out", out)
    sys.path.insert(0, str(reference_folder / "identity"))
    try:
        from score_register import score, table  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    found = score(table(str(truth), ["unique_id"]), table(str(out), ["unique_id"]))
    assert found["precision"] >= 0.995
    assert found["f1"] >= 0.92
