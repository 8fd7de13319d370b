"""The plan of the island, solved once for all tests."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from safepassage.exchange.demand_file import read_demand
from safepassage.plan.setup import set_up
from safepassage.plan.solving import plan
from safepassage.planner.posting import sealed
from tests.planner.island import DEMAND_FILE, OPERATION

NOW = datetime(2031, 5, 4, 18, tzinfo=UTC)
STARTS = datetime(2031, 5, 5, tzinfo=UTC)
ENDS = datetime(2031, 5, 7, tzinfo=UTC)


@cache
def island_plan(fewer: int = 0) -> dict[str, Any]:
    """A sealed plan document; `fewer` residents make another plan."""
    text = DEMAND_FILE.replace("number: 2400", f"number: {2400 - fewer}")
    problem = set_up(OPERATION, read_demand(text, "demand.yaml")).problem
    return sealed(plan(problem, seconds=1).to_json())
