"""Who may do what, as tables, and the one function that every desk and command asks.

Least privilege: a role is a job at one desk.  Nobody holds two of the roles that check each other
(who runs the machines, who holds the keys, who reads the log, who takes data out, who publishes).
A list submitter acts for one sponsor and sees that sponsor's lists and their status codes only, so
that what one agency sees does not depend on what another one sent.

`allows` answers with a refusal or nothing.  It fails closed: what no table grants is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import AccountId, SponsorId


class Role(StrEnum):
    """A job at a desk."""

    LIST_SUBMITTER = "list-submitter"  # of one sponsor: own lists, and what became of them
    REGISTRAR = "registrar"  # lists, quarantine, who is the same
    CASE_OFFICER = "case-officer"  # families, priority, intake
    PLANNER = "planner"  # heads and constraints, no names
    GATE_OFFICER = "gate-officer"  # whether a pass is good
    BOARDING_OFFICER = "boarding-officer"  # who is aboard
    RECEPTION_OFFICER = "reception-officer"  # who arrived: the second source
    DUTY_OFFICER = "duty-officer"  # publishes figures
    EXPORTER = "exporter"  # takes data out, never alone
    CUSTODIAN = "custodian"  # holds the register's key, sees no record
    AUDITOR = "auditor"  # reads the whole audit chain, opens no record
    ADMINISTRATOR = "administrator"  # accounts and machines, sees ciphertext


# Whoever held two of these could undo what the other one is there to notice.
STARRED: frozenset[Role] = frozenset(
    {
        Role.DUTY_OFFICER,
        Role.EXPORTER,
        Role.CUSTODIAN,
        Role.AUDITOR,
        Role.ADMINISTRATOR,
    }
)


class Action(StrEnum):
    """Something that needs a right."""

    LOOK = "look"  # the board, figures, reports: numbers only
    SUBMIT_LIST = "submit-list"  # hand in a list of one's own sponsor
    IMPORT_LIST = "import-list"  # take in any list, and map its columns
    SEE_LISTS = "see-lists"  # which lists there are, their counts and status codes
    SEE_QUALITY = "see-quality"  # the quality panel and the quarantine of a list
    SEARCH = "search"  # look for a person
    SEE_PERSON = "see-person"  # open a person: a reveal, counted and written down
    JUDGE = "judge"  # same, not the same, unsure, and undoing it
    KEEP_FAMILY = "keep-family"  # put a family together, or decide to split it
    ASSESS_PRIORITY = "assess-priority"
    WORK_INTAKE = "work-intake"  # the intake queue and its states
    WORK_CASES = "work-cases"  # who is not out: owner, next step, clock, hand-over
    ENTER_PERSON = "enter-person"  # one person at the desk, and paper forms
    ERASE = "erase"  # shred a person's data
    REQUEST_EXPORT = "request-export"
    APPROVE_EXPORT = "approve-export"  # as the second person
    CALL_FORWARD = "call-forward"  # call families to a gate, issue and revoke their passes
    CHECK_PASS = "check-pass"  # noqa: S105 - a right, not a secret
    RELEASE_EVENT = "release-event"  # what phones sent and could not be recorded: in, or never
    BOARD = "board"  # close manifests, record who is aboard
    RECEIVE = "receive"  # record who arrived
    PLAN = "plan"
    PUBLISH = "publish"  # figures to the outside
    READ_AUDIT = "read-audit"
    UNLOCK_REGISTER = "unlock-register"
    CHANGE_KEYS = "change-keys"  # the register's passphrase and key file
    LOCK_REGISTER = "lock-register"  # drop the keys: anybody who is signed in may
    ADMINISTER = "administer"  # accounts, roles, enrolment links
    OWN_ACCOUNT = "own-account"  # one's own passkeys, passphrase and sessions


# Locking saves people and reveals nothing: whoever is in may do it.
_EVERYBODY = frozenset({Action.LOOK, Action.LOCK_REGISTER})
_PEOPLE = frozenset({Action.SEARCH, Action.SEE_PERSON})

RIGHTS: Mapping[Role, frozenset[Action]] = {
    Role.LIST_SUBMITTER: frozenset({Action.SUBMIT_LIST, Action.SEE_LISTS, Action.SEE_QUALITY}),
    Role.REGISTRAR: _PEOPLE
    | {
        Action.IMPORT_LIST,
        Action.SEE_LISTS,
        Action.SEE_QUALITY,
        Action.JUDGE,
        Action.KEEP_FAMILY,
        Action.WORK_INTAKE,
        Action.ENTER_PERSON,
        Action.ERASE,
        Action.REQUEST_EXPORT,
    },
    Role.CASE_OFFICER: _PEOPLE
    | {
        Action.SEE_LISTS,
        Action.KEEP_FAMILY,
        Action.ASSESS_PRIORITY,
        Action.WORK_INTAKE,
        Action.CALL_FORWARD,
        Action.WORK_CASES,
        Action.ENTER_PERSON,
        Action.REQUEST_EXPORT,
    },
    Role.PLANNER: frozenset({Action.PLAN, Action.SEE_LISTS}),
    Role.GATE_OFFICER: frozenset({Action.CHECK_PASS, Action.RELEASE_EVENT}),
    Role.BOARDING_OFFICER: _PEOPLE | {Action.BOARD, Action.CHECK_PASS},
    Role.RECEPTION_OFFICER: _PEOPLE | {Action.RECEIVE, Action.ENTER_PERSON},
    Role.DUTY_OFFICER: frozenset({Action.PUBLISH}),
    Role.EXPORTER: frozenset({Action.REQUEST_EXPORT, Action.APPROVE_EXPORT, Action.SEE_LISTS}),
    Role.CUSTODIAN: frozenset({Action.UNLOCK_REGISTER, Action.CHANGE_KEYS}),
    Role.AUDITOR: frozenset({Action.READ_AUDIT}),
    Role.ADMINISTRATOR: frozenset({Action.ADMINISTER}),
}

# Roles whose rights end at the lists of the account's own sponsor.
OF_ONE_SPONSOR: frozenset[Role] = frozenset({Role.LIST_SUBMITTER})


class Field(StrEnum):
    """A kind of thing that a record says about a person."""

    NAMES = "names"
    BORN = "born"
    SEX = "sex"
    DOCUMENTS = "documents"
    CONTACT = "contact"  # phones and mail
    PLACES = "places"  # home, and where somebody waits
    FAMILY = "family"  # household and relation
    PROTECTION = "protection"  # at risk, watched, unaccompanied, in custody
    CLAIMS = "claims"  # citizenship, employer, category, needs
    NOTES = "notes"


_ALL = frozenset(Field)
# What each role may see of a person.  A submitter's are those of its own sponsor's rows.
SEEN: Mapping[Role, frozenset[Field]] = {
    Role.LIST_SUBMITTER: _ALL - {Field.PROTECTION, Field.NOTES},
    Role.REGISTRAR: _ALL - {Field.NOTES},
    Role.CASE_OFFICER: _ALL,
    Role.PLANNER: frozenset(),
    Role.GATE_OFFICER: frozenset(),
    Role.BOARDING_OFFICER: frozenset({Field.NAMES, Field.FAMILY, Field.SEX}),
    Role.RECEPTION_OFFICER: frozenset({Field.NAMES, Field.BORN, Field.SEX, Field.FAMILY}),
    Role.DUTY_OFFICER: frozenset(),
    Role.EXPORTER: frozenset(),
    Role.CUSTODIAN: frozenset(),
    Role.AUDITOR: frozenset(),
    Role.ADMINISTRATOR: frozenset(),
}

MASK = "•••"  # what stands in place of a field that somebody may not see: of one length for all


class Why(StrEnum):
    """Why something is refused."""

    NOT_YOUR_ROLE = "not-your-role"
    OTHER_SPONSOR = "other-sponsor"
    BUDGET_SPENT = "budget-spent"  # of reveals, see secure/reveal.py
    NEEDS_SECOND_PERSON = "needs-second-person"


@dataclass(frozen=True, slots=True)
class Refusal:
    """That somebody may not do something, and what to do about it."""

    action: Action
    why: Why
    remedy: str

    def __str__(self) -> str:
        return f"{_SENTENCES[self.why]} ({self.why}, {self.action}): {self.remedy}"


_SENTENCES: Mapping[Why, str] = {
    Why.NOT_YOUR_ROLE: "your roles do not allow this",
    Why.OTHER_SPONSOR: "this is not your sponsor's",
    Why.BUDGET_SPENT: "you have looked at as many people as one desk may",
    Why.NEEDS_SECOND_PERSON: "this needs a second person",
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks: an account with its roles, or the printed link, which has none.

    Attributes:
        account: its id; `PRINTED_LINK` when somebody came in with the link of the terminal.
        roles: the jobs it does now.
        sponsor: whose lists it acts for, if it acts for one.
        may_set_up: whether it may make accounts although it has no role: the printed link, as long
            as there is no administrator.
    """

    account: AccountId
    roles: frozenset[Role] = frozenset()
    sponsor: SponsorId | None = None
    may_set_up: bool = False

    def has(self, *roles: Role) -> bool:
        """Whether it has one of these roles."""
        return not self.roles.isdisjoint(roles)


PRINTED_LINK = AccountId("printed-link")
COMMAND_LINE = AccountId("command-line")
RESERVED: frozenset[str] = frozenset({PRINTED_LINK, COMMAND_LINE, "unknown", "server"})


def check_roles(roles: Iterable[Role], sponsor: SponsorId | None) -> frozenset[Role]:
    """The roles, if one account may have them together.

    Raises:
        InvalidFactError: two of them check each other, or a sponsor is missing or means nothing.
    """
    held = frozenset(roles)
    starred = sorted(held & STARRED)
    if len(starred) > 1:
        raise InvalidFactError(
            f"{' and '.join(starred)} are never one account's: each is there to notice what the"
            " other does. Make two accounts for two people"
        )
    if held & OF_ONE_SPONSOR and sponsor is None:
        raise InvalidFactError("a list submitter acts for a sponsor: say which with --sponsor")
    if held & OF_ONE_SPONSOR and len(held) > 1:
        raise InvalidFactError("a list submitter has no other role: it sees one sponsor's lists")
    if sponsor is not None and not held & OF_ONE_SPONSOR:
        raise InvalidFactError("only a list submitter has a sponsor")
    return held


def rights_of(viewer: Viewer) -> frozenset[Action]:
    """Everything that a viewer may do, for its own sponsor at least."""
    rights = set(_EVERYBODY)
    if viewer.account not in RESERVED:
        rights.add(Action.OWN_ACCOUNT)
    if viewer.may_set_up:
        rights.add(Action.ADMINISTER)
    return frozenset(rights).union(*(RIGHTS[role] for role in viewer.roles))


def allows(viewer: Viewer, action: Action, sponsor: SponsorId | None = None) -> Refusal | None:
    """Nothing if a viewer may do this, else why not.

    Args:
        viewer: who asks.
        action: what for.
        sponsor: whose list or row it is about, where that is known.
    """
    if action not in rights_of(viewer):
        return Refusal(action, Why.NOT_YOUR_ROLE, "ask an administrator who may")
    bound = sponsor is not None and not _reaches(viewer, action, sponsor)
    if bound:
        return Refusal(action, Why.OTHER_SPONSOR, "it belongs to another sponsor")
    return None


def _reaches(viewer: Viewer, action: Action, sponsor: SponsorId) -> bool:
    """Whether one of the viewer's roles carries a right as far as a sponsor's lists."""
    if action in _EVERYBODY or action is Action.OWN_ACCOUNT:
        return True
    if viewer.may_set_up and action is Action.ADMINISTER:
        return True
    granting = {role for role in viewer.roles if action in RIGHTS[role]}
    return bool(granting - OF_ONE_SPONSOR) or (bool(granting) and viewer.sponsor == sponsor)


def fields_seen(viewer: Viewer, sponsor: SponsorId | None = None) -> frozenset[Field]:
    """What a viewer sees of a person, or of a row that came from a sponsor.

    Without a sponsor it is about a person, whom other sponsors may have named too: a list
    submitter sees nothing of that.
    """
    seen: set[Field] = set()
    for role in viewer.roles:
        if role not in OF_ONE_SPONSOR or (sponsor is not None and sponsor == viewer.sponsor):
            seen |= SEEN[role]
    return frozenset(seen)


def shown(text: str, field: Field, seen: frozenset[Field]) -> str:
    """The text of a field, or the mask for who may not see it; nothing stays nothing."""
    return text if not text or field in seen else MASK
