"""What a gate's phone, a hub or the devices desk may be told.

GateError
├── UnreadableError        400  no batch, or none that can be read
├── NotKnownError          401  unknown or revoked device, or a signature that is not its own
└── OversizedError         413  more at once than this server reads
"""

from __future__ import annotations

from safepassage.model.errors import SafePassageError


class GateError(SafePassageError):
    """Something that is told to a device; `code` is for its program, the text for people."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


class UnreadableError(GateError):
    """No batch, or none that can be read; nothing of it was kept."""


class NotKnownError(GateError):
    """Unknown or revoked device, or a signature that is not its own."""


class OversizedError(GateError):
    """More at once than this server reads."""
