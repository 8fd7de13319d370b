"""The causes of an operation file: what may happen, how often, and how much.

A distribution is a number, or one name with its parameters: {triangular: [0.5, 1, 3]}.
"""

from __future__ import annotations

from typing import Any

from safepassage.exchange.document import Document
from safepassage.exchange.fault import choose_from, shown
from safepassage.exchange.operation_lifts import check_known, ids, stated
from safepassage.exchange.operation_places import instant_at, one_line, read_zone
from safepassage.exchange.yaml_text import Path
from safepassage.model.cause import Cause, CauseKind, Distribution, Shape
from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId, PlaceId

_DISTRIBUTED = {
    "chance": "chance",
    "hours": "hours",
    "factor": "factor",
    "people_an_hour": "an_hour",
}
_SHAPES = [shape.value for shape in Shape if shape is not Shape.CONSTANT]


def read_causes(document: Document, categories: set[str]) -> list[Cause]:
    """The causes without a fault; every fault goes to the document."""
    places, types = ids(document, "places"), ids(document, "lift_types")
    found = []
    for path, item in stated(document, "causes"):
        for part, what, known in (
            ("place", "place", places),
            ("category", "category", categories),
            ("lift_type", "lift type", types),
        ):
            if part in item:
                check_known(document, (*path, part), what, item[part], known)
        cause = _cause(document, path, item)
        if cause is not None:
            found.append(cause)
    return found


def _cause(document: Document, path: Path, item: dict[str, Any]) -> Cause | None:
    drawn: dict[str, Any] = {
        name: _distribution(document, (*path, part), item[part])
        for part, name in _DISTRIBUTED.items()
        if part in item
    }
    sizes = _sizes(document, (*path, "sizes"), item.get("sizes", {}))
    zone_name = read_zone(document, (*path, "zone"), item.get("zone"))
    window: dict[str, Any] = {
        name: instant_at(document, (*path, part), item[part], zone_name)
        for part, name in (("from", "starts_at"), ("until", "ends_at"))
        if part in item
    }
    if not document.is_sound(*path):
        return None
    try:
        return Cause(
            id=item["id"],
            kind=CauseKind(item["kind"]),
            name=one_line(item.get("name")),
            a_day=None if item.get("a_day") is None else float(item["a_day"]),
            share=None if item.get("share") is None else float(item["share"]),
            sizes=sizes,
            place=PlaceId(item["place"]) if "place" in item else None,
            category=CategoryId(item["category"]) if "category" in item else None,
            lift_type=item.get("lift_type"),
            level=one_line(item.get("level")),
            **drawn,
            **window,
        )
    except InvalidFactError as error:
        problem, _, remedy = str(error).partition("; ")
        remedy = remedy or "See docs/guide/odds.md for what each kind of cause has"
        document.fault(path, problem, remedy[:1].upper() + remedy[1:])
        return None


def _distribution(document: Document, path: Path, value: Any) -> Distribution | None:
    if _is_number(value):
        return Distribution(Shape.CONSTANT, (float(value),))
    remedy = "Write a number, or for example {triangular: [0.5, 1, 3]}"
    if not isinstance(value, dict) or len(value) != 1:
        document.fault(path, "this is neither a number nor one distribution", remedy)
        return None
    name, parameters = next(iter(value.items()))
    if name not in _SHAPES:
        problem = f"there is no distribution {shown(str(name))}"
        document.fault(path, problem, choose_from(str(name), _SHAPES))
        return None
    listed = parameters if isinstance(parameters, list) else [parameters]
    if not all(_is_number(v) for v in listed):
        document.fault(path, f"{name} is followed by something that is no number", remedy)
        return None
    try:
        return Distribution(Shape(name), tuple(float(v) for v in listed))
    except InvalidFactError as error:
        problem, _, mend = str(error).partition("; ")
        document.fault(path, problem, mend[:1].upper() + mend[1:])
        return None


def _sizes(document: Document, path: Path, values: Any) -> tuple[tuple[int, float], ...]:
    found = []
    for size, share in values.items() if isinstance(values, dict) else ():
        if not str(size).isascii() or not str(size).isdigit() or not _is_number(share):
            remedy = "Write heads and shares, for example {1: 25, 4: 50, 7: 25}"
            document.fault(path, f"{size}: {share} is no size of a family with its share", remedy)
            return ()
        found.append((int(size), float(share)))
    return tuple(found)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
