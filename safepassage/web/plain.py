"""Values as JSON: what a page shows, for a program that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from safepassage.model.instant import Window, format_instant


def plain(value: Any) -> Any:
    """The value as JSON values: instants in UTC with Z, durations in seconds."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if hasattr(value, "to_json"):
        return value.to_json()
    if isinstance(value, Window):
        ends = {"start": format_instant(value.start), "end": format_instant(value.end)}
        return ends | {"zone": value.zone}
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value]
