"""Exports: the one way in which people's data leaves, and who stands behind each.

    request   the sender says type, people, recipients, purpose, expiry, and how many rows it will
              be, before seeing it.  Another number is refused: what somebody believes to be 150
              rows is never 18,714
    approve   more than 50 rows, or fields of protection, or a file that is not sealed: a second
              person, an exporter and never the sender, agrees
    write     one file for each recipient: exactly the rows that were counted, marked as theirs,
              inspected by code that did not write it, sealed for their key
    recall    recipients are asked to delete; after its expiry an export asks that by itself

Each step is a decision at the end of the register's chain, and an entry of the audit chain that is
durable before anything is shown.  What an export was is never changed: it is asked for anew.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from safepassage.exchange.exports.inspect import check_file
from safepassage.exchange.exports.types import KINDS
from safepassage.exchange.exports.writers import write
from safepassage.model.errors import InvalidFactError
from safepassage.registrar import journal
from safepassage.registrar.deciding import rules_in_force
from safepassage.registrar.errors import NotAllowedError, UnknownSubjectError
from safepassage.registrar.export_rows import Moment, Row, digest_of, rows_for, subjects_of
from safepassage.registrar.export_values import (
    ALONE_MAX,
    DAYS_MAX,
    Asked,
    Copy,
    Due,
    ExportId,
    ExportRefusedError,
    ExportState,
    ExportView,
    Recipient,
    Second,
    Written,
    name_of,
)
from safepassage.registrar.kinship import Kinship
from safepassage.registrar.room import Room
from safepassage.secure import audit, watermark
from safepassage.secure.age import sealed_for, sealed_with_passphrase
from safepassage.secure.roles import Action, Refusal, Viewer, Why

REQUESTED, REFUSED, APPROVED = "requested", "refused", "approved"
WRITTEN, RECALLED = "written", "recalled"


class Exports:
    """What may leave the register, and what has.

    Args:
        room: what to work with.
        kinship: who belongs together.
    """

    def __init__(self, room: Room, kinship: Kinship) -> None:
        self._room = room
        self._kinship = kinship

    def request(self, viewer: Viewer, asked: Asked) -> ExportView:
        """Ask for an export.

        Raises:
            NotAllowedError: the viewer may ask for none.
            ExportRefusedError: the rows are not as many as the sender said, or it would be good for
                too long; it is written down, and how many they are is not told.
            UnknownSubjectError: there is no such list or person.
            InvalidFactError: the type is about one list, and none is named.
        """
        self._room.access.allow(viewer, Action.REQUEST_EXPORT)
        at = self._room.clock()
        if KINDS[asked.type].is_of_one_list and asked.selection.list is None:
            raise InvalidFactError(f"a {asked.type} is about one list: say which")
        if not at < asked.expires_at <= at + timedelta(days=DAYS_MAX):
            raise ExportRefusedError(
                f"an export expires after now and within {DAYS_MAX} days: say when copies are to be"
                " deleted"
            )
        export = ExportId(f"export/{secrets.token_hex(8)}")
        rows = self._rows(export, asked, at)
        if len(rows) != asked.rows:
            self._keep(viewer, export, REFUSED, at, {"asked": asked.to_plain()})
            detail: dict[str, str | int] = {"why": "row-count", "type": str(asked.type)}
            self._note(viewer, audit.Kind.EXPORT_REFUSED, export, detail)
            raise ExportRefusedError(
                f"the export does not have {asked.rows:,} rows. How many it has is not told: count"
                " those you mean to send, choose again, and ask anew"
            )
        body = {"asked": asked.to_plain(), "digest": digest_of(self._room, rows)}
        self._keep(viewer, export, REQUESTED, at, body)
        detail = {"type": str(asked.type), "rows": len(rows), "recipients": len(asked.recipients)}
        self._note(viewer, audit.Kind.EXPORT_REQUESTED, export, detail)
        return self._view(export)

    def approve(self, viewer: Viewer, export: ExportId) -> ExportView:
        """Agree to an export as its second person.

        Raises:
            NotAllowedError: the viewer is no exporter, or asked for it themselves.
            ExportRefusedError: it does not wait for anybody.
        """
        self._check_second(viewer, export)
        with self._room.changing, self._room.store.writing() as connection:
            self._check_waits(connection, export)
            self._record(connection, viewer, export, APPROVED, self._room.clock(), {})
        self._note(viewer, audit.Kind.EXPORT_APPROVED, export)
        return self._view(export)

    def refuse(self, viewer: Viewer, export: ExportId, why: str) -> ExportView:
        """Say no to an export as its second person.

        Raises:
            NotAllowedError: the viewer is no exporter, or asked for it themselves.
            ExportRefusedError: it does not wait for anybody.
        """
        self._check_second(viewer, export)
        with self._room.changing, self._room.store.writing() as connection:
            self._check_waits(connection, export)
            self._record(connection, viewer, export, REFUSED, self._room.clock(), {"why": why})
        self._note(viewer, audit.Kind.EXPORT_REFUSED, export, {"why": "second-person"})
        return self._view(export)

    def write(
        self, viewer: Viewer, export: ExportId, recipient: str, passphrase: str = ""
    ) -> Written:
        """The file for one recipient.

        Args:
            viewer: whoever asked for the export or approved it.
            export: which.
            recipient: for whom, by their id.
            passphrase: for a recipient without a key; it is kept nowhere.

        Raises:
            NotAllowedError: the viewer has no part in this export.
            ExportRefusedError: it is not ready, or what was approved is no longer what comes out.
            HidesSomethingError: the inspection found something in the file; report it.
            WeakSecretError: the passphrase would be guessed.
        """
        self._room.access.allow(viewer, Action.REQUEST_EXPORT)
        view = self._view(export)
        if viewer.account not in (view.by, view.approved_by):
            raise self._not_allowed(viewer, Action.REQUEST_EXPORT, "ask whoever asked for it")
        if view.state is not ExportState.READY:
            raise ExportRefusedError(f"this export is {view.state}: ask for it anew")
        found = [one for one in view.asked.recipients if one.id == recipient]
        if not found:
            raise UnknownSubjectError("the export has no such recipient: see whom it names")
        at = self._room.clock()
        rows = self._rows(export, view.asked, at)
        if digest_of(self._room, rows) != view.digest:
            raise ExportRefusedError(
                "the register has changed since this was counted, and other rows would come out:"
                " ask for the export anew"
            )
        written = self._file(view, found[0], rows, passphrase)
        self._keep(viewer, export, WRITTEN, at, {"recipient": recipient, "sha256": written.sha256})
        told: dict[str, str | int] = {
            "recipient": recipient,
            "rows": written.rows,
            "sha256": written.sha256,
        }
        self._note(viewer, audit.Kind.EXPORTED, export, told)
        return written

    def recall(self, viewer: Viewer, export: ExportId, why: str) -> ExportView:
        """Stop an export, and put its copies on the list of those to be deleted.

        Raises:
            NotAllowedError: the viewer may ask for no exports.
            ExportRefusedError: it was refused or recalled before.
        """
        self._room.access.allow(viewer, Action.REQUEST_EXPORT)
        view = self._view(export)
        if view.state in (ExportState.REFUSED, ExportState.RECALLED):
            raise ExportRefusedError(f"this export is {view.state} already")
        if not why.strip():
            raise InvalidFactError("say why the copies are recalled: recipients will ask")
        self._keep(viewer, export, RECALLED, self._room.clock(), {"why": why})
        detail: dict[str, str | int] = {"why": "recalled", "copies": len(view.copies)}
        self._note(viewer, audit.Kind.EXPORT_REFUSED, export, detail)
        return self._view(export)

    def all(self, viewer: Viewer) -> list[ExportView]:
        """Every export, the newest first; ids and counts, nobody in them.

        Raises:
            NotAllowedError: the viewer may ask for no exports.
        """
        self._room.access.allow(viewer, Action.REQUEST_EXPORT)
        with self._room.store.reading() as connection:
            said = journal.decisions(connection, self._room.vault, journal.Kind.EXPORT)
        together: dict[str, list[journal.Decision]] = {}
        for decision in said:
            together.setdefault(decision.subject, []).append(decision)
        now = self._room.clock()
        return [_view_of(decisions, now) for decisions in reversed(together.values())]

    def one(self, viewer: Viewer, export: ExportId) -> ExportView:
        """One export.

        Raises:
            NotAllowedError: the viewer may ask for no exports.
            UnknownSubjectError: there is no such export.
        """
        self._room.access.allow(viewer, Action.REQUEST_EXPORT)
        return self._view(export)

    def due(self, viewer: Viewer) -> list[Due]:
        """Every copy that its recipient should have deleted by now, those due longest first."""
        found = [
            Due(
                view.id,
                view.asked.type,
                copy,
                view.closed_at or view.asked.expires_at,
                view.closed_at is not None,
            )
            for view in self.all(viewer)
            if view.state in (ExportState.RECALLED, ExportState.EXPIRED)
            for copy in view.copies
        ]
        return sorted(found, key=lambda due: (due.since, due.export, due.copy.recipient))

    def trace(
        self, viewer: Viewer, export: ExportId, header: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> watermark.Traced:
        """Whose copy of an export a leaked table is.

        Raises:
            NotAllowedError: the viewer approves no exports.
            UnknownSubjectError: there is no such export.
        """
        self._room.access.allow(viewer, Action.APPROVE_EXPORT)
        view = self._view(export)
        keys = {one.id: self._mark_key(export, one.id) for one in view.asked.recipients}
        return watermark.trace(header, rows, KINDS[view.asked.type].layout, keys)

    def _rows(self, export: ExportId, asked: Asked, at: datetime) -> list[Row]:
        kin = self._kinship.now(self._room)
        moment = Moment.of(export, self._room, kin, rules_in_force(self._room), at)
        return rows_for(moment, asked.type, subjects_of(self._room, kin, asked.selection))

    def _file(
        self, view: ExportView, recipient: Recipient, rows: Sequence[Row], passphrase: str
    ) -> Written:
        asked, kind = view.asked, KINDS[view.asked.type]
        key = self._mark_key(view.id, recipient.id)
        own = watermark.marked(kind.header, rows, kind.layout, key)
        content = write(asked.format, kind.header, own)
        found = check_file(content, len(rows))
        if found.header != kind.header:
            raise ExportRefusedError("the file has other columns than its type: report this")
        if asked.is_sealed:
            content = (
                sealed_for(content, [recipient.key])
                if recipient.key
                else sealed_with_passphrase(content, passphrase)
            )
        return Written(
            name_of(view, recipient.id), content, hashlib.sha256(content).hexdigest(), len(rows)
        )

    def _mark_key(self, export: ExportId, recipient: str) -> bytes:
        said = f"{export}\0{recipient}".encode()
        return bytes.fromhex(self._room.vault.fingerprint("export-watermark", said))

    def _check_second(self, viewer: Viewer, export: ExportId) -> None:
        self._room.access.allow(viewer, Action.APPROVE_EXPORT)
        if self._view(export).by == viewer.account:
            remedy = "another exporter approves what you asked for"
            raise self._not_allowed(viewer, Action.APPROVE_EXPORT, remedy)

    def _not_allowed(self, viewer: Viewer, action: Action, remedy: str) -> NotAllowedError:
        detail: dict[str, str | int] = {"action": str(action), "why": str(Why.NEEDS_SECOND_PERSON)}
        self._room.access.note(viewer, audit.Kind.REFUSED, detail=detail)
        return NotAllowedError(Refusal(action, Why.NEEDS_SECOND_PERSON, remedy))

    def _check_waits(self, connection: Connection, export: ExportId) -> None:
        state = self._view(export, connection).state
        if state is not ExportState.WAITING:
            raise ExportRefusedError(f"this export is {state}: it waits for nobody")

    def _view(self, export: ExportId, connection: Connection | None = None) -> ExportView:
        if connection is None:
            with self._room.store.reading() as reading:
                return self._view(export, reading)
        said = journal.decisions_about(connection, self._room.vault, [export], journal.Kind.EXPORT)
        if not said:
            raise UnknownSubjectError(f"there is no export {export} in this register")
        return _view_of(said, self._room.clock())

    def _keep(
        self,
        viewer: Viewer,
        export: ExportId,
        word: str,
        at: datetime,
        body: Mapping[str, object],
    ) -> None:
        with self._room.changing, self._room.store.writing() as connection:
            self._record(connection, viewer, export, word, at, body)

    def _record(
        self,
        connection: Connection,
        viewer: Viewer,
        export: ExportId,
        word: str,
        at: datetime,
        body: Mapping[str, object],
    ) -> None:
        decision = journal.Decision(
            id=journal.new_id(journal.Kind.EXPORT),
            kind=journal.Kind.EXPORT,
            subject=export,
            word=word,
            by=viewer.account,
            at=at,
            body=body,
        )
        journal.record(connection, self._room.vault, decision)

    def _note(
        self,
        viewer: Viewer,
        kind: audit.Kind,
        export: ExportId,
        detail: Mapping[str, str | int] | None = None,
    ) -> None:
        self._room.access.note(viewer, kind, subject=export, detail=detail)


def seconds_of(asked: Asked) -> tuple[Second, ...]:
    """Why an export needs a second person; empty: it does not."""
    reasons = {
        Second.MANY_ROWS: asked.rows > ALONE_MAX,
        Second.PROTECTION: KINDS[asked.type].has_protection,
        Second.NOT_SEALED: not asked.is_sealed,
    }
    return tuple(second for second, holds in reasons.items() if holds)


def _view_of(said: Sequence[journal.Decision], now: datetime) -> ExportView:
    """An export from everything that was decided about it, oldest first."""
    first = said[0]
    asked = Asked.from_plain(first.body["asked"])
    words = {decision.word: decision for decision in said}
    closing = words.get(RECALLED) or words.get(REFUSED)
    approved = words.get(APPROVED)
    seconds = seconds_of(asked)
    if RECALLED in words:
        state = ExportState.RECALLED
    elif REFUSED in words:
        state = ExportState.REFUSED
    elif asked.expires_at <= now:
        state = ExportState.EXPIRED
    else:
        state = ExportState.WAITING if seconds and approved is None else ExportState.READY
    return ExportView(
        id=ExportId(first.subject),
        asked=asked,
        by=first.by,
        at=first.at,
        state=state,
        seconds=seconds,
        digest=first.body.get("digest", ""),
        approved_by=approved.by if approved else "",
        copies=tuple(
            Copy(d.body["recipient"], d.by, d.at, d.body["sha256"])
            for d in said
            if d.word == WRITTEN
        ),
        closed_at=closing.at if closing else None,
        why=closing.body.get("why", "") if closing else "",
    )
