"""Where the people of a gate meet, as the store keeps it: said once, for every call to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from safepassage.control.message import LANGUAGES, Meeting
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import PlaceId
from safepassage.store.store import Store

MEETINGS = "meeting-places"  # the document


def meetings(store: Store, zone: str) -> dict[PlaceId, Meeting]:
    """The meeting place of each gate for which somebody said one.

    Args:
        store: which keeps them.
        zone: whose clock messages mean.
    """
    kept = store.get_document(MEETINGS)
    plain: Mapping[str, Mapping[str, str]] = {} if kept is None else json.loads(kept.text)
    return {PlaceId(gate): Meeting(places, zone) for gate, places in plain.items()}


def keep_meeting(
    store: Store, gate: PlaceId, places: Mapping[str, str], zone: str, now: datetime
) -> Meeting:
    """Keep where the people of a gate meet, in one language or more; what was said before goes.

    Raises:
        EndangeringError: a text says what it is about.
        BadQuestionError: a language that no message has.
    """
    odd = sorted(set(places) - set(LANGUAGES))
    if odd:
        raise BadQuestionError(f"messages have no language {odd[0][:20]!r}: {', '.join(LANGUAGES)}")
    meeting = Meeting(dict(places), zone)
    known = {each: dict(said.places) for each, said in meetings(store, zone).items()}
    text = json.dumps(known | {gate: dict(places)}, ensure_ascii=False, sort_keys=True)
    store.put_document(MEETINGS, text, recorded_at=now)
    return meeting
