"""What phones send: each event has one fate, each head is counted once, nothing blocks the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from safepassage.control.batch import BYTES_MAX, EVENTS_MAX
from safepassage.control.errors import NotKnownError, OversizedError, UnreadableError
from safepassage.control.gates import Gates
from safepassage.model.catalogue import Catalogue
from safepassage.model.ids import EntryId, GroupId, PlaceId
from safepassage.model.movement import Movement, Phase
from safepassage.model.place import OUTSIDE
from safepassage.report.checks.resightings import passes_seen_again
from safepassage.store.gate_devices import DeviceKind, LinkSpentError
from tests.control.phones import DAWN, Clock, Phone, open_gates, pass_of

FAMILY = {"pass": pass_of(9), "group": "fam-9", "heads": 5, "expected": 5}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gates(address: str, clock: Clock) -> Iterator[Gates]:
    made, pen, beside = open_gates(address, clock)
    yield made
    made.close()
    pen.close()
    beside.close()


def heads(gates: Gates) -> dict[str, int]:
    """The heads at each place now, outside left out."""
    with gates.pen.borrowed() as store, store.ledger() as ledger:
        stock = ledger.stock(gates.clock() + timedelta(days=1))
    return {place: n for (place, _), n in stock.items() if place != OUTSIDE}


def catalogue(gates: Gates) -> Catalogue:
    with gates.pen.borrowed() as store, store.ledger() as ledger:
        return ledger.catalogue


def test_a_family_is_counted_and_its_phone_may_forget(gates: Gates) -> None:
    phone = Phone(gates)
    event = phone.scan(**FAMILY)
    receipt = phone.sync()
    assert phone.unsent == []
    assert receipt["results"][0]["state"] == "recorded"
    assert receipt["size"] == 1
    assert heads(gates) == {"gate": 5}
    with gates.pen.borrowed() as store, store.ledger() as ledger:
        entry = ledger.entry(event["id"])
    assert entry is not None
    assert entry.source == f"gate/{phone.id}"


def test_a_lost_receipt_is_given_again_and_nobody_is_counted_twice(gates: Gates) -> None:
    phone = Phone(gates)
    phone.scan(**FAMILY)
    phone.sync(lost=True)
    assert [r["state"] for r in phone.sync()["results"]] == ["known"]
    assert heads(gates) == {"gate": 5}


def test_a_call_says_where_people_come_from_and_is_settled(gates: Gates, clock: Clock) -> None:
    call = Movement(
        id=EntryId("call-9"),
        from_place=PlaceId("town"),
        to_place=PlaceId("gate"),
        phase=Phase.PENDING,
        occurred_at=DAWN,
        heads=5,
        group=GroupId("fam-9"),
    )
    with gates.pen.borrowed() as store:
        store.append([call], source="desk", recorded_at=clock())
    phone = Phone(gates)
    first = phone.scan("split", ack="sgt-1", **{**FAMILY, "heads": 3})
    clock.wait(minutes=2)
    phone.scan(**{**FAMILY, "heads": 2})
    phone.sync()
    assert heads(gates) == {"town": -5, "gate": 5}
    with gates.pen.borrowed() as store, store.ledger() as ledger:
        entry = ledger.entry(first["id"])
        assert ledger.oddities() == []
    assert entry is not None
    assert isinstance(entry.fact, Movement)
    assert entry.fact.fulfils == "call-9"


def test_one_pass_at_two_gates_counts_once_and_is_somebody_s_to_explain(
    gates: Gates, clock: Clock
) -> None:
    abbey, east = Phone(gates, "abbey"), Phone(gates, "east")
    abbey.scan(**FAMILY, at=DAWN + timedelta(minutes=2))
    east.scan(**FAMILY, at=DAWN + timedelta(minutes=1))
    clock.wait(minutes=5)
    abbey.sync()
    assert heads(gates) == {"abbey": 5}
    east.sync()  # it came later and happened earlier
    assert heads(gates) == {"east": 5}
    with gates.pen.borrowed() as store, store.ledger() as ledger:
        (doubt,) = passes_seen_again(ledger, clock())
        assert store.check().findings == []
    assert doubt.heads == 5
    assert "abbey" in doubt.sentence


def test_a_family_goes_through_every_station_and_one_stays_behind(
    gates: Gates, clock: Clock
) -> None:
    gate, hall = Phone(gates, "abbey"), Phone(gates, "hall", "boarding")
    haven = Phone(gates, "doha", "reception")
    gate.scan(**FAMILY)
    clock.wait(hours=1)
    hall.scan("board", lift="reach-1", **FAMILY)
    gate.sync()
    hall.sync()
    assert heads(gates) == {"reach-1": 5}
    clock.wait(hours=4)
    haven.scan("alight", lift="reach-1", **{**FAMILY, "heads": 4})
    haven.sync()
    assert heads(gates) == {"reach-1": 1, "doha": 4}


def test_who_boards_without_having_been_seen_walked_in_unseen(gates: Gates, clock: Clock) -> None:
    gate, hall = Phone(gates, "abbey"), Phone(gates, "hall", "boarding")
    gate.scan(**FAMILY)
    clock.wait(hours=1)
    hall.scan("board", lift="reach-1", **FAMILY)
    hall.sync()
    gate.sync()
    assert heads(gates) == {"reach-1": 5}
    assert not catalogue(gates).resightings


def test_walk_ups_refusals_and_counts_become_facts(gates: Gates) -> None:
    phone = Phone(gates)
    phone.scan("walkup", heads=3, group="band-x7k2pq")
    phone.scan("refuse", reason="papers", heads=2, **{"pass": pass_of(4)})
    phone.scan("count", heads=3)
    phone.sync()
    known = catalogue(gates)
    assert heads(gates) == {"gate": 3}
    assert [(r.reason, r.heads) for r in known.refusals] == [("papers", 2)]
    assert [c.heads for c in known.headcounts] == [3]


BAD: list[tuple[dict[str, object], str]] = [
    ({"kind": "teleport"}, "bad-event"),
    ({"heads": -1}, "bad-event"),
    ({"heads": 2.5}, "bad-event"),
    ({"place": "a name with blanks"}, "bad-event"),
    ({"pass": "https://shop.example/offer"}, "bad-event"),
    ({"at": "yesterday"}, "bad-event"),
    ({"ack": "\u0667"}, "bad-event"),
    ({"ack": "\ud800"}, "bad-event"),
    ({"name": "Amira"}, "bad-event"),
    ({"lift": "gate"}, "bad-event"),
    ({"device": "phone-0000000000"}, "other-device"),
    ({"at": "2021-08-21T05:00:00Z"}, "from-the-future"),
]


def test_one_bad_scan_never_blocks_the_queue(gates: Gates) -> None:
    phone = Phone(gates)
    phone.scan(**FAMILY)
    wrong = [
        phone.scan(**{**FAMILY, "pass": pass_of(n)}) | change for n, (change, _) in enumerate(BAD)
    ]
    phone.unsent[1:] = wrong
    phone.scan(**{**FAMILY, "pass": pass_of(30), "group": "fam-3"})
    phone.sync()
    assert phone.unsent == []
    assert list(phone.fates.values()) == ["recorded", *["quarantined"] * len(BAD), "recorded"]
    assert [phone.reasons[event["id"]] for event in wrong] == [reason for _, reason in BAD]
    assert heads(gates) == {"gate": 10}
    with gates.pen.borrowed() as store:
        kept = store.quarantined()
    assert sorted(item.reason.split(":")[0] for item in kept) == sorted(why for _, why in BAD)
    assert {item.source for item in kept} == {f"gate/{phone.id}"}


def test_two_phones_with_one_id_are_both_heard_and_shown(gates: Gates) -> None:
    phone = Phone(gates)
    twin = Phone(gates)
    twin.id, twin.key = phone.id, phone.key
    phone.scan(**FAMILY)
    twin.scan(**{**FAMILY, "pass": pass_of(3), "group": "fam-3", "id": pass_of(77)})
    phone.sync()
    twin.sync()
    assert heads(gates) == {"gate": 10}
    assert gates.devices.heard()[phone.id].forked == 1


def test_the_same_id_on_another_event_goes_to_quarantine(gates: Gates) -> None:
    phone = Phone(gates)
    event = phone.scan(**FAMILY)
    phone.sync()
    phone.unsent = [event | {"heads": 4}]
    receipt = phone.sync()
    assert receipt["results"][0]["reason"] == "id-taken"
    assert heads(gates) == {"gate": 5}


def test_events_that_were_passed_over_are_owed(gates: Gates) -> None:
    phone = Phone(gates)
    for n in range(6):
        phone.scan(**{**FAMILY, "pass": pass_of(n), "group": f"fam-{n}"})
    late = [phone.unsent.pop(1) for _ in range(3)]
    phone.sync()
    (gap,) = gates.devices.gaps()
    assert (gap.device, gap.first, gap.last) == (phone.id, 2, 4)
    assert gates.devices.heard()[phone.id].unanchored == 1
    phone.unsent = late
    phone.sync()
    assert gates.devices.gaps() == []
    assert gates.devices.heard()[phone.id].unanchored == 0


def test_a_clock_that_is_ahead_is_measured_and_put_right(gates: Gates, clock: Clock) -> None:
    phone = Phone(gates)
    phone.ahead = timedelta(hours=3)
    event = phone.scan(**FAMILY)
    clock.wait(hours=1)
    assert phone.sync()["clock_ahead_ms"] == 3 * 3600 * 1000
    with gates.pen.borrowed() as store, store.ledger() as ledger:
        entry = ledger.entry(event["id"])
    assert entry is not None
    assert entry.clock_ahead == timedelta(hours=3)
    assert getattr(entry.truth, "occurred_at") == DAWN  # noqa: B009 - a fact that has one
    device = gates.devices.get(phone.id)
    assert device is not None
    assert device.clock_ahead == timedelta(hours=3)


def test_a_clock_that_was_never_set_still_is_a_witness(gates: Gates) -> None:
    phone = Phone(gates)
    phone.ahead = -timedelta(days=18_859)  # 1970
    phone.scan(**FAMILY)
    phone.sync()
    assert heads(gates) == {"gate": 5}


def test_a_revoked_phone_is_refused_and_what_it_saw_is_kept(gates: Gates) -> None:
    phone = Phone(gates)
    phone.scan(**FAMILY)
    gates.devices.revoke(phone.id)
    with pytest.raises(NotKnownError, match="revoked"):
        phone.sync()
    assert heads(gates) == {}
    with gates.pen.borrowed() as store:
        assert [item.reason.split(":")[0] for item in store.quarantined()] == ["revoked-device"]


def test_a_batch_that_was_altered_cut_or_reordered_is_not_believed(gates: Gates) -> None:
    phone = Phone(gates)
    for n in range(3):
        phone.scan(**{**FAMILY, "pass": pass_of(n)})
    sent = json.loads(phone.batch())
    events = sent["events"]
    for wrong in (events[:2], events[::-1], [events[0] | {"heads": 4}, *events[1:]]):
        with pytest.raises(NotKnownError, match="not signed"):
            gates.take_events(json.dumps(sent | {"events": wrong}).encode())
    assert heads(gates) == {}
    with pytest.raises(NotKnownError, match="does not know"):
        gates.take_events(json.dumps(sent | {"device": "phone-1"}).encode())


def test_a_batch_in_another_order_is_the_same_ledger(gates: Gates) -> None:
    phone = Phone(gates)
    for n in range(3):
        phone.scan(**{**FAMILY, "pass": pass_of(n), "group": f"fam-{n}"})
    phone.unsent.reverse()
    phone.sync()
    assert heads(gates) == {"gate": 15}
    assert gates.devices.gaps() == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"device":1,"device":2}', b"\xff", b"[" * 9999]
)
def test_what_is_no_batch_is_said_to_be_none(gates: Gates, body: bytes) -> None:
    with pytest.raises(UnreadableError):
        gates.take_events(body)


def test_what_is_too_long_is_refused_before_anything_is_looked_at(gates: Gates) -> None:
    with pytest.raises(OversizedError):
        gates.take_events(b" " * (BYTES_MAX + 1))
    body = {"device": "x", "events": [1] * (EVENTS_MAX + 1), "sent_at": "x", "signature": "x"}
    with pytest.raises(OversizedError):
        gates.take_events(json.dumps(body).encode())


def test_a_link_makes_one_phone_within_a_quarter_of_an_hour(gates: Gates, clock: Clock) -> None:
    def new_link() -> str:
        kind = DeviceKind.PHONE
        return gates.devices.link(kind=kind, place="gate", station="gate", by="desk")

    secret = new_link()
    key = Phone(gates).key.public_key().public_bytes_raw()
    gates.devices.enrol(secret, key)
    with pytest.raises(LinkSpentError):
        gates.devices.enrol(secret, key)
    late = new_link()
    clock.wait(minutes=16)
    with pytest.raises(LinkSpentError):
        gates.devices.enrol(late, key)


def test_another_epoch_tells_phones_to_send_again(gates: Gates) -> None:
    phone = Phone(gates)
    phone.scan(**FAMILY)
    before = phone.sync()["epoch"]
    gates.devices.new_epoch()
    phone.scan(**{**FAMILY, "pass": pass_of(3)})
    assert phone.sync()["epoch"] != before
