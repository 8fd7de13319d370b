"""Publishing is signing: promises in the operation's ledger, one plan at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import CategoryId, EntryId, PlaceId
from safepassage.model.instant import Window
from safepassage.model.movement import Movement, Phase
from safepassage.model.operation import opening_facts
from safepassage.model.promised import promises_of
from safepassage.planner.against import against
from safepassage.planner.errors import PlanRefusedError
from safepassage.planner.posting import SEAL, promises, sealed
from safepassage.planner.publishing import in_force, post, publish
from safepassage.report.asking import Asking
from safepassage.report.figure import ask
from safepassage.store.store import Store, open_store
from tests.planner.drawn import ENDS, NOW, STARTS, island_plan
from tests.planner.island import OPERATION, OPERATION_FILE

WHOLE = Window(STARTS, ENDS + timedelta(days=1))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """The ledger of the island, before anything happened."""
    with open_store(tmp_path / "karr.db", writer=True) as writing:
        writing.put_document("operation", OPERATION_FILE, recorded_at=NOW)
        writing.append(opening_facts(OPERATION, NOW), source="init", recorded_at=NOW)
        yield writing


def signed(store: Store, document: dict[str, Any], by: str = "movement-control") -> Any:
    return publish(store, OPERATION, document, signed_by=by, now=NOW)


def promised_out(store: Store) -> int:
    with store.ledger() as ledger:
        asking = Asking(OPERATION, ledger.position)
        return ask(promises_of(ledger), asking.over("people-out", WHOLE)).value


def test_a_published_plan_is_promised_and_nothing_has_happened(store: Store) -> None:
    document = island_plan()
    found = signed(store, document)
    assert promised_out(store) == found.people == document["people_out"]["total"]
    with store.ledger() as ledger:
        asking = Asking(OPERATION, ledger.position)
        assert ask(ledger, asking.over("people-out", WHOLE)).value == 0
        signature = in_force(ledger)
        assert signature is not None
        assert (signature.signed_by, signature.sha256) == ("movement-control", document[SEAL])
        assert signature.at_most == document["bound"]["people"]


def test_publishing_twice_changes_nothing(store: Store) -> None:
    signed(store, island_plan())
    before = store.head()
    again = signed(store, island_plan(), by="somebody-else")
    assert (again.promises, store.head()) == (0, before)


def test_a_newer_plan_withdraws_what_the_older_one_promised(store: Store) -> None:
    signed(store, island_plan())
    found = signed(store, island_plan(fewer=300))
    assert promised_out(store) == island_plan(fewer=300)["people_out"]["total"]
    assert found.withdrawn > 0
    assert store.check().is_sound
    with pytest.raises(PlanRefusedError, match="has been replaced"):
        signed(store, island_plan())


def test_a_promise_that_was_kept_is_not_withdrawn(store: Store) -> None:
    signed(store, island_plan())
    called = next(
        f
        for f in promises(island_plan(), OPERATION)
        if isinstance(f, Movement) and f.to_place == "mill-gate"
    )
    store.append([kept(called)], source="gate", recorded_at=NOW)
    signed(store, island_plan(fewer=300))
    with store.ledger() as ledger:
        moved = [e.fact for e in ledger.entries() if isinstance(e.fact, Movement)]
    voided = {m.fulfils for m in moved if m.phase is Phase.VOIDED}
    assert voided
    assert called.id not in voided


def kept(promise: Movement) -> Movement:
    return Movement(
        id=EntryId(f"seen/{promise.id}"),
        from_place=promise.from_place,
        to_place=promise.to_place,
        phase=Phase.POSTED,
        occurred_at=promise.occurred_at,
        heads=promise.heads,
        category=promise.category,
        fulfils=promise.id,
    )


def altered(change: str) -> dict[str, Any]:
    """A plan that was changed by hand, in one of several ways."""
    document = json.loads(json.dumps(island_plan()))
    match change:
        case "one more aboard":
            sortie = document["sorties"][0]
            sortie["aboard"][next(iter(sortie["aboard"]))] += 1
        case "no seal":
            del document[SEAL]
        case "sealed again over seats":
            document["sorties"][0]["aboard"] = {"evacuee": 1000}
            return sealed(document)
        case "another operation":
            document["problem"]["name"] = "another-island"
            return sealed(document)
        case "a place that is gone":
            text = json.dumps(document).replace('"mill-gate"', '"old-gate"')
            return sealed(json.loads(text))
        case "a part is missing":
            del document["problem"]["gates"]
            return sealed(document)
    return dict(document)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("one more aboard", "not as it was solved"),
        ("no seal", "without its seal"),
        ("sealed again over seats", "recount finds"),
        ("another operation", "plan for the operation 'another-island'"),
        ("a place that is gone", "no longer has 'old-gate'"),
        ("a part is missing", "solve it again"),
    ],
)
def test_what_may_not_be_published_is_refused_in_a_sentence(
    store: Store, change: str, sentence: str
) -> None:
    before = store.head()
    with pytest.raises(PlanRefusedError, match=sentence):
        signed(store, altered(change))
    assert store.head() == before


def test_nobody_signs_under_a_private_name(store: Store) -> None:
    with pytest.raises(InvalidFactError, match="is not an id"):
        signed(store, island_plan(), by="Somebody Or Other")


def test_a_draft_is_not_published_where_it_lies(tmp_path: Path) -> None:
    with open_store(tmp_path / "plan.db", writer=True) as own:
        post(own, OPERATION, OPERATION_FILE, island_plan(), NOW)
        with pytest.raises(PlanRefusedError, match="a plan's own ledger"):
            signed(own, island_plan())


def test_plan_and_actual_differ_by_what_did_not_happen(store: Store) -> None:
    signed(store, island_plan())
    first_out = next(
        f
        for f in promises(island_plan(), OPERATION)
        if isinstance(f, Movement) and f.from_place == "strip"
    )
    store.append([kept(first_out)], source="desk", recorded_at=NOW)
    with store.ledger() as ledger:
        found = against(promises_of(ledger), ledger, OPERATION, ENDS, STARTS, ENDS)
    out = island_plan()["people_out"]["total"]
    pair = found.total.figures["people-out"]
    assert (pair.first.value, pair.second.value) == (out, first_out.heads)
    assert sum(w.figures["people-out"].difference for w in found.windows) == pair.difference
    assert sum(s.difference for s in found.classes) == pair.difference
    assert sum(s.first for s in found.havens) == found.total.figures["people-arrived"].first.value
    assert found.windows[-1].running.first.value == out


def test_what_lies_ahead_is_compared_only_when_it_has_come(store: Store) -> None:
    signed(store, island_plan())
    noon = STARTS + timedelta(hours=12)
    with store.ledger() as ledger:
        found = against(promises_of(ledger), ledger, OPERATION, noon, STARTS, ENDS)
        promised = promises_of(ledger).flow(STARTS, noon)
    boarded = sum(f.heads for f in promised if f.from_place == PlaceId("strip"))
    assert found.windows[-1].window.end == noon
    assert 0 < found.total.figures["people-out"].first.value <= boarded + 90
    assert {s.name for s in found.classes} == {CategoryId("patient"), CategoryId("evacuee")}
