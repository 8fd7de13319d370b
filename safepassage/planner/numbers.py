"""The numbers that planners change, taken out of a scenario's two files and put back.

A number goes by the path at which it stands in its file, `places[bridge].closures[1].from` or
`limits.beds.hall`, which is also how the readers of those files name what is wrong with it: so a
form can say it at the field.  An empty field takes a number away.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from safepassage.exchange.demand_file import read_demand
from safepassage.exchange.fault import FileFaultsError
from safepassage.exchange.yaml_text import YamlError, YamlKind, read_yaml
from safepassage.exchange.yaml_writing import write_yaml
from safepassage.model.errors import SafePassageError
from safepassage.model.operation import Operation, PlannedPlace
from safepassage.plan.setup import gates_of, network_of

TIMES = ("starts_at", "deadline", "step_hours", "seats", "crew_cycle_hours")
COHORT = ("class", "origin", "number", "from", "until")
CLOSURE = ("from", "until", "reason", "zone")
HOURS = ("from", "to", "zone")
OF_ORIGIN, OF_BASE, OF_HAVEN = (
    ("slots", "runway", "airside"),
    ("beds", "clears"),
    ("intake_a_day", "places"),
)
FIELDS = (
    *TIMES, *COHORT, "until", "reason", "opens-from", "opens-to", "rates", *OF_ORIGIN, *OF_BASE,
    *OF_HAVEN, "count", "crews",
)  # fmt: skip
SPARE_COHORTS = 2  # empty rows at the end, to be filled in
ROWS_MAX = 200
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_REAL = re.compile(r"-?[0-9]{1,12}\.[0-9]{1,6}")
_THOUSANDS = re.compile(r"[0-9]{1,3}([,٬][0-9]{3})+")
_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
_KIND = YamlKind(
    name="operation file",
    example_id="abbey-gate",
    if_another_format="An operation file is plain text",
    if_too_long="An operation needs a few kilobytes",
    if_empty="Start with operation:, zones: and places:",
    if_two_documents="One file, one operation",
    if_too_many_values="Leave out what nobody plans with",
    if_too_deep="An operation file needs five levels at most",
)
Tree = dict[str, Any]


class Files(NamedTuple):
    """The values of the two files of a scenario."""

    operation: Tree
    demand: Tree

    @property
    def texts(self) -> tuple[str, str]:
        """The same as files."""
        return write_yaml(self.operation), write_yaml(self.demand)


def files_of(operation: str, demand: str) -> Files:
    """The values of two files that were read before without a fault."""
    try:
        root, _, _ = read_yaml(operation, _KIND)
    except YamlError as fault:
        raise FileFaultsError("operation.yaml", fault.faults) from None
    return Files(root.plain(), read_demand(demand, "demand.yaml"))


class Row(NamedTuple):
    """One thing with numbers: a cohort, a gate, a fleet."""

    path: str  # of the row: people[1], fleets[0]; empty for places
    name: str  # what it is called
    cells: tuple[tuple[str, str, str], ...]  # path, what it is, its value as text
    hints: Mapping[str, str] = {}  # what the operation says where the field is left empty


class Sheet(NamedTuple):
    """Everything that can be changed, in the order of the form."""

    times: Row
    people: tuple[Row, ...]
    gates: tuple[Row, ...]
    hours: Mapping[str, tuple[Row, ...]]  # of each gate: when it opens every day
    closures: Mapping[str, tuple[Row, ...]]  # of each gate
    origins: tuple[Row, ...]
    bases: tuple[Row, ...]
    havens: tuple[Row, ...]
    fleets: tuple[Row, ...]


def sheet_of(files: Files, shape: Operation) -> Sheet:
    """The numbers of these files; `shape` is an operation with the same places and fleets."""
    network = network_of(shape)
    gates: list[PlannedPlace] = []
    for origin in network.origins:
        gates += [g for g in [*gates_of(shape, origin), origin] if g not in gates]
    places = {p["id"]: p for p in files.operation["places"]}
    limits = files.demand.get("limits") or {}
    times = tuple((k, k, _text(files.demand.get(k))) for k in TIMES)
    return Sheet(
        Row("", "", times),
        _cohorts(files.demand.get("people") or []),
        tuple(_limited(("rates",), p, limits, {"rates": p.hourly_rate}) for p in gates),
        {p.id: _dated(places[p.id], "opening_hours", HOURS) for p in gates},
        {p.id: _dated(places[p.id], "closures", CLOSURE) for p in gates},
        tuple(_limited(OF_ORIGIN, p, limits, {"airside": p.capacity}) for p in network.origins),
        tuple(_limited(OF_BASE, p, limits, {"beds": p.capacity}) for p in network.bases),
        tuple(_limited(OF_HAVEN, p, limits, {"places": p.capacity}) for p in network.havens),
        _fleets(files.operation.get("fleets") or [], shape),
    )


def labels_of(sheet: Sheet) -> dict[str, tuple[str, str]]:
    """What each field is about, and what it is, by its path."""
    rows = [sheet.times, *sheet.people, *sheet.gates, *sheet.origins, *sheet.bases, *sheet.havens]
    rows += sheet.fleets
    for gate, path in ((g.name, g.cells[0][0].split(".", 2)[2]) for g in sheet.gates):
        rows += [r._replace(name=gate) for r in (*sheet.hours[path], *sheet.closures[path])]
    named = {path: (row.name, what) for row in rows for path, what, _ in row.cells}
    return named | {row.path: (row.name, "people") for row in sheet.people}


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _row(path: str, name: str, names: Iterable[str], values: Mapping[str, Any]) -> Row:
    return Row(path, name, tuple((f"{path}.{k}", k, _text(values.get(k))) for k in names))


def _cohorts(people: list[Any]) -> tuple[Row, ...]:
    known = [x if isinstance(x, dict) else {} for x in people]
    rows = [*known, *({} for _ in range(SPARE_COHORTS))]
    return tuple(_row(f"people[{n}]", str(n), COHORT, x) for n, x in enumerate(rows, start=1))


def _limited(
    parts: tuple[str, ...],
    place: PlannedPlace,
    limits: Mapping[str, Any],
    stated: Mapping[str, float | None],
) -> Row:
    cells = tuple(
        (f"limits.{k}.{place.id}", k, _text((limits.get(k) or {}).get(place.id))) for k in parts
    )
    return Row("", place.name or place.id, cells, {k: _text(v) for k, v in stated.items()})


def _dated(place: Mapping[str, Any], part: str, names: tuple[str, ...]) -> tuple[Row, ...]:
    rows = [*(place.get(part) or []), {}]
    return tuple(
        _row(
            f"places[{place['id']}].{part}[{n}]",
            place["id"],
            names,
            x if isinstance(x, dict) else {},
        )
        for n, x in enumerate(rows, start=1)
    )


def _fleets(fleets: list[Any], shape: Operation) -> tuple[Row, ...]:
    found = []
    for n, fleet in enumerate(shape.fleets):
        name = shape.lift_type(fleet.lift_type).name
        base = shape.place(fleet.base)
        found.append(
            _row(
                f"fleets[{n + 1}]", f"{name}, {base.name or base.id}", ("count", "crews"), fleets[n]
            )
        )
    return tuple(found)


def put(typed: Mapping[str, str], files: Files) -> Files:
    """The files with what was typed into a form; what the form has no field for stays."""
    operation, demand = copy.deepcopy(files.operation), copy.deepcopy(files.demand)
    for key in TIMES:
        is_default = key == "seats" and typed.get(key) == "planned" and key not in demand
        if key in typed and not is_default:
            _set(demand, key, typed[key])
    demand["people"] = [
        {k: _value(v) for k, v in row.items() if v.strip()}
        for row in _rows(typed, "people", COHORT)
        if any(row[k].strip() for k in ("number", "from", "until"))
    ]
    demand["limits"] = _limits(typed, demand.get("limits") or {})
    for place in operation["places"]:
        for part, names in (("opening_hours", HOURS), ("closures", CLOSURE)):
            _put_dated(typed, place, part, names, operation["zones"][0])
    for n, fleet in enumerate(operation.get("fleets") or [], start=1):
        for key in ("count", "crews"):
            if (path := f"fleets[{n}].{key}") in typed:
                _set(fleet, key, typed[path])
    return Files(operation, demand)


def _rows(typed: Mapping[str, str], path: str, names: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a part, as far as the form has them."""
    found = []
    for n in range(1, ROWS_MAX + 1):
        row = {k: typed.get(f"{path}[{n}].{k}", "") for k in names}
        if f"{path}[{n}].{names[-1]}" not in typed:
            break
        found.append(row)
    return found


def _put_dated(
    typed: Mapping[str, str], place: Tree, part: str, names: tuple[str, ...], local: str
) -> None:
    path = f"places[{place['id']}].{part}"
    if f"{path}[1].from" not in typed:
        return
    times = names[:2]
    rows = [
        {k: v.strip() for k, v in row.items() if v.strip()}
        for row in _rows(typed, path, names)
        if any(row[k].strip() for k in times)
    ]
    for row in rows:
        if "zone" not in row and "zone" not in place:
            row["zone"] = local
    if rows:
        place[part] = rows
    else:
        place.pop(part, None)


def _limits(typed: Mapping[str, str], before: Mapping[str, Any]) -> Tree:
    limits = {part: dict(values or {}) for part, values in before.items()}
    for path, text in typed.items():
        if path.startswith("limits."):
            _, part, place = path.split(".", 2)
            _set(limits.setdefault(part, {}), place, text)
    return {part: values for part, values in limits.items() if values}


def _set(values: Tree, key: str, text: str) -> None:
    value = _value(text)
    if value == "":
        values.pop(key, None)
    else:
        values[key] = value


def _value(text: str) -> str | int | float:
    """A number if it looks like one, else the text, which the reader of the file will judge."""
    plain = text.strip().translate(_DIGITS).replace("٫", ".")
    if _THOUSANDS.fullmatch(plain):
        plain = re.sub("[,٬]", "", plain)
    if _WHOLE.fullmatch(plain):
        return int(plain)
    return float(plain) if _REAL.fullmatch(plain) else text.strip()


class Wrong(NamedTuple):
    """What is wrong with what was typed."""

    path: str  # of the field or the row; empty: of the whole
    sentence: str


def wrongs_of(fault: SafePassageError) -> tuple[Wrong, ...]:
    """Where a form shows what the readers of the files and the planner say."""
    if isinstance(fault, FileFaultsError):
        return tuple(Wrong(f.field, f"{f.problem}. {f.remedy}") for f in fault.faults)
    path, colon, sentence = str(fault).partition(": ")
    path = path.partition(" (")[0]
    is_path = colon and (path in TIMES or re.fullmatch(r"(people\[\d+\]|limits)(\..+)?", path))
    return (Wrong(path, sentence) if is_path else Wrong("", str(fault)),)


class Difference(NamedTuple):
    """A value that two scenarios do not have in common."""

    path: str
    before: str
    after: str


def differences(one: Files, other: Files) -> list[Difference]:
    """What differs between two scenarios, by the path at which it stands."""
    before = dict([*_leaves("", one.operation), *_leaves("", one.demand)])
    after = dict([*_leaves("", other.operation), *_leaves("", other.demand)])
    paths = dict.fromkeys([*before, *after])
    return [
        Difference(path, before.get(path, ""), after.get(path, ""))
        for path in paths
        if before.get(path, "") != after.get(path, "")
    ]


def _leaves(path: str, value: Any) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _leaves(f"{path}.{key}" if path else str(key), below)
    elif isinstance(value, list):
        for n, below in enumerate(value, start=1):
            name = below.get("id", n) if isinstance(below, dict) else n
            yield from _leaves(f"{path}[{name}]", below)
    else:
        yield path, _text(value)
