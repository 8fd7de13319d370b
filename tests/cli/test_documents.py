"""Documentation is tested: the command reference is the commands' help, every fact can be read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from safepassage.exchange.published_file import _TOTAL_COLUMNS, read_totals
from safepassage.model.notation import read_facts
from safepassage.model.wire import KINDS, from_body, to_body
from safepassage.report.question import Question

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_command_reference_is_what_the_commands_say() -> None:
    script = DOCS.parent / "scripts" / "cli_reference.py"
    done = subprocess.run([sys.executable, str(script), "--check"], check=False)
    assert done.returncode == 0, "run `make reference`"


def test_every_fact_of_the_reference_can_be_read_and_every_kind_is_shown() -> None:
    lines = (DOCS / "reference" / "facts.md").read_text(encoding="utf-8").splitlines()
    facts = [json.loads(line) for line in lines if line.startswith('{"kind"')]
    for fact in facts:
        read = from_body(fact["kind"], fact["body"])
        assert from_body(fact["kind"], to_body(read)) == read
    assert {fact["kind"] for fact in facts} == set(KINDS)


def test_the_text_form_of_the_reference_can_be_read() -> None:
    page = (DOCS / "reference" / "facts.md").read_text(encoding="utf-8")
    block = page.split("```text\n")[1].split("```")[0]
    assert len(read_facts(block)) == 8


def test_the_publication_of_the_reference_holds_a_question_and_the_handling_its_heads() -> None:
    lines = (DOCS / "reference" / "facts.md").read_text(encoding="utf-8").splitlines()
    bodies = {f["kind"]: f["body"] for f in (json.loads(x) for x in lines if x.startswith('{"k'))}
    text = bodies["publication"]["question"]
    assert Question.from_canonical(text).canonical == text
    assert Question.from_canonical(text).position == bodies["publication"]["position"]
    assert bodies["handling"]["heads"]


def test_the_table_of_totals_in_the_reference_can_be_read() -> None:
    page = (DOCS / "reference" / "published-totals.md").read_text(encoding="utf-8")
    rows = read_totals(page.split("```csv\n")[1].split("```")[0], "page")
    assert [r.is_bound for r in rows] == [False, True]
    for column in _TOTAL_COLUMNS:
        assert f"| `{column}` |" in page
