"""Splink as an engine of the register: what holds on DuckDB and on Spark alike."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Judgement, JudgementId, Verdict
from safepassage.register.linkage import Band, Linkage
from safepassage.register.match.engine import JUDGED_WEIGHT
from safepassage.register.match.model import ModelError
from safepassage.register.record import Record
from safepassage.register.splink import backend
from safepassage.register.splink.backend import Backend, BackendError
from safepassage.register.splink.engine import SplinkEngine
from safepassage.register.splink.settings import Setting
from safepassage.register.splink.training import Learned
from tests.register.match.people import lists

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@cache
def register() -> tuple[list[Record], list[int]]:
    return lists(7, households=40)


@cache
def linked(setting: Setting = Setting.KEYS) -> tuple[Learned, Linkage]:
    """One register, linked once with each setting on DuckDB."""
    engine = SplinkEngine(Backend.DUCKDB, setting)
    linkage = engine.link(register()[0])
    assert engine.learned
    return engine.learned, linkage


def again(*judgements: Judgement, records: list[Record] | None = None) -> Linkage:
    """The same register under the same model, with judgements or in another order."""
    return SplinkEngine(learned=linked()[0]).link(records or register()[0], judgements)


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


def rights(clusters: Mapping[RecordId, RecordId]) -> tuple[float, float]:
    """Precision and recall of pairs."""
    records, truth = register()
    cluster = [clusters[r.id] for r in records]
    right = pairs(Counter(zip(cluster, truth, strict=True)))
    return right / pairs(Counter(cluster)), right / pairs(Counter(truth))


@pytest.mark.splink
def test_most_rows_of_one_person_are_found() -> None:
    precision, recall = rights(linked()[1].likely_of)
    assert precision > 0.9
    assert recall > 0.75


@pytest.mark.splink
def test_our_keys_find_more_than_rules_of_exact_agreement() -> None:
    assert rights(linked()[1].likely_of)[1] > rights(linked(Setting.STOCK)[1].likely_of)[1]


@pytest.mark.splink
@pytest.mark.parametrize("setting", Setting)
def test_what_it_merges_alone_obeys_the_rules_of_the_register(setting: Setting) -> None:
    records, _ = register()
    linkage = linked(setting)[1]
    assert rights(linkage.cluster_of)[0] > 0.99
    assert max(Counter((linkage.cluster_of[r.id], r.list) for r in records).values()) == 1
    of = {r.id: r for r in records}
    alone = [pair for pair, link in linkage.links.items() if link.band is Band.AUTOMATIC]
    assert alone
    for one, other in alone:
        assert {of[one].sex, of[other].sex} != {"F", "M"}
        assert not linkage.links[one, other].held_back


@pytest.mark.splink
def test_any_order_of_arrival_gives_the_same_model_and_persons() -> None:
    mixed = list(register()[0])
    random.Random(3).shuffle(mixed)
    engine = SplinkEngine()
    linkage = engine.link(mixed)
    assert engine.learned == linked()[0]
    assert dict(linkage.links) == dict(linked()[1].links)
    assert linkage.cluster_of == linked()[1].cluster_of
    assert linkage.likely_of == linked()[1].likely_of


@pytest.mark.splink
def test_same_joins_and_not_same_keeps_apart() -> None:
    linkage = linked()[1]
    apart = next(p for p, link in linkage.links.items() if link.band is Band.AUTOMATIC)
    records, truth = register()
    strangers = (
        records[0].id,
        next(r.id for r, t in zip(records, truth, strict=True) if t > truth[0] + 40),
    )
    found = again(judgement(1, *apart, Verdict.NOT_SAME), judgement(2, *strangers, Verdict.SAME))
    for clusters in (found.cluster_of, found.likely_of):
        assert clusters[apart[0]] != clusters[apart[1]]
        assert clusters[strangers[0]] == clusters[strangers[1]]
    assert found.links[strangers].weight == JUDGED_WEIGHT
    assert apart not in found.links


@pytest.mark.splink
def test_a_withdrawn_judgement_leaves_no_trace() -> None:
    one, other = register()[0][0].id, register()[0][40].id
    found = again(
        judgement(1, one, other, Verdict.SAME), judgement(2, one, other, Verdict.WITHDRAWN)
    )
    assert dict(found.links) == dict(linked()[1].links)
    assert found.cluster_of == linked()[1].cluster_of


@pytest.mark.splink
def test_unsure_keeps_the_machine_from_merging() -> None:
    pair = next(p for p, link in linked()[1].links.items() if link.band is Band.AUTOMATIC)
    assert again(judgement(1, *pair, Verdict.UNSURE)).links[pair].band is Band.ASK


@pytest.mark.splink
def test_a_single_record_is_a_person_and_two_are_too_few_to_learn_from() -> None:
    first, second = register()[0][:2]
    assert SplinkEngine().link([first]).cluster_of == {first.id: first.id}
    with pytest.raises(ModelError, match="link a larger file"):
        SplinkEngine().link([first, replace(second, names=(), born=None)])


@pytest.mark.parametrize("wanted", Backend)
def test_a_missing_package_is_said_with_the_command_that_adds_it(
    wanted: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "find_spec", lambda name: None)
    with pytest.raises(BackendError, match=r"pip install 'safepassage\[splink\]'"):
        SplinkEngine(wanted).link(register()[0])
