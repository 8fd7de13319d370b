"""The situation report as CSV with an HXL tag row, for spreadsheets and for OCHA's tools."""

from __future__ import annotations

import csv
import io

from safepassage.model.instant import format_instant
from safepassage.report.figure import Figure
from safepassage.report.sitrep import Sitrep

HEADER = (
    ("figure", "#indicator+code"),
    ("title", "#indicator+name"),
    ("place", "#loc+code"),
    ("operator_classes", "#org+type"),
    ("population", "#affected+type"),
    ("window_start", "#date+start"),
    ("window_end", "#date+end"),
    ("zone", "#date+zone"),
    ("baseline", "#date+baseline"),
    ("as_of", "#date+asof"),
    ("position", "#meta+position"),
    ("unit", "#indicator+unit"),
    ("value", "#affected+num"),
)


def write_csv(report: Sitrep) -> str:
    """One row a figure, then one row a place; every row carries its whole definition."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([name for name, _ in HEADER])
    writer.writerow([tag for _, tag in HEADER])
    flows = [f for o in report.operators for f in (o.people, o.lifts)]
    for figure in [*report.figures, *flows, *report.totals]:
        writer.writerow(_figure_row(figure))
    for stock in report.stocks:
        writer.writerow(
            [
                "stock",
                _plain(stock.name),
                stock.place,
                "",
                "everybody",
                "",
                "",
                "UTC",
                "",
                format_instant(report.as_of),
                report.position,
                "heads",
                stock.heads,
            ]
        )
    return out.getvalue()


def _figure_row(figure: Figure) -> list[str | int]:
    question = figure.question
    window = question.window
    return [
        question.figure,
        _plain(question.defined.title),
        "",
        " ".join(question.operator_classes or ("all",)),
        " ".join(question.categories),
        format_instant(window.start) if window else "",
        format_instant(window.end) if window else "",
        window.zone if window else question.zone,
        question.baseline or "",
        format_instant(question.as_of),
        question.position,
        str(figure.unit),
        figure.value,
    ]


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t" else text
