"""How commands print: JSON for programs, sentences and tables for people, progress on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import typer

from safepassage.model.instant import local, zulu


def print_json(value: Any) -> None:
    """One JSON document, in the characters that it is written in."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]], numeric: int = 0) -> None:
    """Columns that line up; the last `numeric` ones to the right."""
    body = [list(row) for row in rows]
    widths = [max(len(str(r[i])) for r in [list(header), *body]) for i in range(len(header))]
    first_number = len(header) - numeric
    for row in [list(header), ["-" * w for w in widths], *body]:
        cells = [
            cell.rjust(width) if i >= first_number else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        typer.echo("  " + "  ".join(cells).rstrip())


def heading(text: str) -> None:
    """A heading with room above it."""
    typer.echo(f"\n{text}\n{'=' * len(text)}")


def instant(at: datetime, zone: str) -> str:
    """An instant for a person: Zulu and a wall clock."""
    return f"{zulu(at)} ({local(at, zone)} {zone})"


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr; yields a function that is told how many are done."""
    with parts_progress() as tell:
        yield lambda done: tell(label, done, total)


@contextmanager
def parts_progress() -> Iterator[Callable[[str, int, int | None], None]]:
    """A progress bar for each part of long work, as (part, done, of how many); silent in pipes."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:

        def tell(part: str, done: int, total: int | None) -> None:
            if part not in tasks:
                tasks[part] = bar.add_task(part, total=total)
            bar.update(tasks[part], completed=done, total=total)

        yield tell
