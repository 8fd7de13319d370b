"""`safepassage link`: find the same people in files, without an operation or a store."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from safepassage.cli.opened import JsonOption
from safepassage.cli.output import parts_progress, print_json
from safepassage.model.ids import RecordId
from safepassage.register.linkage import Linkage
from safepassage.register.match.table import Table, TableError, propose_columns, records_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


class EngineName(StrEnum):
    """Which engine links."""

    OWN = "own"
    SPLINK = "splink"


@app.command()
def link(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=".csv, .csv.gz, .parquet")],
    out: Annotated[Path | None, typer.Option(help="Write the clusters to this CSV file.")] = None,
    column: Annotated[
        list[str] | None, typer.Option("--map", metavar="COLUMN=FIELD", help="What a column is.")
    ] = None,
    explain: Annotated[
        tuple[str, str] | None, typer.Option(metavar="ID ID", help="Explain one pair and stop.")
    ] = None,
    engine: Annotated[EngineName, typer.Option(help="Which engine links.")] = EngineName.OWN,
    automatic: Annotated[
        bool, typer.Option("--automatic", help="Only what a machine may merge alone.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Find the same people in files, without an operation.

    Out: the id column, cluster_id, band (automatic or ask) and weakest_link, the weight in bits
    of the weakest link that holds the row in its cluster.

    Examples:

      safepassage link lists.parquet --out clusters.csv

      safepassage link a.csv b.csv --map "passport no"=passport --out clusters.csv

      safepassage link lists.csv --explain 17 4242
    """
    chosen = dict(_pair(text) for text in column or ())
    tables = [(path, *_read(path, chosen)) for path in files]
    ids, id_column = _ids(tables)
    with parts_progress() as tell:
        linked, engine_used = _link(tables, ids, engine, tell)
    if explain:
        _explain(tables, ids, explain, engine_used, json)
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


def _read(path: Path, chosen: dict[str, str]) -> tuple[Table, str]:
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


def _csv(path: Path) -> tuple[list[str], list[list[str]]]:
    opened = (
        gzip.open(path, "rt", encoding="utf-8-sig", newline="")
        if path.suffix == ".gz"
        else (path.open(encoding="utf-8-sig", newline=""))
    )
    with opened as file:
        rows = list(csv.reader(file))
    if not rows:
        raise TableError(f"{path}: the file is empty")
    return rows[0], [row for row in rows[1:] if any(row)]


def _parquet(path: Path) -> tuple[list[str], list[tuple[str, ...]]]:
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


def _ids(tables: Tables) -> tuple[list[str], str]:
    """The ids of all rows, and what the column is called."""
    ids = [i for _, table, _ in tables for i in table.ids()]
    if len(set(ids)) != len(ids):
        raise TableError("an id is there twice; ids must differ, across files too")
    if "" in ids:
        raise TableError("a row has no id; every row needs one")
    return ids, tables[0][2]


def _link(tables: Tables, ids: list[str], name: EngineName, tell: Any) -> tuple[Linkage, Any]:
    from safepassage.register.match.engine import OwnEngine

    engine: Any = OwnEngine()
    if name is EngineName.SPLINK:
        from safepassage.register.match.splink_engine import SplinkEngine

        engine = SplinkEngine()
    return engine.link(_records(tables, ids), progress=tell), engine


def _records(tables: Tables, ids: list[str]) -> Iterator[Any]:
    start = 0
    for _, table, _ in tables:
        own = [RecordId(i) for i in ids[start : start + len(table.rows)]]
        start += len(own)
        yield from records_of(table, own)


Row = tuple[str, str, str, str]


def _rows(linked: Linkage, clusters: Any, ids: list[str]) -> list[Row]:
    """One line for every record, in the order of the files."""
    strongest: dict[str, tuple[float, bool]] = {}
    for pair, found in linked.links.items():
        if clusters[pair[0]] != clusters[pair[1]]:
            continue
        for record in pair:
            known = strongest.get(record)
            if known is None or found.weight > known[0]:
                strongest[record] = found.weight, False
    rows = []
    for record in ids:
        weight = strongest.get(record)
        alone = clusters[record] == linked.cluster_of[record]
        band = "automatic" if alone else "ask"
        rows.append((record, clusters[record], band, f"{weight[0]:.2f}" if weight else ""))
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
    typer.echo(f"{len(linked.cluster_of):,} records: {likely:,} persons, {sure:,} at most")
    typer.echo("(the first if every likely link holds, the second with the automatic ones alone)")


def _explain(
    tables: Tables, ids: list[str], pair: tuple[str, str], engine: Any, json: bool
) -> None:
    from safepassage.register.match.explain import explain, sentence

    missing = [record for record in pair if record not in set(ids)]
    if missing:
        raise TableError(f"--explain: there is no record {missing[0]}")
    records = {record.id: record for record in _records(tables, ids)}
    one, other = (records[RecordId(record)] for record in pair)
    families = [
        [
            r
            for r in records.values()
            if r.household and (r.list, r.household) == (x.list, x.household)
        ]
        for x in (one, other)
    ]
    evidence = explain(one, other, engine.model, *families)
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
