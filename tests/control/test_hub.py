"""A hub on a laptop: it borrows, serves phones alone, and hands over what they signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from safepassage.control import hub
from safepassage.control.errors import NotKnownError
from safepassage.control.gates import Gates
from safepassage.control.hub import HubError, Membership, borrow, hand_over, join
from safepassage.control.keys import root_of, trust
from safepassage.model.ids import EntryId, PlaceId
from safepassage.model.place import Place, PlaceKind
from safepassage.store import pass_shelf
from safepassage.store.gate_devices import DeviceKind
from safepassage.store.pass_shelf import StoredKey, StoredSecret
from tests.control.phones import DAWN, Clock, Phone, open_gates, pass_of
from tests.control.test_syncing import FAMILY, heads
from tests.fixtures.stores import NewAddress

LINK = "https://main.example/gate/#"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def both(new_address: NewAddress, clock: Clock) -> Iterator[tuple[Gates, Gates]]:
    """A main server and a hub."""
    with ExitStack() as stack:
        made = []
        for _ in range(2):
            gates, pen, beside = open_gates(new_address(), clock)
            for each in (gates, pen, beside):
                stack.callback(each.close)
            made.append(gates)
        yield made[0], made[1]


@pytest.fixture
def joined(both: tuple[Gates, Gates], monkeypatch: pytest.MonkeyPatch) -> Membership:
    """The hub has joined; the network between the two is this function."""
    main = both[0]

    def ask(server: str, root: Any, what: str, body: Any, headers: Any = None) -> dict[str, Any]:
        sent = b"" if body is None else json.dumps(body).encode()
        if what == "enrol":
            device = main.enrol(sent)
            answer, _ = main.knowledge(device)
            said = {"device": device.id, "receipt_key": main.signer.public_key.hex()}
            return {**said, **answer}
        if what == "lending":
            asked = [headers[f"Safe-Passage-{part}"] for part in ("Device", "Time", "Signature")]
            return main.lending(main.asking(*asked))
        return main.take_handover(sent)

    monkeypatch.setattr(hub, "_ask", ask)
    return join(LINK + main.link(place="gate", station="gate", by="desk", kind=DeviceKind.HUB))


def test_what_a_hub_heard_is_counted_once_at_the_main_server(
    both: tuple[Gates, Gates], joined: Membership, clock: Clock
) -> None:
    main, own = both
    far, near = Phone(own, "abbey"), Phone(main, "east")
    far.scan(**FAMILY)
    far.scan("walkup", heads=2, group="band-q2w3er")
    far.sync()
    clock.wait(hours=6)
    near.scan(**FAMILY)
    near.sync()
    assert hand_over(own, joined) == {"recorded": 2}
    assert heads(main) == {"abbey": 7}  # the hub's phone saw the family first
    assert hand_over(own, joined) == {}
    own.devices.handed_over(0)  # as if the receipt had been lost
    assert hand_over(own, joined) == {"known": 2}
    assert heads(main) == {"abbey": 7}


def test_a_hub_s_phone_that_was_revoked_later_is_still_a_witness_of_before(
    both: tuple[Gates, Gates], joined: Membership, clock: Clock
) -> None:
    main, own = both
    phone = Phone(own, "abbey")
    phone.scan(**FAMILY)
    phone.sync()
    clock.wait(minutes=1)
    own.devices.revoke(phone.id)
    phone.scan(**{**FAMILY, "pass": pass_of(3)})
    with pytest.raises(NotKnownError, match="revoked"):
        phone.sync()
    assert hand_over(own, joined) == {"recorded": 1, "quarantined": 1}
    assert heads(main) == {"abbey": 5}


def test_a_clock_is_put_right_across_both_servers(
    both: tuple[Gates, Gates], joined: Membership, clock: Clock
) -> None:
    main, own = both
    phone = Phone(own, "abbey")
    phone.ahead = timedelta(hours=2)
    event = phone.scan(**FAMILY)
    phone.sync()
    clock.wait(hours=3)
    hand_over(own, joined)
    with main.pen.borrowed() as store, store.ledger() as ledger:
        entry = ledger.entry(EntryId(event["id"]))
    assert entry is not None
    assert getattr(entry.truth, "occurred_at") == DAWN  # noqa: B009 - a fact that has one


def test_a_hub_borrows_places_and_tells_its_phones(
    both: tuple[Gates, Gates], joined: Membership
) -> None:
    main, own = both
    gate = Place(id=EntryId("p-gate"), place=PlaceId("abbey"), kind=PlaceKind.GATE, stated_at=DAWN)
    root = "68" * 32
    key = StoredKey("c9d389f2", b"k" * 32, b"sealed", b"stated", 0, 2**51, None)
    secret = StoredSecret(pass_of(9), "fam-9", "abbey", 5, 0, 2**51, "c0de", "0123", b"sealed", 1)
    with main.pen.borrowed() as store:
        store.append([gate], source="desk", recorded_at=DAWN)
        trust(store, root, DAWN)
        with store.transaction() as begun:
            pass_shelf.put_key(begun.connection, key)
            pass_shelf.put_secrets(begun.connection, [secret])
    assert borrow(own, joined) == (1, 1)
    assert borrow(own, joined) == (0, 0)
    with own.pen.borrowed() as store:
        assert root_of(store) == bytes.fromhex(root)
        with store.transaction() as begun:
            assert pass_shelf.keys(begun.connection) == [key._replace(sealed=None)]
    phone = own.devices.get(Phone(own, "abbey").id)
    assert phone is not None
    told = own.knowledge(phone)[0]["knowledge"]
    assert told["gates"] == ["abbey"]
    assert [each["pass"] for each in told["passes"]] == [pass_of(9)]
    with own.pen.borrowed() as store:
        trust(store, "69" * 32, DAWN)
    with pytest.raises(HubError, match="another root key"):
        borrow(own, joined)


def test_nobody_else_hands_over(both: tuple[Gates, Gates], joined: Membership) -> None:
    main, own = both
    phone = Phone(main)
    stranger = Membership(**{**asdict(joined), "private_key": phone.key.private_bytes_raw().hex()})
    with pytest.raises(NotKnownError, match="not signed"):
        hand_over(own, stranger)
    with pytest.raises(NotKnownError, match="only a hub"):
        hand_over(own, Membership(**{**asdict(stranger), "hub": phone.id}))
    main.devices.revoke(joined.hub)
    with pytest.raises(NotKnownError, match="revoked"):
        hand_over(own, joined)


def test_a_membership_is_kept_in_a_file_of_its_owner(joined: Membership, tmp_path: Path) -> None:
    path = tmp_path / "hub.json"
    joined.write(path)
    assert path.stat().st_mode & 0o077 == 0
    assert Membership.read(path) == joined
    with pytest.raises(HubError, match="cannot be made"):
        joined.write(path)
    with pytest.raises(HubError, match="no membership"):
        Membership.read(tmp_path / "other.json")
