"""Words of many languages as data, so that speakers can review them without reading code."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml


@cache
def table(name: str) -> Any:
    """One of the tables beside this file, as plain values."""
    text = resources.files(__name__).joinpath(f"{name}.yaml").read_text("utf-8")
    # Every value is a word: "on" and "no" are words of dates and of people, not truths.
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes strings alone, no objects
