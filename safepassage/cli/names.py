"""`safepassage names`: names compared across spellings and scripts, without any operation."""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from safepassage.cli.opened import JsonOption
from safepassage.cli.output import print_json, print_table, progress
from safepassage.cli.written import written
from safepassage.model.errors import BadQuestionError
from safepassage.register.names import Comparison, Token, compare, similarities
from safepassage.register.names.evidence import FEATURES

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
COLUMNS = ("pair", "a", "b")
ROWS_AT_ONCE = 2_000
CELL_MAX = 1 << 20  # characters; the csv module stops at an eighth of it
SHOWN_BARS = 8


@app.callback()
def names() -> None:
    """Compare names across spellings and scripts."""


@app.command()
def score(
    pairs: Annotated[
        Path | None,
        typer.Argument(help="CSV or .csv.gz in UTF-8 with the columns pair, a and b."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where pair and score are written; else to the screen.")
    ] = None,
    explain: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="A B", help="Say how these two names compare, and why."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Score pairs of names: 0 nothing in common, 1 the same. A name alone never shows that two
    records are of one person.

    Other columns are ignored. A pair in which a name has no letters gets 0.

    Examples:

      safepassage names score pairs.csv --out scores.csv

      safepassage names score --explain "Gholam Sakhizada" "Ghulam Sakhi Zada"
    """
    if explain is not None:
        found = compare(*explain)
        print_json(_as_json(found)) if json else _print_comparison(found)
    elif pairs is None:
        raise BadQuestionError("give a file of pairs, or two names with --explain")
    else:
        count = _score_file(pairs, out)
        if json and out is not None:
            print_json({"scored": count, "out": str(out)})
        elif out is not None:
            typer.echo(f"{count:,} pairs scored, written to {out}")


def _score_file(pairs: Path, out: Path | None) -> int:
    total = _count_lines(pairs) - 1
    done = 0
    with (
        _readable(pairs) as file,
        _target(pairs, out) as target,
        progress("comparing names", max(total, 0)) as tell,
    ):
        rows = _rows(file, pairs)
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(("pair", "score"))
        while chunk := list(islice(rows, ROWS_AT_ONCE)):
            scores = similarities((a, b) for _, a, b in chunk)
            for (pair, _, _), found in zip(chunk, scores, strict=True):
                writer.writerow((pair, f"{found:.6f}"))
            done += len(chunk)
            tell(done)
    return done


def _count_lines(path: Path) -> int:
    """How many lines there are; the whole file is read, so that what is wrong with it is said
    before anything is written."""
    with _readable(path) as file:
        return sum(1 for _ in file)


@contextmanager
def _readable(path: Path) -> Iterator[TextIO]:
    try:
        with _opened(path) as file:
            yield file
    except UnicodeDecodeError as fault:
        raise BadQuestionError(
            f"{path} is not in UTF-8 (byte {fault.start:,} cannot be read): save it as"
            " 'CSV UTF-8' and try again"
        ) from None
    except (gzip.BadGzipFile, EOFError) as fault:
        raise BadQuestionError(f"{path} is not a sound gzip file: pack or copy it anew") from fault
    except OSError as fault:
        raise BadQuestionError(f"{path} cannot be read: {fault.strerror}") from fault


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _rows(file: TextIO, path: Path) -> Iterator[tuple[str, str, str]]:
    """Pair, a and b of each row; a missing cell is empty."""
    csv.field_size_limit(CELL_MAX)
    reader = csv.DictReader(file)
    try:
        found = [str(name).strip() for name in reader.fieldnames or ()]
        reader.fieldnames = found
        if missing := [column for column in COLUMNS if column not in found]:
            raise BadQuestionError(
                f"{path} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}: its first"
                f" line names {len(found)} column(s); it must name pair, a and b, with commas"
            )
        for row in reader:
            yield row["pair"] or "", row["a"] or "", row["b"] or ""
    except csv.Error as fault:
        raise BadQuestionError(f"{path}, line {reader.line_num + 1}: {fault}") from None


@contextmanager
def _target(pairs: Path, out: Path | None) -> Iterator[TextIO]:
    """Where the scores go: a file that appears when it is whole, or the screen."""
    if out is None:
        yield sys.stdout
        return
    if out.suffix == ".gz":
        raise BadQuestionError(f"{out}: scores are written as plain CSV; name a .csv file")
    if out.resolve() == pairs.resolve():
        raise BadQuestionError(f"{out} is the file of pairs: it is not overwritten; name another")
    with written(out) as file:
        yield file


def _print_comparison(found: Comparison) -> None:
    typer.echo(f"{found.score:.3f}  {found.left}  |  {found.right}")
    if found.alignment is None:
        typer.echo("  one of them has no letters: there is nothing to compare")
        return
    typer.echo("\nWhat answers to what")
    print_table(("", "reads", "", "reads", "alike"), _aligned(found), numeric=1)
    typer.echo("\nWhy, in log2 odds")
    bars = sorted(found.contributions.items(), key=lambda bar: -abs(bar[1]))
    shown = [(_says(name), f"{value:+.2f}") for name, value in bars[:SHOWN_BARS]]
    if rest := bars[SHOWN_BARS:]:
        shown.append((f"{len(rest)} smaller ones", f"{sum(v for _, v in rest):+.2f}"))
    shown.append(("together", f"{found.weight:+.2f}"))
    print_table(("because of", "weight"), shown, numeric=1)


def _says(feature: str) -> str:
    if feature == "prior":
        return "where every comparison starts"
    return next(f.says for f in FEATURES if f.name == feature)


def _aligned(found: Comparison) -> list[tuple[str, ...]]:
    alignment = found.alignment
    if alignment is None:
        return []
    rows: list[tuple[str, ...]] = [
        (
            *_side([alignment.left[i] for i in match.left]),
            *_side([alignment.right[j] for j in match.right]),
            f"{match.alike:.2f}",
        )
        for match in sorted(alignment.matches, key=lambda m: m.left)
    ]
    rows += [(*_side([alignment.left[i]]), "", "", "") for i in alignment.left_alone]
    rows += [("", "", *_side([alignment.right[j]]), "") for j in alignment.right_alone]
    return rows


def _side(parts: list[Token]) -> tuple[str, str]:
    return " ".join(t.written for t in parts), " ".join(t.latin for t in parts)


def _as_json(found: Comparison) -> dict[str, Any]:
    return {
        "a": found.left,
        "b": found.right,
        "score": round(found.score, 6),
        "weight": found.weight,
        "contributions": found.contributions,
        "matches": [
            {"a": left, "a_reads": left_reads, "b": right, "b_reads": right_reads, "alike": alike}
            for left, left_reads, right, right_reads, alike in _aligned(found)
        ],
    }
