"""Sign-off: one person proposes a plan, another publishes it, and both stand in the audit chain.

A published plan moves thousands of people and aircraft on one person's word.  So where accounts
are in force, or more than `ALONE_MAX` people are promised a way out, it takes two: the first
proposes a plan, named by its hash, the second publishes it.  What was proposed is that very
document; a plan that was changed since is another one, and is proposed anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from safepassage.exchange.operation_file import read_operation
from safepassage.model.ids import check_id
from safepassage.model.instant import format_instant, parse_instant, zulu
from safepassage.model.operation import Operation
from safepassage.planner.errors import PlanRefusedError, SecondPersonError
from safepassage.planner.keeping import is_plan_ledger, kept_plan
from safepassage.planner.posting import digest, plan_id
from safepassage.planner.publishing import (
    OPERATION,
    Posted,
    in_force,
    publish,
    require_publishable,
)
from safepassage.secure.audit import Entry, Kind
from safepassage.store.errors import StoreError
from safepassage.store.protection import Protection
from safepassage.store.store import Store

ALONE_MAX = 1_000  # people promised: more of them take two to sign


@dataclass(frozen=True, slots=True)
class Proposal:
    """That somebody wants a plan to be published."""

    plan: str
    by: str
    at: datetime


class Signing:
    """Where the plans of one ledger are proposed and published."""

    def __init__(
        self,
        store: Store,
        writing: Callable[[], AbstractContextManager[Store]],
        protection: Protection,
    ) -> None:
        """Put it on a ledger.

        Args:
            store: the ledger as it is read.
            writing: opens it for writing.
            protection: its audit chain, and its accounts: where there are any, it takes two.
        """
        self._store, self._writing, self._protection = store, writing, protection
        self._clock = protection.clock

    def standing(self) -> dict[str, Any] | None:
        """The plan that stands in this ledger: the one in force, or the one it is the ledger of.

        Raises:
            PlanRefusedError: it is not whole.
        """
        if is_plan_ledger(self._store):
            return kept_plan(self._store)
        with self._store.ledger() as ledger:
            signed = in_force(ledger)
        return None if signed is None else kept_plan(self._store, signed.plan)

    def takes_two(self, people: int) -> bool:
        """Whether a plan that promises a way out to so many people takes two to sign."""
        return bool(self._protection.accounts.all()) or people > ALONE_MAX

    def proposed(self, plan: str) -> Proposal | None:
        """Who proposed a plan, if anybody did."""
        kept = self._store.get_document(_name(plan))
        if kept is None:
            return None
        values = json.loads(kept.text)
        return Proposal(plan, values["by"], parse_instant(values["at"], "proposed at"))

    def propose(self, document: Mapping[str, Any], by: str) -> Proposal:
        """Propose a plan for somebody else to publish; proposed twice it stays the first one's.

        Raises:
            PlanRefusedError: it could not be published as it is.
            InvalidFactError: `by` is not an id.
            StoreError: the ledger cannot be written at the moment.
        """
        check_id(by, "signature")
        with self._writing() as store:
            people = self._allowed(store, document, by)
            plan = plan_id(document)
            known = self.proposed(plan)
            if known is not None:
                return known
            now = self._clock()
            self._note_of(Kind.PLAN_PROPOSED, document, by, people=people)
            text = json.dumps({"by": by, "at": format_instant(now), "sha256": digest(document)})
            store.put_document(_name(plan), text, recorded_at=now)
        return Proposal(plan, by, now)

    def publish(self, document: Mapping[str, Any], by: str) -> Posted:
        """Publish a plan that somebody else proposed, or that one person may sign.

        Raises:
            SecondPersonError: it takes two, and nobody proposed it or `by` did.
            PlanRefusedError: it cannot be published as it is.
            InvalidFactError: `by` is not an id.
            StoreError: the ledger cannot be written at the moment.
        """
        check_id(by, "signature")
        with self._writing() as store:
            people = self._allowed(store, document, by)
            if self.takes_two(people):
                self._require_second(document, by)
            self._note_of(Kind.PLAN_PUBLISHED, document, by, people=people)
            try:
                return publish(store, _operation(store), document, signed_by=by, now=self._clock())
            except (PlanRefusedError, StoreError):
                self._note_of(Kind.PLAN_REFUSED, document, by, why="not-recorded")
                raise

    def _allowed(self, store: Store, document: Mapping[str, Any], by: str) -> int:
        """The people whom a plan promises a way out, if it may be published."""
        try:
            return require_publishable(store, _operation(store), document).people
        except PlanRefusedError:
            self._note_of(Kind.PLAN_REFUSED, document, by, why="not-as-it-is")
            raise

    def _require_second(self, document: Mapping[str, Any], by: str) -> None:
        proposal = self.proposed(plan_id(document))
        if proposal is None:
            self._note_of(Kind.PLAN_REFUSED, document, by, why="not-proposed")
            raise SecondPersonError(
                "nothing was published: it takes two. Propose this plan, and let somebody else"
                " publish it"
            )
        if proposal.by == by:
            self._note_of(Kind.PLAN_REFUSED, document, by, why="same-person")
            raise SecondPersonError(
                f"nothing was published: {by} proposed this plan at {zulu(proposal.at)}, and"
                " nobody publishes what they proposed. Ask a second person to look at it and"
                " publish it"
            )

    def _note_of(
        self, kind: Kind, document: Mapping[str, Any], by: str, **detail: str | int
    ) -> None:
        entry = Entry(
            kind=kind, account=by, at=self._clock(), subject=plan_id(document), detail=detail
        )
        self._protection.note(entry)


def _name(plan: str) -> str:
    return f"proposed/{plan}"


def _operation(store: Store) -> Operation:
    kept = store.get_document(OPERATION)
    if kept is None:
        raise PlanRefusedError(
            f"{store.where} holds no operation: run `safepassage init OPERATION.yaml` on it first"
        )
    return read_operation(kept.text, OPERATION)
