"""The desks that stand in the masthead, and the right that each one needs.

Whoever may not open a desk does not see it there.  A new desk adds its line here and its name to
its catalogue, under ``nav.`` and its key.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from safepassage.secure.roles import Action


class DeskLink(NamedTuple):
    """A desk in the masthead."""

    path: str
    key: str  # of its name: nav.<key>
    action: Action
    keeps_instant: bool = False  # its pages show the ledger at the instant one is looking at


DESKS = (
    DeskLink("/", "board", Action.LOOK, keeps_instant=True),
    DeskLink("/lifts", "lifts", Action.LOOK, keeps_instant=True),
    DeskLink("/reception", "reception", Action.RECEIVE, keeps_instant=True),
    DeskLink("/places", "places", Action.LOOK, keeps_instant=True),
    DeskLink("/cases", "cases", Action.LOOK, keeps_instant=True),
    DeskLink("/discrepancies", "discrepancies", Action.LOOK, keeps_instant=True),
    DeskLink("/figures", "figures", Action.LOOK, keeps_instant=True),
    DeskLink("/compare", "compare", Action.LOOK, keeps_instant=True),
    DeskLink("/sitrep", "sitrep", Action.LOOK, keeps_instant=True),
    DeskLink("/claims", "claims", Action.LOOK, keeps_instant=True),
    DeskLink("/calls", "calls", Action.CALL_FORWARD, keeps_instant=True),
    DeskLink("/planning", "planning", Action.PLAN),
    DeskLink("/odds", "odds", Action.PLAN),
    DeskLink("/lists", "lists", Action.SEE_LISTS),
    DeskLink("/review", "review", Action.JUDGE),
    DeskLink("/people", "people", Action.SEARCH),
    DeskLink("/intake", "intake", Action.WORK_INTAKE),
    DeskLink("/exports", "exports", Action.REQUEST_EXPORT),
    DeskLink("/devices", "devices", Action.LOOK),
    DeskLink("/accounts", "accounts", Action.ADMINISTER),
    DeskLink("/audit", "audit", Action.READ_AUDIT),
)


def open_to(rights: Collection[Action]) -> list[DeskLink]:
    """The desks that somebody with these rights may open."""
    return [desk for desk in DESKS if desk.action in rights]
