"""A folder of CSV files with boats, docks and distances, as published instances have it.

    input/vessels.csv               Vessel_name, max_cap, vmax, v_loaded, loading time,
                                    time to availability
    input/initial vessel docks.csv  Vessel, Dock
    input/vessel compatibility.csv  Dock, Resource, Compatibility (1 or 0)
    input/scenarios.csv             Location, private_evac, Actual_demand, Demand_0, Demand_1, ...
    incidences/beta.csv             location to dock; alpha.csv and epsilon.csv are not needed
    incidences/zeta.csv, gamma.csv, delta.csv   Origin, Destination, Distance: first, loaded, empty

Times are minutes, speeds distance units an hour.  What comes out are the plain values of a shuttle
file (docs/reference/shuttle-file.md).  Faults name file, line, column and remedy.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from safepassage.exchange.fault import Fault, FileFaultsError, shown
from safepassage.exchange.plain_text import FileKind, decoded

_KIND = FileKind(
    name="shuttle file",
    if_another_format="These files are plain text: save the sheet as CSV (UTF-8)",
    if_too_long="A shuttle plan has a few dozen docks and vehicles",
)
Read = Callable[[Path], bytes]


class ShuttleFolderError(FileFaultsError):
    """A folder of shuttle files that cannot be read."""


class _Row(NamedTuple):
    file: str
    line: int
    cells: dict[str, str]

    def text(self, column: str) -> str:
        value = (self.cells.get(column) or "").strip()
        if not value:
            raise self.fault(column, "this cell is empty", "Write a name or a number")
        return value

    def number(self, column: str, otherwise: float | None = None) -> float:
        written = (self.cells.get(column) or "").strip()
        if not written and otherwise is not None:
            return otherwise
        try:
            value = float(self.text(column))
        except ValueError:
            value = math.nan
        if not 0 <= value < math.inf:
            raise self.fault(column, f"{shown(written)} is no number", "Write zero or more")
        return value

    def whole(self, column: str) -> int:
        value = self.number(column)
        if value != int(value):
            raise self.fault(column, f"{shown(self.text(column))} is no whole number", "Write one")
        return int(value)

    def fault(self, column: str, problem: str, remedy: str) -> ShuttleFolderError:
        return ShuttleFolderError(self.file, [Fault(self.line, 1, column, problem, remedy)])


def read_shuttle_folder(folder: Path, read: Read, every_minutes: float | None) -> dict[str, Any]:
    """The plain values of a shuttle file; with `every_minutes` between counts, the counts as well.

    Raises:
        ShuttleFolderError: a file is not as described above.
    """

    def rows(name: str, *columns: str) -> list[_Row]:
        return _rows(name, read(folder / name), columns)

    scenarios = rows("input/scenarios.csv", "Location", "Actual_demand")
    docks: dict[str, list[str]] = {}
    for r in rows("incidences/beta.csv", "Island location", "Island dock"):
        docks.setdefault(r.text("Island location"), []).append(r.text("Island dock"))
    arcs = {
        kind: rows(f"incidences/{kind}.csv", "Origin", "Destination", "Distance")
        for kind in ("zeta", "gamma", "delta")
    }
    people = {r.text("Location"): _to_take(r, "Actual_demand") for r in scenarios}
    for r in scenarios:
        if r.text("Location") not in docks:
            raise r.fault("Location", "this place has no dock", "Give it one in beta.csv")
    values: dict[str, Any] = {
        "name": folder.resolve().name,
        "places": [{"id": p, "people": n, "docks": docks[p]} for p, n in people.items()],
        "havens": list(dict.fromkeys(r.text("Destination") for r in arcs["gamma"])),
        "vehicles": _vehicles(rows),
        "distances": [_leg(r) for r in (*arcs["gamma"], *arcs["delta"])],
        "first_distances": [_leg(r) for r in arcs["zeta"]],
    }
    if every_minutes is not None:
        values["estimates"] = {"every_minutes": every_minutes, "people": _counts(scenarios)}
    return values


def _vehicles(rows: Callable[..., list[_Row]]) -> list[dict[str, Any]]:
    starts = {
        r.text("Vessel"): r.text("Dock")
        for r in rows("input/initial vessel docks.csv", "Vessel", "Dock")
    }
    shut: dict[str, list[str]] = {}
    for r in rows("input/vessel compatibility.csv", "Dock", "Resource", "Compatibility"):
        if not r.number("Compatibility"):
            shut.setdefault(r.text("Resource"), []).append(r.text("Dock"))
    found = []
    for r in rows("input/vessels.csv", "Vessel_name", "max_cap", "vmax", "v_loaded"):
        name = r.text("Vessel_name")
        if name not in starts:
            raise r.fault("Vessel_name", f"{shown(name)} starts nowhere", "Name its dock")
        found.append(
            {
                "id": name,
                "seats": r.whole("max_cap"),
                "start": starts[name],
                "speed_empty": r.number("vmax"),
                "speed_loaded": r.number("v_loaded"),
                "loading_minutes": r.number("loading time", 0),
                "ready_at_minute": r.number("time to availability", 0),
                "not_at": shut.get(name, []),
            }
        )
    return found


def _counts(scenarios: list[_Row]) -> dict[str, list[int]]:
    numbered = ((c, c.removeprefix("Demand_")) for c in scenarios[0].cells)
    columns = sorted((int(n), c) for c, n in numbered if n != c and n.isdecimal())
    return {r.text("Location"): [_to_take(r, c) for _, c in columns] for r in scenarios}


def _to_take(row: _Row, column: str) -> int:
    """People to fetch, without those who leave by themselves; parts of a person do not count."""
    return max(0, math.ceil(row.number(column) - row.number("private_evac", 0) - 0.5))


def _leg(row: _Row) -> dict[str, Any]:
    return {
        "from": row.text("Origin"),
        "to": row.text("Destination"),
        "distance": row.number("Distance"),
    }


def _rows(name: str, raw: bytes, columns: tuple[str, ...]) -> list[_Row]:
    text, faults, _ = decoded(raw, _KIND)
    if faults:
        raise ShuttleFolderError(name, faults)
    reader = csv.DictReader(io.StringIO(text))
    header = [c.strip() for c in reader.fieldnames or []]
    if lacking := [c for c in columns if c not in header]:
        fault = Fault(1, 1, "", f"the column {lacking[0]} is missing", "Add it to the header")
        raise ShuttleFolderError(name, [fault])
    reader.fieldnames = header
    found = [
        _Row(name, reader.line_num, {k: v or "" for k, v in row.items() if isinstance(k, str)})
        for row in reader
    ]
    if not found:
        raise ShuttleFolderError(name, [Fault(1, 1, "", "there is no row", "Write at least one")])
    return found
