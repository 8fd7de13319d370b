"""It takes two to publish a plan, and the audit chain knows both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from safepassage.model.errors import InvalidFactError
from safepassage.planner.errors import PlanRefusedError, SecondPersonError
from safepassage.planner.publishing import in_force
from safepassage.planner.seating import seat
from safepassage.planner.signing import ALONE_MAX, Signing
from safepassage.secure.audit import Entry
from safepassage.secure.roles import COMMAND_LINE, Role
from safepassage.store.protection import Protection
from safepassage.store.store import Store, open_store
from tests.planner.drawn import NOW, island_plan
from tests.planner.island import OPERATION_FILE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "karr.db", writer=True) as writing:
        writing.put_document("operation", OPERATION_FILE, recorded_at=NOW)
        yield writing


@pytest.fixture
def protection(store: Store, tmp_path: Path) -> Iterator[Protection]:
    with Protection(tmp_path / "karr.db", lambda: NOW) as opened:
        yield opened


@pytest.fixture
def signing(store: Store, protection: Protection) -> Signing:
    return Signing(store, lambda: nullcontext(store), protection)


def chain(protection: Protection) -> list[Entry]:
    return [link.entry for link in reversed(protection.trail.page())]


def test_one_proposes_and_another_publishes(
    signing: Signing, store: Store, protection: Protection
) -> None:
    plan = island_plan()
    assert plan["people_out"]["total"] > ALONE_MAX
    with pytest.raises(SecondPersonError, match="it takes two"):
        signing.publish(plan, "desk-1")
    made = signing.propose(plan, "desk-1")
    assert signing.propose(plan, "desk-2") == made  # it stays the first one's
    with pytest.raises(SecondPersonError, match="nobody publishes what they proposed"):
        signing.publish(plan, "desk-1")
    with store.ledger() as ledger:
        assert in_force(ledger) is None
    signing.publish(plan, "desk-2")
    with store.ledger() as ledger:
        signature = in_force(ledger)
    assert signature is not None
    assert signature.signed_by == "desk-2"
    told = [(e.kind, e.account, dict(e.detail).get("why", "")) for e in chain(protection)]
    assert told == [
        ("plan-refused", "desk-1", "not-proposed"),
        ("plan-proposed", "desk-1", ""),
        ("plan-refused", "desk-1", "same-person"),
        ("plan-published", "desk-2", ""),
    ]
    assert {e.subject for e in chain(protection)} == {signature.plan}
    assert protection.trail.verify() == []


def test_a_small_plan_is_one_desk_s_to_sign_until_accounts_are_in_force(
    signing: Signing, protection: Protection
) -> None:
    assert not signing.takes_two(ALONE_MAX)
    assert signing.takes_two(ALONE_MAX + 1)
    protection.accounts.add("planner-1", [Role.PLANNER], None, COMMAND_LINE)
    assert signing.takes_two(1)


def test_another_plan_is_not_the_one_that_was_proposed(signing: Signing) -> None:
    signing.propose(island_plan(), "desk-1")
    with pytest.raises(SecondPersonError, match="it takes two"):
        signing.publish(seat(island_plan()).document, "desk-2")


def test_what_cannot_be_published_is_not_proposed_either(
    signing: Signing, protection: Protection
) -> None:
    with pytest.raises(PlanRefusedError, match="not as it was solved"):
        signing.propose({**island_plan(), "notes": ["changed"]}, "desk-1")
    assert [dict(e.detail) for e in chain(protection)] == [{"why": "not-as-it-is"}]
    with pytest.raises(InvalidFactError, match="is not an id"):
        signing.propose(island_plan(), "Somebody Or Other")
