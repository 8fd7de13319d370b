"""Who may do what: least privilege, roles that check each other, one sponsor's lists."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import AccountId, SponsorId
from safepassage.secure.roles import (
    MASK,
    OF_ONE_SPONSOR,
    PRINTED_LINK,
    RIGHTS,
    SEEN,
    STARRED,
    Action,
    Field,
    Role,
    Viewer,
    Why,
    allows,
    check_roles,
    fields_seen,
    rights_of,
    shown,
)

OURS, THEIRS = SponsorId("agency-a"), SponsorId("agency-b")
PRINTED = Viewer(PRINTED_LINK)
# What opens, changes or takes out data about people.
ABOUT_PEOPLE = {
    Action.SEARCH, Action.SEE_PERSON, Action.JUDGE, Action.KEEP_FAMILY, Action.ASSESS_PRIORITY,
    Action.WORK_INTAKE, Action.WORK_CASES, Action.ENTER_PERSON, Action.ERASE, Action.IMPORT_LIST,
    Action.REQUEST_EXPORT, Action.APPROVE_EXPORT,
}  # fmt: skip


def viewer(*roles: Role, sponsor: SponsorId | None = None) -> Viewer:
    return Viewer(AccountId("officer-1"), frozenset(roles), sponsor)


def test_every_role_has_its_line_in_both_tables() -> None:
    assert set(RIGHTS) == set(SEEN) == set(Role)


def test_every_action_is_somebodys_job() -> None:
    granted = set().union(*RIGHTS.values()) | rights_of(viewer(Role.PLANNER))
    assert granted == set(Action)


@pytest.mark.parametrize(("one", "other"), list(combinations(sorted(STARRED), 2)))
def test_nobody_holds_two_roles_that_check_each_other(one: Role, other: Role) -> None:
    with pytest.raises(InvalidFactError, match="two accounts"):
        check_roles([one, other], None)


@given(st.sets(st.sampled_from(sorted(set(Role) - OF_ONE_SPONSOR))))
def test_other_roles_go_together_with_one_of_those_at_most(roles: set[Role]) -> None:
    if len(roles & STARRED) <= 1:
        assert check_roles(roles, None) == roles
    else:
        with pytest.raises(InvalidFactError):
            check_roles(roles, None)


def test_a_list_submitter_acts_for_one_sponsor_and_does_nothing_else() -> None:
    assert check_roles([Role.LIST_SUBMITTER], OURS) == {Role.LIST_SUBMITTER}
    for roles, sponsor in (
        ([Role.LIST_SUBMITTER], None),
        ([Role.LIST_SUBMITTER, Role.REGISTRAR], OURS),
        ([Role.REGISTRAR], OURS),
    ):
        with pytest.raises(InvalidFactError):
            check_roles(roles, sponsor)


def test_a_list_submitter_reaches_its_own_sponsors_lists_only() -> None:
    submitter = viewer(Role.LIST_SUBMITTER, sponsor=OURS)
    for action in (Action.SUBMIT_LIST, Action.SEE_LISTS, Action.SEE_QUALITY):
        assert allows(submitter, action, OURS) is None
        refusal = allows(submitter, action, THEIRS)
        assert refusal is not None
        assert refusal.why is Why.OTHER_SPONSOR
    assert fields_seen(submitter, OURS)
    assert not fields_seen(submitter, THEIRS)
    assert not fields_seen(submitter)  # a person, whom another agency may have named too


def test_a_refusal_tells_a_submitter_nothing_about_the_other_agency() -> None:
    submitter = viewer(Role.LIST_SUBMITTER, sponsor=OURS)
    known = allows(submitter, Action.SEE_LISTS, THEIRS)
    unknown = allows(submitter, Action.SEE_LISTS, SponsorId("no-such-agency"))
    assert str(known) == str(unknown)


def test_a_registrar_reaches_the_lists_of_every_sponsor() -> None:
    assert allows(viewer(Role.REGISTRAR), Action.SEE_LISTS, THEIRS) is None


@pytest.mark.parametrize("role", sorted(STARRED - {Role.EXPORTER}))
def test_who_publishes_holds_keys_audits_or_runs_machines_sees_no_person(role: Role) -> None:
    assert not rights_of(viewer(role)) & ABOUT_PEOPLE
    assert not fields_seen(viewer(role))


@pytest.mark.parametrize("role", [Role.PLANNER, Role.GATE_OFFICER])
def test_planning_and_gates_work_without_names(role: Role) -> None:
    assert not rights_of(viewer(role)) & ABOUT_PEOPLE
    assert not fields_seen(viewer(role))


def test_the_printed_link_looks_at_numbers_and_sees_nobody() -> None:
    rights = {Action.LOOK, Action.LOCK_REGISTER}
    assert rights_of(PRINTED) == rights
    assert rights_of(Viewer(PRINTED_LINK, may_set_up=True)) == rights | {Action.ADMINISTER}
    assert not fields_seen(Viewer(PRINTED_LINK, may_set_up=True))


@given(st.sampled_from(sorted(Action)), st.sampled_from([None, OURS, THEIRS]))
def test_without_a_role_nothing_but_looking_and_locking_is_granted(
    action: Action, sponsor: SponsorId | None
) -> None:
    refusal = allows(PRINTED, action, sponsor)
    assert (refusal is None) == (action in {Action.LOOK, Action.LOCK_REGISTER})


@given(
    st.sets(st.sampled_from(sorted(set(Role) - OF_ONE_SPONSOR)), max_size=3),
    st.sampled_from(sorted(Role)),
    st.sampled_from(sorted(Action)),
)
def test_one_more_role_never_takes_a_right_away(
    roles: set[Role], more: Role, action: Action
) -> None:
    before, after = viewer(*roles), viewer(*roles, more)
    assert allows(before, action) is not None or allows(after, action) is None
    assert fields_seen(before) <= fields_seen(after)


@given(st.text(min_size=1))
def test_the_mask_tells_not_even_how_long_a_field_is(text: str) -> None:
    assert shown(text, Field.NAMES, frozenset()) == MASK
    assert shown(text, Field.NAMES, frozenset({Field.NAMES})) == text
    assert shown("", Field.NAMES, frozenset()) == ""


def test_protection_and_notes_are_for_case_officers() -> None:
    may = {role for role in Role if Field.NOTES in SEEN[role]}
    assert may == {Role.CASE_OFFICER}
