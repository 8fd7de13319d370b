"""What can go wrong when odds are asked for."""

from __future__ import annotations

from safepassage.model.errors import SafePassageError


class SimulationError(SafePassageError, ValueError):
    """A run that cannot be made, or cannot be read."""
