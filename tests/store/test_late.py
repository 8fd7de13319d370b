"""What comes late, twice or out of order, one fact at a time and with a restart after each.

Random ledgers seldom meet these stories; each was chosen because a shortcut would get it wrong.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from safepassage.model.ledger import Book
from safepassage.model.notation import enter, read_facts
from safepassage.store import open_store
from tests.store.ledgers import NOON
from tests.store.test_append import PHONE
from tests.store.test_same_as_book import compare

STORIES = {
    "a correction is itself corrected": """
        08:00 posted amira outside > town as m1
        08:30 posted amira town > gate as m2
        09:00 corrected m2 because wrong-gate: posted amira town > market as c1
        09:30 corrected c1/instead because wrong-person: posted babur town > terminal as c2
        10:00 withdrawn c2/instead because counted-twice as c3
    """,
    "corrections come before what they correct": """
        10:00 withdrawn c2/instead because counted-twice as c3
        09:30 corrected c1/instead because wrong-person: posted babur town > terminal as c2
        09:00 corrected m2 because wrong-gate: posted amira town > market as c1
        08:00 posted amira outside > town as m1
        08:30 posted amira town > gate as m2
    """,
    "heads are named under the id of what is read instead": """
        08:30 posted 3 terminal > lift-1 as m1
        09:00 corrected m1 because late-count: posted 4 terminal > lift-1 as c1
        10:00 named amira of c1/instead as n1
        10:01 named babur of m1 as n2
        10:02 named amira of m1 as n3
        11:00 posted amira lift-1 > haven as m2
        11:30 withdrawn c1/instead because no-lift as c2
    """,
    "more names than heads": """
        08:30 posted 1 terminal > lift-1 as m1
        10:00 named amira of m1 as n1
        10:01 named babur of m1 as n2
    """,
    "three movements at one instant, the one that ends the way arrives last": """
        06:00 posted amira outside > town as m1
        08:00 posted amira town > gate as z
        08:00 posted amira gate > town as y
        08:00 posted amira town > market as a
        09:00 posted amira town > lift-1 as m2
    """,
    "two movements at one instant leave a person where the other began": """
        06:00 posted amira outside > town as m1
        08:00 posted amira town > gate as z
        08:00 posted amira gate > town as y
        09:00 posted amira gate > terminal as m2
    """,
    "a name puts a person where they are already, and an earlier step comes later": """
        06:00 posted amira outside > gate as m1
        08:00 posted 5 town > gate as m2
        10:00 named amira of m2 as n1
        07:00 posted amira gate > terminal as m3
        09:00 posted amira gate > lift-1 as m4
    """,
    "a first step is found to have been an earlier one under another category": """
        08:00 posted amira outside > town as m1
        09:00 posted amira town > gate as m2
        07:00 posted amira/staff outside > market as m0
        10:00 posted amira/staff gate > terminal as m3
    """,
    "a person goes back outside before ever being seen inside": """
        08:00 posted amira town > outside as m1
        09:00 posted amira outside > town as m2
        10:00 posted amira town > outside as m3
        09:30 withdrawn m2 because wrong-person as c1
    """,
    "somebody goes on from a place where they were not after all": """
        06:00 posted amira outside > town as m1
        07:00 posted amira town > gate as m2
        08:00 withdrawn m2 because wrong-person as c1
        09:00 posted amira gate > terminal as m3
    """,
    "a promise is settled three times, and once before it was made": """
        08:00 posted amira outside > town fulfils m9 as m1
        09:00 voided amira town > gate fulfils m9 as m2
        07:00 posted babur outside > town fulfils m9 as m3
        06:00 pending amira outside > town as m9
    """,
    "a promise was a sighting, and a sighting a promise": """
        08:00 pending amira outside > town as m1
        09:00 posted amira town > gate as m2
        10:00 corrected m1 because it-happened: posted amira outside > town as c1
        10:01 corrected m2 because it-did-not: pending amira town > gate as c2
        10:02 corrected c2/instead because heads-only: posted 1 town > gate as c3
        10:03 named amira of m2 as n1
    """,
}


@pytest.mark.parametrize("restarts", [True, False], ids=["with restarts", "in one go"])
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_a_fact_that_comes_late_changes_what_it_should(
    address: str, story: str, restarts: bool
) -> None:
    facts = read_facts(story)
    asked = [datetime(2021, 8, 14, hour, tzinfo=UTC) for hour in range(5, 13)]
    store = open_store(address, writer=True)
    try:
        for done, fact in enumerate(facts, start=1):
            if restarts:
                store.close()
                store = open_store(address, writer=True)
            store.append([fact], source="phone", recorded_at=NOON.replace(minute=done))
            book = Book(enter(facts[:done]))
            with store.ledger() as ledger:
                for as_of in asked:
                    assert ledger.stock(as_of) == book.stock(as_of)
                assert sorted(map(repr, ledger.oddities())) == sorted(map(repr, book.oddities()))
            assert store.check().faults == []
    finally:
        store.close()


def test_what_a_failed_batch_would_have_taught_is_forgotten(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, lost, later = read_facts("""
        06:00 posted amira outside > town as m1
        08:00 posted amira town > gate as m2
        09:00 posted amira gate > terminal as m3
    """)

    def fail(*_: object) -> None:
        raise MemoryError

    with open_store(address, writer=True) as store:
        store.append([first], **PHONE)
        with monkeypatch.context() as broken:
            broken.setattr("safepassage.store.projection.add_flow", fail)
            with pytest.raises(MemoryError):
                store.append([lost], **PHONE)
        store.append([later], **PHONE)
        with store.ledger() as ledger:
            book = Book(ledger.entries())
            compare(ledger, book, [NOON, NOON, NOON])
        assert store.check().faults == []


def test_what_another_program_wrote_meanwhile_is_read_again(address: str) -> None:
    """Only a broken lock lets two write; even then the figures are right."""
    first, theirs, mine = read_facts("""
        06:00 posted amira outside > town as m1
        08:00 posted amira town > gate as m2
        09:00 posted amira town > market as m3
    """)
    with open_store(address, writer=True) as store:
        store.append([first], **PHONE)
        writer = store._writing()
        known = writer._whereabouts
        # As if another process had recorded `theirs`: this writer is made to forget that it did.
        store.append([theirs], **PHONE)
        [sighting] = [known.get("amira")]
        assert sighting is not None
        known.learn("amira", sighting._replace(instant=0, place="town"))
        known.keep()
        writer._left = None
        store.append([mine], **PHONE)
        assert store.check().faults == []
