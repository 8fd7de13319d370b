"""`safepassage link`: find the same people in files, without an operation or a store."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.opened import JsonOption
from safepassage.cli.output import parts_progress, print_json
from safepassage.model.ids import RecordId
from safepassage.register.linkage import Engine, Linkage
from safepassage.register.match.engine import OwnEngine
from safepassage.register.match.explain import explain, sentence
from safepassage.register.match.model import Model
from safepassage.register.match.table import Table, TableError, propose_columns, records_of
from safepassage.register.record import Record

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class EngineName(StrEnum):
    """What links."""

    OWN = "own"
    SPLINK = "splink"
    SPLINK_SPARK = "splink-spark"


@app.command()
def link(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=".csv, .csv.gz, .parquet")],
    out: Annotated[Path | None, typer.Option(help="Write the clusters to this CSV file.")] = None,
    column: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help="What a column is.")
    ] = None,
    pair: Annotated[
        tuple[str, str] | None,
        typer.Option("--explain", metavar="ID ID", help="Explain a pair."),
    ] = None,
    automatic: Annotated[
        bool, typer.Option("--automatic", help="Only what a machine may merge alone.")
    ] = False,
    engine: Annotated[
        EngineName, typer.Option(help="What links: ours, or Splink on DuckDB or on Spark.")
    ] = EngineName.OWN,
    json: JsonOption = False,
) -> None:
    """Find the same people in files, without an operation.

    Out: the id column, cluster_id, band (automatic, ask, or no: alone) and weakest_link, the
    weight in bits of the link that holds the row in its cluster; without it the row would fall out.

    Examples:

      safepassage link lists.parquet --out clusters.csv

      safepassage link a.csv b.csv --map "passport no"=passport --out clusters.csv

      safepassage link lists.csv --explain 17 4242

      safepassage link lists.csv --engine splink --out clusters.csv
    """
    if pair and engine is not EngineName.OWN:
        raise TableError(f"--explain: {engine} gives no evidence; leave --engine out")
    chosen = dict(_pair(text) for text in column or ())
    tables = tables_in(files, chosen)
    ids, id_column = ids_in(tables)
    records = records_in(tables, ids)
    if not pair:
        tables = []  # their rows go when they are read: weighing pairs needs the memory
    with parts_progress() as tell:
        linker = _engine(engine)
        linked = linker.link(records, progress=tell)
    if pair and isinstance(linker, OwnEngine):
        _explain(tables, ids, pair, linker.model, json)
        return
    clusters = linked.cluster_of if automatic else linked.likely_of
    rows = _rows(linked, clusters, ids)
    if out:
        _write(out, id_column, rows)
    _summary(linked, json)


def _pair(text: str) -> tuple[str, str]:
    column, mark, field = text.rpartition("=")
    if not mark:
        raise TableError(f"--map {text}: write it as COLUMN=FIELD")
    return column, field


def _read(path: Path, chosen: Mapping[str, str]) -> tuple[Table, str]:
    """A file as a table, and the header of its id column."""
    if not path.is_file():
        raise TableError(f"{path}: there is no such file")
    name = path.name.lower()
    try:
        if name.endswith(".parquet"):
            headers, rows = _parquet(path)
        elif name.endswith((".csv", ".csv.gz")):
            headers, rows = _csv(path)
        else:
            raise TableError(f"{path}: read are .csv, .csv.gz and .parquet files")
    except (UnicodeDecodeError, csv.Error, OSError, EOFError) as fault:
        raise TableError(
            f"{path}: cannot be read ({type(fault).__name__}); save it as CSV in UTF-8"
        ) from None
    columns = propose_columns(headers, chosen, str(path))
    return Table(rows, columns, datetime.now(UTC).date()), headers[columns["id"]]


def _csv(path: Path) -> tuple[list[str], Sequence[Sequence[str]]]:
    with ExitStack() as stack:
        if path.suffix == ".gz":
            file = stack.enter_context(gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
        else:
            file = stack.enter_context(path.open(encoding="utf-8-sig", newline=""))
        rows = list(csv.reader(file))
    if not rows:
        raise TableError(f"{path}: the file is empty")
    return rows[0], [row for row in rows[1:] if any(row)]


def _parquet(path: Path) -> tuple[list[str], Sequence[Sequence[str]]]:
    import duckdb

    try:
        with duckdb.connect() as database:
            found = database.from_parquet(str(path))
            headers = list(found.columns)
            texts = ", ".join(
                f"coalesce(cast(\"{h.replace(chr(34), chr(34) * 2)}\" as varchar), '')"
                for h in headers
            )
            return headers, found.project(texts).fetchall()
    except duckdb.Error:
        raise TableError(f"{path}: this is not a Parquet file that can be read") from None


Tables = Sequence[tuple[Path, Table, str]]


def tables_in(files: Sequence[Path], chosen: Mapping[str, str]) -> Tables:
    """Files as tables; `chosen` says of headers what they are.

    Raises:
        TableError: a file cannot be read, or has no id column.
    """
    return [(path, *_read(path, chosen)) for path in files]


def ids_in(tables: Tables) -> tuple[list[str], str]:
    """The ids of all rows, and what the column is called.

    Raises:
        TableError: an id is there twice, or is missing.
    """
    ids = [i for _, table, _ in tables for i in table.ids()]
    if len(set(ids)) != len(ids):
        raise TableError("an id is there twice; ids must differ, across files too")
    if "" in ids:
        raise TableError("a row has no id; every row needs one")
    return ids, tables[0][2]


def _engine(name: EngineName) -> Engine:
    """The engine of that name; Splink is imported only where it is asked for."""
    if name is EngineName.OWN:
        return OwnEngine()
    from safepassage.register.splink.backend import Backend
    from safepassage.register.splink.engine import SplinkEngine

    return SplinkEngine(Backend.SPARK if name is EngineName.SPLINK_SPARK else Backend.DUCKDB)


def records_in(tables: Tables, ids: list[str]) -> Iterator[Record]:
    """The rows of all tables as records under these ids."""
    start = 0
    for _, table, _ in tables:
        own = [RecordId(i) for i in ids[start : start + len(table.rows)]]
        start += len(own)
        yield from records_of(table, own)


Row = tuple[RecordId, RecordId, str, str]


def _rows(linked: Linkage, clusters: Mapping[RecordId, RecordId], ids: list[str]) -> list[Row]:
    """One line for every record, in the order of the files."""
    holds: dict[RecordId, float] = {}
    for (one, other), found in linked.links.items():
        if clusters[one] == clusters[other]:
            for record in (one, other):
                holds[record] = max(found.weight, holds.get(record, found.weight))
    sizes = Counter(clusters.values())
    rows = []
    for record in map(RecordId, ids):
        cluster = clusters[record]
        sure = "automatic" if cluster == linked.cluster_of[record] else "ask"
        weight = f"{holds[record]:.2f}" if record in holds else ""
        rows.append((record, cluster, sure if sizes[cluster] > 1 else "no", weight))
    return rows


def _write(out: Path, id_column: str, rows: list[Row]) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((id_column, "cluster_id", "band", "weakest_link"))
        writer.writerows(rows)


def _summary(linked: Linkage, json: bool) -> None:
    likely, sure = len(set(linked.likely_of.values())), len(set(linked.cluster_of.values()))
    if json:
        print_json(
            {
                "records": len(linked.cluster_of),
                "persons_likely": likely,
                "persons_at_most": sure,
                "links": len(linked.links),
                "model": linked.model,
            }
        )
        return
    records = len(linked.cluster_of)
    typer.echo(
        f"{records:,} {'record' if records == 1 else 'records'}:"
        f" {likely:,} {'person' if likely == 1 else 'persons'}, {sure:,} at most"
    )
    typer.echo("(the first if every likely link holds, the second with the automatic ones alone)")


def _explain(
    tables: Tables, ids: list[str], pair: tuple[str, str], model: Model | None, json: bool
) -> None:
    if model is None:
        raise TableError("--explain: two rows are too few to learn from; link a larger file")
    missing = [record for record in pair if record not in set(ids)]
    if missing:
        raise TableError(f"--explain: there is no record {missing[0]}")
    records = {record.id: record for record in records_in(tables, ids)}
    one, other = (records[RecordId(record)] for record in pair)
    families = [
        [
            r
            for r in records.values()
            if r.household and (r.list, r.household) == (x.list, x.household)
        ]
        for x in (one, other)
    ]
    evidence = explain(one, other, model, *families)
    if json:
        print_json(
            [
                {"feature": e.feature, "level": e.level, "weight": e.weight, "says": sentence(e)}
                for e in evidence
            ]
        )
        return
    for bar in evidence:
        typer.echo(f"  {bar.weight:+8.2f}  {sentence(bar)}")
    typer.echo(f"  {sum(bar.weight for bar in evidence):+8.2f}  together, in bits")
