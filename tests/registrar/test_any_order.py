"""Whatever the order in which lists and judgements come, however often: the same persons."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safepassage.model.ids import RecordId
from safepassage.register.judgement import Pair, Verdict, pair_of
from safepassage.registrar import Registrar
from safepassage.registrar.room import Matching
from safepassage.registrar.whole import WholeMatching
from safepassage.secure.vault import Vault
from safepassage.store import open_store
from safepassage.store import register_links as linked
from safepassage.store import register_records as stored
from safepassage.store.protection import Protection
from safepassage.store.register_place import RegisterPlace
from tests.registrar.conftest import KEY, MANY, REGISTRAR, SECOND, Clock, Desk
from tests.registrar.plain_matching import PlainMatching

NAMES = ("Amira Noorzai", "Babur Noorzai", "Farid Haidari")
BORN = ("1984-03-02", "1984", "1990-01-05", "")
PASSPORTS = ("", "", "P1234567", "P7654321")

rows = st.tuples(
    st.sampled_from(("1", "2")),
    st.sampled_from(NAMES),
    st.sampled_from(BORN),
    st.sampled_from(PASSPORTS),
)
tables = st.lists(rows, min_size=1, max_size=4)
lists_of_rows = st.lists(tables, min_size=2, max_size=3)
# Which two records, counted around, and what is said about them.
sayings = st.lists(
    st.tuples(
        st.integers(0, 20),
        st.integers(0, 20),
        st.sampled_from((Verdict.SAME, Verdict.NOT_SAME, Verdict.UNSURE)),
    ),
    max_size=3,
)
OFTEN = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@contextmanager
def opened(empty: Path, matching: Matching | None = None) -> Iterator[Desk]:
    """An empty register, in memory where there is such a place."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        address = shutil.copy(empty, Path(folder, "register.db")).as_posix()
        clock = Clock()
        with (
            open_store(address, writer=True) as store,
            RegisterPlace(address) as place,
            Protection(address, clock) as protection,
        ):
            registrar = Registrar(
                place,
                Vault(KEY),
                protection.trail,
                clock,
                matching or PlainMatching(),
                desk=MANY,
                review=MANY,
            )
            yield Desk(registrar, store, place, protection, clock)


def written(table: list[tuple[str, ...]]) -> str:
    lines = [" | ".join(row) for row in table]
    return "\n".join(["Family | Name | Date of birth | Passport", *lines])


def partition(place: RegisterPlace) -> set[frozenset[str]]:
    """Which records are together, by their ids."""
    with place.reading() as connection:
        ids = {row.number: row.id for row in stored.all_records(connection)}
        together: dict[int, set[str]] = {}
        for member in linked.all_members(connection):
            together.setdefault(member.cluster, set()).add(ids[member.record])
    return {frozenset(records) for records in together.values()}


def links(place: RegisterPlace) -> set[tuple[frozenset[str], float, str]]:
    with place.reading() as connection:
        ids = {row.number: row.id for row in stored.all_records(connection)}
        found = linked.links_of(connection, ids)
    return {(frozenset({ids[k.left], ids[k.right]}), k.weight, k.band) for k in found}


def pairs_of(
    place: RegisterPlace, said: list[tuple[int, int, Verdict]]
) -> list[tuple[Pair, Verdict]]:
    """Sayings about places in the sorted list of records, as pairs; each pair once."""
    with place.reading() as connection:
        ids = sorted(RecordId(row.id) for row in stored.all_records(connection))
    found: dict[Pair, Verdict] = {}
    for one, other, verdict in said:
        left, right = ids[one % len(ids)], ids[other % len(ids)]
        if left != right:
            found[pair_of(left, right)] = verdict
    return list(found.items())


def judge_all(desk: Desk, said: list[tuple[Pair, Verdict]]) -> None:
    """By two reviewers, so that judgements about one family count as well."""
    for pair, verdict in said:
        for viewer in (REGISTRAR, SECOND):
            desk.registrar.judge(viewer, pair, verdict, "looked at both")


@OFTEN
@given(lists_of_rows, st.randoms(use_true_random=False), sayings)
def test_the_order_of_lists_and_repetition_change_nothing(
    empty_file: Path, tables: list[list[tuple[str, ...]]], chance, said
) -> None:
    named = [(f"list-{n}", written(table)) for n, table in enumerate(tables)]
    shuffled = [*named, *chance.sample(named, 1)]
    chance.shuffle(shuffled)
    with opened(empty_file) as one, opened(empty_file) as other:
        for name, text in named:
            one.take(text, name)
        for name, text in shuffled:
            other.take(text, name)
        judge_all(one, pairs_of(one.place, said))
        judge_all(other, list(reversed(pairs_of(other.place, said))))
        assert partition(one.place) == partition(other.place)
        assert links(one.place) == links(other.place)


@OFTEN
@given(lists_of_rows, sayings)
def test_a_rebuild_gives_what_stands_already(
    empty_file: Path, tables: list[list[tuple[str, ...]]], said
) -> None:
    with opened(empty_file) as desk:
        for n, table in enumerate(tables):
            desk.take(written(table), f"list-{n}")
            if not n:
                judge_all(desk, pairs_of(desk.place, said))
        before = partition(desk.place), links(desk.place), desk.person_ids()
        desk.registrar.rebuild(REGISTRAR)
        assert (partition(desk.place), links(desk.place), desk.person_ids()) == before
        assert not desk.registrar.check(REGISTRAR)


@OFTEN
@given(lists_of_rows, sayings)
def test_undoing_every_judgement_leaves_no_trace_but_the_chain(
    empty_file: Path, tables: list[list[tuple[str, ...]]], said
) -> None:
    with opened(empty_file) as desk:
        for n, table in enumerate(tables):
            desk.take(written(table), f"list-{n}")
        before = partition(desk.place), links(desk.place), desk.persons()
        judged = [
            desk.registrar.judge(viewer, pair, verdict, "looked at both").judgement.id
            for pair, verdict in pairs_of(desk.place, said)
            for viewer in (REGISTRAR, SECOND)
        ]
        for judgement in judged:
            desk.registrar.undo(REGISTRAR, judgement)
        assert (partition(desk.place), links(desk.place), desk.persons()) == before


@OFTEN
@given(lists_of_rows, sayings)
def test_not_the_same_is_never_joined_again(
    empty_file: Path, tables: list[list[tuple[str, ...]]], said
) -> None:
    with opened(empty_file) as desk:
        for n, table in enumerate(tables):
            desk.take(written(table), f"list-{n}")
        apart = [pair for pair, v in pairs_of(desk.place, said) if v is Verdict.NOT_SAME]
        for pair in apart:
            desk.registrar.judge(REGISTRAR, pair, Verdict.NOT_SAME, "seen both")
        desk.take(written(tables[0]), "list-again")
        desk.registrar.rebuild(REGISTRAR)
        for pair in apart:
            assert not any({*pair} <= together for together in partition(desk.place))


@OFTEN
@given(lists_of_rows)
def test_rows_are_conserved(empty_file: Path, tables: list[list[tuple[str, ...]]]) -> None:
    with opened(empty_file) as desk:
        for table in tables:
            taken = desk.take(written([*table, ("3", "---", "", "")]), "one-list")
            assert taken.rows == len(table) + 1 == taken.records + taken.quarantined
            assert taken.records == taken.added + taken.known or taken.is_known
        added = sum(view.added for view in desk.registrar.versions(REGISTRAR, "one-list"))
        assert desk.registrar.counts().records == added


@OFTEN
@given(lists_of_rows, sayings)
def test_an_engine_that_only_links_anew_gives_the_same(
    empty_file: Path, tables: list[list[tuple[str, ...]]], said
) -> None:
    plain = PlainMatching()
    whole = WholeMatching(plain, "whole-1", plain)
    with opened(empty_file) as one, opened(empty_file, whole) as other:
        for desk in (one, other):
            for n, table in enumerate(tables):
                desk.take(written(table), f"list-{n}")
                if not n:
                    judge_all(desk, pairs_of(desk.place, said))
        assert partition(one.place) == partition(other.place)
        assert links(one.place) == links(other.place)
        other.registrar.shred(REGISTRAR, other.person_ids()[0])
        one.registrar.shred(REGISTRAR, one.person_ids()[0])
        assert sorted(map(len, partition(one.place))) == sorted(map(len, partition(other.place)))
