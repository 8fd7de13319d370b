"""GET /planning/new: a scenario from the numbers of another; /planning/files: from files.

What is wrong is said at its field, in the words of the readers of the two files.  A scenario is
kept under a new name or not at all.
"""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from safepassage.exchange.fault import FileFaultsError
from safepassage.model.errors import BadQuestionError, SafePassageError
from safepassage.model.operation import Operation
from safepassage.plan.setup import network_of
from safepassage.planner.numbers import (
    Files,
    differences,
    files_of,
    labels_of,
    put,
    sheet_of,
    wrongs_of,
)
from safepassage.planner.planner import SECONDS, Planner
from safepassage.planner.scenarios import Scenario, Wanted
from safepassage.secure.roles import Action, Viewer
from safepassage.web.access import Viewing, requires
from safepassage.web.page import desk_of, render
from safepassage.web.planning import Planning

router = APIRouter(prefix="/planning", dependencies=[Depends(requires(Action.PLAN))])
FORM_BYTES_MAX = 4 * 1024 * 1024
FIELDS_MAX = 8000
LOOKS_BACK = timedelta(days=7)  # a first scenario of an operation that is over starts so early


def base_of(request: Request, planner: Planner) -> tuple[Files, Scenario | None, Operation]:
    """The numbers to begin with: those of the scenario that is named, else the operation's own."""
    id = request.query_params.get("from", "")
    if id:
        scenario = planner.scenarios.get(id)
        return files_of(scenario.operation, scenario.demand), scenario, scenario.read
    records = desk_of(request).settings.records
    operation = records.operation()
    files = files_of(records.operation_text(), "starts_at: unknown")
    return Files(files.operation, _first_demand(request, operation)), None, operation


def _first_demand(request: Request, operation: Operation) -> dict[str, object]:
    """A demand in which only the numbers are missing."""
    now = desk_of(request).settings.clock()
    deadline = min((d.at for d in operation.deadlines), default=now + LOOKS_BACK)
    starts = now if now < deadline else deadline - LOOKS_BACK
    origins = network_of(operation).origins
    classes = sorted((c for c in operation.categories if not c.staff), key=lambda c: c.order)
    return {
        "starts_at": f"{starts:%Y-%m-%dT%H:00}",
        "zone": "UTC",
        "people": [{"class": str(c.id), "origin": str(o.id)} for c in classes for o in origins],
    }


@router.get("/new")
def ask(request: Request, planner: Planning) -> Response:
    """The form, filled with the numbers to begin with."""
    files, scenario, operation = base_of(request, planner)
    return _form(request, files, scenario, operation, {})


def _form(
    request: Request,
    files: Files,
    scenario: Scenario | None,
    operation: Operation,
    typed: dict[str, str],
    fault: SafePassageError | None = None,
) -> Response:
    wrongs = wrongs_of(fault) if fault is not None else ()
    sheet = sheet_of(files, operation)
    return render(
        request,
        "planning/form.html",
        422 if fault is not None else 200,
        sheet=sheet,
        base=scenario,
        operation=operation,
        class_options=[(c.id, c.name) for c in operation.categories if not c.staff],
        origin_options=[(o.id, o.name or o.id) for o in network_of(operation).origins],
        zone=files.demand.get("zone", operation.local_zone),
        typed=typed,
        wrongs=wrongs,
        labels=labels_of(sheet),
        wrong={w.path: w.sentence for w in wrongs},
    )


@router.post("/new")
async def keep(request: Request, viewer: Viewing, planner: Planning) -> Response:
    """Keep the numbers of the form as a scenario, or say what is wrong with them."""
    typed = await _typed(request)
    return await run_in_threadpool(_kept, request, viewer, planner, typed)


async def _typed(request: Request) -> dict[str, str]:
    length = request.headers.get("content-length", "")
    if not length.isascii() or not length.isdigit() or int(length) > FORM_BYTES_MAX:
        raise BadQuestionError("the form is too large: an operation file has at most 1 MiB")
    async with request.form(max_files=2, max_fields=FIELDS_MAX) as form:
        typed = {key: value for key, value in form.items() if isinstance(value, str)}
        for key, value in form.items():
            if isinstance(value, UploadFile) and value.filename:
                content = await value.read()
                typed[key.removesuffix("-file")] = content.decode("utf-8-sig", "replace")
        return typed


def _kept(request: Request, viewer: Viewer, planner: Planner, typed: dict[str, str]) -> Response:
    files, scenario, operation = base_of(request, planner)
    files = put(typed, files)
    operation_text, demand_text = files.texts
    wanted = Wanted(
        name=typed.get("name", ""),
        note=typed.get("note", "")[:500],
        based_on=scenario.id if scenario else "",
        roll=scenario.roll if scenario else "",
        operation=operation_text,
        demand=demand_text,
    )
    try:
        made = planner.scenarios.keep(wanted, viewer.account)
    except SafePassageError as fault:
        return _form(request, files, scenario, operation, typed, fault)
    return RedirectResponse(f"/planning/scenarios/{made.id}", 303)


@router.get("/files")
def ask_for_files(request: Request, planner: Planning) -> Response:
    """The two files of a scenario, to be pasted over or replaced by uploads."""
    files, scenario, _ = base_of(request, planner)
    if scenario is not None:
        texts = {"operation": scenario.operation, "demand": scenario.demand}
    else:
        text = desk_of(request).settings.records.operation_text()
        texts = {"operation": text, "demand": files.texts[1]}
    return _files_page(request, scenario, texts)


def _files_page(
    request: Request,
    scenario: Scenario | None,
    typed: dict[str, str],
    fault: SafePassageError | None = None,
) -> Response:
    said = []
    if isinstance(fault, FileFaultsError):
        said = [f"{fault.name}, {one}" for one in fault.faults]
    elif fault is not None:
        said = [str(fault)]
    status = 422 if fault is not None else 200
    return render(request, "planning/files.html", status, base=scenario, typed=typed, said=said)


@router.post("/files")
async def keep_files(request: Request, viewer: Viewing, planner: Planning) -> Response:
    """Keep two files as a scenario, or say what is wrong with them, line by line."""
    typed = await _typed(request)
    return await run_in_threadpool(_files_kept, request, viewer, planner, typed)


def _files_kept(
    request: Request, viewer: Viewer, planner: Planner, typed: dict[str, str]
) -> Response:
    _, scenario, _ = base_of(request, planner)
    wanted = Wanted(
        name=typed.get("name", ""),
        note=typed.get("note", "")[:500],
        based_on=scenario.id if scenario else "",
        roll=scenario.roll if scenario else "",
        operation=typed.get("operation", ""),
        demand=typed.get("demand", ""),
    )
    try:
        made = planner.scenarios.keep(wanted, viewer.account)
    except SafePassageError as fault:
        return _files_page(request, scenario, typed, fault)
    return RedirectResponse(f"/planning/scenarios/{made.id}", 303)


@router.get("/scenarios/{id}")
def show(request: Request, id: str, planner: Planning) -> Response:
    """A scenario: what it changes, what it cannot know, and the plans that answer it."""
    scenario = planner.scenarios.get(id)
    files = files_of(scenario.operation, scenario.demand)
    base, before = _before(request, planner, scenario)
    return render(
        request,
        "planning/scenario.html",
        scenario=scenario,
        base=base,
        changed=differences(before, files),
        notes=scenario.setup().notes,
        roll=scenario.families(),
        plans=[j for j in planner.jobs.all() if j.task.kind.makes_plan and j.task.scenario == id],
        seconds=SECONDS,
    )


def _before(
    request: Request, planner: Planner, scenario: Scenario
) -> tuple[Scenario | None, Files]:
    """What a scenario is based on: another one, else the operation as the ledger has it."""
    if scenario.based_on:
        base = planner.scenarios.get(scenario.based_on)
        return base, files_of(base.operation, base.demand)
    text = desk_of(request).settings.records.operation_text()
    return None, files_of(text, scenario.demand)


@router.get("/scenarios/{id}/operation.yaml")
def operation_file(id: str, planner: Planning) -> Response:
    """The operation file of a scenario."""
    return _file(planner.scenarios.get(id).operation, f"operation-{id}.yaml")


@router.get("/scenarios/{id}/demand.yaml")
def demand_file(id: str, planner: Planning) -> Response:
    """The demand file of a scenario."""
    return _file(planner.scenarios.get(id).demand, f"demand-{id}.yaml")


def _file(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return PlainTextResponse(text, headers=headers)
