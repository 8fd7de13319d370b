"""The right to write a ledger, held by one process at a time.

Readers never need it.  Two writers would not corrupt anything, both databases see to that, but
each would wait for the other, and a server started twice by mistake is found out best at once.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from safepassage.store.errors import StoreError, StoreLockedError

ADVISORY_KEY = 0x5AFE_9A55_A6E0_0001  # one writer per PostgreSQL database


WAIT_MILLISECONDS = 1000
LOCK_NOT_AVAILABLE = "55P03"
_HOLDER = text(
    "SELECT a.application_name || coalesce(' on ' || host(a.client_addr), '')"
    "       || ' (server process ' || a.pid || ')'"
    "  FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.database ="
    "       (SELECT oid FROM pg_database WHERE datname = current_database())"
    "   AND (l.classid::bigint << 32) | l.objid::bigint = :key"
)


class FileLock:
    """An exclusive lock on the file beside a SQLite ledger; it ends with the process that holds it.

    The file stays when the lock is released: removing it would let two processes hold locks on
    two files of the same name.
    """

    def __init__(self, database: Path) -> None:
        path = database.with_name(f"{database.name}.writer")
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise StoreError(f"{path} cannot be written: {fault.strerror}") from fault
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(self._descriptor)
            raise StoreLockedError(
                f"{database} is already being written by process {holder}: stop it, or open the"
                " ledger for reading only"
            ) from None
        os.truncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another process write."""
        os.truncate(self._descriptor, 0)
        os.close(self._descriptor)


def lock_database(connection: Connection) -> None:
    """Take PostgreSQL's lock for this connection; it ends with the connection.

    The server may need a moment to notice that a writer died, so a lock that is held is waited for.

    Raises:
        StoreLockedError: somebody else holds it; the message says who.
    """
    try:
        with connection.begin():
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_MILLISECONDS}ms'")
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_KEY})
    except OperationalError as fault:
        if getattr(fault.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
    else:
        return
    with connection.begin():
        holder = connection.execute(_HOLDER, {"key": ADVISORY_KEY}).scalar()
    raise StoreLockedError(
        f"this database is already being written by {holder or 'another process'}: stop it, or"
        " open the ledger for reading only"
    )


def unlock_database(connection: Connection) -> None:
    """Let another process write at once, before the server notices that the connection ended."""
    try:
        with connection.begin():
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_KEY})
    except DBAPIError:
        # The connection is gone, and the lock with it.
        return
