"""`safepassage account` as it is typed: accounts, the key file, the lock and the audit chain."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from safepassage.cli.account import PASSPHRASE, app
from safepassage.cli.app import EXIT_FOUND, EXIT_USAGE
from safepassage.model.errors import SafePassageError
from safepassage.secure.errors import AccountError, KeyFileError, WrongKeyError
from safepassage.secure.unlock import (
    Cost,
    Way,
    new_register_key,
    unlock_with_key_file,
    with_passphrase,
)
from safepassage.store import open_store
from safepassage.store.protection import Protection

PHRASE = "copper lantern seven river orbit"


class Shell:
    """The commands on one ledger."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "disk" / "ledger.db"
        self.stick = folder / "stick"
        self.store.parent.mkdir()
        self.stick.mkdir()
        open_store(self.store, writer=True).close()

    def __call__(self, *words: str, exit_code: int = 0) -> str:
        """What a command prints."""
        done = CliRunner().invoke(app, [*words, "--store", str(self.store)])
        if isinstance(done.exception, SafePassageError):
            raise done.exception
        assert done.exit_code == exit_code, f"{done.output} {done.exception!r}"
        return done.stdout

    def json(self, *words: str, exit_code: int = 0) -> Any:
        """What a command prints with --json."""
        return json.loads(self(*words, "--json", exit_code=exit_code))

    def protection(self) -> Protection:
        """What the ledger keeps."""
        return Protection(self.store, lambda: datetime.now(UTC))


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_an_account_is_made_with_the_link_by_which_its_owner_sets_it_up(shell: Shell) -> None:
    printed = shell("add", "reg-1", "registrar", "case-officer")
    (link,) = [line.strip() for line in printed.splitlines() if "/enrol#" in line]
    assert link.startswith("http://localhost:8800/enrol#")
    (told,) = shell.json("list")
    assert told["roles"] == ["case-officer", "registrar"]
    assert told["passkeys"] == 0
    assert told["has_code"] is False
    assert "nothing yet" in shell("list")
    with shell.protection() as protection:
        assert protection.accounts.spend_link(link.split("#")[1]) == "reg-1"


def test_a_list_submitter_has_its_sponsor(shell: Shell) -> None:
    told = shell.json("add", "list-1", "list-submitter", "--sponsor", "agency-a")
    assert told["sponsor"] == "agency-a"
    assert "/enrol#" in told["link"]


def test_an_account_is_changed_shut_opened_and_enrolled_anew(shell: Shell) -> None:
    shell("add", "reg-1", "registrar")
    assert shell.json("roles", "reg-1", "planner")["roles"] == ["planner"]
    assert shell.json("disable", "reg-1")["state"] == "disabled"
    with pytest.raises(AccountError, match="enable it"):
        shell("link", "reg-1")
    assert shell.json("enable", "reg-1")["state"] == "active"
    desk = "https://desk.example.org/"
    assert "https://desk.example.org/enrol#" in shell("link", "reg-1", "--origin", desk)


def test_mistakes_are_told_and_change_nothing(shell: Shell) -> None:
    shell("add", "reg-1", "registrar")
    for words in (
        ("add", "reg-1", "registrar"),
        ("add", "two-1", "auditor", "custodian"),
        ("add", "printed-link", "planner"),
        ("roles", "nobody-1", "planner"),
        ("disable", "nobody-1"),
        ("link", "nobody-1"),
    ):
        with pytest.raises(SafePassageError):
            shell(*words)
    shell("add", "x-1", "king", exit_code=EXIT_USAGE)
    assert [account["id"] for account in shell.json("list")] == ["reg-1"]


def test_a_key_file_is_made_elsewhere_and_unlocks(shell: Shell) -> None:
    path = shell.stick / "register.key"
    with pytest.raises(KeyFileError, match="takes both"):
        shell("unlock-file", str(shell.store.parent / "register.key"))
    assert shell.json("unlock-file", str(path))["is_first_key"] is True
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with shell.protection() as protection:
        lock = protection.lock.get()
        assert lock is not None
        assert not unlock_with_key_file(lock, path, protection.path).is_locked
    with pytest.raises(SafePassageError, match="passphrase"):
        shell("unlock-file", str(shell.stick / "second.key"))


def test_a_second_way_in_needs_the_first(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = new_register_key()
    with shell.protection() as protection:
        protection.lock.put(with_passphrase(vault, PHRASE, cost=Cost(64, 1, 1)), "key-1")
    path = shell.stick / "register.key"
    monkeypatch.setenv(PASSPHRASE, "not the passphrase at all")
    with pytest.raises(WrongKeyError):
        shell("unlock-file", str(path))
    assert not path.exists()
    monkeypatch.setenv(PASSPHRASE, PHRASE)
    shell("unlock-file", str(path))
    with shell.protection() as protection:
        lock = protection.lock.get()
        assert lock is not None
        assert lock.has(Way.PASSPHRASE)
        opened = unlock_with_key_file(lock, path, protection.path)
        assert opened.blind("a", "b") == vault.blind("a", "b")


def test_the_word_to_lock_is_given_from_the_shell(shell: Shell) -> None:
    with shell.protection() as protection:
        before = protection.lock.asked_at()
        assert shell.json("lock") == {"locked": True}
        assert protection.lock.asked_at() > before


def test_the_audit_chain_is_checked_and_compared_with_what_was_written_down(shell: Shell) -> None:
    shell("add", "reg-1", "registrar")
    told = shell.json("audit")
    head = f"{told['number']}:{told['hash']}"
    shell("disable", "reg-1")
    assert "whole" in shell("audit", "--witnessed", head)
    engine = sa.create_engine(f"sqlite:///{shell.store}")
    with engine.begin() as connection:  # somebody with the file and time
        connection.execute(sa.text("DROP TRIGGER audit_no_update"))
        connection.execute(sa.text("UPDATE audit SET account = 'reg-9' WHERE number = 1"))
    engine.dispose()
    found = shell.json("audit", "--witnessed", head, exit_code=EXIT_FOUND)
    assert [fault["number"] for fault in found["breaks"]] == [1]
    with pytest.raises(SafePassageError, match="NUMBER:HASH"):
        shell("audit", "--witnessed", "rubbish")
