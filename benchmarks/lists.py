"""One more list for a large register: `python -m benchmarks.lists --records 100000`.

A register is made anew from a seed, its lists are taken in as users hand them in, a model is
learned from them and everything is linked.  Then a program that has just been started takes one
more list in, and the same is linked anew from nothing: both ways must end with the same links and
the same persons.  Last, two people take a merge apart and one takes that back.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import io
import json
import os
import resource
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from benchmarks.figures import Figure, Sense, figures_table
from benchmarks.linkage import register
from benchmarks.machine import Machine
from safepassage.exchange.lists import read_list
from safepassage.model.ids import AccountId, ListId, SponsorId
from safepassage.register.judgement import Pair, Verdict, pair_of
from safepassage.registrar import Registrar, linking, reading, taking
from safepassage.registrar.opening import open_registrar
from safepassage.secure.reveal import Budget
from safepassage.secure.roles import Role, Viewer
from safepassage.secure.vault import Vault
from safepassage.store import open_store, schema
from safepassage.store.protection import Protection
from safepassage.store.register_place import RegisterPlace

ROOT: Final = Path(__file__).resolve().parents[1]
KEY: Final = bytes(32)  # of people nobody ever was
NOON: Final = datetime(2021, 8, 20, 12, tzinfo=UTC)
SPONSOR: Final = SponsorId("benchmark")
FIRST, SECOND = (
    Viewer(AccountId(name), frozenset({Role.REGISTRAR})) for name in ("first-desk", "second-desk")
)
# What the maker of the register knows, and who hands a list in does not say.
NOT_HANDED_IN: Final = ("unique_id", "person_id", "list_id")
# How many seconds a list of five thousand rows may take, by the size of the register.
GOALS: Final = {100_000: 5.0, 1_000_000: 30.0}
UNMERGE_GOAL: Final = 1.0


@dataclass(frozen=True, slots=True)
class Took:
    """What something took."""

    seconds: float  # of the processor
    wall: float


def timed(work: Callable[[], object]) -> Took:
    """Do it once."""
    begin, wall = process_time(), perf_counter()
    work()
    return Took(process_time() - begin, perf_counter() - wall)


def split(path: Path, add: int) -> dict[str, bytes]:
    """The lists of a made-up register as files, without whose row is whose; the last one short."""
    by_list: dict[str, list[list[str]]] = defaultdict(list)
    with path.open(newline="") as file:
        headers, *rows = list(csv.reader(file))
    told = [n for n, header in enumerate(headers) if header not in NOT_HANDED_IN]
    for row in rows:
        by_list[row[headers.index("list_id")]].append([row[n] for n in told])
    names = sorted(by_list, key=int)
    by_list[names[-1]] = by_list[names[-1]][:add]
    found = {}
    for name in names:
        text = io.StringIO()
        csv.writer(text).writerows([[headers[n] for n in told], *by_list[name]])
        found[f"list-{name}"] = text.getvalue().encode()
    return found


@contextlib.contextmanager
def opened(address: Path) -> Iterator[Registrar]:
    """The register as a program finds it that was just started."""
    many = Budget(persons=10**9)
    with RegisterPlace(address) as place, Protection(address, lambda: NOON) as protection:
        yield open_registrar(
            place, Vault(KEY), protection.trail, lambda: NOON, desk=many, review=many
        )


def take(registrar: Registrar, name: str, content: bytes) -> None:
    """Keep a list; its records then wait to be linked."""
    file = read_list(content, name=f"{name}.csv")
    proposal = registrar.propose(FIRST, file, 0, SPONSOR)
    received = reading.receive(
        file,
        0,
        proposal.mapping(),
        list_id=ListId(name),
        sponsor=SPONSOR,
        by=FIRST.account,
        received=NOON.date(),
    )
    taking.keep(registrar.room, received.incoming)


def state(address: Path) -> str:
    """A digest of every link and every membership."""
    digest = hashlib.sha256()
    with RegisterPlace(address) as place, place.reading() as connection:
        for table in ("register_link", "register_member"):
            for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2"):  # noqa: S608
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()


def a_merge(address: Path) -> Pair:
    """Two records that the machine made one person."""
    query = (
        "SELECT a.id, b.id FROM register_link"
        " JOIN register_record a ON a.number = register_link.left"
        " JOIN register_record b ON b.number = register_link.right"
        " WHERE band = 'automatic' ORDER BY register_link.left LIMIT 1"
    )
    with RegisterPlace(address) as place, place.reading() as connection:
        one, other = connection.exec_driver_sql(query).one()
    return pair_of(one, other)


def measure(address: Path, lists: dict[str, bytes], say: Callable[[str], None]) -> list[Figure]:
    """Everything."""
    *before, last = lists
    rows = sum(content.count(b"\n") - 1 for content in lists.values())
    added = lists[last].count(b"\n") - 1
    with opened(address) as registrar:
        for name in before:
            say(f"keeping {name}")
            take(registrar, name, lists[name])
        say("learning a model and linking")
        registrar.learn(FIRST)
    with opened(address) as registrar:
        say(f"one more list of {added:,} rows")
        kept = timed(lambda: take(registrar, last, lists[last]))
        joined = timed(lambda: registrar.link_waiting(FIRST))
    after = state(address)
    with opened(address) as registrar:
        say("linking anew")
        rebuilt = timed(lambda: linking.rebuild(registrar.room))
    is_same = state(address) == after
    pair = a_merge(address)
    with opened(address) as registrar:
        say("taking a merge apart")
        registrar.judge(FIRST, pair, Verdict.NOT_SAME, "looked at both")
        apart = timed(lambda: registrar.judge(SECOND, pair, Verdict.NOT_SAME, "so did I"))
        back = timed(lambda: registrar.undo(SECOND))
    part = f"{rows:,} records"
    goal = GOALS.get(round((rows - added) / 100_000) * 100_000)
    whole = kept.seconds + joined.seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [
        _figure(part, f"add {added:,} rows", whole, goal),
        _figure(part, "of it, keeping them sealed", kept.seconds),
        _figure(part, "of it, linking them", joined.seconds),
        _figure(part, "linking everything anew", rebuilt.seconds),
        _figure(part, "take a merge apart", apart.seconds, UNMERGE_GOAL),
        _figure(part, "and that back", back.seconds, UNMERGE_GOAL),
        Figure(
            part=part,
            what="adding, against linking anew",
            value=whole,
            unit="s",
            peer="anew",
            peer_value=rebuilt.seconds,
        ),
        Figure(
            part=part,
            what="the same result both ways",
            value=float(is_same),
            unit="",
            goal=1.0,
            sense=Sense.AT_LEAST,
        ),
        Figure(part=part, what="peak memory", value=peak, unit="GiB"),
    ]


def _figure(part: str, what: str, seconds: float, goal: float | None = None) -> Figure:
    return Figure(part=part, what=what, value=seconds, unit="s", goal=goal)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists", description=__doc__)
    shared = Path(os.environ.get("SAFEPASSAGE_REFERENCE", ROOT.parent / "shared"))
    parser.add_argument("--data", type=Path, default=shared / "identity", metavar="FOLDER")
    parser.add_argument("--records", type=int, default=100_000, metavar="N")
    parser.add_argument("--add", type=int, default=5_000, metavar="N", help="rows of the list")
    parser.add_argument("--seed", type=int, default=555)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args(arguments)
    if not (asked.data / "make_register.py").is_file():
        parser.error(f"{asked.data}: no reference data there; name its folder with --data")
    print(Machine.here().describe())

    def say(what: str) -> None:
        print(f"{what} ...", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="lists-") as folder:
        # All lists but the last one together are as many rows as was asked for, or nearly.
        made = register(Path(folder), asked.data, asked.records * 20 // 19, asked.seed)
        address = Path(folder) / "register.db"
        open_store(address, writer=True).close()
        found = measure(address, split(made, asked.add), say)
    print(f"seed {asked.seed}, schema {schema.REVISION}; seconds of the processor")
    print(figures_table(found))
    if asked.json:
        asked.json.write_text(json.dumps([f.to_json() for f in found], indent=1) + "\n")
    return 1 if any(f.is_met is False for f in found) else 0


if __name__ == "__main__":
    sys.exit(main())
