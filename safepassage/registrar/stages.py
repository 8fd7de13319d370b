"""How far each request has come: received, read, triaged, decided, told, and how long ago.

"Read" is not "handled".  Only telling the person or their sponsor ends a request, and a figure
about requests names the stage it counts.  A stage that was reached is not left by reading again; a
person of several records has come as far as the furthest of them, because they were told once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median_low

from sqlalchemy import Connection

from safepassage.model.ids import PersonId, SponsorId
from safepassage.model.instant import from_micros
from safepassage.registrar import journal
from safepassage.registrar.views import IntakeView, Stage, StageCount, StageView
from safepassage.store import register_links as linked
from safepassage.store import register_records as stored
from safepassage.store import register_rows as rows_stored
from safepassage.store.register_records import Arrival, StoredRecord

ORDER = tuple(Stage)


def stage_of(
    person: PersonId,
    rows: Sequence[StoredRecord | Arrival],
    decisions: Iterable[journal.Decision],
    sponsors: tuple[SponsorId, ...],
) -> StageView:
    """How far the request of one person has come."""
    received_at = from_micros(min(row.minted_at for row in rows))
    stage, since = Stage.RECEIVED, received_at
    for decision in decisions:
        if decision.kind is journal.Kind.INTAKE:
            reached = Stage(decision.word)
            if ORDER.index(reached) > ORDER.index(stage):
                stage, since = reached, decision.at
    return StageView(
        person=person,
        stage=stage,
        since=since,
        received_at=received_at,
        sponsors=sponsors,
        is_handled=stage is Stage.TOLD,
    )


def all_stages(connection: Connection) -> list[StageView]:
    """How far every request has come, nothing opened."""
    sponsor_of = {v.list: SponsorId(v.sponsor) for v in rows_stored.latest_versions(connection)}
    cluster_of = {m.record: m.cluster for m in linked.all_members(connection)}
    together: dict[int, list[Arrival]] = defaultdict(list)
    for row in stored.arrivals(connection):
        together[cluster_of.get(row.number, row.number)].append(row)
    said = journal.words(connection, journal.Kind.INTAKE)
    views = []
    for rows in together.values():
        found = [d for row in rows for d in said.get(row.person, ())]
        sponsors = tuple(sorted({sponsor_of[row.list] for row in rows}))
        views.append(stage_of(PersonId(rows[0].person), rows, found, sponsors))
    return views


def intake_view(views: Iterable[StageView], now: datetime, limit: int) -> IntakeView:
    """The intake queue: counts and ages by stage, and who has waited longest in theirs."""
    ages: dict[Stage, list[StageView]] = defaultdict(list)
    for view in views:
        ages[view.stage].append(view)
    waiting = [view for stage in ORDER[:-1] for view in ages[stage]]
    waiting.sort(key=lambda view: (view.since, view.person))
    return IntakeView(
        as_of=now,
        stages=tuple(_count(stage, ages[stage], now) for stage in ORDER),
        waiting=tuple(waiting[:limit]),
    )


def _count(stage: Stage, views: list[StageView], now: datetime) -> StageCount:
    if not views:
        return StageCount(stage=stage, count=0, oldest=None, median=None)
    since = sorted(view.since for view in views)
    return StageCount(
        stage=stage, count=len(views), oldest=now - since[0], median=now - median_low(since)
    )
