"""The quality panel of a list, as it was when the list was taken in: sealed with its version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from safepassage.model.ids import ListId, SponsorId
from safepassage.register.fields import Field
from safepassage.register.quality import Filled, FirstDay, Quality
from safepassage.register.record import Calendar, Precision
from safepassage.registrar.errors import UnknownSubjectError
from safepassage.registrar.lists import known_versions, particulars
from safepassage.registrar.room import Room
from safepassage.secure.roles import Action, Viewer


def quality(room: Room, viewer: Viewer, list_id: ListId, version: int | None = None) -> Quality:
    """The quality panel of a version, the newest by default; figures, no names.

    Raises:
        UnknownSubjectError: there is no such list or version.
        NotAllowedError: it is another sponsor's, or the viewer may see none.
    """
    with room.store.reading() as connection:
        versions = known_versions(connection, list_id)
        room.access.allow(viewer, Action.SEE_QUALITY, SponsorId(versions[-1].sponsor))
        wanted = version or versions[-1].version
        found = next((v for v in versions if v.version == wanted), None)
        if found is None:
            raise UnknownSubjectError(f"list {list_id} has no version {wanted}")
        return from_plain(particulars(connection, room, found)["quality"])


def to_plain(panel: Quality) -> dict[str, Any]:
    """The panel as plain values."""
    return asdict(panel)


def from_plain(plain: Mapping[str, Any]) -> Quality:
    """What `to_plain` gave, after it went through JSON."""
    return Quality(
        **{
            **plain,
            "reasons": tuple((reason, count) for reason, count in plain["reasons"]),
            "remarks": tuple(
                (None if field is None else Field(field), count)
                for field, count in plain["remarks"]
            ),
            "filled": tuple(
                Filled(Field(f["field"]), f["filled"], f["records"]) for f in plain["filled"]
            ),
            "first_days": tuple(
                FirstDay(**{**day, "calendar": Calendar(day["calendar"])})
                for day in plain["first_days"]
            ),
            "precision": tuple(
                (None if kind is None else Precision(kind), count)
                for kind, count in plain["precision"]
            ),
            "shared_documents": tuple(map(tuple, plain["shared_documents"])),
            "repeated_rows": tuple(map(tuple, plain["repeated_rows"])),
        }
    )
