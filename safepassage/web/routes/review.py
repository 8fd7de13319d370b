"""GET /review: the pair on which most depends, and one key for each answer.

A judgement is recorded, never edited: undo is a later entry that takes exactly one back.  No
address holds anything but ids.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Verdict, pair_of
from safepassage.registrar import Registrar
from safepassage.registrar.access import Occasion
from safepassage.registrar.views import Question
from safepassage.secure.roles import Action, Viewer
from safepassage.web.access import Viewing, requires
from safepassage.web.beside import lines_of
from safepassage.web.page import desk_of, render, wants_json
from safepassage.web.registering import Registering
from safepassage.web.waterfall import draw_waterfall

router = APIRouter(prefix="/review", dependencies=[Depends(requires(Action.JUDGE))])
ANSWERS = (Verdict.SAME, Verdict.NOT_SAME, Verdict.UNSURE)
SKIPPED_MAX = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says about what was done before it."""

    skip: int = 0  # pairs passed over
    judged: str = ""  # the judgement that was just recorded
    verdict: Verdict | None = None
    waits: bool = False  # it counts once a second reviewer says so too
    moved: bool = False  # nothing was recorded: somebody else had said something


@router.get("")
def ask(
    request: Request,
    viewer: Viewing,
    registrar: Registering,
    skip: Annotated[int, Query(ge=0, le=SKIPPED_MAX)] = 0,
    judged: Annotated[str, Query(max_length=60)] = "",
    verdict: Annotated[Verdict | None, Query()] = None,
    waits: Annotated[bool, Query()] = False,
    moved: Annotated[bool, Query()] = False,
) -> Response:
    """The next question, and what became of the one before."""
    with desk_of(request).settings.records.ledger() as ledger:
        queue = registrar.queue(viewer, ledger, skip=skip)
    question = queue.questions[0] if queue.questions else None
    told = Told(skip, judged, verdict, waits, moved)
    return _page(request, viewer, registrar, question, queue.waiting, told)


@router.get("/pair/{one}/{other}")
def ask_about(
    request: Request,
    one: str,
    other: str,
    viewer: Viewing,
    registrar: Registering,
    undone: Annotated[bool, Query()] = False,
) -> Response:
    """One pair, whether or not it waits: what was said of it can be looked at again."""
    with desk_of(request).settings.records.ledger() as ledger:
        question = registrar.question(viewer, RecordId(one), RecordId(other), ledger)
    told = Told(verdict=Verdict.WITHDRAWN if undone else None)
    return _page(request, viewer, registrar, question, registrar.counts().questions, told)


def _page(
    request: Request,
    viewer: Viewer,
    registrar: Registrar,
    question: Question | None,
    waiting: int,
    told: Told,
) -> Response:
    if wants_json(request):
        return JSONResponse(_plain(question, waiting))
    return render(
        request,
        "review/review.html",
        question=question,
        waiting=waiting,
        **asdict(told),
        left_to_see=registrar.reveals_left(viewer, Occasion.REVIEW),
        answers=ANSWERS,
        lines=lines_of([question.left, question.right]) if question else (),
        fall=draw_waterfall(question.bars) if question else None,
    )


@router.post("")
def answer(
    request: Request,
    viewer: Viewing,
    registrar: Registering,
    left: Annotated[str, Form(max_length=100)],
    right: Annotated[str, Form(max_length=100)],
    verdict: Annotated[Verdict, Form()],
    why: Annotated[str, Form(max_length=1000)],
    said: Annotated[int, Form(ge=0)] = 0,
    skip: Annotated[int, Form(ge=0, le=SKIPPED_MAX)] = 0,
) -> Response:
    """Record a judgement, unless somebody said something about the pair in the meantime."""
    pair = pair_of(RecordId(left), RecordId(right))
    if _was_moved(registrar, viewer, pair[0], pair[1], said):
        return RedirectResponse(f"/review?moved=true&skip={skip}", 303)
    made = registrar.judge(viewer, pair, verdict, why)
    told = f"judged={made.judgement.id}&verdict={verdict}&waits={str(not made.counts).lower()}"
    return RedirectResponse(f"/review?{told}&skip={skip}", 303)


@router.post("/undo")
def undo(
    viewer: Viewing,
    registrar: Registering,
    judgement: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Take a judgement back: the one named, else the viewer's last one."""
    made = registrar.undo(viewer, judgement or None)
    one, other = made.judgement.pair
    return RedirectResponse(f"/review/pair/{one}/{other}?undone=true", 303)


def _was_moved(
    registrar: Registrar, viewer: Viewer, one: RecordId, other: RecordId, said: int
) -> bool:
    """Whether more was said about a pair than the reviewer saw: a second tab, or a colleague."""
    return len(registrar.question(viewer, one, other).said) != said


def _plain(question: Question | None, waiting: int) -> dict[str, object]:
    """A question as JSON values: the evidence, and of the records only their ids."""
    if question is None:
        return {"waiting": waiting, "question": None}
    return {
        "waiting": waiting,
        "question": {
            "pair": list(question.pair),
            "weight": question.weight,
            "band": question.band,
            "held_back": list(question.held_back),
            "stakes": list(question.stakes),
            "evidence": [
                {"feature": b.feature, "level": b.level, "weight": b.weight} for b in question.bars
            ],
        },
    }
