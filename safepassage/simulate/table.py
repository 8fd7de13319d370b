"""A run as rows for other programs: one for each replication, class and day; Parquet or CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from safepassage.simulate.errors import SimulationError
from safepassage.simulate.odds import edges
from safepassage.simulate.run import Folder
from safepassage.simulate.script import Script

COLUMNS = (
    "replication",
    "class",
    "until",
    "people_out",
    "left_behind",
    "seats_flown",
    "seats_empty",
    "hours_waited_mean",
)


def write_table(folder: Folder, script: Script, path: Path) -> int:
    """Write the rows of a run; the ending of the file says how.  How many there are.

    `left_behind` and what follows it is of the whole replication, and stands in all of its rows.

    Raises:
        SimulationError: the ending is another one, or the file cannot be written.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise SimulationError(f"{path.name}: write a name that ends with .parquet or .csv")
    partial = path.with_name(f".{path.name}.csv")
    try:
        with partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            count = 0
            for row in _rows(folder, script):
                writer.writerow(row)
                count += 1
        if path.suffix == ".csv":
            partial.replace(path)
        else:
            _to_parquet(partial, path)
    except OSError as fault:
        raise SimulationError(f"{path} cannot be written: {fault.strerror}") from fault
    finally:
        partial.unlink(missing_ok=True)
    return count


def _rows(folder: Folder, script: Script) -> Iterator[tuple[object, ...]]:
    at = edges(script)
    replication = 0
    for part in folder.parts():
        for n in range(len(part.seats)):
            whole = (int(part.seats[n]), int(part.empty[n]), float(part.wait_mean[n]))
            for c, name in enumerate(script.classes):
                for t in at:
                    until = script.at(int(t) + 1).isoformat()
                    out, left = int(part.out[n, c, t]), int(part.left_behind[n, c])
                    yield (replication, name, until, out, left, *whole)
            replication += 1


def _to_parquet(rows: Path, path: Path) -> None:
    """DuckDB turns one into the other without holding all rows at once."""
    import duckdb

    with duckdb.connect() as connection:
        table = connection.read_csv(str(rows), header=True)
        table.write_parquet(str(path), compression="zstd")
