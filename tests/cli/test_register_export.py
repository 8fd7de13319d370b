"""`safepassage register export` as it is typed, from the count to the leaked copy."""

from __future__ import annotations

import stat
from pathlib import Path

import pyrage
import pytest

from safepassage.cli.app import EXIT_FOUND
from safepassage.cli.register_export import FILE_PASSPHRASE
from safepassage.cli.unlocked import now
from safepassage.model.errors import BadQuestionError, SafePassageError
from safepassage.secure.roles import Role
from safepassage.store.protection import Protection
from tests.cli.test_register import EMBASSY, Shell

KEY = pyrage.x25519.Identity.generate()
TO = f"state-a={KEY.to_public()}"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A register with a list on it, and two exporters."""
    made = Shell(tmp_path)
    made.take(EMBASSY, "embassy", EXIT_FOUND)
    with Protection(str(made.store), now) as protection:
        for number in (1, 2):
            protection.accounts.add(f"exporter-{number}", [Role.EXPORTER], None, "admin-1")
    return made


def ask(shell: Shell, export_type: str = "manifest", rows: int = 2, to: str = TO) -> str:
    words = ("export", "request", export_type, "--list", "embassy-1", "--rows", str(rows))
    asked = shell.json(*words, "--to", to, "--purpose", "flight 12", "--as", "exporter-1")
    export: str = asked["export"]
    return export


def test_a_copy_is_written_for_its_recipient_and_only_its_owner_may_read_the_file(
    shell: Shell, tmp_path: Path
) -> None:
    export = ask(shell)
    words = ("export", "write", export, "--to", "state-a", "--folder", str(tmp_path))
    written = shell.json(*words, "--as", "exporter-1")
    path = Path(written["file"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.name.endswith(".csv.age")
    assert pyrage.decrypt(path.read_bytes(), [KEY]).startswith(b"\xef\xbb\xbf")
    with pytest.raises(BadQuestionError, match="already"):
        shell(*words, "--as", "exporter-1")
    assert "1/1" in shell("export", "list")


def test_another_number_of_rows_is_refused_and_a_second_person_is_somebody_else(
    shell: Shell,
) -> None:
    with pytest.raises(SafePassageError, match="does not have 3 rows"):
        ask(shell, rows=3)
    export = ask(shell, "decision-sheet")
    with pytest.raises(SafePassageError, match="second person"):
        shell("export", "approve", export, "--as", "exporter-1")
    assert "ready" in shell("export", "approve", export, "--as", "exporter-2")
    other = ask(shell, "decision-sheet")
    said = shell("export", "refuse", other, "--why", "not now", "--as", "exporter-2")
    assert "refused" in said


def test_recalled_copies_are_due_and_a_leak_that_says_too_little_names_nobody(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "otter lantern quarry violet seven"
    monkeypatch.setenv(FILE_PASSPHRASE, words)
    export = ask(shell, to="state-b=passphrase")
    into = ("--to", "state-b", "--folder", str(tmp_path), "--as", "exporter-1")
    path = Path(shell.json("export", "write", export, *into)["file"])
    assert shell.json("export", "due") == []
    shell("export", "recall", export, "--why", "the wrong office")
    (due,) = shell.json("export", "due", exit_code=EXIT_FOUND)
    assert (due["recipient"], due["recalled"]) == ("state-b", True)
    assert "recalled" in shell("export", "due", exit_code=EXIT_FOUND)
    with pytest.raises(BadQuestionError, match="sealed"):
        shell("export", "trace", export, str(path), "--as", "exporter-1")
    path.write_bytes(pyrage.passphrase.decrypt(path.read_bytes(), words))
    leaked = ("export", "trace", export, str(path), "--as", "exporter-1")
    assert shell.json(*leaked, exit_code=EXIT_FOUND)["recipient"] is None
    assert "cannot be told" in shell(*leaked, exit_code=EXIT_FOUND)


def test_mistakes_say_what_to_type(shell: Shell) -> None:
    with pytest.raises(BadQuestionError, match="ID=age1"):
        ask(shell, to="state-a")
    with pytest.raises(SafePassageError, match="public key"):
        ask(shell, to="state-a=age1xyz")
