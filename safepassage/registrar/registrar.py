"""The registrar: everything that desks and the command line may ask of the register.

Each method takes the `Viewer` who asks, checks what they may, and writes down what they saw or did.
What it answers are the plain values of `views.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from safepassage.model.ids import GroupId, ListId, PersonId, RecordId, SponsorId
from safepassage.model.ledger import Ledger
from safepassage.model.observation import Group
from safepassage.model.sheet import ReadList
from safepassage.register import mapping as mappings
from safepassage.register.bands import Band
from safepassage.register.columns import Proposal, propose
from safepassage.register.difference import PersonDifference
from safepassage.register.family_values import Family, Part
from safepassage.register.fields import Field
from safepassage.register.judgement import Pair, Verdict, pair_of
from safepassage.register.linkage import Progress
from safepassage.register.priority_values import FamilyAssessment, Flip, Rules
from safepassage.register.quality import Quality
from safepassage.registrar import (
    checking,
    contacting,
    deciding,
    entering,
    erasing,
    intake,
    judging,
    learning,
    linking,
    lists,
    panel,
    people,
    printing,
    questions,
    reading,
    search,
    sponsors,
    taking,
    versions,
)
from safepassage.registrar.access import REVIEW_BUDGET, Access, Occasion, Trail
from safepassage.registrar.contacting import Contact
from safepassage.registrar.erasing import Shredded
from safepassage.registrar.exporting import Exports
from safepassage.registrar.kinship import Kinship
from safepassage.registrar.matching import OwnMatching
from safepassage.registrar.room import Matching, Room
from safepassage.registrar.views import (
    Entered,
    IntakeView,
    Judged,
    Learned,
    ListView,
    PersonView,
    Question,
    Queue,
    RegisterCounts,
    RowView,
    SearchResult,
    Stage,
    StageView,
    Taken,
)
from safepassage.secure import audit
from safepassage.secure.reveal import DEFAULT_BUDGET, Budget
from safepassage.secure.roles import Action, Viewer
from safepassage.secure.vault import Vault
from safepassage.store import register_links as linked
from safepassage.store import register_records as stored
from safepassage.store import register_rows as rows_stored
from safepassage.store.register_place import Place

WAITING_SHOWN_MAX = 200
QUESTIONS_SHOWN_MAX = 20


class Registrar:
    """The register, unlocked.

    Args:
        store: the database that holds the register.
        vault: the register's key.
        trail: the audit chain.
        clock: the server's clock.
        matching: the engine with its frozen model.
        region: ISO 3166 alpha-2, where local phone numbers are dialled.
        desk: how many people somebody may look for in an hour.
        review: how many the queue may show somebody in an hour.
    """

    def __init__(
        self,
        store: Place,
        vault: Vault,
        trail: Trail,
        clock: Callable[[], datetime],
        matching: Matching,
        *,
        region: str = "AF",
        desk: Budget = DEFAULT_BUDGET,
        review: Budget = REVIEW_BUDGET,
    ) -> None:
        self._room = Room(store, vault, clock, Access(trail, clock, desk, review), matching)
        self._region = region
        self._kinship = Kinship()

    @property
    def room(self) -> Room:
        """What the rules of this package work with."""
        return self._room

    @property
    def exports(self) -> Exports:
        """What may leave the register, and what has."""
        return Exports(self._room, self._kinship)

    # Lists

    def propose(self, viewer: Viewer, file: ReadList, sheet: int, sponsor: SponsorId) -> Proposal:
        """What the columns of a sheet probably are, from what was confirmed for the sponsor.

        Raises:
            NotAllowedError: the viewer may take no list of this sponsor in.
        """
        self._allow_taking(viewer, sponsor)
        with self._room.store.reading() as connection:
            kept = lists.get_document(connection, self._room, f"mapping/{sponsor}")
        remembered = mappings.Mapping.from_plain(kept) if kept else None
        return propose(reading.sheet_of(file, sheet), remembered, self._region)

    def take_list(
        self,
        viewer: Viewer,
        file: ReadList,
        sheet: int,
        mapping: mappings.Mapping,
        *,
        sponsor: SponsorId,
        list_id: ListId,
        progress: Progress | None = None,
    ) -> Taken:
        """Take a list in, link what is new, and remember the mapping for the sponsor.

        Raises:
            NotAllowedError: the viewer may take no list of this sponsor in.
            RegistrarError: the list is another sponsor's.
            MappingError: no column tells anybody.
        """
        self._allow_taking(viewer, sponsor)
        received = reading.receive(
            file,
            sheet,
            mapping,
            list_id=list_id,
            sponsor=sponsor,
            by=viewer.account,
            received=self._room.clock().date(),
        )
        kept = taking.keep(self._room, received.incoming)
        with self._room.store.writing() as connection:
            lists.put_document(connection, self._room, f"mapping/{sponsor}", mapping.to_plain())
        done = linking.link_waiting(self._room, progress)
        restated = versions.NOTHING
        if not kept.is_known:
            restated = versions.restate(self._room, viewer, list_id, kept.version.version)
        version = kept.version
        detail: dict[str, str | int] = {
            "version": version.version,
            "rows": version.rows,
            "records": version.records,
            "quarantined": version.quarantined,
        }
        self._room.access.note(viewer, audit.Kind.LIST_TAKEN, subject=list_id, detail=detail)
        return Taken(
            list=list_id,
            version=version.version,
            is_known=kept.is_known,
            rows=version.rows,
            records=version.records,
            added=0 if kept.is_known else version.added,
            known=version.records - (0 if kept.is_known else version.added),
            quarantined=version.quarantined,
            reasons=dict(kept.reasons),
            left_out=received.left_out,
            changed=len(restated.changed),
            gone=len(restated.gone),
            merged=done.merged,
            persons=done.new - done.merged,
            questions=done.questions,
        )

    def enter(
        self, viewer: Viewer, said: Mapping[Field, str], *, sponsor: SponsorId, list_id: ListId
    ) -> Entered:
        """Keep one person who was keyed at a desk, as one more row of the desk's list."""
        return entering.enter(
            self._room, viewer, said, sponsor=sponsor, list_id=list_id, region=self._region
        )

    def print_run(self, viewer: Viewer, series: str, count: int) -> tuple[Band, ...]:
        """The bands of a new run of paper forms; nobody gets them again."""
        return printing.print_run(self._room, viewer, series, count)

    def _allow_taking(self, viewer: Viewer, sponsor: SponsorId) -> None:
        """A sponsor hands in its own lists; the registrar takes any."""
        own = Action.SUBMIT_LIST if viewer.sponsor is not None else Action.IMPORT_LIST
        self._room.access.allow(viewer, own, sponsor)

    def lists(self, viewer: Viewer) -> list[ListView]:
        """Each list as it was last taken in."""
        return lists.all_lists(self._room, viewer)

    def versions(self, viewer: Viewer, list_id: ListId) -> list[ListView]:
        """Every version of a list, oldest first."""
        return lists.versions_of(self._room, viewer, list_id)

    def changes(self, viewer: Viewer, list_id: ListId, version: int) -> PersonDifference:
        """What a version changed against the one before it, by person; ids alone."""
        return versions.changes(self._room, viewer, list_id, version)

    def quality(self, viewer: Viewer, list_id: ListId, version: int | None = None) -> Quality:
        """The quality panel of a version of a list, the newest by default; figures, no names."""
        return panel.quality(self._room, viewer, list_id, version)

    def quarantine(self, viewer: Viewer, list_id: ListId, *, after: int = 0) -> list[RowView]:
        """Rows of a list that are no record, fifty at a time, behind a line of the file."""
        return lists.quarantined(self._room, viewer, list_id, after=after)

    # Who is the same

    def rebuild(self, viewer: Viewer, progress: Progress | None = None) -> RegisterCounts:
        """Link everything anew; with the same model, records and judgements nothing changes.

        Raises:
            NotAllowedError: the viewer may take no lists in.
        """
        self._room.access.allow(viewer, Action.IMPORT_LIST)
        linking.rebuild(self._room, progress)
        return self.counts()

    def learn(
        self, viewer: Viewer, progress: Progress | None = None, *, from_people: bool = True
    ) -> Learned:
        """Learn a model from the register's records, move its thresholds by what people judged
        unless `from_people` is false, freeze it, and link everything under it.

        Raises:
            NotAllowedError: the viewer may take no lists in.
            RegistrarError: there are too few records to learn from.
        """
        self._room.access.allow(viewer, Action.IMPORT_LIST)
        found = learning.learned(self._room, progress, from_people=from_people)
        learning.freeze(self._room, viewer, found.model)
        self._room = replace(self._room, matching=OwnMatching(found.model))
        return Learned(
            counts=self.rebuild(viewer, progress),
            same=found.same,
            not_same=found.not_same,
            thresholds=found.changes,
        )

    def link_waiting(self, viewer: Viewer, progress: Progress | None = None) -> RegisterCounts:
        """Link what was taken in and not linked yet, after something was cut short."""
        self._room.access.allow(viewer, Action.IMPORT_LIST)
        linking.link_waiting(self._room, progress)
        return self.counts()

    def check(self, viewer: Viewer, progress: Progress | None = None) -> list[str]:
        """What is wrong with the register, counted and opened again; empty if nothing is.

        Raises:
            NotAllowedError: the viewer may take no lists in.
        """
        self._room.access.allow(viewer, Action.IMPORT_LIST)
        return checking.check(self._room, progress)

    def counts(self) -> RegisterCounts:
        """The register in figures; nothing is opened."""
        with self._room.store.reading() as connection:
            fewest, most = linked.person_counts(connection)
            records, shredded = stored.counts(connection)
            bands = linked.band_counts(connection)
            held = len(rows_stored.latest_versions(connection))
        return RegisterCounts(
            lists=held,
            records=records,
            shredded=shredded,
            persons_at_least=fewest,
            persons_at_most=most,
            questions=bands.get("ask", 0),
            model=self._room.matching.version,
        )

    def queue(
        self, viewer: Viewer, ledger: Ledger | None = None, limit: int = 1, *, skip: int = 0
    ) -> Queue:
        """The questions on which most depends, after those skipped; each shows two people."""
        return questions.queue(self._room, viewer, ledger, min(limit, QUESTIONS_SHOWN_MAX), skip)

    def question(
        self, viewer: Viewer, one: RecordId, other: RecordId, ledger: Ledger | None = None
    ) -> Question:
        """One pair of records, whether or not it waits."""
        return questions.question(self._room, viewer, ledger, pair_of(one, other))

    def judge(self, viewer: Viewer, pair: Pair, verdict: Verdict, why: str) -> Judged:
        """Record what the viewer decided about a pair, and what follows from it."""
        return judging.judge(self._room, viewer, pair_of(*pair), verdict, why)

    def undo(self, viewer: Viewer, judgement_id: str | None = None, why: str = "undone") -> Judged:
        """Take a judgement back, the viewer's last one by default; what stood before it stands."""
        target = judgement_id or judging.latest_by(self._room, viewer)
        return judging.undo(self._room, viewer, target or "", why)

    # People

    def person(self, viewer: Viewer, person: PersonId, ledger: Ledger | None = None) -> PersonView:
        """Everything about one person, every record as it came; a reveal."""
        return people.person_view(self._room, viewer, person, ledger)

    def search(self, viewer: Viewer, text: str) -> SearchResult:
        """Whom these words fit best, at most ten; each one shown is a reveal."""
        return search.search(self._room, viewer, text, self._region)

    def current(self, person: PersonId) -> PersonId:
        """The id to which an id leads now: itself, or the older one of a merged person."""
        with self._room.store.reading() as connection:
            return people.find(connection, person).id

    def shred(self, viewer: Viewer, person: PersonId) -> Shredded:
        """Make what the register says about a person unreadable, for ever."""
        return erasing.shred(self._room, viewer, person)

    def reveals_left(self, viewer: Viewer, occasion: Occasion = Occasion.DESK) -> int:
        """How many more people the viewer may look at now."""
        return self._room.access.left(viewer, occasion)

    # Families and priority

    def families(self, viewer: Viewer) -> tuple[Family, ...]:
        """Everybody's family, ids alone; somebody alone is a family of one."""
        self._room.access.allow(viewer, Action.KEEP_FAMILY)
        return self._kinship.now(self._room).families.families

    def family(self, viewer: Viewer, person: PersonId) -> Family:
        """The family in which somebody goes, ids alone."""
        return deciding.family_of(self._room, viewer, self._kinship, person)

    def split_family(self, viewer: Viewer, parts: Sequence[Part], reason: str) -> Family:
        """Decide that a family goes in parts; the first part's family as it is then."""
        return deciding.split(self._room, viewer, self._kinship, parts, reason)

    def join_family(self, viewer: Viewer, persons: Iterable[PersonId], reason: str) -> Family:
        """Decide that people are one family, or are together again."""
        return deciding.join(self._room, viewer, self._kinship, persons, reason)

    def assess(self, viewer: Viewer) -> list[FamilyAssessment]:
        """Every family by its most urgent member, the most urgent first; changes are kept."""
        return deciding.assess(self._room, viewer, self._kinship)

    def order_of_going(self, viewer: Viewer) -> deciding.Order:
        """Who goes first, family by family, for whoever plans; ids alone, and nothing is kept."""
        return deciding.order_of_going(self._room, viewer, self._kinship)

    def rules(self) -> Rules:
        """The table of priority rules that is in force."""
        return deciding.rules_in_force(self._room)

    def flips(self, viewer: Viewer, rules: str) -> list[Flip]:
        """Whom another table of rules would put elsewhere; nothing is kept."""
        return deciding.flips_by(self._room, viewer, self._kinship, rules)

    def take_rules(self, viewer: Viewer, rules: str) -> list[Flip]:
        """Keep a new table of rules, and say whom it puts elsewhere."""
        return deciding.take_rules(self._room, viewer, self._kinship, rules)

    def post_groups(self, viewer: Viewer, append: Callable[[list[Group]], object]) -> list[Group]:
        """State in the ledger who goes together, by `append`: person ids, no names."""
        return deciding.post_groups(self._room, viewer, self._kinship, append)

    def contacts(self, viewer: Viewer, groups: Sequence[GroupId]) -> dict[GroupId, Contact]:
        """How families are reached, for the channel that calls them; shown to nobody."""
        return contacting.contacts(self._room, viewer, self._kinship, groups)

    def sponsors(self, viewer: Viewer) -> Mapping[PersonId, frozenset[SponsorId]]:
        """Whose people they are, by their ids; nothing is opened.

        Raises:
            NotAllowedError: the viewer sees no lists.
        """
        self._room.access.allow(viewer, Action.SEE_LISTS)
        return sponsors.by_person(self._room)

    # Intake

    def intake(self, viewer: Viewer, limit: int = WAITING_SHOWN_MAX) -> IntakeView:
        """Requests by stage and age; ids only, nothing is opened."""
        return intake.queue(self._room, viewer, min(limit, WAITING_SHOWN_MAX))

    def move(self, viewer: Viewer, person: PersonId, stage: Stage, why: str = "") -> StageView:
        """Record that somebody's request has come to a stage."""
        return intake.move(self._room, viewer, person, stage, why)
