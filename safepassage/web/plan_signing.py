"""How far the signing of a plan is, and what whoever looks at it can do next."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from fastapi import Request

from safepassage.planner.planner import KeptPlan
from safepassage.planner.posting import plan_id
from safepassage.planner.signing import Proposal
from safepassage.web.page import desk_of


class SigningStage(StrEnum):
    """What somebody can do about signing a plan that is not in force."""

    NONE = "none"  # these desks publish nothing
    PROPOSE = "propose"  # it takes two, and they can be the first
    WAIT = "wait"  # they were the first
    PUBLISH = "publish"


class SigningView(NamedTuple):
    """How far the signing of a plan is, for whoever looks."""

    stage: SigningStage
    proposal: Proposal | None = None


def signing_of(request: Request, plan: KeptPlan, people: int, account: str) -> SigningView:
    """What somebody can do about signing a plan."""
    signing = desk_of(request).settings.signing
    if signing is None:
        return SigningView(SigningStage.NONE)
    proposal = signing.proposed(plan_id(plan.document))
    if not signing.takes_two(people):
        return SigningView(SigningStage.PUBLISH, proposal)
    if proposal is None:
        return SigningView(SigningStage.PROPOSE)
    is_own = proposal.by == account
    return SigningView(SigningStage.WAIT if is_own else SigningStage.PUBLISH, proposal)
