"""The house rules, as tests: whoever breaks one reads here which rule it is and why it exists."""

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import typer
import typer.main

from tests.fixtures.requirements import ROOT

PACKAGE = ROOT / "safepassage"
CLI_REFERENCE = ROOT / "docs" / "reference" / "cli.md"
LINES_MAX = {"function": 60, "file": 500}
CODE = {".py", ".js", ".mjs", ".css", ".html"}
# Folders with a dot are tools' and caches', except the one that holds the pipeline.
FOLDERS_LEFT_OUT = {"__pycache__", "build", "dist", "node_modules", "vendor"}
FOLDERS_KEPT = {".ci", ".github"}

# Written in parts, so that this file does not break its own rules.
MACHINE_FOLDERS = "|".join(("wo" + "rk", "ro" + "ot", "ho" + r"me/\w+"))
MACHINE_PATH = re.compile(rf"""(?<![\w.~<$}}*/-])/(?:{MACHINE_FOLDERS})(?=[/\s"'`):,;]|$)""", re.M)
REGISTRY_HOSTS = (
    "pypi." + "org",
    "pythonhosted." + "org",
    "npmjs." + "org",
    "npmjs." + "com",
    "yarnpkg." + "com",
    "crates." + "io",
    "proxy.golang." + "org",
    "unpkg." + "com",
    "jsdelivr." + "net",
)
# The third mark is also an ICAO code for "no nationality": it counts only where a comment begins.
LEFT_OVER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b|(?:#|//|/\*|<!--)\s*X" + r"XX\b")

# What the model may not even ask for: the time, chance, the machine.
IMPURE = {
    "asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket",
    "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip


@cache
def project_files() -> tuple[Path, ...]:
    """Every file of the project that people write, git or no git."""
    found: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if is_ours(name))
        found += [Path(folder, name) for name in sorted(names)]
    return tuple(path for path in found if path.is_file())


def is_ours(folder: str) -> bool:
    """Whether people of the project write what is in a folder of this name."""
    hidden = folder.startswith(".") and folder not in FOLDERS_KEPT
    return not hidden and folder not in FOLDERS_LEFT_OUT and not folder.endswith(".egg-info")


def files_ending(*suffixes: str) -> list[Path]:
    """The project's files with one of these endings."""
    return [path for path in project_files() if path.suffix in suffixes]


def shown(path: Path) -> str:
    """A path as the reader of a failure wants it: from the top of the project."""
    return path.relative_to(ROOT).as_posix()


@cache
def text_of(path: Path) -> str | None:
    """The text of a file, None if it holds something else."""
    content = path.read_bytes()
    if b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Where in the project's text a pattern stands, as ``file:line text``."""
    return [
        f"{shown(path)}:{number} {line.strip()}"
        for path in project_files()
        for number, line in enumerate((text_of(path) or "").splitlines(), start=1)
        if pattern.search(line)
    ]


def python_functions(path: Path) -> Iterator[tuple[str, int]]:
    """The name and the length of every function in a Python file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


JS_FUNCTION = re.compile(
    r"^(?P<indent>\s*)(?!if\b|for\b|while\b|switch\b|catch\b|\})"
    r"(?:.*\bfunction\b.*|.*=>\s*|(?:static\s+)?(?:async\s+)?[#*\w$]+\s*\([^)]*\)\s*)\{\s*$"
)


def script_functions(path: Path) -> Iterator[tuple[str, int]]:
    """The first line and the length of every function in a script, found by its indentation."""
    lines = path.read_text().splitlines()
    for start, line in enumerate(lines):
        if match := JS_FUNCTION.match(line):
            end = match["indent"] + "}"
            length = next((n for n, ln in enumerate(lines[start:], 1) if ln.startswith(end)), 1)
            yield line.strip(), length


def test_no_function_is_longer_than_a_screen() -> None:
    found = [(path, python_functions(path)) for path in files_ending(".py")]
    found += [(path, script_functions(path)) for path in files_ending(".js", ".mjs")]
    too_long = [
        f"{shown(path)} {name}: {length} lines"
        for path, functions in found
        for name, length in functions
        if length > LINES_MAX["function"]
    ]
    assert not too_long, "\n".join(too_long)


def test_no_file_is_longer_than_500_lines() -> None:
    lengths = {path: len((text_of(path) or "").splitlines()) for path in files_ending(*CODE)}
    too_long = {shown(path): n for path, n in lengths.items() if n > LINES_MAX["file"]}
    assert not too_long


def test_every_module_says_what_it_is_for() -> None:
    modules = [path for path in files_ending(".py") if path.is_relative_to(PACKAGE)]
    silent = [
        shown(path)
        for path in modules
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert not lines_with(MACHINE_PATH)


def test_no_file_names_a_package_registry() -> None:
    hosts = re.compile("|".join(re.escape(host) for host in REGISTRY_HOSTS), re.IGNORECASE)
    assert not lines_with(hosts)


def test_nothing_is_left_to_be_done_later_in_a_comment() -> None:
    assert not lines_with(LEFT_OVER)


def imported_modules(path: Path) -> set[str]:
    """The top names of the modules a Python file imports."""
    tree = ast.parse(path.read_text())
    plain = [name.name for n in ast.walk(tree) if isinstance(n, ast.Import) for name in n.names]
    from_ = [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
    return {name.split(".")[0] for name in [*plain, *from_]}


def test_the_model_has_no_clock_no_chance_and_no_input() -> None:
    pure = (sys.stdlib_module_names - IMPURE) | {"safepassage"}
    files = [path for path in files_ending(".py") if path.is_relative_to(PACKAGE / "model")]
    impure = {shown(path): imported_modules(path) - pure for path in files}
    assert not {name: modules for name, modules in impure.items() if modules}


def test_the_walls_between_the_packages_stand() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def commands_below(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words of every command that a person can type, hidden ones left out."""
    if not hasattr(command, "list_commands"):
        yield path
        return
    context = typer.Context(command, info_name=path[-1])  # type: ignore[arg-type]
    for name in command.list_commands(context):
        below = command.get_command(context, name)  # type: ignore[attr-defined]
        if not below.hidden:
            yield from commands_below(below, (*path, name))


@cache
def command_lines() -> tuple[str, ...]:
    """Every command of ``safepassage``, as it is typed."""
    from safepassage.cli import app

    top = typer.main.get_command(app) if isinstance(app, typer.Typer) else app
    return tuple(" ".join(path) for path in commands_below(top, ("safepassage",)))


def pages() -> dict[Path, str]:
    """The README and all documentation."""
    found = [path for path in files_ending(".md") if path.is_relative_to(ROOT / "docs")]
    return {path: path.read_text() for path in [ROOT / "README.md", *found] if path.exists()}


def test_every_command_is_in_the_reference() -> None:
    text = pages().get(CLI_REFERENCE, "")
    assert not [line for line in command_lines() if not re.search(rf"{line}(?![\w-])", text)]


def test_every_group_of_commands_is_shown_in_use() -> None:
    """A reference alone teaches nobody: the README or a guide shows each group at least once."""
    elsewhere = "\n".join(text for path, text in pages().items() if path != CLI_REFERENCE)
    groups = {" ".join(line.split()[:2]) for line in command_lines()}
    assert not sorted(group for group in groups if group not in elsewhere)


def test_the_documentation_shows_no_command_that_does_not_exist() -> None:
    text = "\n".join(pages().values())
    typed = re.findall(r"^\s*(?:\$ )?(?:\.venv/bin/)?safepassage ([a-z][\w-]*)", text, re.M)
    known = {line.split()[1] for line in command_lines()}
    assert not sorted(set(typed) - known)


def vendor_folders() -> list[Path]:
    """Where files lie that were taken unchanged from other projects."""
    return [path for top in (PACKAGE, ROOT / "tests") for path in top.rglob("vendor")]


def manifest_of(folder: Path) -> list[dict[str, str]]:
    """What a folder says about the files taken unchanged from other projects."""
    entries: list[dict[str, str]] = json.loads((folder / "MANIFEST.json").read_text())
    return entries


def test_vendored_files_are_the_ones_their_projects_published() -> None:
    """A changed library would be our code in somebody else's name: the hashes must agree."""
    for folder in vendor_folders():
        told = {entry["file"]: entry["sha256"] for entry in manifest_of(folder)}
        present = {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file() and path.name != "MANIFEST.json"
        }
        assert present == told, shown(folder)


def test_vendored_packages_are_credited() -> None:
    """Their licences ask for it, and so does courtesy."""
    notice = (ROOT / "NOTICE").read_text()
    for entry in [entry for folder in vendor_folders() for entry in manifest_of(folder)]:
        credit = f"{entry['package']} {entry['version']} ({entry['licence']})"
        assert credit in notice, f"NOTICE does not credit {credit}"


def shipped_files() -> set[str]:
    """Where in an installed package every file of ours must be found."""
    package = {
        shown(path)
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    scenarios = {shown(path) for path in project_files() if shown(path).startswith("scenarios/")}
    return package | {f"safepassage/{name}" for name in scenarios}


def test_the_wheel_holds_every_page_picture_and_scenario(tmp_path: Path) -> None:
    """An installed Safe Passage without its pages answers 404, and only the users would notice."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        missing = shipped_files() - set(archive.namelist())
    assert not missing
