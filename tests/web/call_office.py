"""A call-forward desk with accounts, a register of six families, and a key that the root stated."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from safepassage.control import keys
from safepassage.control.channels import Channel
from safepassage.control.channels.sheet import Sheet
from safepassage.control.meetings import keep_meeting
from safepassage.control.office import Office as Control
from safepassage.exchange.lists import read_pasted
from safepassage.exchange.operation_file import read_operation
from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId, GroupId, ListId, PlaceId, SponsorId
from safepassage.model.movement import Movement, Phase
from safepassage.model.operation import opening_facts
from safepassage.planner.publishing import publish
from safepassage.planner.signing import Signing
from safepassage.registrar import Registrar
from safepassage.secure.issuing import new_key, public_half, stated
from safepassage.secure.roles import Role, Viewer
from safepassage.secure.vault import Vault
from safepassage.store import open_store
from safepassage.store.pen import Pen
from safepassage.store.register_place import RegisterPlace
from safepassage.web.app import create_app
from safepassage.web.calling import CallDesk
from safepassage.web.records import OPERATION, StoreRecords
from safepassage.web.settings import Settings
from tests.planner.island import OPERATION as ISLAND
from tests.planner.island import OPERATION_FILE
from tests.registrar.plain_matching import PlainMatching
from tests.web.conftest import ORIGIN, Clock
from tests.web.people import QUICK, Office, protection_at
from tests.web.register_office import KEY, address_of, behind

GATE = PlaceId("harbour-gate")
HEAD = "F{n}\tHead Of{n}\thead\tM\t19{year}-03-11\thead{n}@people.example\t{risk}\n"
CHILD = "F{n}\tChild{k} Of{n}\tson\tM\t20{year}-05-21\t\t\n"
LIST = "Family\tName\tRelation\tSex\tDate of birth\tE-mail\tAt risk\n" + "".join(
    HEAD.format(n=n, year=70 + n, risk="yes" if n == 5 else "")
    + "".join(CHILD.format(n=n, k=k, year=10 + k) for k in range(n))
    for n in range(6)
)
SUBMITTER = Viewer("registrar-0", frozenset({Role.REGISTRAR, Role.CASE_OFFICER}))  # type: ignore[arg-type]
NOW = datetime.fromisoformat("2031-05-05T06:00+00:00")


@dataclass
class CallOffice(Office):
    """The desk, and the same books without a browser."""

    control: Control
    families: list[str]  # by size, the smallest first

    def let_in(self, group: str, heads: int, at: datetime) -> None:
        """Heads of a family come through the gate."""
        fact: Fact = Movement(
            id=EntryId(f"scan-{group}-{heads}"),
            from_place=PlaceId("karr"),
            to_place=GATE,
            phase=Phase.POSTED,
            occurred_at=at,
            heads=heads,
            group=GroupId(group),
        )
        self.control.books.record([fact])


@contextlib.contextmanager
def call_office(
    folder: Path,
    origin: str = ORIGIN,
    channels: Sequence[Channel] = (Sheet(),),
    plan: Mapping[str, Any] | None = None,
) -> Iterator[CallOffice]:
    """Desks on the ledger of an island, with a published plan; they start when looked at."""
    now = Clock(NOW)
    path = folder / "ledger.db"
    root = new_key()
    with open_store(path, writer=True) as writing:
        writing.put_document(OPERATION, OPERATION_FILE, recorded_at=NOW)
        facts = opening_facts(read_operation(OPERATION_FILE, "operation.yaml"), NOW)
        writing.append(facts, source="test", recorded_at=NOW)
        keys.trust(writing, public_half(root).hex(), NOW)
        places = {"en": "Tea house by the canal", "fa-AF": "چایخانه کنار کانال"}
        keep_meeting(writing, GATE, places, "UTC", NOW)
        if plan is not None:
            publish(writing, ISLAND, plan, signed_by="planner-1", now=NOW)
    protection = protection_at(folder, now)
    with (
        open_store(path) as store,
        RegisterPlace(path) as place,
        contextlib.closing(Pen(path, idle_seconds=0.05)) as pen,
    ):
        register = Registrar(place, Vault(KEY), protection.trail, now, PlainMatching())
        desk = CallDesk(store, place, pen, channels, now)
        control = desk.office(Vault(KEY), "test")
        asked = keys.ask(control, NOW, NOW + timedelta(hours=72))
        said = stated(root, asked.public_key, asked.valid_from, asked.valid_until)
        keys.install(control, said.to_plain())
        take_in(register)
        settings = Settings(
            records=StoreRecords(store),
            origin=origin,
            clock=now,
            sessions_path=folder / "state" / "sessions.json",
            poll_seconds=0.05,
            protection=protection,
            register=lambda vault: Registrar(place, vault, protection.trail, now, PlainMatching()),
            pen=pen,
            calls=desk,
            signing=Signing(store, pen.borrowed, protection),
            sign_in_cost=QUICK,
            unlock_cost=QUICK,
        )
        app = create_app(settings)
        app.state.desk.register_key.put(Vault(KEY), stays=True)
        found = sorted(register.families(SUBMITTER), key=lambda f: len(f.members))
        yield CallOffice(app, now, protection, control, [str(f.id) for f in found])
    protection.close()


def take_in(register: Registrar) -> None:
    """Take the list of the families in."""
    file = read_pasted(LIST)
    proposal = register.propose(SUBMITTER, file, 0, SponsorId("embassy"))
    register.take_list(
        SUBMITTER,
        file,
        0,
        proposal.mapping(),
        sponsor=SponsorId("embassy"),
        list_id=ListId("embassy-1"),
    )


@contextlib.contextmanager
def served_call_office(
    folder: Path, plan: Mapping[str, Any] | None = None
) -> Iterator[tuple[CallOffice, str]]:
    """The same behind a port of this machine, for a real browser; with its address."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        call_office(folder, address_of(listener), plan=plan) as office,
        behind(listener, office.app),
    ):
        yield office, address_of(listener)
