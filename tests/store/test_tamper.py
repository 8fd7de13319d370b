"""The audit finds whatever was changed behind the program's back, and says it in a sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from safepassage.model.notation import read_facts
from safepassage.store import CheckReport, Head, Store, StoreError, open_store
from safepassage.store.check import SHOWN_MAX
from tests.store.conftest import NewAddress
from tests.store.ledgers import NOON
from tests.store.test_append import PHONE

FACTS = read_facts("""
    06:00 posted  amira    outside  > town         as m1
    06:00 posted  babur    outside  > town         as m2
    08:20 posted  amira    town     > gate         as m3
    08:25 posted  babur    terminal > lift-871     as m4
    09:00 pending chalil   town     > gate         as m5
    09:30 posted  chalil   town     > gate         fulfils m5 as m6
    09:31 posted  chalil   town     > gate         fulfils m5 as m7
    09:50 posted  823@fam  terminal > lift-871     as m8
    10:05 named   daria of m8                      as n1
    10:06 withdrawn m3 because wrong-person        as c1
    10:07 corrected m2 because late: posted babur outside > market as c2
    10:08 place   haven haven                      as p1
    10:09 named   esra of m99                      as n2
""")
Tamper = Callable[[str], None]


@pytest.fixture
def tamper(address: str, store: Store) -> Tamper:
    """Runs statements on a small ledger with the triggers out of the way."""
    store.append(FACTS, **PHONE)
    assert store.check().faults == []

    def run(statements: str) -> None:
        with _behind_the_back(address) as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("DROP TRIGGER IF EXISTS entry_no_update")
                connection.exec_driver_sql("DROP TRIGGER IF EXISTS entry_no_delete")
            else:
                connection.exec_driver_sql("ALTER TABLE entry DISABLE TRIGGER USER")
            for statement in statements.split(";"):
                connection.exec_driver_sql(statement)

    return run


def _behind_the_back(address: str) -> sa.Connection:
    url = address if "://" in address else f"sqlite:///{address}"
    return sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect()


def sentence(report: CheckReport, part: str) -> str:
    """All that the audit said about one part."""
    return "\n".join(f.sentence for f in report.findings if f.part == part)


@pytest.mark.parametrize("statement", ["UPDATE entry SET source = 'x'", "DELETE FROM entry"])
def test_the_database_itself_refuses_to_change_or_remove_an_entry(
    store: Store, address: str, statement: str
) -> None:
    store.append(FACTS, **PHONE)
    with (
        _behind_the_back(address) as connection,
        pytest.raises(sa.exc.DBAPIError, match="only grows"),
    ):
        connection.exec_driver_sql(statement)
    assert store.check().faults == []


def test_replacing_an_entry_is_refused_too(store: Store, backend: str) -> None:
    store.append(FACTS, **PHONE)
    verb = "INSERT OR REPLACE INTO" if backend == "sqlite" else "TRUNCATE"
    rest = " SELECT * FROM entry WHERE seq = 1" if backend == "sqlite" else ""
    with pytest.raises(StoreError, match="only grows") as refused:
        _run_as_writer(store, f"{verb} entry{rest}")
    assert refused.value is not None
    assert store.check().faults == []


def _run_as_writer(store: Store, statement: str) -> None:
    """What a mistake inside the program itself would do."""
    writer = store._writing()
    try:
        with writer.transaction() as begun:
            begun.connection.exec_driver_sql(statement)
    except sa.exc.DBAPIError as fault:
        raise StoreError(str(fault)) from fault


def test_an_edited_body_breaks_the_chain_and_disagrees_with_its_columns(
    store: Store, tamper: Tamper
) -> None:
    tamper("UPDATE entry SET body = replace(body, '08:20', '08:21') WHERE seq = 3")
    report = store.check()
    assert "entry 3 (m3)" in sentence(report, "chain")
    assert "column instant" in sentence(report, "columns")
    assert not report.is_sound


def test_an_edited_column_disagrees_with_its_body(store: Store, tamper: Tamper) -> None:
    tamper("UPDATE entry SET heads = 822 WHERE id = 'm8'")
    assert "entry 8 (m8): the column heads" in sentence(store.check(), "columns")


def test_a_column_that_a_place_should_not_have_is_found(store: Store, tamper: Tamper) -> None:
    tamper("UPDATE entry SET heads = 5 WHERE id = 'p1'")
    assert "the column heads" in sentence(store.check(), "columns")


@pytest.mark.parametrize(
    "change",
    ["recorded_at = recorded_at + 1", "source = 'phone-9'", "hash = '00'", "clock_ahead = 60"],
)
def test_a_changed_envelope_breaks_the_chain(store: Store, tamper: Tamper, change: str) -> None:
    tamper(f"UPDATE entry SET {change} WHERE seq = 5")
    assert "entry 5 (m5)" in sentence(store.check(), "chain")


def test_a_removed_entry_is_missed(store: Store, tamper: Tamper) -> None:
    tamper("DELETE FROM entry WHERE seq = 4")
    report = store.check()
    assert sentence(report, "chain") == "entry 4 is missing"
    assert "p:babur" in sentence(report, "projections")


def test_several_removed_entries_are_named(store: Store, tamper: Tamper) -> None:
    tamper("DELETE FROM entry WHERE seq IN (4, 5, 6)")
    assert "entry 4 to 6 is missing" in sentence(store.check(), "chain")


def test_a_removed_correction_is_missed(store: Store, tamper: Tamper) -> None:
    tamper("DELETE FROM entry WHERE id = 'c1'")
    report = store.check()
    assert "is missing" in sentence(report, "chain")
    assert "p:amira" in sentence(report, "projections")


def test_swapped_entries_break_the_chain(store: Store, tamper: Tamper) -> None:
    tamper(
        "UPDATE entry SET seq = 1000 WHERE seq = 1;"
        "UPDATE entry SET seq = 1 WHERE seq = 2;"
        "UPDATE entry SET seq = 2 WHERE seq = 1000"
    )
    assert "entry 1 (m2)" in sentence(store.check(), "chain")


def test_entries_cut_off_the_end_are_missed(store: Store, tamper: Tamper) -> None:
    tamper("DELETE FROM entry WHERE seq > 12")
    assert "ends with entry 12, its head says 13" in sentence(store.check(), "chain")


def test_a_ledger_rewritten_whole_is_found_by_whoever_wrote_its_end_down(
    store: Store, new_address: NewAddress
) -> None:
    store.append(FACTS, **PHONE)
    witnessed = store.head()
    with open_store(new_address(), writer=True) as forged:
        forged.append(FACTS[:-2], **PHONE)
        forged.append(read_facts("05:00 posted zahra outside > town as m0"), **PHONE)
        forged.append(FACTS[-2:-1], **PHONE)
        assert forged.check().faults == []
        report = forged.check(witnessed=[witnessed])
        assert "not the one that was witnessed" in sentence(report, "chain")
        beyond = forged.check(witnessed=[Head(99, witnessed.hash)])
        assert "entry 99 was witnessed and is missing" in sentence(beyond, "chain")
    assert store.check(witnessed=[witnessed]).is_sound


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE flow SET heads = heads + 1 WHERE to_place = 'lift-871'", "lift-871"),
        ("DELETE FROM flow WHERE span = 1", "span 1"),
        ("INSERT INTO flow VALUES (0, 1, 'a', 'b', 'c', 'posted', 1, 7)", "stored 7 heads"),
        ("DELETE FROM adjustment WHERE subject = 'p:amira'", "adjustment of p:amira"),
        ("UPDATE adjustment SET heads = 3 WHERE subject = 'm:m8'", "adjustment of m:m8"),
        ("INSERT INTO adjustment SELECT 'p:zahra', sign, instant, entry, from_place, to_place,"
         " heads, category, phase, seen, person, grp FROM adjustment", "adjustment of p:zahra"),
        ("DELETE FROM oddity WHERE subject = 'f:m5'", "oddity of f:m5"),
        ("DELETE FROM oddity WHERE subject = 'a:n2'", "oddity of a:n2"),
        ("UPDATE oddity SET cause = 'seen-again' WHERE subject = 'p:babur'", "oddity of p:babur"),
        ("DELETE FROM mention WHERE target = 'm8'", "entry 9 speaks of m8"),
        ("INSERT INTO mention VALUES ('m4', 'corrects', 9)", "entry 9 does not speak of m4"),
    ],
)  # fmt: skip
def test_a_changed_projection_is_found_and_the_entries_are_called_sound(
    store: Store, tamper: Tamper, statement: str, said: str
) -> None:
    tamper(statement)
    report = store.check()
    assert said in sentence(report, "projections")
    assert "restore them into an empty store" in report.faults[-1]


def test_heads_that_came_from_nowhere_are_not_conserved(store: Store, tamper: Tamper) -> None:
    tamper("UPDATE flow SET heads = heads + 5 WHERE from_place = 'outside' AND span = 0")
    assert "heads came from outside" in sentence(store.check(), "conservation")


def test_a_damaged_ledger_is_repaired_by_export_and_restore(
    store: Store, tamper: Tamper, new_address: NewAddress
) -> None:
    with store.ledger() as ledger:
        before = ledger.stock(NOON)
    tamper("DELETE FROM flow; DELETE FROM adjustment; DELETE FROM mention")
    with open_store(new_address(), writer=True) as repaired:
        repaired.restore(store.export_lines())
        assert repaired.check().faults == []
        with repaired.ledger() as ledger:
            assert ledger.stock(NOON) == before


def test_a_thousand_faults_are_counted_and_a_few_written_out(store: Store) -> None:
    report = CheckReport(store.head())
    for n in range(1000):
        report.add("chain", f"entry {n} is missing", n)
    assert len(report.faults) == SHOWN_MAX + 1
    assert report.faults[-1] == f"... and {1000 - SHOWN_MAX} more"


def test_an_audit_of_a_long_ledger_tells_how_far_it_is(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("safepassage.store.check.STEP", 10)
    store.append(FACTS, **PHONE)
    told: list[tuple[str, int, int]] = []
    store.check(lambda *step: told.append(step))
    assert ("chain", 10, 13) in told
