"""`safepassage register`: who they are, once each, with their families, out of many bad lists.

Each part of the group has a file of its own; this one puts them together.
"""

from __future__ import annotations

import typer

from safepassage.cli import (
    register_export,
    register_families,
    register_import,
    register_people,
    register_review,
)

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)

app.command("import")(register_import.import_list)
app.command("lists")(register_import.show_lists)
app.command("quality")(register_import.show_quality)
app.command("match")(register_review.match)
app.command("check")(register_review.check)
app.command("review")(register_review.review)
app.command("judge")(register_review.judge)
app.command("undo")(register_review.undo)
app.command("person")(register_people.show_person)
app.command("search")(register_people.search)
app.command("families")(register_families.families)
app.command("split")(register_families.split)
app.command("join")(register_families.join)
app.command("priority")(register_families.priority)
app.command("intake")(register_people.intake)
app.command("shred")(register_people.shred)
app.add_typer(register_export.app, name="export")
