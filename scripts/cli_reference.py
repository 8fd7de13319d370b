"""Write docs/reference/cli.md from the commands' own help, so that the two never differ.

python scripts/cli_reference.py           writes the page
python scripts/cli_reference.py --check   exits with 1 if the page is not what would be written
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from safepassage.cli.app import COMMANDS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
HEAD = """\
# The command line

Written by `make reference` from the commands' own help; a test compares the two.

Every command that reads takes `--json`. Every command takes `--store` (or the environment variable
`SAFEPASSAGE_STORE`): a file, by default `safepassage.db` in this folder, or a PostgreSQL address.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | done, and `check` found something wrong, or `import` put a line into quarantine |
| 2 | the input is wrong; the message says what, where and what to do |
| 3 | the store is missing, locked, full or broken; nothing was half written |

A question is written as a figure and its parts, for example
`people-out from=2021-08-28T03:00 to=2021-08-29T03:00 zone=America/New_York operators=coalition`.
The parts are `from=`, `to=`, `zone=`, `baseline=`, `as_of=`, `position=`, `operators=`, `count=`
and `phase=`. What is left out is filled in from the operation file and printed with the answer.
"""


def page() -> str:
    """The page as it should be."""
    parts = [HEAD]
    for name, (module, summary) in COMMANDS.items():
        command: Any = typer.main.get_command(import_module(module).app)
        children = getattr(command, "commands", None)
        if children:
            parts.append(f"\n## safepassage {name}\n\n{summary}\n")
            for child, inner in children.items():
                parts.append(_section(f"safepassage {name} {child}", inner, "###"))
                for word, below in getattr(inner, "commands", {}).items():
                    parts.append(_section(f"safepassage {name} {child} {word}", below, "####"))
        else:
            parts.append(_section(f"safepassage {name}", command, "##"))
    return "".join(parts)


def _section(path: str, command: Any, level: str) -> str:
    words = path.split()
    context = command.make_context(path, [], resilient_parsing=True)
    context.terminal_width = context.max_content_width = 96
    shown = command.get_help(context).rstrip()
    return f"\n{level} {' '.join(words)}\n\n```text\n{shown}\n```\n"


def main() -> int:
    """Write or check the page."""
    wanted = page()
    if "--check" in sys.argv:
        return int(PAGE.read_text(encoding="utf-8") != wanted)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
