"""Passes are issued, issued again and revoked; what the ledger says of each adds up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from safepassage.control import issuing, keys
from safepassage.control.issuing import CallRefusedError, UnknownPassError
from safepassage.control.keys import KeyState, NoIssuingKeyError
from safepassage.control.office import Office
from safepassage.model.gate_pass import RevocationReason
from safepassage.model.ids import PlaceId
from safepassage.model.movement import Phase
from safepassage.model.promised import promises_of
from safepassage.operate.passes import Called, CallState, called, revocation_list
from safepassage.secure.issuing import StatementError, new_key, public_half, stated
from safepassage.secure.spoken import code_digest, word_digest
from safepassage.secure.token import IssuingKey, TokenCode, TokenError, gate_mark, read
from safepassage.store import pass_shelf
from tests.control.calling_desk import HOUR, NORTH, ROOT, START, Desk, calling_desk, without_root
from tests.fixtures.stores import NewAddress


@pytest.fixture
def desk(empty_file: Path, tmp_path: Path) -> Iterator[Desk]:
    with calling_desk(shutil.copy(empty_file, tmp_path / "ledger.db").as_posix()) as found:
        yield found


def test_passes_are_issued_in_each_database(new_address: NewAddress) -> None:
    with calling_desk(new_address()) as desk:
        desk.key()
        (made,) = issuing.issue(desk.office, [desk.wanted("fam-1")])
        again = issuing.reissue(desk.office, made.issue.pass_id)
        held = issuing.secrets_of(desk.office, [made.issue.pass_id, again.issue.pass_id])
        assert held[again.issue.pass_id] == again.secret
        assert standing(desk)[again.issue.pass_id].state is CallState.AHEAD


def trusted(office: Office) -> dict[str, IssuingKey]:
    return keys.trusted(office.place.reading, office.root, office.clock())


def standing(desk: Desk) -> dict[str, Called]:
    """Every pass by its id."""
    with desk.office.books.ledger() as ledger:
        return {c.issue.pass_id: c for c in called(ledger, desk.clock())}


def test_a_pass_says_what_the_ledger_says(desk: Desk) -> None:
    key_id = desk.key()
    five, two = issuing.issue(desk.office, [desk.wanted("fam-1"), desk.wanted("fam-2", 2)])
    claims = read(five.secret.token, trusted(desk.office))
    assert claims.pass_id == five.issue.pass_id
    assert claims.gate == gate_mark("north-gate")
    assert (claims.valid_from, claims.valid_until) == (START + 2 * HOUR, START + 4 * HOUR)
    assert claims.heads == 5
    assert five.issue.key_id == key_id
    found = standing(desk)
    assert {c.issue.group for c in found.values()} == {"fam-1", "fam-2"}
    assert found[two.issue.pass_id].state is CallState.AHEAD
    with desk.office.books.ledger() as ledger:
        promises = [t for t in ledger.through({NORTH}) if t.phase is Phase.PENDING]
    assert {(t.group, t.heads) for t in promises} == {("fam-1", 5), ("fam-2", 2)}


def test_what_opens_the_gate_is_sealed_and_can_be_printed_again(desk: Desk) -> None:
    desk.key()
    (made,) = issuing.issue(desk.office, [desk.wanted("fam-1")])
    pass_id = made.issue.pass_id
    assert issuing.secrets_of(desk.office, [pass_id]) == {pass_id: made.secret}
    with desk.office.place.reading() as connection:
        stored = pass_shelf.secrets_of(connection, [pass_id])[pass_id]
    assert stored.code == code_digest(made.secret.code, "north-gate")
    assert stored.word == word_digest(made.secret.word, pass_id)
    assert made.secret.code.encode() not in bytes(stored.sealed or b"")
    assert made.secret.code not in repr(made)


def test_a_family_comes_in_two_parts_and_then_has_come(desk: Desk) -> None:
    desk.key()
    (made,) = issuing.issue(desk.office, [desk.wanted("fam-1")])
    pass_id = made.issue.pass_id
    desk.clock.now = START + 2 * HOUR
    assert standing(desk)[pass_id].state is CallState.DUE
    desk.let_in("fam-1", 3)
    assert (standing(desk)[pass_id].state, standing(desk)[pass_id].came) == (CallState.PARTLY, 3)
    desk.let_in("fam-1", 2)
    assert standing(desk)[pass_id].state is CallState.CAME
    desk.clock.now = START + 9 * HOUR
    assert standing(desk)[pass_id].state is CallState.CAME


def test_whoever_does_not_come_has_missed_the_window(desk: Desk) -> None:
    desk.key()
    (made,) = issuing.issue(desk.office, [desk.wanted("fam-1")])
    desk.clock.now = START + 4 * HOUR
    assert standing(desk)[made.issue.pass_id].state is CallState.MISSED


def test_issuing_again_is_one_action_and_revokes_the_old_pass(desk: Desk) -> None:
    desk.key()
    (old,) = issuing.issue(desk.office, [desk.wanted("fam-1")])
    new = issuing.reissue(desk.office, old.issue.pass_id)
    assert new.issue.replaces == old.issue.pass_id
    assert (new.issue.valid_from, new.issue.heads) == (old.issue.valid_from, 5)
    assert new.secret.code != old.secret.code
    found = standing(desk)
    assert found[old.issue.pass_id].state is CallState.REPLACED
    assert found[new.issue.pass_id].state is CallState.AHEAD
    with desk.office.books.ledger() as ledger:
        assert revocation_list(ledger.catalogue, desk.clock()) == (old.issue.pass_id[:16],)
        promised = promises_of(ledger).stock(START + 9 * HOUR)
    assert promised["north-gate", "evacuee"] == 5  # type: ignore[index]
    with pytest.raises(CallRefusedError, match="replaced already"):
        issuing.reissue(desk.office, old.issue.pass_id)


def test_the_rest_of_a_family_is_given_a_pass_for_the_rest(desk: Desk) -> None:
    desk.key()
    (old,) = issuing.issue(desk.office, [desk.wanted("fam-1")])
    desk.clock.now = START + 3 * HOUR
    desk.let_in("fam-1", 3)
    later = desk.clock() + 6 * HOUR
    new = issuing.reissue(
        desk.office, old.issue.pass_id, valid_from=later, valid_until=later + HOUR
    )
    assert new.issue.heads == 2
    desk.clock.now = later
    desk.let_in("fam-1", 2)
    found = standing(desk)
    assert found[old.issue.pass_id].came == 3
    assert found[new.issue.pass_id].state is CallState.CAME


def test_a_revoked_pass_leaves_the_list_when_its_window_has_ended(desk: Desk) -> None:
    desk.key()
    (made,) = issuing.issue(desk.office, [desk.wanted("fam-1")])
    issuing.revoke(desk.office, made.issue.pass_id[:8], RevocationReason.LOST)
    assert standing(desk)[made.issue.pass_id].state is CallState.WITHDRAWN
    with desk.office.books.ledger() as ledger:
        assert len(revocation_list(ledger.catalogue, desk.clock())) == 1
        assert revocation_list(ledger.catalogue, START + 4 * HOUR) == ()
    with pytest.raises(CallRefusedError, match="revoked already"):
        issuing.revoke(desk.office, made.issue.pass_id, RevocationReason.LOST)
    (again,) = issuing.issue(desk.office, [desk.wanted("fam-1")])
    assert standing(desk)[again.issue.pass_id].state is CallState.AHEAD


def test_what_cannot_be_called_is_refused_and_nothing_is_issued(desk: Desk) -> None:
    desk.key()
    good = desk.wanted("fam-1")
    issuing.issue(desk.office, [good])
    for wrong, said in (
        (good, "still good"),
        (replace(desk.wanted("fam-2"), gate=PlaceId("terminal")), "no gate"),
        (replace(desk.wanted("fam-2"), gate=PlaceId("nowhere")), "no gate"),
        (replace(desk.wanted("fam-2"), origin=PlaceId("nowhere")), "no place"),
        (desk.wanted("fam-2", 0), "1 to 255"),
        (desk.wanted("fam-2", 300), "in parts"),
        (desk.wanted("fam-2", hours=-9), "ended"),
    ):
        with pytest.raises(CallRefusedError, match=said):
            issuing.issue(desk.office, [desk.wanted("fam-3"), wrong])
    with pytest.raises(CallRefusedError, match="twice"):
        issuing.issue(desk.office, [desk.wanted("fam-3"), desk.wanted("fam-3")])
    assert len(standing(desk)) == 1
    with pytest.raises(UnknownPassError):
        issuing.revoke(desk.office, "", RevocationReason.LOST)


def test_without_a_key_that_the_root_stated_nothing_is_issued(desk: Desk) -> None:
    with pytest.raises(NoIssuingKeyError, match="no issuing key covers"):
        issuing.issue(desk.office, [desk.wanted("fam-1")])
    asked = keys.ask(desk.office, START, START + 24 * HOUR)
    with pytest.raises(NoIssuingKeyError):
        issuing.issue(desk.office, [desk.wanted("fam-1")])
    forged = stated(new_key(), asked.public_key, asked.valid_from, asked.valid_until)
    with pytest.raises(StatementError, match="not signed by the root"):
        keys.install(desk.office, forged.to_plain())
    longer = stated(ROOT, asked.public_key, START, START + 48 * HOUR)
    with pytest.raises(StatementError, match="another time"):
        keys.install(desk.office, longer.to_plain())
    stranger = stated(ROOT, public_half(new_key()), START, START + 24 * HOUR)
    with pytest.raises(StatementError, match="not asked for here"):
        keys.install(desk.office, stranger.to_plain())
    good = stated(ROOT, asked.public_key, asked.valid_from, asked.valid_until)
    with pytest.raises(StatementError, match="no root key is trusted"):
        keys.install(without_root(desk), good.to_plain())
    assert keys.install(desk.office, good.to_plain()).state is KeyState.IN_FORCE
    with pytest.raises(NoIssuingKeyError):
        issuing.issue(desk.office, [desk.wanted("fam-1", hours=23)])
    issuing.issue(desk.office, [desk.wanted("fam-1", hours=22)])


def test_a_withdrawn_key_and_another_root_end_what_they_signed(desk: Desk) -> None:
    key_id = desk.key()
    (made,) = issuing.issue(desk.office, [desk.wanted("fam-1")])
    other = replace(desk.office, root=public_half(new_key()))
    assert [key.state for key in keys.views(other)] == [KeyState.NOT_TRUSTED]
    assert keys.withdraw(desk.office, key_id).state is KeyState.WITHDRAWN
    for office in (desk.office, other):
        with pytest.raises(TokenError) as refused:
            read(made.secret.token, trusted(office))
        assert refused.value.code is TokenCode.UNKNOWN_KEY
    with pytest.raises(NoIssuingKeyError):
        issuing.issue(desk.office, [desk.wanted("fam-2")])


def test_a_key_ends_and_the_next_one_takes_over(desk: Desk) -> None:
    first = desk.key(START, 24)
    second = desk.key(START + 20 * HOUR, 24)
    (early,) = issuing.issue(desk.office, [desk.wanted("fam-1")])
    (late,) = issuing.issue(desk.office, [desk.wanted("fam-2", hours=21)])
    assert (early.issue.key_id, late.issue.key_id) == (first, second)
    desk.clock.now = START + timedelta(hours=25)
    assert [key.state for key in keys.views(desk.office)] == [KeyState.ENDED, KeyState.IN_FORCE]
