"""Lists as JSON: an array of objects, an array of arrays, an object that holds one, or lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from safepassage.exchange.lists.errors import ListTooLargeError, NotAListError
from safepassage.exchange.lists.limits import Limits
from safepassage.exchange.lists.made import SheetMaker
from safepassage.model.sheet import Format, Mark, Sheet

_DIGITS_MAX = 40  # longer numbers are no numbers, and take time to convert


def read_json(text: str, limits: Limits) -> tuple[Sheet, Format]:
    """A list in JSON as a sheet whose first row are the keys, and which form it had.

    Raises:
        NotAListError: it is no JSON, or holds no rows.
        ListTooLargeError: it has more rows or columns than the limits allow.
    """
    items, form = _items(text)
    if len(items) > limits.rows_max:
        raise ListTooLargeError(
            f"The list has more than {limits.rows_max:,} rows. Split it into several lists"
        )
    maker = SheetMaker("", limits)
    keys: dict[str, int] = {}
    for item in items:
        if isinstance(item, dict):
            for key in item:
                keys.setdefault(key, len(keys))
                if len(keys) > limits.columns_max:
                    raise ListTooLargeError(
                        f"The list has more than {limits.columns_max} different keys"
                    )
    if keys:
        maker.add(1, list(keys))
    for number, item in enumerate(items, start=2 if keys else 1):
        cells, marks = _cells(item, keys)
        if keys and isinstance(item, str):
            marks = {0: {Mark.BROKEN}}
        maker.add(number, cells, marks)
    return maker.sheet(), form


def _items(text: str) -> tuple[list[Any], Format]:
    try:
        whole = _loads(text)
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and lines[0].lstrip().startswith("{"):
            return _lines(lines), Format.JSON_LINES
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "a number"
        raise NotAListError(f"The file is damaged JSON, see {where}. Ask for it again") from None
    except RecursionError:
        raise NotAListError("The file is JSON nested deeper than any list") from None
    if isinstance(whole, dict):
        arrays = [value for value in whole.values() if isinstance(value, list)]
        if len(arrays) == 1:
            return arrays[0], Format.JSON
        return [whole], Format.JSON_LINES
    if isinstance(whole, list):
        return whole, Format.JSON
    raise NotAListError("The file is JSON, but holds no rows. Ask for an array of objects")


def _lines(lines: Iterable[str]) -> list[Any]:
    """Each line as a value; one that is no JSON is kept as its text, to be quarantined."""
    items = []
    for line in lines:
        try:
            items.append(_loads(line))
        except (ValueError, RecursionError):
            items.append(line)
    return items


def _loads(text: str) -> Any:
    return json.loads(text, parse_int=_number, parse_float=str, parse_constant=str)


def _number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _DIGITS_MAX else digits


def _cells(item: Any, keys: dict[str, int]) -> tuple[list[str], dict[int, set[Mark]]]:
    if isinstance(item, dict):
        cells = [""] * len(keys)
        marks = {}
        for key, value in item.items():
            cells[keys[key]], mark = _text(value)
            if mark:
                marks[keys[key]] = {mark}
        return cells, marks
    values = item if isinstance(item, list) else [item]
    read = [_text(value) for value in values]
    return [text for text, _ in read], {n: {m} for n, (_, m) in enumerate(read) if m}


def _text(value: Any) -> tuple[str, Mark | None]:
    if value is None:
        return "", None
    if isinstance(value, bool):
        return ("yes" if value else "no"), Mark.TRUTH
    if isinstance(value, int):
        return str(value), Mark.NUMBER
    if isinstance(value, str):
        return value, None
    if isinstance(value, list) and all(not isinstance(part, dict | list) for part in value):
        return "; ".join(_text(part)[0] for part in value), None
    return json.dumps(value, ensure_ascii=False), None
