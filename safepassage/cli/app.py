"""The tree of commands.  A command's module is imported when that command runs, not before, so
that `--help` answers at once."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("safepassage.cli.demo", "The Kabul airlift of 2021, accounted for; then the board."),
    "init": ("safepassage.cli.init", "Make a ledger for an operation file, or take a new version."),
    "serve": ("safepassage.cli.serve", "Serve the board on this machine and print a sign-in link."),
    "import": ("safepassage.cli.import_", "Hand facts in, or restore an exported ledger."),
    "export": ("safepassage.cli.export", "Write the ledger as JSON lines."),
    "check": ("safepassage.cli.check", "Recompute everything from the entries; say what is wrong."),
    "figure": ("safepassage.cli.figure", "Figures: list, show, why, compare, publish."),
    "sitrep": ("safepassage.cli.sitrep", "The situation report as text, HTML, CSV or JSON."),
    "claims": ("safepassage.cli.claims", "What others said, set against the ledger."),
    "register": ("safepassage.cli.register", "Who: import, match, review, search, export."),
    "account": ("safepassage.cli.account", "Who may sign in, and as what."),
    "link": ("safepassage.cli.link", "Find the same people in files, without an operation."),
    "names": ("safepassage.cli.names", "Compare names across spellings and scripts."),
    "norms": ("safepassage.cli.norms", "Planning factors: missions, cycle, throughput, fill time."),
    "plan": ("safepassage.cli.plan", "Plans: solve, check, whatif, compare, post, publish."),
    "pass": ("safepassage.cli.pass_", "Passes: keys, call, reissue, revoke, print, check."),
    "gate": ("safepassage.cli.gate", "The phones of the gates, and a gate hub."),
    "lift": ("safepassage.cli.lift", "A lift: manifest, boarding, close-out, departure."),
    "haven": ("safepassage.cli.haven", "A haven: arrivals, names, onward, hand-overs, stock."),
    "simulate": ("safepassage.cli.simulate", "The odds of a plan: run, sweep, compare, open."),
    "compare": ("safepassage.cli.compare", "Plan against actual, or any two ledgers."),
    "case": ("safepassage.cli.case", "Who is not out, and why: cases, hand-over, refusals."),
    "discrepancy": ("safepassage.cli.discrepancy", "Doubts: list them, take one, explain one."),
}
EXIT_FOUND = 1  # the command worked and found something wrong
EXIT_USAGE = 2  # the input is wrong
EXIT_FAULT = 3  # the store is locked, full or broken


class LazyGroup(TyperGroup):
    """A group that knows the names of its commands and imports the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, imported now; for a list of names its summary is enough."""
        if cmd_name not in COMMANDS:
            return None
        module, summary = COMMANDS[cmd_name]
        if ctx.resilient_parsing or _only_listing():
            return TyperCommand(cmd_name, help=summary)
        return _imported(module, cmd_name, summary)


def _imported(module: str, name: str, summary: str) -> Any:
    command = typer.main.get_command(import_module(module).app)
    command.name = name
    command.help = command.help or summary
    return command


def _only_listing() -> bool:
    """Whether this run only prints the list of commands."""
    return not any(word in COMMANDS for word in sys.argv[1:])


app = typer.Typer(
    cls=LazyGroup,
    name="safepassage",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Plan, run and account for a mass evacuation.\n\n"
    "Start with:  safepassage demo\n\n"
    "Your own:    safepassage init operation.yaml && safepassage serve",
)


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", help="Print the version and stop."),
) -> None:
    """Plan, run and account for a mass evacuation."""
    if version:
        from safepassage import __version__

        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line; errors that a user can mend are sentences, not tracebacks."""
    from safepassage.model.errors import SafePassageError

    try:
        app()
    except SafePassageError as fault:
        typer.echo(f"safepassage: {fault}", err=True)
        sys.exit(_exit_code(fault))
    except Exception as fault:
        if not type(fault).__module__.startswith("sqlalchemy"):
            raise
        typer.echo(f"safepassage: {_database_said(fault)}", err=True)
        sys.exit(EXIT_FAULT)
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        sys.exit(130)


def _database_said(fault: Exception) -> str:
    """What a database said that cannot be read, as a sentence, without any values."""
    said = str(getattr(fault, "orig", None) or type(fault).__name__).strip().partition("\n")[0]
    return (
        f"the ledger cannot be read: {said}. Keep its file as it is, look at the disk, and restore"
        " an export or a copy into another store"
    )


def _exit_code(fault: Exception) -> int:
    return EXIT_FAULT if type(fault).__module__.startswith("safepassage.store") else EXIT_USAGE
