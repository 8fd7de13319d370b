"""What can go wrong at the planning desk.

PlannerError
├── UnknownPlanError       there is no scenario, job or plan of that id
├── NameTakenError         another scenario has that name: nothing is overwritten
├── PlanChangedError       the file of a plan is not the one that was made
├── DeskFullError          too many jobs wait already
└── PlanRefusedError       a plan that cannot be posted, signed or compared as it is
    └── SecondPersonError  it takes two to publish it, and not twice the same
"""

from __future__ import annotations

from safepassage.model.errors import SafePassageError


class PlannerError(SafePassageError):
    """Something that the planning desk does not do."""


class UnknownPlanError(PlannerError):
    """There is no scenario, job or plan of that id."""


class NameTakenError(PlannerError):
    """Another scenario has that name; scenarios are kept, never overwritten."""


class PlanChangedError(PlannerError):
    """The file of a plan is not the one that was made."""


class DeskFullError(PlannerError):
    """Too many jobs wait already."""


class PlanRefusedError(PlannerError):
    """A plan that cannot be posted, signed or compared as it is; the message says what to do."""


class SecondPersonError(PlanRefusedError):
    """It takes two to publish a plan: one proposes it, another one publishes it."""
