"""How often somebody may try to sign in: a wait that grows with each failure.

Five wrong tries are a tired officer; after them each further one doubles the wait, up to a quarter
of an hour.  What is counted is the account that was typed, whether or not there is one, so that the
answer does not tell.  A passkey cannot be guessed and does not wait.

Besides, one try costs half a second and 128 MiB by design: only two are computed at a time, a few
more may wait, and the rest are turned away before any work is done for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

FREE = 5  # failures that cost nothing but the work
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
REMEMBERED = timedelta(hours=1)
KEPT_MAX = 32  # failures of one account that are worth remembering
COMPUTED_AT_ONCE = 2
WAITING_MAX = 6


def wait_until(failures: Sequence[datetime], now: datetime) -> datetime | None:
    """From when on another try is allowed; None: now.

    Args:
        failures: when tries for this account failed, oldest first.
        now: the server's clock.
    """
    recent = [at for at in failures if now - at < REMEMBERED]
    if len(recent) < FREE:
        return None
    doublings = min(len(recent) - FREE, 10)
    until = recent[-1] + min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
    return until if until > now else None


def remembered(failures: Sequence[datetime], now: datetime) -> list[datetime]:
    """The failures that still count, with one more now."""
    return [*(at for at in failures if now - at < REMEMBERED), now][-KEPT_MAX:]
