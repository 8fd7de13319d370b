"""The auditor's desk: who looked at whom, who changed what, and whether the chain is whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import JSONResponse, Response

from safepassage.model.errors import BadQuestionError
from safepassage.secure.audit import Break, Chained, Head, Kind
from safepassage.secure.reveal import looking
from safepassage.secure.roles import Action
from safepassage.store.protection import Protection
from safepassage.web.access import Protected, requires
from safepassage.web.page import render, wants_json

router = APIRouter(prefix="/audit", dependencies=[Depends(requires(Action.READ_AUDIT))])
Asked = Annotated[str, Query(max_length=100)]
PAGE = 100
HOURS_COMPARED = 14 * 24  # what is usual for an account is seen over two weeks


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
    if wants_json(request):
        head = protection.trail.head()
        told = [as_json(link) for link in links]
        return JSONResponse({"head": [head.number, head.hash], "entries": told})
    asked = {"account": account, "kind": kind, "subject": subject}
    return audit_page(request, protection, links, asked)


def audit_page(
    request: Request,
    protection: Protection,
    links: list[Chained],
    asked: dict[str, str],
    breaks: list[Break] | None = None,
    witnessed: str = "",
) -> Response:
    """The page; with `breaks`, what a check of the whole chain found."""
    by_hour = protection.trail.persons_by_hour(protection.clock(), HOURS_COMPARED)
    return render(
        request,
        "accounts/audit.html",
        links=links,
        head=protection.trail.head(),
        kinds=sorted(Kind),
        asked=asked,
        older=links[-1].number if len(links) == PAGE else None,
        breaks=breaks,
        witnessed=witnessed,
        looking=looking(by_hour),
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
    heads = [read_head(line) for line in witnessed.splitlines() if line.strip()]
    breaks = protection.trail.verify(heads)
    if wants_json(request):
        head = protection.trail.head()
        told = [{"number": found.number, "sentence": found.sentence} for found in breaks]
        return JSONResponse({"head": [head.number, head.hash], "breaks": told})
    nothing = {"account": "", "kind": "", "subject": ""}
    newest = protection.trail.page(limit=PAGE)
    return audit_page(request, protection, newest, nothing, breaks, witnessed)


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
