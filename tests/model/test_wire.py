"""A fact and its bytes: one form, read strictly."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from safepassage.model.errors import NotationError
from safepassage.model.notation import read_facts, write_movement
from safepassage.model.wire import KIND_OF, from_body, from_text, to_body, to_text
from tests.store.ledgers import facts, movements

GOOD = {
    "id": "m1",
    "from_place": "town",
    "to_place": "gate",
    "phase": "posted",
    "occurred_at": "2021-08-22T06:15:00Z",
}


@settings(max_examples=300, deadline=None)
@given(facts)
def test_a_fact_survives_being_written_and_read(fact: object) -> None:
    kind = KIND_OF[type(fact)]  # type: ignore[index]
    text = to_text(to_body(fact))  # type: ignore[arg-type]
    assert from_body(kind, from_text(text)) == fact


@settings(max_examples=200, deadline=None)
@given(movements())
def test_a_movement_survives_being_written_as_a_line_of_text(movement: object) -> None:
    from dataclasses import replace

    from safepassage.model.movement import Movement, Phase

    assert isinstance(movement, Movement)
    whole = replace(movement, occurred_at=movement.occurred_at.replace(microsecond=0))
    if whole.person is None and whole.heads == 1 and whole.phase is Phase.VOIDED:
        return
    day = f"{whole.occurred_at:%Y-%m-%d}\n"
    (read,) = read_facts(day + write_movement(whole))
    assert read == whole


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"occurred_at": "2021-08-22T06:15:00"}, "has no time zone"),
        ({"occurred_at": "22/08/2021"}, "is not an instant"),
        ({"occurred_at": "1970-01-01T00:00:00Z"}, "check the clock"),
        ({"occurred_at": "2150-01-01T00:00:00Z"}, "check the clock"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "is not an instant"),
        ({"occurred_at": 1629612900}, "is not text"),
        ({"phase": "maybe"}, "'maybe' is not a valid Phase"),
        ({"to_place": "town"}, "must change the place"),
        ({"heads": 0}, "a movement has 1 to"),
        ({"heads": 2.5}, "not a whole number"),
        ({"heads": True}, "not a whole number"),
        ({"heads": 10**9}, "a movement has 1 to"),
        ({"person": "a name with blanks"}, "is not an id"),
        ({"person": "p1", "heads": 2}, "is one head"),
        ({"id": "x" * 101}, "is not an id"),
        ({"id": None}, "is not text"),
        ({"name": "Amira"}, "unknown field 'name'"),
        ({"drawn": "time"}, "is not a list"),
    ],
)
def test_what_cannot_be_read_names_the_field(change: dict[str, object], fault: str) -> None:
    with pytest.raises(NotationError, match=fault):
        from_body("movement", GOOD | change)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"a":1,"a":2}', "'a' stands twice"),
        ('{"a":NaN}', "NaN is not a number"),
        ("[" * 100_000, "not JSON"),
        ("", "not JSON"),
        ('{"a":', "not JSON"),
    ],
)
def test_json_is_read_strictly(text: str, fault: str) -> None:
    with pytest.raises(NotationError, match=fault):
        from_text(text)


def test_a_missing_field_and_an_unknown_kind_are_named() -> None:
    with pytest.raises(NotationError, match="field 'phase' is missing"):
        from_body("movement", {k: v for k, v in GOOD.items() if k != "phase"})
    with pytest.raises(NotationError, match="unknown kind 'moved'; known: movement"):
        from_body("moved", GOOD)
    with pytest.raises(NotationError, match="expected an object"):
        from_body("movement", json.loads("[]"))
