"""Recording: each fact once, an answer for each, all of a batch or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from safepassage.model.errors import InvalidFactError
from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId, PlaceId
from safepassage.model.movement import Movement, Phase
from safepassage.model.notation import read_facts
from safepassage.model.observation import Correction, Publication
from safepassage.model.place import Place, PlaceKind
from safepassage.store import Answer, Receipt, Store, StoreError, open_store
from tests.store.ledgers import NOON

MORNING = read_facts("""
    06:00 posted  amira  outside  > town         as m1
    06:00 posted  babur  outside  > town         as m2
    08:20 posted  amira  town     > gate         as m3
    09:50 posted  823    terminal > lift-871     as m4
    10:05 named   babur of m4                    as n1
    10:07 place   haven haven                    as p1
""")
PHONE = {"source": "phone-7", "recorded_at": NOON}
EVENING = datetime(2021, 8, 14, 20, tzinfo=UTC)


def heads(store: Store) -> dict[str, int]:
    with store.ledger() as ledger:
        found = ledger.stock(EVENING)
    return {place: n for (place, _), n in found.items()}


def test_a_batch_sent_again_is_known_and_changes_nothing(store: Store) -> None:
    first = store.append(MORNING, **PHONE)
    assert set(first.answers.values()) == {Answer.RECORDED}
    before = heads(store)
    again = store.append([*MORNING, *MORNING], **PHONE)
    assert set(again.answers.values()) == {Answer.KNOWN}
    assert (again.recorded, again.known, again.quarantined) == (0, 2 * len(MORNING), 0)
    assert again.head == first.head == store.head()
    assert heads(store) == before


def test_half_a_batch_that_arrived_before_is_told_apart(store: Store) -> None:
    store.append(MORNING[:2], **PHONE)
    receipt = store.append(MORNING, **PHONE)
    assert [receipt.answers[f.id] for f in MORNING] == ["known"] * 2 + ["recorded"] * 4
    assert store.head().seq == len(MORNING)


def test_another_fact_under_a_known_id_is_a_conflict_and_is_kept_in_quarantine(
    store: Store,
) -> None:
    store.append(MORNING, **PHONE)
    [other] = read_facts("08:20 posted chalil town > gate as m3")
    receipt = store.append([other], source="phone-8", recorded_at=NOON)
    assert receipt.answers == {"m3": Answer.CONFLICT}
    assert "m3" in receipt.reasons[EntryId("m3")]
    assert not receipt.is_clean
    with store.ledger() as ledger:
        recorded = ledger.entry(EntryId("m3"))
    assert recorded is not None
    assert recorded.fact == MORNING[2]
    [item] = store.quarantined()
    assert "chalil" in item.offered
    assert item.source == "phone-8"


def test_a_conflict_sent_every_minute_is_one_item_that_counts(store: Store) -> None:
    store.append(MORNING, **PHONE)
    [other] = read_facts("08:20 posted chalil town > gate as m3")
    for minute in range(3):
        at = NOON + timedelta(minutes=minute)
        store.append([other], source="phone-8", recorded_at=at)
    [item] = store.quarantined()
    assert (item.times, item.first_at, item.last_at) == (3, NOON, NOON + timedelta(minutes=2))
    assert store.quarantined_count() == 1


def test_two_contents_under_one_id_in_one_batch_are_a_conflict(store: Store) -> None:
    one, two = read_facts("""
        08:20 posted amira town > gate as m3
        08:21 posted amira town > gate as m3
    """)
    receipt = store.append([one, two, one], **PHONE)
    assert receipt.answers == {"m3": Answer.CONFLICT}
    assert (receipt.recorded, receipt.known, receipt.quarantined) == (1, 1, 1)


def test_one_bad_fact_never_blocks_the_batch(store: Store) -> None:
    unreadable = Correction(
        id=EntryId("c1"),
        corrects=EntryId("m1"),
        instead=None,
        reason="counted\ntwice",
        stated_at=NOON,
    )
    receipt = store.append([unreadable, *MORNING], **PHONE)
    assert receipt.answers.pop(EntryId("c1")) is Answer.REFUSED
    assert set(receipt.answers.values()) == {Answer.RECORDED}
    assert "control character" in receipt.reasons[EntryId("c1")]
    [item] = store.quarantined()
    assert item.entry == "c1"


def test_half_a_character_is_refused_and_not_lost(store: Store) -> None:
    broken = Publication(
        id=EntryId("pub"), question="heads \ud800", value=1, position=1, published_at=NOON
    )
    assert store.append([broken], **PHONE).answers == {"pub": Answer.REFUSED}
    assert store.quarantined_count() == 1


def test_a_place_at_whole_degrees_is_the_same_when_it_is_read_and_sent_again(
    store: Store,
) -> None:
    whole = Place(
        id=EntryId("p9"),
        place=PlaceId("kabul"),
        kind=PlaceKind.TOWN,
        stated_at=NOON,
        latitude=34,
        longitude=69,
    )
    store.append([whole], **PHONE)
    with store.ledger() as ledger:
        [entry] = ledger.entries()
    assert store.append([entry.fact], **PHONE).answers == {"p9": Answer.KNOWN}


def test_a_clock_that_is_ahead_is_put_right_and_the_observer_is_quoted(store: Store) -> None:
    ahead = timedelta(hours=3, microseconds=7)
    [seen] = read_facts("09:00 posted amira outside > town as m1")
    store.append([seen], clock_ahead=ahead, **PHONE)
    with store.ledger() as ledger:
        [transfer] = ledger.transfers(datetime(2021, 1, 1, tzinfo=UTC), EVENING)
        entry = ledger.entry(EntryId("m1"))
    assert transfer.instant == datetime(2021, 8, 14, 9, tzinfo=UTC) - ahead
    assert entry is not None
    assert entry.fact == seen
    assert entry.clock_ahead == ahead


@pytest.mark.parametrize("source", ["", "gate\n3", "x" * 201])
def test_a_source_that_cannot_be_written_on_a_line_is_refused(store: Store, source: str) -> None:
    with pytest.raises(InvalidFactError):
        store.append(MORNING, source=source, recorded_at=NOON)


def test_an_instant_of_receipt_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(InvalidFactError, match="time zone"):
        store.append(MORNING, source="phone-7", recorded_at=datetime(2021, 8, 14))  # noqa: DTZ001
    assert store.head().seq == 0


def test_a_clock_a_century_ahead_was_measured_wrongly(store: Store) -> None:
    with pytest.raises(InvalidFactError, match="measured"):
        store.append(MORNING, clock_ahead=timedelta(days=36_600), **PHONE)


def test_an_instant_that_leaves_the_century_on_the_true_clock_is_refused(store: Store) -> None:
    early = Movement(
        id=EntryId("m1"),
        from_place=PlaceId("outside"),
        to_place=PlaceId("town"),
        phase=Phase.POSTED,
        occurred_at=datetime(2000, 1, 2, tzinfo=UTC),
    )
    receipt = store.append([early], clock_ahead=timedelta(days=9), **PHONE)
    assert receipt.answers == {"m1": Answer.REFUSED}


def test_nothing_of_a_batch_is_recorded_when_it_fails_half_way(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(MORNING[:1], **PHONE)
    before = store.head()

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr("safepassage.store.projection.add_flow", fail)
        with pytest.raises(MemoryError):
            store.append(MORNING, **PHONE)
    assert store.head() == before
    assert store.append(MORNING, **PHONE).recorded == len(MORNING) - 1
    assert store.check().faults == []


def test_a_store_opened_for_reading_does_not_record(address: str) -> None:
    with open_store(address) as reader, pytest.raises(StoreError, match="reading only"):
        reader.append(MORNING, **PHONE)


def test_a_reading_stays_at_its_position_while_more_is_recorded(store: Store) -> None:
    store.append(MORNING[:2], **PHONE)
    with store.ledger() as before:
        catalogue = before.catalogue
        store.append(MORNING[2:], **PHONE)
        assert before.position == 2
        assert dict(before.stock(EVENING)) == {("outside", "evacuee"): -2, ("town", "evacuee"): 2}
        assert before.catalogue is catalogue
        assert catalogue.places == {}
        with store.ledger() as after:
            assert after.position == len(MORNING)
            assert list(after.catalogue.places) == ["haven"]
            assert after.at(2).stock(EVENING) == before.stock(EVENING)
            assert [e.seq for e in after.entries(4)] == [5, 6]


def test_an_older_reading_asked_later_knows_only_what_was_there(store: Store) -> None:
    store.append(MORNING[:2], **PHONE)
    with store.ledger() as before:
        store.append(MORNING[2:], **PHONE)
        with store.ledger() as after:
            assert list(after.catalogue.places) == ["haven"]
        assert before.catalogue.places == {}
        with store.ledger() as after:
            assert list(after.catalogue.places) == ["haven"]


def test_what_another_writer_left_is_not_taken_for_ones_own(address: str) -> None:
    def record(facts: list[Fact]) -> Receipt:
        with open_store(address, writer=True) as writer:
            return writer.append(facts, **PHONE)

    with open_store(address, writer=True) as first:
        first.append(MORNING[:3], **PHONE)
    late, later = read_facts("""
        08:10 posted amira town > market as late
        09:00 posted amira gate > terminal as later
    """)
    record([late])
    record([later])
    with open_store(address) as reader:
        assert reader.check().faults == []
        assert len(reader.ledger().oddities()) == 1
