"""The budget of reveals holds against many requests at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from safepassage.model.ids import AccountId
from safepassage.registrar.access import Access
from safepassage.registrar.errors import NotAllowedError
from safepassage.secure.audit import Kind
from safepassage.secure.reveal import Budget
from safepassage.secure.roles import Role, Viewer
from safepassage.store import open_store
from safepassage.store.protection import Protection

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CRAWLER = Viewer(AccountId("reg-1"), frozenset({Role.REGISTRAR}))


def test_a_crawler_with_many_connections_sees_no_more_than_one(tmp_path: Path) -> None:
    open_store(tmp_path / "ledger.db", writer=True).close()
    with Protection(tmp_path / "ledger.db", lambda: NOON) as protection:
        access = Access(protection.trail, lambda: NOON, desk=Budget(persons=10))

        def look(number: int) -> bool:
            try:
                access.reveal(CRAWLER, [f"person-{number}"])
            except NotAllowedError:
                return False
            return True

        with ThreadPoolExecutor(16) as pool:
            seen = sum(pool.map(look, range(48)))
        assert seen == 10
        assert len(protection.trail.entries_of("reg-1", Kind.REVEALED, NOON)) == 10
        assert not protection.trail.verify()
