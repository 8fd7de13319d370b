"""The decision at a gate, in Python; tests/gate_app/ holds the phone to the same table."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from safepassage.model.instant import parse_instant
from safepassage.operate.admission import Admission, AdmissionReason, Colour, Here, Scan, decide
from safepassage.operate.knowledge import read_knowledge
from scripts.admission_cases import FOLDER, documents

FILES = sorted(path.name for path in FOLDER.glob("*.json"))
DRAWN = {name: json.loads((FOLDER / name).read_text("utf-8")) for name in FILES}
CASES = [
    pytest.param(document["knowledge"] | case["knowledge"], case, id=f"{name}: {case['name']}")
    for name, document in DRAWN.items()
    for case in document["cases"]
]


def decided(knowledge: dict[str, Any], case: dict[str, Any]) -> Admission:
    here = case["here"]
    return decide(
        Scan(**case["scan"]),
        read_knowledge(knowledge),
        Here(
            station=here["station"],
            now=parse_instant(here["now"]),
            uncertain=timedelta(seconds=here["uncertain_s"]),
            admitted=here["admitted"],
            present=here["present"],
            acknowledged=frozenset(AdmissionReason(r) for r in here["acknowledged"]),
        ),
    )


@pytest.mark.parametrize(("knowledge", "case"), CASES)
def test_the_referee_decides_as_the_table_says(
    knowledge: dict[str, Any], case: dict[str, Any]
) -> None:
    found, wanted = decided(knowledge, case), case["answer"]
    said = {"colour": found.colour, "reason": found.reason, "expected": found.expected}
    assert said == wanted


def test_the_table_is_the_one_that_its_script_writes() -> None:
    assert documents() == DRAWN


def test_every_reason_has_a_case() -> None:
    shown = {case["answer"]["reason"] for document in DRAWN.values() for case in document["cases"]}
    assert shown == {reason.value for reason in AdmissionReason}


def test_only_one_reason_is_green() -> None:
    answers = [case["answer"] for document in DRAWN.values() for case in document["cases"]]
    green = {answer["reason"] for answer in answers if answer["colour"] == Colour.GREEN}
    assert green == {AdmissionReason.ADMIT}


def test_a_pass_without_people_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="0 heads present"):
        decided(DRAWN["families.json"]["knowledge"], {"scan": {"text": ""}, "here": NOBODY})


NOBODY = {
    "station": "gate",
    "now": "2021-08-20T07:00:00Z",
    "uncertain_s": 1,
    "admitted": {},
    "present": 0,
    "acknowledged": [],
}
