"""A plan as a workbook that prints: summary, sorties, gates and havens by hour, who is left.

Values only, written with their type: text is never a formula, whatever it begins with.  Instants
stand twice, in UTC and in the operation's local zone, as a spreadsheet's own dates.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import xlsxwriter

from safepassage.exchange.exports.cells import visible
from safepassage.model.instant import zone
from safepassage.model.operation import Operation
from safepassage.plan.timeline import Timeline, fillings, left_behind, timeline
from safepassage.planner.posting import carried

_A4 = 9
_LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no zone; it says nothing
_WIDTHS = {"instant": 17, "text": 26, "number": 12, "share": 12}
Cell = str | int | float | datetime | None


class Column(NamedTuple):
    """A column: its heading, and how its cells are written."""

    heading: str
    kind: str  # instant, text, number, share


class Table(NamedTuple):
    """A sheet with one table."""

    name: str
    columns: tuple[Column, ...]
    rows: list[tuple[Cell, ...]]


def workbook(document: Mapping[str, Any], operation: Operation | None, name: str) -> bytes:
    """The plan document of a scenario called `name` as an XLSX file.

    Without the operation, places go by their ids and instants stand in UTC alone.
    """
    t = timeline(document)
    title = document["problem"]["name"] if operation is None else operation.name
    made = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(made, options) as book:
        book.set_properties({"created": _LONG_AGO})
        styles = _styles(book)
        for table in _tables(document, operation, t, name):
            _write(book, table, styles, f"{title}: {name}")
    return made.getvalue()


def _tables(
    document: Mapping[str, Any], operation: Operation | None, t: Timeline, name: str
) -> Iterable[Table]:
    called: dict[str, str] = {}
    zones = ["UTC"]
    if operation is not None:
        called |= {p.id: p.name or p.id for p in operation.places}
        called |= {c.id: c.name for c in operation.categories}
        zones.append(operation.local_zone)
    times = tuple(Column(name, "instant") for name in zones)

    def both(step: int) -> tuple[datetime, ...]:
        return tuple(t.at(step).astimezone(zone(name)) for name in zones)

    yield _summary(document, called, t, name)
    yield _sorties(document, called, t, times, both)
    yield _gates(called, t, times, both)
    yield _havens(called, t, times, both)
    yield _left(document, called, t)


Both = Callable[[int], tuple[datetime, ...]]  # a step in every zone that is shown


def _summary(
    document: Mapping[str, Any], called: Mapping[str, str], t: Timeline, name: str
) -> Table:
    bound, out = document["bound"], document["people_out"]
    rows: list[tuple[Cell, ...]] = [
        ("Scenario", name, None),
        ("People who come", None, int(t.came.sum())),
        ("People out by the deadline", None, out["total"]),
        ("No plan gets out more than", None, bound["people"]),
        ("How many more any plan could", None, bound["gap_people"]),
    ]
    for category, n in out["by_class"].items():
        rows.append(("Out", called.get(category, category), n))
        rows.append(
            ("Left behind", called.get(category, category), document["left_behind"][category])
        )
    for x in bound["prices"]:
        if abs(x["people"]) >= 0.5:
            rows.append(("Carries of the bound", x["resource"], round(x["people"], 1)))
    for f in fillings(document, t):
        if f.peak:
            rows.append(("Most people at once", called.get(f.base, f.base), f.peak))
            rows.append(("Beds", called.get(f.base, f.base), f.beds))
            rows.append(
                ("Hours until no further lift fits", called.get(f.base, f.base), f.full_hours)
            )
    rows += [("Taken for granted", said, None) for said in document["assumptions"]]
    columns = (Column("What", "text"), Column("Of what", "text"), Column("Number", "number"))
    return Table("Summary", columns, rows)


def _sorties(
    document: Mapping[str, Any],
    called: Mapping[str, str],
    t: Timeline,
    times: tuple[Column, ...],
    both: Both,
) -> Table:
    classes = tuple(Column(called.get(c, c), "number") for c in t.classes)
    columns = (
        *times, Column("From", "text"), Column("To", "text"), Column("Lift", "text"),
        Column("Aboard", "number"), *classes, Column("Left its base UTC", "instant"),
    )  # fmt: skip
    rows: list[tuple[int, tuple[Cell, ...]]] = []
    for s in document["sorties"]:
        loads = [s["aboard"].get(c, 0) for c in t.classes]
        way = (called.get(s["origin"], s["origin"]), called.get(s["base"], s["base"]))
        rest = (*way, s["lift"], sum(carried(s).values()), *loads, t.at(s["launch"]))
        rows.append((s["departs"], (*both(s["departs"]), *rest)))
    for s in document["onward"]:
        way = (called.get(s["base"], s["base"]), called.get(s["haven"], s["haven"]))
        rest = (*way, s["lift"], s["people"], *(None for _ in t.classes), t.at(s["launch"]))
        rows.append((s["launch"], (*both(s["launch"]), *rest)))
    for m in document.get("moves", []):
        way = (called.get(m["from"], m["from"]), called.get(m["to"], m["to"]))
        rest = (*way, m["lift"], 0, *(None for _ in t.classes), t.at(m["launch"]))
        rows.append((m["launch"], (*both(m["launch"]), *rest)))
    rows.sort(key=lambda row: row[0])
    return Table("Sorties", columns, [row for _, row in rows])


def _gates(called: Mapping[str, str], t: Timeline, times: tuple[Column, ...], both: Both) -> Table:
    columns = (
        *times, Column("Gate", "text"), Column("People through", "number"),
        Column("Lets through", "number"), Column("Share", "share"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for step in range(t.steps):
        for g, gate in enumerate(t.gates):
            n, most = int(t.through[g, step]), int(t.most_through[g, step])
            share = n / most if most else None
            rows.append((*both(step), called.get(gate, gate), n, most, share))
    return Table("Gates by hour", columns, rows)


def _havens(called: Mapping[str, str], t: Timeline, times: tuple[Column, ...], both: Both) -> Table:
    columns = (
        *times, Column("Haven", "text"), Column("People there", "number"),
        Column("Beds", "number"), Column("Boarded for it", "number"), Column("Sent on", "number"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    used = [b for b in range(len(t.bases)) if t.present[b].any() or t.out_to[b].any()]
    for step in range(t.steps):
        for b in used:
            counts = (t.present[b, step], t.beds[b], t.out_to[b, step], t.sent_on[b, step])
            name = called.get(t.bases[b], t.bases[b])
            rows.append((*both(step), name, *(int(n) for n in counts)))
    return Table("Havens by hour", columns, rows)


def _left(document: Mapping[str, Any], called: Mapping[str, str], t: Timeline) -> Table:
    found = left_behind(document, t)
    resources = tuple(dict.fromkeys(name for x in found for name, _ in x.used))
    columns = (
        Column("Class", "text"), Column("Place", "text"), Column("Left", "number"),
        Column("Came", "number"), Column("Hours waiting", "number"),
        Column("Gates shut, hours", "number"), Column("Gates full, hours", "number"),
        *(Column(f"{name} used", "share") for name in resources),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for x in found:
        used = dict(x.used)
        shares = tuple(used.get(name) for name in resources)
        counts = (x.people, x.came, x.waited_hours, x.shut_hours, x.full_hours)
        rows.append(
            (called.get(x.category, x.category), called.get(x.origin, x.origin), *counts, *shares)
        )
    return Table("Who is left", columns, rows)


def _styles(book: Any) -> dict[str, Any]:
    plain = {"font_size": 10, "valign": "top"}
    return {
        "heading": book.add_format({**plain, "bold": True, "bottom": 1, "text_wrap": True}),
        "instant": book.add_format({**plain, "num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
        "text": book.add_format({**plain, "text_wrap": True}),
        "number": book.add_format({**plain, "num_format": "#,##0.##"}),
        "share": book.add_format({**plain, "num_format": "0%"}),
    }


def _write(book: Any, table: Table, styles: Mapping[str, Any], title: str) -> None:
    """A sheet: headings that stay, instants as dates, a page that fits the paper's width."""
    sheet = book.add_worksheet(table.name)
    for number, column in enumerate(table.columns):
        sheet.write_string(0, number, visible(column.heading), styles["heading"])
        sheet.set_column(number, number, _WIDTHS[column.kind])
    for line, row in enumerate(table.rows, start=1):
        _write_row(sheet, line, row, table.columns, styles)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.6)
    # In headers `&` begins a code: a name with one must not.
    sheet.set_header(f"&L{visible(title).replace('&', '&&')[:180]}&R{table.name}")
    sheet.set_footer("&R&P / &N")
    sheet.print_area(0, 0, max(1, len(table.rows)), len(table.columns) - 1)


def _write_row(
    sheet: Any, line: int, row: Sequence[Cell], columns: Sequence[Column], styles: Mapping[str, Any]
) -> None:
    for number, (cell, column) in enumerate(zip(row, columns, strict=True)):
        style = styles[column.kind]
        if isinstance(cell, datetime):
            sheet.write_datetime(line, number, cell.replace(tzinfo=None), style)
        elif isinstance(cell, str):
            sheet.write_string(line, number, visible(cell), style)
        elif cell is not None:
            sheet.write_number(line, number, cell, style)
