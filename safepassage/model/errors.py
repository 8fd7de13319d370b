"""What can go wrong in the model, as one tree.

    SafePassageError            everything this project raises on purpose
    ├── InvalidFactError        a fact that cannot be true: a movement to the place it came from
    ├── NotationError           the ledger as text or JSON cannot be read at a line
    ├── UnknownPlaceError       a question names a place that the ledger does not know
    └── BadQuestionError        a figure asked without its definition, window or zone

Every message says what is wrong, where, and what to do about it.  A fact that *happened* is
never refused for being inconvenient: it is recorded and becomes a discrepancy.
"""

from __future__ import annotations


class SafePassageError(Exception):
    """The root of every error that a user may see."""


class InvalidFactError(SafePassageError, ValueError):
    """A fact that cannot be true as it is written."""


class NotationError(SafePassageError, ValueError):
    """A line of the ledger, as text or JSON, that cannot be read."""


class UnknownPlaceError(SafePassageError, LookupError):
    """A question about a place, lift or entry that the ledger does not know."""


class BadQuestionError(SafePassageError, ValueError):
    """A question that has no single answer because a part of it is missing or contradictory."""
