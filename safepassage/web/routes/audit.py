"""The auditor's desk: who looked at whom, who changed what, and whether the chain is whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import JSONResponse, Response

from safepassage.model.errors import BadQuestionError
from safepassage.secure.audit import Chained, Head, Kind
from safepassage.secure.roles import Action
from safepassage.web.access import Protected, requires
from safepassage.web.page import render, wants_json

router = APIRouter(prefix="/audit", dependencies=[Depends(requires(Action.READ_AUDIT))])
Asked = Annotated[str, Query(max_length=100)]
PAGE = 100


@router.get("")
def chain(
    request: Request,
    protection: Protected,
    account: Asked = "",
    kind: Asked = "",
    subject: Asked = "",
    before: Annotated[int | None, Query(ge=1, lt=2**62)] = None,
) -> Response:
    """Entries, the newest first, by account, kind or subject."""
    links = protection.trail.page(
        before=before, account=account.strip(), kind=kind, subject=subject.strip(), limit=PAGE
    )
    head = protection.trail.head()
    if wants_json(request):
        told = [as_json(link) for link in links]
        return JSONResponse({"head": [head.number, head.hash], "entries": told})
    return render(
        request,
        "accounts/audit.html",
        links=links,
        head=head,
        kinds=sorted(Kind),
        asked={"account": account, "kind": kind, "subject": subject},
        older=links[-1].number if len(links) == PAGE else None,
        breaks=None,
        witnessed="",
    )


@router.post("")
def verify(
    request: Request,
    protection: Protected,
    witnessed: Annotated[str, Form(max_length=10_000)] = "",
) -> Response:
    """Compute the whole chain again, and compare it with what witnesses wrote down.

    Raises:
        BadQuestionError: a line of a witness is not a number and a hash.
    """
    breaks = protection.trail.verify(
        [read_head(line) for line in witnessed.split("\n") if line.strip()]
    )
    head = protection.trail.head()
    if wants_json(request):
        told = [{"number": found.number, "sentence": found.sentence} for found in breaks]
        return JSONResponse({"head": [head.number, head.hash], "breaks": told})
    return render(
        request,
        "accounts/audit.html",
        links=protection.trail.page(limit=PAGE),
        head=head,
        kinds=sorted(Kind),
        asked={"account": "", "kind": "", "subject": ""},
        older=None,
        breaks=breaks,
        witnessed=witnessed,
    )


def read_head(line: str) -> Head:
    """What a witness wrote down: the number of the last entry, and its hash.

    Raises:
        BadQuestionError: it is not that.
    """
    words = line.split()
    is_one = len(words) == 2 and words[0].isascii() and words[0].isdigit() and len(words[0]) < 16
    if not is_one:
        raise BadQuestionError("a witness writes down a number and a hash, a line for each")
    return Head(int(words[0]), words[1].lower())


def as_json(link: Chained) -> dict[str, object]:
    """An entry for a program."""
    return {"number": link.number, "hash": link.hash, **link.entry.to_json()}
