"""A plan file as an argument of a command."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import Annotated, Any

import typer

from safepassage.cli.init import read_file
from safepassage.plan.errors import PlanFileError

PlanArgument = Annotated[Path, typer.Argument(metavar="PLAN", help="A plan file.")]


def read_plan(path: Path) -> dict[str, Any]:
    """A plan document.

    Raises:
        PlanFileError: it is not one.
    """
    text = read_file(path)
    try:
        document = json_text.loads(text)
    except ValueError:
        raise PlanFileError(
            f"{path.name} is not JSON; give what `plan solve --out` wrote"
        ) from None
    if not isinstance(document, dict) or document.get("format") != "safepassage-plan":
        raise PlanFileError(f"{path.name} is not a plan; give what `plan solve --out` wrote")
    return document
