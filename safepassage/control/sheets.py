"""Sheets of movement control as HTML: one way to fill their templates."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def environment() -> Environment:
    """The templates of this room; a value that a sheet names and nobody gave is an error."""
    return Environment(
        loader=PackageLoader("safepassage.control"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
