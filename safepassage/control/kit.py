"""What is printed for passes: cards for those whom paper reaches, and the rest to be read out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from safepassage.control.calling import Said, said
from safepassage.control.issuing import secrets_of
from safepassage.control.message import Kind
from safepassage.control.office import Office
from safepassage.control.printing import Card, ReadOut
from safepassage.operate.passes import Called


def cards_of(office: Office, passes: Sequence[Called]) -> list[Card]:
    """A card for each pass that is good, unless nothing written may reach its family.

    Raises:
        LockedError: the register is locked.
    """
    by_pass = _by_pass(office, passes)
    secrets = secrets_of(office, by_pass)
    return [
        Card(secrets[pass_id].token, found[Kind.CALL].text, found[Kind.CALL].language)
        for pass_id, found in by_pass.items()
        if not found[Kind.CALL].is_spoken and pass_id in secrets
    ]


def read_out_of(office: Office, passes: Sequence[Called]) -> list[ReadOut]:
    """What is said to each family whose pass is good.

    Raises:
        LockedError: the register is locked.
    """
    group_of = {c.issue.pass_id: c.issue.group for c in passes}
    return [
        ReadOut(
            group_of[pass_id],
            found[Kind.CALL].text,
            found[Kind.WORD].text,
            found[Kind.CALL].language,
        )
        for pass_id, found in _by_pass(office, passes).items()
        if Kind.WORD in found
    ]


def _by_pass(office: Office, passes: Sequence[Called]) -> dict[str, dict[Kind, Said]]:
    """What the messages about good passes say, in the order of the passes."""
    found: dict[str, dict[Kind, Said]] = defaultdict(dict)
    wanted = [c.issue.pass_id for c in passes if c.is_good]
    for each in said(office, wanted):
        found[each.pass_id][each.kind] = each
    return {pass_id: found[pass_id] for pass_id in wanted if Kind.CALL in found[pass_id]}
