"""GET /events: the live stream that tells open boards when the ledger has grown."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from safepassage.web.access import is_signed_in
from safepassage.web.page import desk_of

router = APIRouter()


@router.get("/events")
async def events(request: Request, after: str = "") -> Response:
    """Server-sent events.  `Last-Event-ID` (or `after`, when a page opens the stream itself) is
    the position the reader knows; the first message says what has happened since."""
    desk = desk_of(request)
    known = request.headers.get("last-event-id") or after
    position = int(known) if known.isascii() and known.isdigit() and len(known) < 16 else None
    messages = desk.watch.messages(position, desk.settings.heartbeat_seconds)
    # A proxy that collects answers before passing them on would make the board late.
    headers = {"X-Accel-Buffering": "no"}
    stream = while_signed_in(request, messages)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def while_signed_in(request: Request, messages: AsyncIterator[str]) -> AsyncIterator[str]:
    """The messages, until the session ends: a stream must not outlive the right to it."""
    async for message in messages:
        if not await run_in_threadpool(is_signed_in, request):
            return
        yield message
