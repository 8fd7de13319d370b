"""Plan documents beside a ledger: kept whole under their hash, in as many parts as they need.

A ledger that has a document `plan` is a plan's own: everything in it is promised, and it is read
through its promises.  In the ledger of an operation the signed plans lie under their ids.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from safepassage.model.ledger import Ledger
from safepassage.model.operation import Operation
from safepassage.model.promised import promises_of
from safepassage.planner.errors import PlanRefusedError
from safepassage.planner.posting import digest, sealed
from safepassage.store.store import Store

OWN = "plan"  # the name of the plan in a ledger of its own
SIMULATION = "simulation"  # the document of a ledger in which nothing happened: which run it is of
_PART_LENGTH = 900_000  # characters; a document of the store has a million at most


def keep_plan(store: Store, name: str, document: Mapping[str, Any], now: datetime) -> None:
    """Keep a plan document; keeping it again changes nothing."""
    text = json.dumps(sealed(document), ensure_ascii=False, separators=(",", ":"))
    parts = [text[at : at + _PART_LENGTH] for at in range(0, len(text), _PART_LENGTH)]
    for number, part in enumerate(parts, start=1):
        store.put_document(f"{name}/{number}", part, recorded_at=now)
    head = json.dumps({"sha256": digest(document), "parts": len(parts)})
    store.put_document(name, head, recorded_at=now)


def kept_plan(store: Store, name: str = OWN) -> dict[str, Any]:
    """A plan document as it was kept.

    Raises:
        PlanRefusedError: there is none of that name, or it is not whole.
    """
    head = store.get_document(name)
    if head is None:
        raise PlanRefusedError(f"this ledger keeps no plan {name!r}; post or publish one first")
    about = json.loads(head.text)
    parts = [store.get_document(f"{name}/{n}") for n in range(1, about["parts"] + 1)]
    try:
        document = json.loads("".join(p.text for p in parts if p is not None))
    except ValueError:
        document = {}
    if digest(document) != about["sha256"]:
        raise PlanRefusedError(f"the plan {name!r} that this ledger keeps is not whole")
    return dict(document)


def is_plan_ledger(store: Store) -> bool:
    """Whether a ledger is a plan's own."""
    return store.get_document(OWN) is not None


def as_read(store: Store, ledger: Ledger) -> Ledger:
    """A ledger as everybody should read it: a plan's own through its promises."""
    return promises_of(ledger) if is_plan_ledger(store) else ledger


def named(store: Store, operation: Operation) -> Operation:
    """The operation under a name that says so where a ledger is a plan's own, or was played."""
    if store.get_document(SIMULATION) is not None:
        return replace(operation, name=f"Simulated: {operation.name}")
    if not is_plan_ledger(store):
        return operation
    return replace(operation, name=f"Plan: {operation.name}")
