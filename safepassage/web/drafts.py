"""Lists on their way in: read, looked at, and not yet taken.

They hold names, so they stay in memory, belong to the account that brought them, go after an hour,
and go at once when the register is locked.  Nothing of an upload touches a disk.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from safepassage.exchange.lists import Limits, ListTooLargeError, NotAListError
from safepassage.model.ids import AccountId, ListId, SponsorId
from safepassage.model.sheet import ReadList, Sheet
from safepassage.register.columns import Proposal
from safepassage.register.mapping import Mapping
from safepassage.registrar.errors import UnknownSubjectError
from safepassage.registrar.views import Taken

LIMITS = Limits()
KEPT = timedelta(hours=1)
OF_ONE_ACCOUNT_MAX = 4  # drafts; the oldest goes first
PASTED_BYTES_MAX = 16 * 1024 * 1024


class NoDraftError(UnknownSubjectError):
    """The list is not here any more, or was never this account's."""


@dataclass(slots=True)
class Draft:
    """A list that somebody is taking in, and how far they have come."""

    id: str
    account: AccountId
    sponsor: SponsorId
    list: ListId
    file: ReadList
    made_at: datetime
    sheet_number: int
    proposal: Proposal | None = None
    mapping: Mapping | None = None  # once it was confirmed
    taken: Taken | None = None

    @property
    def sheet(self) -> Sheet:
        """The sheet that is looked at."""
        return self.file.sheets[self.sheet_number]


@dataclass(slots=True)
class Drafts:
    """Every draft of a server."""

    clock: Callable[[], datetime]
    _drafts: dict[str, Draft] = field(default_factory=dict)
    _mutex: threading.Lock = field(default_factory=threading.Lock)

    def add(self, account: AccountId, sponsor: SponsorId, list_id: ListId, file: ReadList) -> Draft:
        """A new draft, of its largest sheet."""
        largest = max(range(len(file.sheets)), key=lambda n: len(file.sheets[n].rows))
        now = self.clock()
        made = Draft(secrets.token_urlsafe(12), account, sponsor, list_id, file, now, largest)
        with self._mutex:
            self._let_go(now)
            own = [draft for draft in self._drafts.values() if draft.account == account]
            for old in own[: max(0, len(own) - OF_ONE_ACCOUNT_MAX + 1)]:
                del self._drafts[old.id]
            self._drafts[made.id] = made
        return made

    def get(self, id: str, account: AccountId) -> Draft:
        """The draft of that id.

        Raises:
            NoDraftError: there is none of this account's.
        """
        with self._mutex:
            self._let_go(self.clock())
            draft = self._drafts.get(id)
        if draft is None or draft.account != account:
            raise NoDraftError(
                "this list is not kept here any more: lists wait for an hour, and go when the"
                " register is locked. Bring it again"
            )
        return draft

    def drop(self, id: str, account: AccountId) -> None:
        """Let go of a draft; one that is not there is no fault."""
        with self._mutex:
            draft = self._drafts.get(id)
            if draft is not None and draft.account == account:
                del self._drafts[id]

    def forget(self) -> None:
        """Let go of all."""
        with self._mutex:
            self._drafts.clear()

    def _let_go(self, now: datetime) -> None:
        old = [draft.id for draft in self._drafts.values() if now - draft.made_at > KEPT]
        for id in old:
            del self._drafts[id]


@dataclass(frozen=True, slots=True)
class Upload:
    """What came in a form with a file."""

    fields: dict[str, str]
    content: bytes
    name: str


async def read_upload(request: Request, limits: Limits = LIMITS) -> Upload:
    """A form with a file, read into memory and never onto a disk.

    Raises:
        ListTooLargeError: it is larger than a list may be.
        NotAListError: it is no such form.
    """
    most = limits.file_bytes_max + PASTED_BYTES_MAX

    async def bounded() -> AsyncIterator[bytes]:
        seen = 0
        async for chunk in request.stream():
            seen += len(chunk)
            if seen > most:
                raise ListTooLargeError(
                    f"The file is larger than {limits.file_bytes_max // 1024 // 1024} MiB. Split it"
                )
            yield chunk

    parser = MultiPartParser(
        request.headers,
        bounded(),  # type: ignore[arg-type]  # it needs no more than to be iterated over
        max_files=1,
        max_fields=20,
        max_part_size=PASTED_BYTES_MAX,
    )
    # A spooled file that grows would be rolled over to a disk; this one may not.
    parser.spool_max_size = most + 1
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError):
        raise NotAListError("The form did not arrive whole. Send it again") from None
    try:
        fields = {key: value for key, value in form.multi_items() if isinstance(value, str)}
        files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
        content = await files[0].read() if files else b""
        return Upload(fields, content, (files[0].filename or "")[:200] if files else "")
    finally:
        await form.close()
