"""What phones and hubs send and are told; `docs/reference/gate-protocol.md` describes it.

POST /gate/api/enrol       a link becomes a device
POST /gate/api/events      a batch -> a signed receipt, when everything is on the disk
GET  /gate/api/knowledge   what a phone decides by, signed
GET  /gate/api/lending     what a hub serves its gates with, signed
POST /gate/api/handover    what a hub's phones signed

A device shows itself by its signature: there are no cookies here.  How long a body is, is looked at
before anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from safepassage.control.batch import BYTES_MAX
from safepassage.control.errors import GateError, NotKnownError, OversizedError, UnreadableError
from safepassage.control.gates import Gates
from safepassage.control.handover import BYTES_MAX as HANDOVER_BYTES_MAX
from safepassage.store.errors import StoreError
from safepassage.store.gate_devices import Device, LinkSpentError
from safepassage.web.page import desk_of

ENROLMENT_BYTES = 4096
STATUS: dict[type[GateError], int] = {UnreadableError: 400, NotKnownError: 401, OversizedError: 413}


class Answering(APIRoute):
    """A route whose errors are for a program: a code, and a sentence beside it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await answer(request)
            except GateError as fault:
                return told(STATUS[type(fault)], fault.code, fault)
            except LinkSpentError as fault:
                return told(403, "link-spent", fault)
            except StoreError as fault:
                return told(503, "busy", fault)

        return guarded


router = APIRouter(prefix="/gate/api", route_class=Answering)


def told(status: int, code: str, fault: Exception) -> JSONResponse:
    """An error as a device is told it."""
    headers = {"Retry-After": "2"} if status == 503 else None
    return JSONResponse({"error": code, "said": str(fault)}, status, headers)


def gates_of(request: Request) -> Gates:
    """The gates of this server.

    Raises:
        NotKnownError: no phone reports to it.
    """
    gates = desk_of(request).settings.gates
    if gates is None:
        raise NotKnownError("unknown-device", "no phone reports to this server")
    return gates


Gated = Annotated[Gates, Depends(gates_of)]


async def body_of(request: Request, bytes_max: int) -> bytes:
    """The body, if it is no longer than that; what is longer is not read to its end.

    Raises:
        OversizedError: it is longer, or says that it is.
    """
    said = request.headers.get("content-length", "0")
    if not said.isascii() or not said.isdigit() or int(said[:12]) > bytes_max:
        raise OversizedError("oversized", f"send at most {bytes_max} bytes at once")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > bytes_max:
            raise OversizedError("oversized", f"send at most {bytes_max} bytes at once")
    return bytes(body)


@router.post("/enrol")
async def enrol(request: Request, gates: Gated) -> JSONResponse:
    """Make a device of a link and a public key."""
    body = await body_of(request, ENROLMENT_BYTES)
    device = await run_in_threadpool(gates.enrol, body)
    answer, _ = await run_in_threadpool(gates.knowledge, device)
    said = {"device": device.id, "place": device.place, "station": device.station}
    return JSONResponse({**said, "receipt_key": gates.signer.public_key.hex(), **answer})


@router.post("/events")
async def events(request: Request, gates: Gated) -> JSONResponse:
    """Take in a batch; the receipt comes when everything is durable."""
    body = await body_of(request, BYTES_MAX)
    return JSONResponse(await run_in_threadpool(gates.take_events, body))


@router.post("/handover")
async def take_handover(request: Request, gates: Gated) -> JSONResponse:
    """Take in what a hub's phones signed."""
    body = await body_of(request, HANDOVER_BYTES_MAX)
    return JSONResponse(await run_in_threadpool(gates.take_handover, body))


@router.get("/lending")
def lending(request: Request, gates: Gated) -> JSONResponse:
    """What a hub serves its gates with."""
    return JSONResponse(gates.lending(asking(request, gates)))


def asking(request: Request, gates: Gates) -> Device:
    """The device that asks.

    Raises:
        NotKnownError: none that is in use.
    """
    device, time, signature = (
        request.headers.get(f"safe-passage-{part}", "") for part in ("device", "time", "signature")
    )
    return gates.asking(device, time, signature)


@router.get("/knowledge")
def knowledge(request: Request, gates: Gated) -> Response:
    """What a device is told, if it changed."""
    answer, tag = gates.knowledge(asking(request, gates))
    headers = {"ETag": f'"{tag}"', "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return JSONResponse(answer, headers=headers)
