"""What can go wrong when planning; each message names the requirement and a way to mend it."""

from __future__ import annotations

from safepassage.model.errors import SafePassageError


class PlanInputError(SafePassageError, ValueError):
    """The operation or the demand cannot be planned with as it is written."""


class InfeasibleError(PlanInputError):
    """A requirement that nothing can meet, with the smallest change that would."""


class PlanFileError(SafePassageError, ValueError):
    """A plan file that cannot be read."""


class EngineError(SafePassageError, RuntimeError):
    """The LP engine gave nothing that can be used; nothing was published from it."""
