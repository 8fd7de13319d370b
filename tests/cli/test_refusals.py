"""What goes back to a sponsor from the command line, and everything about one family."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import PlaceId
from safepassage.model.refusal import RefusalReason
from safepassage.store import open_store
from tests.operate.abandoned import refused
from tests.planner.island import OPERATION_FILE
from tests.stories.site import Site

HEADER = "Ref,Family,Given name,Surname,Relation,Sex,Date of birth"


def listed(family: str, people: int) -> list[str]:
    """The rows of one family, its first person the head."""
    return [
        f"{family}-{n},{family},Given{family}{n},Sur{family},{'head' if n == 0 else 'son'},M,"
        f"{1980 + n if n == 0 else 2004 + n}-03-1{n}"
        for n in range(people)
    ]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Two families of six and one of two, all named by one sponsor; the first two were refused."""
    site = Site(tmp_path)
    (tmp_path / "operation.yaml").write_text(OPERATION_FILE)
    site.run("init", tmp_path / "operation.yaml")
    site.run("account", "unlock-file", site.key_file)
    file = tmp_path / "lists" / "embassy.csv"
    rows = [*listed("A", 6), *listed("B", 6), *listed("C", 2)]
    file.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    site.run("register", "import", file, "--sponsor", "embassy", "--list", "embassy", "--yes")
    site.run("register", "families", "--post")
    now = datetime.now(UTC)
    reasons = iter((RefusalReason.PAPERS, RefusalReason.CAPACITY))
    with open_store(site.store, writer=True) as store:
        with store.ledger() as ledger:
            groups = [g for g in ledger.catalogue.groups if len(g.members) == 6]
        said = [refused("06:00", next(reasons), group=g.group, heads=6) for g in groups]
        where = {"place": PlaceId("harbour-gate"), "occurred_at": now - timedelta(minutes=5)}
        facts = [replace(fact, **where) for fact in said]  # type: ignore[arg-type]
        store.append(facts, source="test", recorded_at=now)
    return site


def test_a_sponsor_is_told_how_many_never_passed_and_no_count_that_points_at_somebody(
    site: Site, tmp_path: Path
) -> None:
    about = ("case", "refusals", "--sponsor", "embassy")
    told = json.loads(site.run(*about, "--json"))
    assert (told["never_past_the_gate"], told["refused"], told["not_out"]) == (12, 12, None)
    assert {row["class"]: row["heads"] for row in told["classes"]} == {
        "refused": 12,
        "unknown": None,
    }
    # Six by each reason: neither is told.
    assert [row["heads"] for row in told["refusals"]] == [None, None]
    shown = site.run(*about)
    assert "never past the gate" in shown
    assert "<10" in shown
    out = tmp_path / "embassy-out.csv"
    assert f"written to {out}" in site.run(*about, "--out", out)
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert {(row["what"], row["heads"]) for row in rows} == {
        ("never past the gate", "12"),
        ("class", "12"),
        ("class", "<10"),
        ("refused", "<10"),
    }
    assert "Given" not in shown + out.read_text(encoding="utf-8")
    other = json.loads(site.run("case", "refusals", "--sponsor", "charity", "--json"))
    assert (other["never_past_the_gate"], other["classes"]) == (0, [])


def test_everything_about_one_family_is_shown_with_what_was_said_of_it(site: Site) -> None:
    (first, *_) = json.loads(site.run("case", "list", "--class", "refused", "--json"))
    family = first["case"]
    word = ("--class", "unreachable", "--owner", "desk-2", "--heads", "2", "--next", "trace")
    site.run("case", "step", family, *word)
    rows = json.loads(site.run("case", "show", family, "--json"))
    assert sorted((row["class"], row["heads"]) for row in rows) == [
        ("refused", 4),
        ("unreachable", 2),
    ]
    shown = site.run("case", "show", family)
    assert "2 unreachable, desk-2, trace" in shown
    assert "Given" not in shown
    with pytest.raises(BadQuestionError, match="not among those who are not out"):
        site.run("case", "show", "fam-nobody")
