"""Who is the same: what holds for every register, and what the engine must get right."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.ids import ListId, RecordId
from safepassage.register.judgement import Judgement, JudgementId, Verdict, pair_of
from safepassage.register.linkage import Band, Evidence, Linkage
from safepassage.register.match.engine import JUDGED_WEIGHT, OwnEngine, questions
from safepassage.register.match.explain import explain, sentence
from safepassage.register.match.features import COMPUTED, LEVELS
from safepassage.register.match.keys import keys
from safepassage.register.match.list_households import Clues, list_households
from safepassage.register.match.model import Model, ModelError
from safepassage.register.record import Document, DocumentType, NamePart, Record, WrittenName
from tests.register.match.people import born, lists

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@cache
def linked() -> tuple[list[Record], list[int], OwnEngine, Linkage]:
    """One register, linked once."""
    records, truth = lists(7)
    engine = OwnEngine()
    return records, truth, engine, engine.link(records)


def model() -> Model:
    found = linked()[2].model
    assert found is not None
    return found


def judgement(number: int, left: str, right: str, verdict: Verdict) -> Judgement:
    return Judgement(
        id=JudgementId(f"j{number}"),
        left=RecordId(left),
        right=RecordId(right),
        verdict=verdict,
        by="reg-1",
        judged_at=NOW.replace(minute=number),
        why="both rows side by side",
        model="m1",
    )


def pairs(groups: Counter[object]) -> int:
    return sum(n * (n - 1) // 2 for n in groups.values())


def test_most_rows_of_one_person_are_found_and_hardly_a_pair_is_wrong() -> None:
    records, truth, _, linkage = linked()
    cluster = [linkage.likely_of[r.id] for r in records]
    right = pairs(Counter(zip(cluster, truth, strict=True)))
    assert right / pairs(Counter(cluster)) > 0.97
    assert right / pairs(Counter(truth)) > 0.75


def test_a_machine_never_merges_two_rows_of_one_list() -> None:
    records, _, _, linkage = linked()
    on_list = Counter((linkage.cluster_of[r.id], r.list) for r in records)
    assert max(on_list.values()) == 1


def test_an_automatic_link_has_no_reason_to_be_held_back() -> None:
    _, _, _, linkage = linked()
    for pair, link in linkage.links.items():
        same = linkage.cluster_of[pair[0]] == linkage.cluster_of[pair[1]]
        assert (link.band is Band.AUTOMATIC) <= (same and not link.held_back), pair


def test_what_a_machine_merges_is_part_of_what_is_likely() -> None:
    _, _, _, linkage = linked()
    likely = {(linkage.cluster_of[i], linkage.likely_of[i]) for i in linkage.cluster_of}
    assert len(likely) == len(set(linkage.cluster_of.values()))


@settings(max_examples=5, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_arrival_makes_no_difference(chance: random.Random) -> None:
    records, _, engine, linkage = linked()
    mixed = list(records)
    chance.shuffle(mixed)
    again = OwnEngine(engine.model).link(mixed)
    assert dict(again.links) == dict(linkage.links)
    assert again.cluster_of == linkage.cluster_of
    assert again.likely_of == linkage.likely_of


def test_training_gives_the_same_model_in_any_order() -> None:
    records, _, engine, _ = linked()
    other = OwnEngine()
    other.link(reversed(records))
    assert other.model == engine.model


@settings(max_examples=8, deadline=None)
@given(st.data())
def test_judgements_are_obeyed(data: st.DataObject) -> None:
    records, _, engine, _ = linked()
    ids = st.sampled_from([r.id for r in records[:60]])
    verdicts = st.sampled_from([Verdict.SAME, Verdict.NOT_SAME])
    drawn = data.draw(st.lists(st.tuples(ids, ids, verdicts), max_size=6))
    by_pair = {pair_of(a, b): v for a, b, v in drawn if a != b}
    said = [judgement(n, *pair, verdict) for n, (pair, verdict) in enumerate(by_pair.items())]
    linkage = OwnEngine(engine.model).link(records, said)
    apart = [pair for pair, verdict in by_pair.items() if verdict is Verdict.NOT_SAME]
    for one, other in apart:
        assert linkage.cluster_of[one] != linkage.cluster_of[other]
        assert linkage.likely_of[one] != linkage.likely_of[other]
    if not apart:
        for one, other in by_pair:
            assert linkage.likely_of[one] == linkage.likely_of[other]
            assert linkage.cluster_of[one] == linkage.cluster_of[other]
            assert linkage.links[one, other].weight == JUDGED_WEIGHT


def test_whom_people_call_the_same_are_so_although_their_rows_contradict_each_other() -> None:
    records, _, engine, _ = linked()
    first, second, third = (record.id for record in records[:3])
    said = [judgement(1, first, second, Verdict.SAME), judgement(2, first, third, Verdict.SAME)]
    linkage = OwnEngine(engine.model).link(records, said)
    assert len({linkage.cluster_of[i] for i in (first, second, third)}) == 1


def test_a_withdrawn_judgement_leaves_no_trace() -> None:
    records, _, engine, linkage = linked()
    one, other = records[0].id, records[40].id
    said = [judgement(1, one, other, Verdict.SAME), judgement(2, one, other, Verdict.WITHDRAWN)]
    again = OwnEngine(engine.model).link(records, said)
    assert dict(again.links) == dict(linkage.links)
    assert again.cluster_of == linkage.cluster_of


def test_unsure_keeps_the_machine_from_merging() -> None:
    records, _, engine, linkage = linked()
    pair = next(p for p, link in linkage.links.items() if link.band is Band.AUTOMATIC)
    again = OwnEngine(engine.model).link(records, [judgement(1, *pair, Verdict.UNSURE)])
    assert again.links[pair].band is Band.ASK
    assert "judged-unsure" in again.links[pair].held_back


def test_the_bars_add_up_to_the_weight_exactly() -> None:
    records, _, _, linkage = linked()
    by_id = {r.id: r for r in records}
    for pair in list(linkage.links)[::25]:
        sides = [by_id[i] for i in pair]
        families = [
            [r for r in records if (r.list, r.household) == (x.list, x.household)] for x in sides
        ]
        bars = explain(sides[0], sides[1], model(), *families)
        assert sum(bar.weight for bar in bars) == linkage.links[pair].weight, pair


def test_every_level_of_every_feature_has_a_sentence() -> None:
    for feature, levels in [*LEVELS.items(), *COMPUTED.items()]:
        for level in levels:
            assert sentence(Evidence(feature, level, 1.0)).endswith(".")


def test_at_most_three_of_a_hundred_records_are_asked_about() -> None:
    records, _, _, linkage = linked()
    asked = questions(linkage)
    assert len(asked) <= 0.03 * len(records)
    assert all(link.band is Band.ASK for link in asked)


def test_a_model_is_what_its_document_says() -> None:
    assert Model.from_json(model().to_json()) == model()
    with pytest.raises(ModelError, match="train a model anew"):
        Model.from_json("{}")


def test_two_records_with_one_id_are_refused() -> None:
    records = linked()[0]
    with pytest.raises(ModelError, match="an id of its own"):
        OwnEngine().link([records[0], records[0]])


def paper(record: str, number: str) -> Record:
    return Record(
        id=RecordId(record),
        list=ListId("a"),
        row=1,
        documents=(Document(DocumentType.PASSPORT, number, number),),
        names=(WrittenName(NamePart.GIVEN, "Mina"),),
        born=born(date(1990, 5, 4)),
    )


@settings(max_examples=60, deadline=None)
@given(
    st.text("0123456789ABC", min_size=6, max_size=14),
    st.integers(0, 13),
    st.sampled_from(["drop", "turn", "change"]),
)
def test_numbers_within_one_slip_share_a_key(number: str, at: int, slip: str) -> None:
    at = min(at, len(number) - 2)
    changed = {
        "drop": number[:at] + number[at + 1 :],
        "turn": number[:at] + number[at + 1] + number[at] + number[at + 2 :],
        "change": number[:at] + "7" + number[at + 1 :],
    }[slip]
    left, right = keys(paper("r1", number), model()), keys(paper("r2", changed), model())
    assert any(key.startswith("passport:") for key in left & right)


def test_rows_below_one_another_are_one_family_until_phone_or_name_change() -> None:
    rows = [
        Clues("+93701", "noorzai", "", "amira", ""),
        Clues("+93701", "", "babur", "karim", ""),
        Clues("", "noorzai", "babur", "mina", ""),
        Clues("+93702", "haidari", "", "omid", ""),
        Clues("", "haidari", "omid", "salma", ""),
    ]
    assert list(list_households(rows)) == [0, 0, 0, 1, 1]
