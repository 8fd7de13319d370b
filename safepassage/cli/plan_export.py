"""`safepassage plan export`: a plan as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.init import read_file
from safepassage.cli.plan_file import PlanArgument, read_plan
from safepassage.exchange.operation_file import read_operation
from safepassage.model.errors import BadQuestionError
from safepassage.plan.errors import PlanFileError
from safepassage.planner.publishing import recounted


def export(
    path: PlanArgument,
    xlsx: Annotated[Path, typer.Option(help="Where the workbook is written.")],
    operation: Annotated[
        Path | None, typer.Option(help="Its operation file: for names and local times.")
    ] = None,
) -> None:
    """Write a plan as a workbook that prints: summary, sorties, gates, havens, who is left.

    Example:  safepassage plan export plan.json --operation operation.yaml --xlsx plan.xlsx
    """
    from safepassage.planner.workbook import workbook

    document = read_plan(path)
    found = recounted(document)
    if not found.is_sound:
        raise PlanFileError(
            f"{path.name} breaks a rule: {found.faults[0].sentence}. See all with `plan check`"
        )
    known = None if operation is None else read_operation(read_file(operation), operation.name)
    try:
        xlsx.write_bytes(workbook(document, known, path.stem))
    except OSError as fault:
        raise BadQuestionError(f"{xlsx} cannot be written: {fault.strerror}") from fault
    typer.echo(f"{xlsx}: {found.people:,} people out, in 5 sheets")
