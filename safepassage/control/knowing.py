"""What a phone is told, so that it decides alone when the network is gone.  Nothing personal.

Signed as one document; `docs/reference/gate-protocol.md` has its fields.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from safepassage.model.catalogue import Catalogue
from safepassage.model.ids import PlaceId
from safepassage.model.instant import format_instant, from_micros, parse_instant, to_micros
from safepassage.model.lift import Lift, Status
from safepassage.model.place import PlaceKind
from safepassage.operate.event import EventKind, canonical, hash_of
from safepassage.operate.passage import ENTERING
from safepassage.operate.passes import revocation_list
from safepassage.operate.stations import RECEPTION, Stations
from safepassage.secure.token import IssuingKey
from safepassage.store import gate_book, pass_shelf, record
from safepassage.store.gate_devices import Device
from safepassage.store.pass_shelf import StoredSecret

FRESH = timedelta(minutes=10)  # then a phone is told anew, also when nothing changed
RECENT = timedelta(hours=48)
LIFTS_AHEAD = timedelta(hours=24)
LIFTS_BEHIND = timedelta(hours=12)
LIFTS_MAX = 40


def knowledge(
    device: Device,
    catalogue: Catalogue,
    connection: Connection,
    keys: Mapping[str, IssuingKey],
    stations: Stations,
    *,
    epoch: str,
    now: datetime,
) -> dict[str, Any]:
    """The document for one device.

    Args:
        device: whose.
        catalogue: places, lifts and passes as the ledger has them.
        connection: on which secrets of passes and sightings are read.
        keys: issuing keys that count now.
        stations: what the operation says about its stations.
        epoch: which life of the ledger this is.
        now: the server's clock.
    """
    place = PlaceId(device.place)
    kind = catalogue.kind(place)
    gates = sorted(p.place for p in catalogue.places.values() if p.kind is PlaceKind.GATE)
    offered = stations.offered(place, kind, device.station)
    told: dict[str, Any] = {
        "device": device.id,
        "place": device.place,
        "station": device.station,
        "stations": list(offered),
        "refuses": {s: list(stations.refuses[s]) for s in offered if s in stations.refuses},
        "server_time": format_instant(now.replace(microsecond=0)),
        "epoch": epoch,
        "keys": [_key(id, key) for id, key in sorted(keys.items())],
        "revoked": list(revocation_list(catalogue, now)),
        "seen": seen(connection, now),
        "passes": [_pass(s) for s in pass_shelf.secrets_at(connection, device.place, now)],
        "gates": gates,
        "lifts": [_lift(lift) for lift in lifts_of(catalogue, device, now)],
        "havens": sorted(p.place for p in catalogue.places.values() if p.kind is PlaceKind.HAVEN),
        "opened": [
            each
            for each in sorted({*gates, place})
            if each not in gates or catalogue.is_open(each, now) is not False
        ],
    }
    if stations.list_good_for is not None:
        told["good_for_s"] = int(stations.list_good_for.total_seconds())
    return told


def tag_of(document: Mapping[str, Any]) -> str:
    """A tag that changes when the document says something else, and every ten minutes."""
    said = {name: value for name, value in document.items() if name != "server_time"}
    age = to_micros(parse_instant(document["server_time"])) // record.micros(FRESH)
    return hash_of(canonical([said, age]))[:32]


def seen(connection: Connection, now: datetime) -> list[str]:
    """Passes of which all heads were let in, at any gate, lately."""
    came: Counter[str] = Counter()
    good_for: Counter[str] = Counter()
    for subject, sighting, again in gate_book.sightings_after(connection, to_micros(now - RECENT)):
        kind, _, _, heads, expected, _ = json.loads(sighting)
        if expected is not None and EventKind(kind) in ENTERING:
            came[subject] += heads - again
            good_for[subject] = max(good_for[subject], expected)
    return sorted(subject for subject, heads in came.items() if heads >= good_for[subject])


def lifts_of(catalogue: Catalogue, device: Device, now: datetime) -> list[Lift]:
    """The lifts that are boarded or got off where a device stands, those of these hours."""
    last = {status.lift: status for status in catalogue.statuses if status.occurred_at <= now}
    diverted = {
        status.lift: status.to_place
        for status in catalogue.statuses
        if status.status is Status.DIVERTED
    }
    chosen = []
    for lift in _timely(catalogue.lifts.values(), now):
        status = last[lift.lift].status if lift.lift in last else None
        arriving = device.station == RECEPTION
        here = diverted.get(lift.lift, lift.to_place) if arriving else lift.from_place
        is_gone = status in (Status.DEPARTED, Status.DIVERTED, Status.ARRIVED)
        if here == device.place and is_gone == arriving and status is not Status.CANCELLED:
            chosen.append(lift)
    return chosen[:LIFTS_MAX]


def _timely(lifts: Iterable[Lift], now: datetime) -> Iterator[Lift]:
    begin, end = now - LIFTS_BEHIND, now + LIFTS_AHEAD
    ordered = sorted(lifts, key=lambda x: (x.scheduled_at or x.stated_at, x.lift))
    return (x for x in ordered if begin <= (x.scheduled_at or now) < end)


def _lift(lift: Lift) -> dict[str, Any]:
    return {
        "lift": lift.lift,
        "call_sign": lift.call_sign,
        "from": lift.from_place,
        "to": lift.to_place,
        "at": None if lift.scheduled_at is None else format_instant(lift.scheduled_at),
    }


def _key(id: str, key: IssuingKey) -> dict[str, str]:
    return {
        "key_id": id,
        "public_key": key.public_key.hex(),
        "valid_from": format_instant(key.valid_from),
        "valid_until": format_instant(key.valid_until),
    }


def _pass(secret: StoredSecret) -> dict[str, Any]:
    return {
        "pass": secret.pass_id,
        "group": secret.group,
        "heads": secret.heads,
        "gate": secret.gate,
        "from": format_instant(from_micros(secret.valid_from)),
        "until": format_instant(from_micros(secret.valid_until)),
        "code": secret.code,
        "word": secret.word,
    }
