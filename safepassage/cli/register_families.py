"""Who goes together and who goes first: `register families`, `split`, `join`, `priority`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from safepassage.cli.opened import DEFAULT_STORE, JsonOption, StoreOption, all_recorded
from safepassage.cli.output import print_json, print_table
from safepassage.cli.unlocked import AsOption, KeyFileOption, now, unlocked
from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import PersonId
from safepassage.model.observation import Group
from safepassage.register.family_values import Family, Part
from safepassage.store.store import open_store

SHOWN_MAX = 50


def families(
    person: Annotated[
        str | None, typer.Argument(help="Whose family; all that need a look.")
    ] = None,
    post: Annotated[
        bool, typer.Option("--post", help="State them in the ledger: person ids, no names.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show who goes together: one person's family, or every family that somebody has to look at
    (no head, no adult, a child without a guardian, split). Ids alone.

    Examples:

      safepassage register families

      safepassage register families --post
    """
    with unlocked(store, key_file, account, writer=post) as at:
        if post:
            facts = at.registrar.post_groups(at.viewer, lambda made: _append(store, made))
            typer.echo(f"{len(facts):,} families stated in the ledger", err=json)
        if person is not None:
            found = [at.registrar.family(at.viewer, PersonId(person))]
        else:
            found = [f for f in at.registrar.families(at.viewer) if f.flags]
    if json:
        print_json([_to_json(family) for family in found])
        return
    for family in found[:SHOWN_MAX]:
        typer.echo(
            f"{family.id}: {len(family.members)} people, {', '.join(family.flags) or 'whole'}"
        )
        for member in family.members:
            typer.echo(f"  {member}  {family.minority[member]}")
        for decision in family.decisions:
            typer.echo(f"  {decision.id} by {decision.decided_by}: {decision.reason}")
    if len(found) > SHOWN_MAX:
        typer.echo(f"  and {len(found) - SHOWN_MAX:,} more: --json lists them", err=True)


def _append(store: str, facts: list[Group]) -> None:
    with open_store(store, writer=True) as writing:
        all_recorded(writing.append(facts, source="register", recorded_at=now()))


def _to_json(family: Family) -> dict[str, Any]:
    return {
        "family": family.id,
        "members": list(family.members),
        "heads": list(family.heads),
        "children": [{"person": c.person, "care": str(c.care)} for c in family.children],
        "ties": [{"kind": str(t.kind), "persons": list(t.pair)} for t in family.ties],
        "apart_from": list(family.apart_from),
        "flags": [str(flag) for flag in family.flags],
        "decisions": [d.id for d in family.decisions],
    }


def split(
    part: Annotated[
        list[str],
        typer.Option(help="PLACE=PERSON,PERSON: who goes together, and where they are; twice."),
    ],
    why: Annotated[str, typer.Option(help="The reason; it is sealed.")],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Decide that a family goes in parts. It is kept with your account, the reason and where each
    part is.

    Example:  safepassage register split --part gate-1=p-1f --part haven-1=p-2a --why "gate closed"
    """
    parts = [_part(text) for text in part]
    with unlocked(store, key_file, account, writer=True) as at:
        family = at.registrar.split_family(at.viewer, parts, why)
    _say(family, json=json)


def _part(text: str) -> Part:
    place, _, persons = text.partition("=")
    named = frozenset(PersonId(person.strip()) for person in persons.split(",") if person.strip())
    if not place or not named:
        raise BadQuestionError(f"--part {text}: write PLACE=PERSON,PERSON")
    return Part(named, place)


def join(
    persons: Annotated[list[str], typer.Argument(help="Two people or more.")],
    why: Annotated[str, typer.Option(help="The reason; it is sealed.")],
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Decide that people are one family, or are together again.

    Example:  safepassage register join p-1f p-2a --why "reunited at the haven"
    """
    with unlocked(store, key_file, account, writer=True) as at:
        family = at.registrar.join_family(at.viewer, [PersonId(p) for p in persons], why)
    _say(family, json=json)


def _say(family: Family, *, json: bool) -> None:
    if json:
        print_json(_to_json(family))
    else:
        typer.echo(f"{family.id}: {', '.join(family.members)}")


def priority(
    rules: Annotated[
        Path | None, typer.Option(help="A table of rules: say who would flip under it.")
    ] = None,
    take: Annotated[
        bool, typer.Option("--take", help="Keep the table; it holds from its own date on.")
    ] = False,
    store: StoreOption = DEFAULT_STORE,
    key_file: KeyFileOption = None,
    account: AsOption = None,
    json: JsonOption = False,
) -> None:
    """Show who goes first under the rules in force, by family, and keep each assessment that
    changed with its evidence; or, with --rules, whom other rules would put elsewhere.

    Examples:

      safepassage register priority

      safepassage register priority --rules embassy-2.yaml
    """
    with unlocked(store, key_file, account, writer=rules is None or take) as at:
        if rules is None:
            found = at.registrar.assess(at.viewer)
            version = at.registrar.rules().version
        else:
            text = rules.read_text(encoding="utf-8")
            ask = at.registrar.take_rules if take else at.registrar.flips
            flips = ask(at.viewer, text)
    header: tuple[str, ...] = ("family", "category", "by", "people")
    rows: list[tuple[str, ...]]
    if rules is None:
        rows = [(f.family, f.category, f.by, f"{len(f.members)}") for f in found]
        typer.echo(f"rules {version}", err=True)
    else:
        header = ("person", "before", "after", "why")
        rows = [(f.person, f.before.category, f.after.category, "; ".join(f.why)) for f in flips]
    if json:
        print_json([dict(zip(header, row, strict=True)) for row in rows])
    else:
        print_table(header, rows[:SHOWN_MAX])
