"""A step that a desk sends: its form read, its token, and what its sender answers for.

Every form carries a token that was made with the page, so that a form sent twice is one step.  A
refused step comes back as the page it was sent from, with the sentence, what was typed, and, where
it may have happened all the same, a button that answers for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import JSONResponse, Response

from safepassage.control.office import PenBooks
from safepassage.control.steps import Sent, check_token
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import GroupId
from safepassage.operate.boarding import Boarders
from safepassage.operate.close_out import BAND
from safepassage.operate.step import StepRefusedError, Why
from safepassage.register.bands import BandNumberError, read_band
from safepassage.register.digits import plain
from safepassage.secure.roles import Viewer
from safepassage.web.access import NoAccountsError
from safepassage.web.page import desk_of, wants_json

FIELDS_MAX = 40
TEXT_MAX = 4000
HEADS_DIGITS_MAX = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A form: which step, its token, what is acknowledged, and what was typed."""

    step: str
    token: str
    acknowledged: frozenset[Why]
    fields: Mapping[str, str]

    def text(self, name: str) -> str:
        """What was typed into a field, without blanks around it."""
        return self.fields.get(name, "").strip()

    def number(self, name: str) -> int | None:
        """A whole number, in any digits; None if the field was left empty.

        Raises:
            BadQuestionError: it is none.
        """
        typed = plain(self.text(name)).strip()
        if not typed:
            return None
        if not (typed.isascii() and typed.isdigit()) or len(typed) > HEADS_DIGITS_MAX:
            raise BadQuestionError(f"{typed[:20]!r} is not a number of heads: write it in digits")
        return int(typed)

    def heads(self, name: str = "heads") -> int:
        """A number of heads, one if the field was left empty.

        Raises:
            BadQuestionError: it is none, or zero.
        """
        heads = self.number(name)
        if heads == 0:
            raise BadQuestionError("nobody is no step: write how many heads")
        return 1 if heads is None else heads

    def who(self, name: str = "who") -> Boarders:
        """A family or band, with its heads; heads of no family if the field was left empty."""
        return Boarders(group=group_of(self.text(name)), heads=self.heads())

    def at(self) -> datetime | None:
        """When it happened, in UTC as the label says; None: now.

        Raises:
            BadQuestionError: it is no time.
        """
        typed = plain(self.text("at")).strip()
        if not typed:
            return None
        try:
            wall = datetime.fromisoformat(typed)
        except ValueError:
            raise BadQuestionError(
                f"{typed[:40]!r} is not a time: write it in UTC like 2021-08-30 19:29"
            ) from None
        return wall.replace(tzinfo=UTC) if wall.tzinfo is None else wall

    def sent(self) -> Sent:
        """Its token, when it happened, and what its sender answers for.

        Raises:
            BadQuestionError: the time is none.
        """
        return {"token": self.token, "at": self.at(), "acknowledged": self.acknowledged}


def group_of(typed: str) -> GroupId | None:
    """The group that somebody keyed or scanned: a band as the group it stands for, or a family."""
    if not typed:
        return None
    try:
        return GroupId(BAND + read_band(typed).text)
    except BandNumberError:
        return GroupId(typed)


async def asked(request: Request) -> Asked:
    """The form of a request.

    Raises:
        BadQuestionError: it acknowledges what is no reason.
        InvalidFactError: its token is none.
    """
    form = await request.form(max_files=0, max_fields=FIELDS_MAX)
    fields = {k: v[:TEXT_MAX] for k, v in form.items() if isinstance(v, str)}
    said = [v for v in form.getlist("acknowledged") if isinstance(v, str)]
    unknown = [v for v in said if v not in set(Why)]
    if unknown:
        raise BadQuestionError(f"{unknown[0][:40]!r} is no reason to acknowledge")
    return Asked(
        step=fields.pop("step", ""),
        token=check_token(fields.pop("token", "")),
        acknowledged=frozenset(map(Why, said)),
        fields={k: v for k, v in fields.items() if k != "acknowledged"},
    )


Stepping = Annotated[Asked, Depends(asked)]


def unknown_step(step: str, known: Sequence[str]) -> BadQuestionError:
    """What is said of a step that a desk does not know."""
    return BadQuestionError(f"{step[:40]!r} is no step here; steps: {', '.join(known)}")


def books_of(request: Request, viewer: Viewer) -> PenBooks:
    """The ledger, to be read and written by whoever asks.

    Raises:
        NoAccountsError: these desks only read.
    """
    settings = desk_of(request).settings
    if settings.pen is None:
        raise NoAccountsError("these desks cannot write: use `safepassage lift` and `haven`")
    source = f"desk/{viewer.account}"
    return PenBooks(settings.records.ledger, settings.pen, settings.clock, source)


def refused_as_json(request: Request, fault: StepRefusedError) -> Response | None:
    """The refusal for a program that asks; None: a person asks."""
    if not wants_json(request):
        return None
    told = {"error": fault.why, "said": str(fault), "may_have_happened": fault.may_have_happened}
    return JSONResponse(told, 409)
