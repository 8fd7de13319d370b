"""Who may look: a one-time link, exchanged for a session.

There is no password, so there is no default password.  The server prints a link; its code is 192
random bits, works once, and expires.  It travels behind the `#`, which browsers never send, so it
is in no log and no Referer, and a chat program that previews links cannot spend it: only the
button on the page does.

Neither codes nor sessions are kept as they are, only as SHA-256: whoever reads the memory image
or the sessions file cannot sign in with it.  With 192 bits there is nothing to guess, so a plain
hash is enough.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from safepassage.model.instant import format_instant, parse_instant

CODE_BYTES = 24


def digest(secret: str) -> str:
    """What is kept of a code or a session id."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Links:
    """The one-time codes that were printed and not used yet."""

    def __init__(self, clock: Callable[[], datetime], valid: timedelta) -> None:
        self._clock = clock
        self._valid = valid
        self._open: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def issue(self) -> str:
        """A new code, good once."""
        code = secrets.token_urlsafe(CODE_BYTES)
        with self._lock:
            self._open[digest(code)] = self._clock() + self._valid
        return code

    def spend(self, code: str) -> bool:
        """Use a code up; whether it was good."""
        wanted, now = digest(code.strip()), self._clock()
        with self._lock:
            found = [known for known in self._open if hmac.compare_digest(known, wanted)]
            expiries = [self._open.pop(known) for known in found]
        return any(now < expires for expires in expiries)


class Sessions:
    """Who is signed in.  Kept in a file of hashes when there is one, so that a restart signs
    nobody out and the board's stream goes on where it stopped."""

    def __init__(self, clock: Callable[[], datetime], valid: timedelta, path: Path | None) -> None:
        self._clock = clock
        self._valid = valid
        self._path = path
        self._lock = threading.Lock()
        self._open = self._read()

    def start(self) -> str:
        """The secret id of a new session."""
        session = secrets.token_urlsafe(CODE_BYTES)
        with self._lock:
            self._open[digest(session)] = self._clock() + self._valid
            self._write()
        return session

    def knows(self, session: str | None) -> bool:
        """Whether this is a session that has not ended."""
        ends = self._open.get(digest(session)) if session else None
        return ends is not None and self._clock() < ends

    def end(self, session: str | None) -> None:
        """Sign out: the session is dead at once, wherever its cookie still lies."""
        with self._lock:
            if session and self._open.pop(digest(session), None):
                self._write()

    def _read(self) -> dict[str, datetime]:
        if self._path is None or not self._path.exists():
            return {}
        try:
            kept: dict[str, str] = json.loads(self._path.read_text())
            return {known: parse_instant(ends) for known, ends in kept.items()}
        except (OSError, ValueError, AttributeError):
            return {}  # an unreadable file costs a sign-in, nothing else

    def _write(self) -> None:
        if self._path is None:
            return
        now = self._clock()
        self._open = {known: ends for known, ends in self._open.items() if now < ends}
        kept = {known: format_instant(ends) for known, ends in self._open.items()}
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._path.with_suffix(".new")
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(kept, file)
        fresh.replace(self._path)
