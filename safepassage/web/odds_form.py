"""Which plans can be played, and how somebody wants to have one played, read from a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from safepassage.exchange.operation_file import read_operation
from safepassage.model.errors import BadQuestionError
from safepassage.model.operation import Operation
from safepassage.planner.errors import UnknownPlanError
from safepassage.planner.job import Job
from safepassage.planner.odds import OPERATION, KeptOdds, Wanted
from safepassage.planner.planner import Planner
from safepassage.planner.posting import digest
from safepassage.simulate.odds import EVERYBODY
from safepassage.simulate.policy import Policy
from safepassage.simulate.run import Asked
from safepassage.web.page import desk_of

STANDING = "standing"  # the id of the plan that stands in the ledger
REPLICATIONS = 200
_MARK_LENGTH = 6  # characters of a plan's hash that tell it from others


@dataclass(frozen=True, kw_only=True)
class Playable:
    """A plan that can be played."""

    id: str  # the job that made it, or STANDING
    name: str
    document: dict[str, Any]
    text: str  # of its operation file
    is_standing: bool = False

    @property
    def operation(self) -> Operation:
        """Its operation, with what may happen to it."""
        return read_operation(self.text, OPERATION)

    @property
    def people(self) -> int:
        """How many it gets out."""
        return int(self.document["people_out"]["total"])

    @property
    def mark(self) -> str:
        """The beginning of its hash."""
        return digest(self.document)[:_MARK_LENGTH]


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the fields of the form, as it was typed."""

    replications: str = str(REPLICATIONS)
    precision: str = ""
    seed: str = "1"
    order: str = "plan"
    over_call: str = "0"  # percent
    at_closure: str = "other-gates"
    at_full: str = "hold"
    without: tuple[str, ...] = ()
    targets: Mapping[str, str] = field(default_factory=dict)  # by class


def playable(request: Request, planner: Planner, id: str) -> Playable:
    """One plan.

    Raises:
        UnknownPlanError: there is none of that id.
        PlanChangedError: its file is gone or another one.
    """
    if id == STANDING:
        found = standing(request)
        if found is None:
            raise UnknownPlanError("no plan stands in this ledger; choose one of the list")
        return found
    kept = planner.plan(id)
    return Playable(
        id=id, name=kept.scenario.name, document=kept.document, text=kept.scenario.operation
    )


def standing(request: Request) -> Playable | None:
    """The plan that was published, or whose ledger this is."""
    settings = desk_of(request).settings
    document = None if settings.signing is None else settings.signing.standing()
    if document is None:
        return None
    return Playable(
        id=STANDING,
        name=str(document["problem"]["name"]),
        document=document,
        text=settings.records.operation_text(),
        is_standing=True,
    )


def plans_to_play(request: Request, planner: Planner) -> list[tuple[str, str, str, int | None]]:
    """Every plan that can be played: id, name, mark and people out; the one in force first."""
    names = {s.id: s.name for s in planner.scenarios.all()}
    found: list[tuple[str, str, str, int | None]] = [
        (j.id, names.get(j.task.scenario, ""), j.sha256[:_MARK_LENGTH], j.found.people)
        for j in planner.plans()
    ]
    first = standing(request)
    if first is not None:
        found.insert(0, (first.id, first.name, first.mark, first.people))
    return found


def typed_of(form: Mapping[str, str], causes: list[str], known: list[str]) -> Typed:
    """The fields of a form that was sent.

    Args:
        form: what was typed, by field.
        causes: those that are switched on.
        known: all of the operation.
    """
    plain = {
        name: form[name].strip()
        for name in ("replications", "precision", "seed", "over_call")
        if name in form
    }
    chosen = {name: form[name] for name in ("order", "at_closure", "at_full") if name in form}
    targets = {
        name.removeprefix("target."): value.strip()
        for name, value in form.items()
        if name.startswith("target.") and value.strip()
    }
    off = tuple(name for name in known if name not in causes)
    return Typed(**plain, **chosen, without=off, targets=targets)


def typed_before(kept: KeptOdds | Job) -> Typed:
    """The fields as they were for odds that were played before."""
    job = kept if isinstance(kept, Job) else kept.job
    if job is not None:
        how = job.task.asked
        policy, precision = Policy(**how["policy"]), how["precision"]
        words = [w.partition("=") for w in how["targets"]]
        return Typed(
            replications=str(how["replications"]),
            precision="" if precision is None else f"{precision:g}",
            seed=how["seed"],
            order=policy.order,
            over_call=f"{100 * policy.over_call:g}",
            at_closure=policy.at_closure,
            at_full=policy.at_full,
            without=tuple(how["without"]),
            targets={name: number for name, _, number in words},
        )
    assert isinstance(kept, KeptOdds)  # noqa: S101 - what is no job was kept
    policy = kept.asked.policy
    return Typed(
        replications=str(kept.odds.replications),
        seed=kept.asked.seed,
        order=policy.order,
        over_call=f"{100 * policy.over_call:g}",
        at_closure=policy.at_closure,
        at_full=policy.at_full,
        without=kept.asked.without,
    )


def asked_of(plan: Playable, typed: Typed) -> tuple[Asked, Wanted]:
    """What is asked.

    Raises:
        BadQuestionError: a field is empty or holds no number.
        SafePassageError: what it says cannot be played; the message says why.
    """
    policy = Policy(
        typed.order,
        _number("over-calling", typed.over_call or "0") / 100,
        typed.at_closure,
        typed.at_full,
    )
    targets = []
    for name, words in typed.targets.items():
        people = _whole(f"target for {name}", words)
        targets.append(f"{name}={people}")
    asked = Asked(
        plan.document,
        plan.operation,
        plan.text,
        policy,
        typed.seed,
        _whole("replications", typed.replications),
        _number("precision", typed.precision) if typed.precision else None,
        typed.without,
    )
    name = f"{plan.name} · {plan.mark}"
    return asked, Wanted(
        plan="" if plan.is_standing else plan.id, name=name, targets=tuple(targets)
    )


def _whole(what: str, words: str) -> int:
    plain = words.replace(",", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 12):
        raise BadQuestionError(f"{what}: {words[:40]!r} is no whole number; write one, such as 200")
    return int(plain)


def _number(what: str, words: str) -> float:
    try:
        return float(words.replace(",", ""))
    except ValueError:
        raise BadQuestionError(f"{what}: {words[:40]!r} is no number; write one, such as 50") from (
            None
        )


def classes_of(plan: Playable) -> list[str]:
    """Whom a target may be about."""
    names = list(plan.document["problem"]["classes"])
    return [EVERYBODY, *names] if len(names) > 1 else [EVERYBODY]
