"""The situation report as HTML that prints well: a whole page, or the body for another page."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from safepassage.report.question import describe_window
from safepassage.report.sitrep import Sitrep, shown_instant

DOUBTS_SHOWN_MAX = 40


def write_html(report: Sitrep, *, whole_page: bool = True) -> str:
    """The report laid out; with `whole_page` False only its `<article>`, without any style."""
    template = _environment().get_template("sitrep.html" if whole_page else "sitrep_body.html")
    return template.render(report=report, zone=report.operation.zones[0])


def age(span: timedelta) -> str:
    """An age in the largest two units that say anything."""
    minutes = int(span / timedelta(minutes=1))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes:02d} min"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("safepassage.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        age=age,
        describe_window=describe_window,
        shown_instant=shown_instant,
        shown_max=DOUBTS_SHOWN_MAX,
    )
    return environment
