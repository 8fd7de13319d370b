"""The gate's part of `safepassage demo`: one family on its way from a call to a haven, and the one
of them who is missing at the end.

The ledger lies in a folder that is thrown away.  Every line is what the program answered.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from safepassage.cli.demo_phone import Phone
from safepassage.cli.output import heading, print_table
from safepassage.control import keys
from safepassage.control.cases import Cases
from safepassage.control.departing import Departing
from safepassage.control.gates import Gates
from safepassage.control.issuing import Issued, Wanted, issue
from safepassage.control.office import Office, PenBooks
from safepassage.control.receiving import Receiving
from safepassage.control.steps import new_token
from safepassage.model.ids import GroupId, PlaceId
from safepassage.model.movement import EVACUEE
from safepassage.model.not_out import NextStep, NotOutClass
from safepassage.model.notation import read_facts
from safepassage.operate.admission import Admission
from safepassage.operate.boarding import Boarders
from safepassage.operate.caseload import Word
from safepassage.operate.close_out import Signed
from safepassage.operate.stations import BOARDING
from safepassage.operate.step import StepRefusedError
from safepassage.report.discrepancies import doubts
from safepassage.secure.issuing import new_key, public_half, stated
from safepassage.secure.token import IssuingKey
from safepassage.secure.unlock import new_register_key
from safepassage.store.beside import Beside
from safepassage.store.pen import Pen
from safepassage.store.register_place import RegisterPlace
from safepassage.store.store import open_store

DAY = datetime(2030, 5, 20, tzinfo=UTC)
FAMILY = GroupId("fam-0042")
NORTH, REACH = PlaceId("north-gate"), PlaceId("reach-12")
APRON, PORT, ISLAND = PlaceId("apron"), PlaceId("port-haven"), PlaceId("island-haven")
OFFICER, CASE_WORKER = "duty-7", "case-2"
PLACES = """
    00:00 place town town
    00:00 place north-gate gate
    00:00 place apron terminal
    00:00 place port-haven haven
    00:00 place island-haven haven
    00:00 lift reach-12 coalition 300 apron > port-haven
    00:00 deadline last-lift 2030-05-21T00:00Z UTC
    04:00 posted 5@fam-0042 outside > town
"""


class Clock:
    """The demo's clock: it shows what it was set to."""

    def __init__(self) -> None:
        self.now = DAY

    def __call__(self) -> datetime:
        return self.now

    def set(self, hours: float) -> None:
        """So many hours after midnight."""
        self.now = DAY + timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class _Site:
    """Everything that one site works with, on one ledger."""

    clock: Clock
    office: Office
    gates: Gates

    def say(self, sentence: str) -> None:
        """A line with its time."""
        typer.echo(f"  {self.clock():%H:%M}Z  {sentence}")

    @property
    def departing(self) -> Departing:
        """The desk at the aircraft's door."""
        return Departing(self.office.books, self.clock)

    @property
    def receiving(self) -> Receiving:
        """The desk of a haven."""
        return Receiving(self.office.books, self.clock)


def tell_gates() -> None:
    """Take one family through all of it and say what became of whom."""
    heading("From a gate to a haven: a fictitious family of five, told by ids and heads alone")
    with _passing_site() as site:
        issued = _tell_call(site)
        _tell_gate(site, issued)
        _tell_lift(site, issued)
        _tell_arrival(site)
        _tell_not_out(site)


@contextmanager
def _passing_site() -> Iterator[_Site]:
    clock, root, vault = Clock(), new_key(), new_register_key()
    with tempfile.TemporaryDirectory(prefix="safepassage-") as folder:
        address = str(Path(folder) / "site.db")
        with open_store(address, writer=True) as store:
            facts = read_facts(PLACES, DAY.date())
            store.append(facts, source="demo", recorded_at=DAY)
        with (
            open_store(address) as reading,
            closing(Pen(address)) as pen,
            RegisterPlace(address) as place,
            closing(Beside(address)) as beside,
        ):
            books = PenBooks(reading.ledger, pen, clock, "demo")
            office = Office(books, place, vault, clock, public_half(root))
            clock.set(5)
            asked = keys.ask(office, clock(), clock() + timedelta(hours=24))
            statement = stated(root, asked.public_key, asked.valid_from, asked.valid_until)
            keys.install(office, statement.to_plain())

            def trusted() -> dict[str, IssuingKey]:
                return keys.trusted(place.reading, office.root, clock())

            gates = Gates(reading, pen, beside, clock, trusted)
            yield _Site(clock, office, gates)
    vault.lock()


def _tell_call(site: _Site) -> Issued:
    begin = DAY + timedelta(hours=6)
    wanted = Wanted(
        group=FAMILY,
        gate=NORTH,
        origin=PlaceId("town"),
        valid_from=begin,
        valid_until=begin + timedelta(hours=2),
        heads=5,
    )
    (issued,) = issue(site.office, [wanted])
    token = issued.secret.token
    site.say(f"{FAMILY} is called to {NORTH} from 06:00Z to 08:00Z and given a pass:")
    site.say(f"  {token[:34]}... ({len(token)} characters, signed, nothing of who)")
    return issued


def _tell_gate(site: _Site, issued: Issued) -> None:
    first, second = (Phone(site.gates, NORTH, by=OFFICER) for _ in range(2))
    token = issued.secret.token
    site.clock.set(5.5)
    early = first.show(token)
    site.say(f"two phones at {NORTH}, the network gone; one is shown the pass: {_answer(early)}")
    site.clock.set(6.25)
    forged = first.show(token[:-6] + "000000", 5)
    counted = first.show(token)
    green = first.show(token, 5)
    site.say(f"an altered copy: {_answer(forged)}; the pass itself: {_answer(counted)};")
    site.say(f"  five heads counted: {_answer(green)}")
    site.clock.set(6.5)
    copied = second.show(token, 5)
    site.say(f"a screenshot of it at the other phone: {_answer(copied)}. Phones that cannot hear")
    site.say("  of each other cannot prevent that; it is found when both are heard:")
    site.clock.set(7)
    for phone in (first, second):
        results = phone.sync()["results"]
        site.say(f"  a phone hands in {len(results)} event: {results[0]['state']}")
    _tell_doubts(site)
    site.say(f"  {_heads(site, NORTH)} heads are at {NORTH}: the pass is counted once")


def _tell_lift(site: _Site, issued: Issued) -> None:
    site.clock.set(9)
    site.departing.seat(REACH, [Boarders(group=FAMILY, heads=5)], token=new_token())
    site.clock.set(9.25)
    door = Phone(site.gates, APRON, BOARDING, by=OFFICER, lift=REACH)
    aboard = door.show(issued.secret.token, 5)
    door.sync()
    site.say(f"at the door of {REACH}, five heads: {_answer(aboard)}; the smallest on a lap")
    site.clock.set(9.5)
    site.say("seats are counted instead of heads, four, and the doors stay open:")
    try:
        site.departing.close_out(REACH, Signed(by=OFFICER, counted=4), token=new_token())
    except StepRefusedError as refused:
        site.say(f"  {refused}")
    found = site.departing.manifest(REACH)
    site.departing.close_out(REACH, Signed(by=OFFICER, counted=5), token=new_token())
    site.say(f"heads are counted: {found.planned} planned, {found.boarded} boarded, 5 counted")
    site.departing.depart(REACH, token=new_token())
    site.clock.set(10)
    site.departing.divert(REACH, ISLAND, token=new_token())
    site.say(f"{PORT} is full: in the air, {REACH} is diverted to {ISLAND}")


def _tell_arrival(site: _Site) -> None:
    site.clock.set(12)
    site.receiving.arrive(REACH, ISLAND, Boarders(group=FAMILY, heads=4), token=new_token())
    (awaited,) = site.receiving.desk(ISLAND).awaited
    site.say(f"{awaited.departed} departed, {awaited.arrived} arrive, {awaited.missing} is missing")
    site.clock.set(14)
    _tell_doubts(site)


def _tell_not_out(site: _Site) -> None:
    desk = Cases(site.office.books, site.clock, {EVACUEE})
    word = Word(
        standing=NotOutClass.UNKNOWN,
        owner=CASE_WORKER,
        site=ISLAND,
        next_step=NextStep.TRACE,
        due_at=site.clock() + timedelta(hours=6),
    )
    desk.step(FAMILY, word, token=new_token())
    found = desk.found()
    (case,) = found.load.cases
    site.say(f"the missing one is a case: {case.owner}, next step {case.next_step}, by 20:00Z")
    whole = found.not_out
    rows = [(f"not out: {name}", f"{heads:,}") for name, heads in whole.by_class().items() if heads]
    typer.echo()
    print_table(
        ("everybody who was ever known", "heads"),
        [("out", f"{whole.out:,}"), *rows, ("together", f"{whole.known:,}")],
        numeric=1,
    )


def _answer(decided: Admission) -> str:
    return f"{decided.colour}, {decided.reason}"


def _tell_doubts(site: _Site) -> None:
    with site.office.books.ledger() as ledger:
        for doubt in doubts(ledger, site.clock()):
            site.say(f"  to be explained: {doubt.discrepancy.sentence}")


def _heads(site: _Site, place: PlaceId) -> int:
    with site.office.books.ledger() as ledger:
        return ledger.stock(site.clock())[place, EVACUEE]
