"""What the registrar shows: plain values for desks and the command line, with nothing of the store.

Whatever holds words of a list is made only for a `Viewer` who may see it, and making it was
written to the audit chain.  `repr` of such a view shows ids alone, so that none reaches a log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from safepassage.model.ids import AccountId, ListId, PersonId, PlaceId, RecordId, SponsorId
from safepassage.register.judgement import Judgement, Pair, Verdict
from safepassage.register.linkage import Band, Evidence
from safepassage.register.person import births_of, documents_of, names_of
from safepassage.register.record import Born, Document, Record, WrittenName
from safepassage.registrar import starting
from safepassage.secure.roles import Field


class Stage(StrEnum):
    """How far a request has come.  "Read" is not "handled": only *told* ends it."""

    RECEIVED = "received"  # it is in the register
    READ = "read"  # somebody opened it
    TRIAGED = "triaged"  # somebody said how urgent it is
    DECIDED = "decided"  # somebody decided it
    TOLD = "told"  # the person, or their sponsor, knows


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A version of a list, as it was taken in.  rows = records + quarantined, always."""

    list: ListId
    version: int
    sponsor: SponsorId
    taken_at: datetime
    taken_by: AccountId
    rows: int
    records: int
    quarantined: int
    added: int  # records that no earlier version had
    file_name: str = field(repr=False)
    mapping: Mapping[str, str] = field(repr=False)  # header of a column: what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a file that was handed in.  rows = records + quarantined, always."""

    list: ListId
    version: int
    is_known: bool  # the same file again: nothing was added
    rows: int
    records: int  # rows that are records
    added: int  # of these, new ones
    known: int  # of these, in an earlier version already
    quarantined: int
    reasons: Mapping[str, int]  # why rows are in quarantine, by code
    left_out: int  # rows on other sheets of the file, which were not taken
    changed: int  # rows that state one of the version before anew
    gone: int  # rows of the version before that this one no longer has; nothing is deleted
    merged: int  # new records that were found to be of somebody already known
    persons: int  # persons nobody knew before
    questions: int  # pairs that wait for a person to judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Somebody who was keyed at a desk."""

    record: RecordId
    person: PersonId  # whose record it is now
    is_known: bool  # the very same words were keyed before
    is_new_person: bool  # nobody in the register was found to be them
    remarks: tuple[str, ...]  # what could not be read, as sentences without it


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RowView:
    """A row as it came."""

    list: ListId
    version: int
    line: int  # of the file, counted from 1, the header included
    cells: tuple[tuple[str, str], ...]  # header and text; empty if it was shredded
    record: RecordId | None
    reason: str = ""  # why it is in quarantine, as a code
    sentence: str = ""  # the same for a clerk

    def __repr__(self) -> str:
        return f"RowView({self.list} {self.version} line {self.line})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RecordView:
    """A record beside where it came from."""

    record: Record
    person: PersonId  # the id that was minted with it
    sponsor: SponsorId
    taken_at: datetime
    rows: tuple[tuple[int, int], ...]  # each version it stands in, and the line there
    hidden: frozenset[Field]  # what it says and this viewer may not see
    is_current: bool  # whether the newest version of its list still has it

    def __repr__(self) -> str:
        return f"RecordView({self.record.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementView:
    """A judgement, and whether it counts."""

    judgement: Judgement = field(repr=False)  # its reason may name somebody
    counts: bool
    is_withdrawn: bool
    waits_for_second: bool  # one reviewer has said so, another has to


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A pair that waits for a person, and all that helps to judge it.

    The weights of `bars` add up to `weight`.
    """

    pair: Pair
    left: RecordView
    right: RecordView
    weight: float
    band: Band
    bars: tuple[Evidence, ...]
    held_back: tuple[str, ...]  # why the machine may not decide, as codes
    sentence: str
    value: float  # how much depends on it: the queue is ordered by it
    stakes: tuple[str, ...]  # what depends on it, as codes: minor, at-gate-today, ...
    said: tuple[JudgementView, ...] = ()
    is_one_family: bool = False  # "same" needs two reviewers


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The first questions, and how many there are."""

    questions: tuple[Question, ...]
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class HistoryLine:
    """Something that was decided about a person."""

    at: datetime
    by: AccountId
    kind: str  # judgement, intake, family, priority, ...
    word: str  # the verdict, state or choice
    body: Mapping[str, Any]
    id: str
    subject: str
    other: str | None = None

    def __repr__(self) -> str:
        return f"HistoryLine({self.kind} {self.id})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where the ledger has a person."""

    place: PlaceId
    since: datetime
    person: PersonId  # the id under which the ledger knows them


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """How far somebody's request has come, and since when."""

    person: PersonId
    stage: Stage
    since: datetime
    received_at: datetime
    sponsors: tuple[SponsorId, ...]
    is_handled: bool  # only once they were told


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PersonView:
    """Everything about one person: every record as it came, none in place of another."""

    id: PersonId
    asked: PersonId  # the id that was asked for: another one, if it redirects
    redirects: tuple[PersonId, ...]  # ids of merged records, which lead here
    records: tuple[RecordView, ...]  # oldest first
    shredded: int  # records that were erased on request
    links: tuple[tuple[Pair, float, Band], ...]  # between their records
    open_questions: tuple[Pair, ...]  # pairs with other people's records that wait
    judgements: tuple[JudgementView, ...]
    history: tuple[HistoryLine, ...]  # oldest first
    stage: StageView
    whereabouts: Whereabouts | None
    relatives: tuple[PersonId, ...]  # who came in one household with them on a list

    @property
    def names(self) -> tuple[WrittenName, ...]:
        """Every way in which the lists write their names."""
        return names_of(view.record for view in self.records)

    @property
    def births(self) -> tuple[Born, ...]:
        """Every birth date that the lists give."""
        return births_of(view.record for view in self.records)

    @property
    def documents(self) -> tuple[Document, ...]:
        """Every document that the lists give."""
        return documents_of(view.record for view in self.records)

    def __repr__(self) -> str:
        return f"PersonView({self.id}, {len(self.records)} records)"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Hit:
    """Somebody whom a search found."""

    person: PersonId
    record: RecordView  # the one that fits best
    weight: float  # log2: how much better than a chance agreement
    bars: tuple[Evidence, ...]

    def __repr__(self) -> str:
        return f"Hit({self.person})"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """Whom a search found, the best first."""

    hits: tuple[Hit, ...]
    is_cut: bool  # more people fit than are shown: say more about the one who is meant
    not_used: frozenset[Field]  # what was asked by, and this viewer may not see


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCount:
    """How many requests are at a stage, and how long the oldest has waited there."""

    stage: Stage
    count: int
    oldest: timedelta | None
    median: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeView:
    """The intake queue: what is received and not yet told, the longest waiting first."""

    as_of: datetime
    stages: tuple[StageCount, ...]
    waiting: tuple[StageView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCounts:
    """The register in figures.  Persons are an interval while questions are open."""

    lists: int
    records: int
    shredded: int
    persons_at_least: int
    persons_at_most: int
    questions: int
    model: str

    @property
    def outgrew_its_model(self) -> bool:
        """Whether the model that comes with the program should give way to one that learned."""
        return self.model == starting.VERSION and self.records > starting.RECORDS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A new model: what was learned from people, and the register linked under it."""

    counts: RegisterCounts
    same: int  # judgements that were used
    not_same: int
    thresholds: Mapping[str, tuple[float, float]]  # those that moved, before and after, in bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a judgement did."""

    judgement: Judgement = field(repr=False)
    counts: bool  # False: it waits for a second reviewer
    persons: tuple[PersonId, ...]  # whose records the pair's are now: one, or two
    verdict: Verdict
