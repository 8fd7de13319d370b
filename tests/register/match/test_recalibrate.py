"""People's judgements move thresholds: either way for what is likely, one way for machines."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from safepassage.register.match.model import UNIT, Model, Thresholds
from safepassage.register.match.recalibrate import REACH, Reviewed, recalibrate
from safepassage.register.match.train import THRESHOLDS, untrained

MODEL = replace(untrained({}), version="own-1")
PAIRS = st.builds(
    Reviewed,
    weight=st.integers(THRESHOLDS.ask, 20 * UNIT),
    mean=st.integers(-12 * UNIT, 10 * UNIT),
    is_free=st.booleans(),
    is_merged=st.booleans(),
    is_same=st.booleans(),
)
REVIEWS = st.lists(PAIRS, max_size=60)


def moved(reviewed: list[Reviewed]) -> Thresholds:
    return recalibrate(MODEL, reviewed).model.thresholds


def said(reviewed: list[Reviewed], answer: bool) -> list[Reviewed]:
    return [replace(r, is_same=answer) for r in reviewed]


def pair(weight: float, mean: float, answer: bool, *, free: bool = False) -> Reviewed:
    return Reviewed(round(weight * UNIT), round(mean * UNIT), free, False, answer)


def test_no_judgement_leaves_the_very_same_model() -> None:
    found = recalibrate(MODEL, [])
    assert found.model is MODEL
    assert not found.changes


@settings(max_examples=40)
@given(REVIEWS, st.randoms(use_true_random=False))
def test_the_order_of_judgements_is_of_no_account(reviewed: list[Reviewed], chance: object) -> None:
    shuffled = list(reviewed)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert recalibrate(MODEL, shuffled) == recalibrate(MODEL, reviewed)


@settings(max_examples=40)
@given(REVIEWS, PAIRS)
def test_one_more_same_never_raises_a_threshold_and_one_more_not_same_never_lowers_one(
    reviewed: list[Reviewed], more: Reviewed
) -> None:
    before = moved(reviewed)
    same, other = (moved([*reviewed, replace(more, is_same=answer)]) for answer in (True, False))
    for name in Thresholds.__slots__:
        assert getattr(same, name) <= getattr(before, name) <= getattr(other, name)


@settings(max_examples=40)
@given(REVIEWS)
def test_contradictory_judgements_end_between_those_that_agree(reviewed: list[Reviewed]) -> None:
    low, high = moved(said(reviewed, True)), moved(said(reviewed, False))
    for name in Thresholds.__slots__:
        assert getattr(low, name) <= getattr(moved(reviewed), name) <= getattr(high, name)


def test_as_many_for_as_against_move_less_than_those_that_agree() -> None:
    together, apart = [pair(3, -1, True)] * 20, [pair(3, -1, False)] * 20
    trained = THRESHOLDS.likely_mean
    agreed = abs(moved(together + together).likely_mean - trained)
    assert abs(moved(together + apart).likely_mean - trained) < agreed


@settings(max_examples=40)
@given(REVIEWS)
def test_no_judgement_lets_a_machine_do_more_alone(reviewed: list[Reviewed]) -> None:
    after = moved(reviewed)
    assert after.automatic >= THRESHOLDS.automatic
    assert after.automatic_among_kin - after.automatic == (
        THRESHOLDS.automatic_among_kin - THRESHOLDS.automatic
    )
    assert after.automatic_mean == THRESHOLDS.automatic_mean


def test_not_even_a_thousand_clean_pairs_loosen_what_a_machine_does_alone() -> None:
    clean = [Reviewed(4 * UNIT, 4 * UNIT, True, False, True)] * 1_000
    assert moved(clean).automatic == THRESHOLDS.automatic


def test_wrong_merges_that_people_found_make_the_machine_more_careful() -> None:
    wrong = [Reviewed(6 * UNIT, 0, True, True, False)] * 3
    after = moved(wrong)
    assert after.automatic > THRESHOLDS.automatic
    held = [replace(r, is_free=False) for r in wrong]
    assert moved(held).automatic == THRESHOLDS.automatic  # the rules held these back already


@settings(max_examples=40)
@given(REVIEWS)
def test_thresholds_stay_in_order_and_within_reach(reviewed: list[Reviewed]) -> None:
    after = moved(reviewed)
    assert after.ask == THRESHOLDS.ask <= after.likely
    for name in Thresholds.__slots__:
        assert abs(getattr(after, name) - getattr(THRESHOLDS, name)) <= REACH


@settings(max_examples=40)
@given(REVIEWS)
def test_a_model_that_moved_has_another_name_and_nothing_else_changed(
    reviewed: list[Reviewed],
) -> None:
    found = recalibrate(MODEL, reviewed)
    assume(found.changes)
    assert found.model.version.startswith("own-1-judged-")
    assert found.model.trained_on["judgements"] == len(reviewed)
    same = replace(
        found.model, version="own-1", thresholds=MODEL.thresholds, trained_on=MODEL.trained_on
    )
    assert same == MODEL
    assert Model.from_json(found.model.to_json()).thresholds == found.model.thresholds


def test_a_few_answers_far_out_do_not_carry_a_threshold_away() -> None:
    apart = [pair(2, -8, False)] * 40
    slips = [pair(2, -8, True)] * 1
    assert abs(moved(apart + slips).likely_mean - moved(apart).likely_mean) <= UNIT // 2
