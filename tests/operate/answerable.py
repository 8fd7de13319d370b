"""The reasons for which the rules let somebody answer, read out of the rules themselves."""

from __future__ import annotations

import ast
from pathlib import Path

from safepassage.operate.step import Why

RULES = Path(__file__).resolve().parents[2] / "safepassage" / "operate"


def answerable() -> set[Why]:
    """Every reason that some step records all the same once it is acknowledged."""
    found = set()
    for file in RULES.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if is_call and node.func.id == "refuse_unless" and len(node.args) == 4:  # type: ignore[attr-defined]
                why = node.args[1]  # type: ignore[attr-defined]
                assert isinstance(why, ast.Attribute)
                found.add(Why[why.attr])
    return found
