"""What a sponsor is told of its people who were refused: counts that point at nobody."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId, GroupId, PersonId, SponsorId
from safepassage.model.movement import EVACUEE
from safepassage.model.not_out import NotOutClass
from safepassage.model.observation import Group
from safepassage.model.refusal import RefusalReason
from safepassage.operate.feedback import SMALL, feedback, kept_back
from safepassage.operate.not_out import not_out
from safepassage.report.checks.cases import cases_contradicted
from tests.operate.abandoned import at, book, refused, said

OURS, THEIRS = SponsorId("embassy-a"), SponsorId("embassy-b")


def family(number: int, size: int) -> Group:
    return Group(
        id=EntryId(f"group/{number}"),
        group=GroupId(f"fam-{number}"),
        members=tuple(PersonId(f"p-{number}-{n}") for n in range(size)),
        stated_at=at("04:00"),
    )


def test_a_sponsor_hears_how_many_of_its_people_never_passed_and_why() -> None:
    families = [family(n, 6) for n in range(1, 7)]
    facts: list[Fact] = [*families]
    facts += [refused("06:00", RefusalReason.PAPERS, group=f"fam-{n}", heads=6) for n in (1, 2)]
    facts += [
        refused("06:05", RefusalReason.NOT_ON_LIST, group=f"fam-{n}", heads=6) for n in (3, 4)
    ]
    facts += [refused("06:10", RefusalReason.MEDICAL, group="fam-5", heads=1)]
    ledger = book("05:00 posted 6@fam-6 outside > gate", *facts)
    sponsors = {m: {OURS} for f in families[:5] for m in f.members}
    sponsors |= {m: {OURS, THEIRS} for m in families[0].members}
    found = not_out(ledger, at("07:00"), [EVACUEE])
    told = feedback(found, ledger.catalogue, sponsors, OURS)
    assert (told.refused, told.never_past) == (25, 25)
    # Five of a family are left that nobody called: they do not follow from a total.
    assert {c.label[0]: c.heads for c in told.classes} == {"refused": 25, "unknown": None}
    assert told.not_out is None
    # One cell alone is below ten: the next smallest is kept back, or it would follow.
    cells = {cell.label[0]: cell.heads for cell in told.refusals}
    assert cells == {"papers": 12, "not-on-list": None, "medical": None}
    assert "p-1-0" not in told.to_csv()
    assert "<10" in told.to_csv()
    other = feedback(found, ledger.catalogue, sponsors, THEIRS)
    assert (other.refused, other.not_out) == (None, None)  # six: a family of both sponsors


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.tuples(st.sampled_from("abcdefgh")), st.integers(0, 30)))
def test_no_small_cell_is_told_and_none_follows_from_the_total(count: dict) -> None:  # type: ignore[type-arg]
    cells = kept_back(Counter(count))
    assert all(cell.heads is None or cell.heads >= SMALL for cell in cells)
    hidden = [cell for cell in cells if cell.heads is None]
    assert len(hidden) != 1 or len(cells) == 1


def test_whoever_was_said_to_have_died_and_is_seen_later_is_a_discrepancy() -> None:
    ledger = book(
        """
        05:00 posted amira outside > town
        08:00 posted amira town > gate
        05:00 posted babur outside > town
        """,
        said("06:00", NotOutClass.DIED, person="amira"),
        said("06:00", NotOutClass.DIED, person="babur"),
    )
    (found,) = cases_contradicted(ledger, at("09:00"))
    assert found.subject == "amira"
    assert list(cases_contradicted(ledger, at("07:00"))) == []
