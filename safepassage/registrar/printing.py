"""The bands that paper forms are printed with: a number is given out once.

The next print run goes on where the last one ended, whoever prints it.
"""

from __future__ import annotations

from safepassage.register.bands import Band, next_bands
from safepassage.registrar import lists
from safepassage.registrar.room import Room
from safepassage.secure.roles import Action, Viewer


def print_run(room: Room, viewer: Viewer, series: str, count: int) -> tuple[Band, ...]:
    """The bands of a new print run; nobody gets them again.

    Raises:
        NotAllowedError: the viewer enters nobody.
        BandNumberError: the series is none, or has not so many bands left.
    """
    room.access.allow(viewer, Action.ENTER_PERSON)
    name = f"bands/{Band(series, 0).series}"
    with room.changing, room.store.writing() as connection:
        known = lists.get_document(connection, room, name) or {}
        bands = next_bands(series, int(known.get("last", 0)), count)
        lists.put_document(connection, room, name, {"last": bands[-1].number})
    return bands
