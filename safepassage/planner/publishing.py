"""Posting and publishing: a draft has a ledger of its own, a signed plan is promised in the
operation's.

Nothing is posted that the recount does not find clean.  To publish is to sign: somebody answers
for it, under an account or a desk's id, and the signature in the ledger names the plan by its
hash.  The plan signed before is withdrawn from there on, as far as its promises are not settled;
what it promised for earlier hours stays, so that plan and actual can be compared over all of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId, check_id
from safepassage.model.instant import zulu
from safepassage.model.ledger import Ledger
from safepassage.model.lift import Lift, LiftStatus, Status
from safepassage.model.movement import Movement, Phase
from safepassage.model.observation import PlanSignature
from safepassage.model.operation import Operation, opening_facts
from safepassage.plan.check import Recount, check
from safepassage.planner.errors import PlanRefusedError
from safepassage.planner.keeping import OWN, keep_plan, kept_plan
from safepassage.planner.posting import SEAL, Clock, digest, holds_from, plan_id, promises
from safepassage.store.append import Receipt
from safepassage.store.store import Store

OPERATION = "operation"
SOURCE = "planner"
FAULTS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What posting or publishing did."""

    plan: str
    sha256: str
    people: int  # promised out by the deadline
    promises: int  # facts recorded; 0 when the plan was there already
    withdrawn: int = 0  # promises of the plan before
    replaces: str | None = None
    signature: EntryId | None = None


def recounted(document: Mapping[str, Any]) -> Recount:
    """The recount of a plan document.

    Raises:
        PlanRefusedError: the document lacks a part.
    """
    try:
        return check(document)
    except (KeyError, TypeError, IndexError, AttributeError) as fault:
        raise PlanRefusedError(
            f"the plan lacks a part or has it in another shape ({fault}); solve it again"
        ) from fault


def require_postable(document: Mapping[str, Any], operation: Operation) -> Recount:
    """The recount of a plan that may be posted for an operation.

    Raises:
        PlanRefusedError: it was altered, breaks a rule, or is of another operation.
    """
    if document.get(SEAL) != digest(document):
        raise PlanRefusedError(
            "the plan is not as it was solved: somebody changed it, or it came without its seal."
            " Solve it again, and post the file as it is"
        )
    found = recounted(document)
    if not found.is_sound:
        shown = "; ".join(f.sentence for f in found.faults[:FAULTS_SHOWN])
        raise PlanRefusedError(
            f"the recount finds {len(found.faults)} faults, so nothing is posted: {shown}"
        )
    _require_of(document["problem"], operation)
    return found


def _require_of(problem: Mapping[str, Any], operation: Operation) -> None:
    if problem["name"] != operation.id:
        raise PlanRefusedError(
            f"this is a plan for the operation {problem['name']!r}, the ledger is of"
            f" {operation.id!r}; open the ledger of that operation"
        )
    known = {p.id for p in operation.places}
    ids = [*problem["origins"], *(x["id"] for part in ("gates", "bases", "havens")
           for x in problem[part])]  # fmt: skip
    unknown = [i for i in ids if i not in known]
    unknown += [c for c in problem["classes"] if c not in {x.id for x in operation.categories}]
    if unknown:
        raise PlanRefusedError(
            f"the operation no longer has {unknown[0]!r}, which the plan uses; solve it again with"
            " the operation file of today"
        )


def post(
    store: Store,
    operation: Operation,
    operation_text: str,
    document: Mapping[str, Any],
    now: datetime,
) -> Posted:
    """Make a plan's own ledger: the operation's places, and promises, nothing else.

    Raises:
        PlanRefusedError: the plan cannot be posted, or the ledger holds something else.
    """
    found = require_postable(document, operation)
    sha256, plan = digest(document), plan_id(document)
    empty = store.head().seq == 0 and store.get_document(OPERATION) is None
    if not empty and (store.get_document(OWN) is None or digest(kept_plan(store)) != sha256):
        raise PlanRefusedError(
            f"{store.where} holds something else already; give a draft a ledger of its own, in a"
            " new file"
        )
    keep_plan(store, OWN, document, now)
    store.put_document(OPERATION, operation_text, recorded_at=now)
    starts = Clock.of(document).starts
    facts = [*opening_facts(operation, starts), *promises(document, operation)]
    recorded = _all_in(store.append(facts, source=SOURCE, recorded_at=now)).recorded
    return Posted(plan=plan, sha256=sha256, people=found.people, promises=recorded)


def in_force(ledger: Ledger) -> PlanSignature | None:
    """The signed plan that no other has replaced; None if none was ever signed."""
    signed = ledger.catalogue.plans
    replaced = {p.replaces for p in signed}
    standing = [p for p in signed if p.plan not in replaced]
    return standing[-1] if standing else None


def require_publishable(store: Store, operation: Operation, document: Mapping[str, Any]) -> Recount:
    """The recount of a plan that may be published in an operation's ledger, or is already.

    Raises:
        PlanRefusedError: it cannot be posted, was replaced before, starts before the one that it
            would replace, or the ledger is a plan's own.
    """
    found = require_postable(document, operation)
    if store.get_document(OWN) is not None:
        raise PlanRefusedError(f"{store.where} is a plan's own ledger; publish in the operation's")
    with store.ledger() as ledger:
        before = in_force(ledger)
        if before is None or before.sha256 != digest(document):
            _require_new(ledger, document, plan_id(document))
    return found


def publish(
    store: Store,
    operation: Operation,
    document: Mapping[str, Any],
    *,
    signed_by: str,
    now: datetime,
) -> Posted:
    """Promise a plan in the operation's ledger, signed, in the place of the one before.

    All of it is one transaction: no reader ever sees two plans, or half of one.

    Raises:
        PlanRefusedError: the plan cannot be posted, was replaced before, or starts before the one
            that it would replace.
        InvalidFactError: `signed_by` is not an id.
    """
    check_id(signed_by, "signature")
    found = require_publishable(store, operation, document)
    sha256, plan = digest(document), plan_id(document)
    with store.ledger() as ledger:
        before = in_force(ledger)
        if before is not None and before.sha256 == sha256:
            return Posted(
                plan=plan, sha256=sha256, people=found.people, promises=0, signature=before.id
            )
        replaced = [] if before is None else list(_withdrawn(store, ledger, operation, before,
                                                             document, now))  # fmt: skip
    signature = PlanSignature(
        id=EntryId(f"{plan}/signature"),
        plan=plan,
        sha256=sha256,
        signed_by=signed_by,
        people=found.people,
        at_most=document["bound"]["people"],
        holds_from=_first_instant(document),
        published_at=now,
        replaces=None if before is None else before.plan,
    )
    keep_plan(store, plan, document, now)
    facts = [*promises(document, operation), *replaced, signature]
    receipt = _all_in(store.append(facts, source=SOURCE, recorded_at=now))
    voided = sum(isinstance(f, Movement) for f in replaced)
    return Posted(
        plan=plan,
        sha256=sha256,
        people=found.people,
        promises=receipt.recorded - len(replaced) - 1,
        withdrawn=voided,
        replaces=signature.replaces,
        signature=signature.id,
    )


def _first_instant(document: Mapping[str, Any]) -> datetime:
    return Clock.of(document).at(holds_from(document))


def _require_new(ledger: Ledger, document: Mapping[str, Any], plan: str) -> None:
    before = in_force(ledger)
    if any(p.plan == plan for p in ledger.catalogue.plans):
        raise PlanRefusedError(
            f"{plan} was published before and has been replaced; what it promised was withdrawn."
            " Solve again from today's state"
        )
    if before is not None and _first_instant(document) < before.holds_from:
        raise PlanRefusedError(
            f"this plan holds from {zulu(_first_instant(document))} and would replace one that"
            f" holds from {zulu(before.holds_from)}; plan from then on, or later"
        )
    based_on = document.get("replanned", {}).get("replaces")
    if based_on is not None and (before is None or before.plan != based_on):
        raise PlanRefusedError(
            f"this plan changes {based_on}, and that is not the plan in force; plan again from"
            f" {before.plan if before else 'a published plan'}"
        )


def _withdrawn(
    store: Store,
    ledger: Ledger,
    operation: Operation,
    before: PlanSignature,
    document: Mapping[str, Any],
    now: datetime,
) -> Iterator[Fact]:
    """What takes back the unsettled promises of the plan before, from the new plan's start on.

    A lift that is under way at that instant still lands where it was promised to.
    """
    starts, plan = _first_instant(document), plan_id(document)
    signed = ledger.entry(before.id)
    settled = {
        e.fact.fulfils
        for e in ledger.entries(signed.seq if signed else 0)
        if isinstance(e.fact, Movement) and e.fact.fulfils is not None
    }
    under_way = set()
    for fact in promises(kept_plan(store, before.plan), operation):
        if isinstance(fact, Lift):
            if fact.scheduled_at is not None and fact.scheduled_at < starts:
                under_way.add(fact.lift)
                continue
            name = fact.lift.removeprefix(f"{before.plan}-")
            yield LiftStatus(
                id=EntryId(f"{plan}/cancels/{before.plan}/{name}"),
                lift=fact.lift,
                status=Status.CANCELLED,
                occurred_at=now,
            )
        elif (
            isinstance(fact, Movement)
            and fact.occurred_at >= starts
            and fact.id not in settled
            and fact.from_place not in under_way
        ):
            yield _void(fact, plan)


def _void(promise: Movement, plan: str) -> Movement:
    return Movement(
        id=EntryId(f"{plan}/withdraws/{promise.id}"),
        from_place=promise.from_place,
        to_place=promise.to_place,
        phase=Phase.VOIDED,
        occurred_at=promise.occurred_at,
        heads=promise.heads,
        category=promise.category,
        fulfils=promise.id,
    )


def _all_in(receipt: Receipt) -> Receipt:
    if not receipt.is_clean:
        reason = next(iter(receipt.reasons.values()), "`safepassage check` says why")
        raise PlanRefusedError(f"not recorded, but kept in quarantine: {reason}")
    return receipt
