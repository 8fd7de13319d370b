"""What the registrar refuses, as one branch of the project's tree.

RegistrarError              everything this room raises on purpose
├── NotAllowedError         a role, sponsor or budget that does not reach so far; `refusal` says why
├── UnknownSubjectError     no such list, person, record or judgement
└── TooLittleError          a search that names too little: nobody may leaf through the register

No message holds a word of a list: these errors may be logged as they are.
"""

from __future__ import annotations

from safepassage.model.errors import SafePassageError
from safepassage.secure.roles import Refusal


class RegistrarError(SafePassageError):
    """The registrar cannot do what was asked."""


class NotAllowedError(RegistrarError):
    """Somebody asked for what they may not do or see.

    Attributes:
        refusal: what was refused, why, and what to do about it.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class UnknownSubjectError(RegistrarError, LookupError):
    """There is no such list, person, record or judgement."""


class TooLittleError(RegistrarError, ValueError):
    """A search that would find too many people to be meant for one."""
