"""`safepassage register` as it is typed: lists in, questions answered, people found and erased."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from safepassage.cli.app import EXIT_FOUND
from safepassage.cli.register import app
from safepassage.cli.unlocked import PASSPHRASE, now
from safepassage.model.errors import SafePassageError
from safepassage.secure.audit import Kind
from safepassage.secure.roles import Role
from safepassage.store import open_store
from safepassage.store.protection import Protection

EMBASSY = """\
Family,Given name,Surname,Father's name,Sex,Date of birth,Passport,Phone
F1,Gholam,Sakhizada,Mohammad Yasin,M,1984-03-02,P4410027,+93705550101
F1,Zarghuna,Sakhizada,Abdul Qadir,F,1988-11-19,P4410028,+93705550101
,,,,,1990-01-01,,
"""
CHARITY = """\
Family,Given name,Surname,Father's name,Sex,Date of birth,Passport,Phone
7,Ghulam,Sakhi Zada,Mohammad Yasin,M,1984-03-02,P4410027,+93705550101
8,Karim,Nabi,Nur Ahmad,M,1990-05-05,,
"""


class Shell:
    """The commands on one store, with a key on a stick."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "disk" / "safepassage.db"
        self.key = folder / "stick" / "register.key"
        self.store.parent.mkdir()
        self.key.parent.mkdir()

    def __call__(self, *words: str, exit_code: int = 0, typed: str | None = None) -> str:
        """What a command prints."""
        command = [*words, "--store", str(self.store), "--key-file", str(self.key)]
        done = CliRunner().invoke(app, command, input=typed)
        if isinstance(done.exception, SafePassageError):
            raise done.exception
        assert done.exit_code == exit_code, f"{done.output} {done.exception!r}"
        return done.stdout

    def json(self, *words: str, exit_code: int = 0) -> Any:
        """What a command prints with --json."""
        return json.loads(self(*words, "--json", exit_code=exit_code))

    def take(self, text: str, name: str, exit_code: int = 0) -> Any:
        """Take a list in without being asked about its columns."""
        path = self.folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        words = ("import", str(path), "--sponsor", name, "--list", f"{name}-1", "--yes")
        return self.json(*words, exit_code=exit_code)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A store that is not there yet."""
    return Shell(tmp_path)


def test_a_list_comes_in_and_the_key_is_made_on_its_stick(shell: Shell) -> None:
    taken = shell.take(EMBASSY, "embassy", EXIT_FOUND)
    assert (taken["rows"], taken["records"], taken["quarantined"]) == (3, 2, 1)
    assert stat.S_IMODE(shell.key.stat().st_mode) == 0o600
    (view,) = shell.json("lists")
    assert (view["list"], view["sponsor"], view["records"]) == ("embassy-1", "embassy", 2)
    panel = shell.json("quality", "embassy-1")
    assert [row["line"] for row in panel["in_quarantine"]] == [4]
    assert "embassy-1" in shell("lists")
    assert "3 rows = 2 records + 1 quarantined" in shell("quality", "embassy-1")


def test_two_lists_of_one_man_make_one_person_whom_any_spelling_finds(shell: Shell) -> None:
    shell.take(EMBASSY, "embassy", EXIT_FOUND)
    shell.take(CHARITY, "charity")
    (hit,) = shell.json("search", "Gholam", "Sakhizada", "1984")["hits"]
    person = shell.json("person", hit["person"])
    assert [record["list"] for record in person["records"]] == ["embassy-1", "charity-1"]
    assert {n["text"] for r in person["records"] for n in r["names"]} >= {"Sakhizada", "Sakhi Zada"}
    (younger,) = person["redirects"]
    assert shell.json("person", younger)["person"] == hit["person"]
    assert "2 records" in shell("person", hit["person"])
    assert hit["person"] in shell("search", "P4410027")


def test_a_judgement_takes_a_person_apart_and_undo_puts_them_together(shell: Shell) -> None:
    shell.take(EMBASSY, "embassy", EXIT_FOUND)
    shell.take(CHARITY, "charity")
    (hit,) = shell.json("search", "P4410027")["hits"]
    one, other = (r["record"] for r in shell.json("person", hit["person"])["records"])
    judged = shell.json("judge", one, other, "not-same", "--why", "two cousins")
    assert len(judged["persons"]) == 2
    assert shell.json("match", "--rebuild")["persons_at_most"] == 4
    undone = shell.json("undo")
    assert undone["persons"] == [hit["person"]]
    assert shell.json("match", "--rebuild")["persons_at_most"] == 3
    with pytest.raises(SafePassageError, match="no verdict"):
        shell("judge", one, other, "maybe", "--why", "x")


def test_requests_are_read_triaged_and_told(shell: Shell) -> None:
    shell.take(EMBASSY, "embassy", EXIT_FOUND)
    person = shell.json("intake")["waiting"][0]["person"]
    assert shell.json("intake", person, "--to", "triaged")["stage"] == "triaged"
    assert "triaged" in shell("intake")
    with pytest.raises(SafePassageError, match="--to handled"):
        shell("intake", person, "--to", "handled")


def test_an_erased_person_is_not_found_and_does_not_come_back(shell: Shell) -> None:
    shell.take(EMBASSY, "embassy", EXIT_FOUND)
    (hit,) = shell.json("search", "P4410027")["hits"]
    assert shell.json("shred", hit["person"], "--yes")["records"] == 1
    assert shell.json("search", "P4410027", exit_code=EXIT_FOUND)["hits"] == []
    again = shell.take(EMBASSY + "F2,Omar,Wali,,M,2001,,\n", "embassy", EXIT_FOUND)
    assert again["reasons"] == {"erased": 1, "unreadable": 1}


def test_every_reveal_is_one_of_the_account_that_asked(shell: Shell) -> None:
    shell.take(EMBASSY, "embassy", EXIT_FOUND)
    (hit,) = shell.json("search", "P4410027")["hits"]
    with Protection(shell.store, now) as protection:
        (entry,) = protection.trail.entries_of(
            "command-line", Kind.REVEALED, now().min.replace(year=2001, tzinfo=now().tzinfo)
        )
    assert entry.subject == hit["person"]
    with pytest.raises(SafePassageError, match="no account nobody"):
        shell("search", "P4410027", "--as", "nobody")


def test_whoever_names_another_account_at_the_shell_leaves_a_trace(shell: Shell) -> None:
    shell.take(EMBASSY, "embassy", EXIT_FOUND)
    with Protection(shell.store, now) as protection:
        protection.accounts.add("reg-1", [Role.REGISTRAR], None, "admin-1")
        shell("search", "P4410027", "--as", "reg-1")
        kinds = [link.entry.kind for link in protection.trail.page(limit=9)]
        (trace,) = protection.trail.page(kind=Kind.ACTED_AS)
    assert (trace.entry.account, trace.entry.subject) == ("command-line", "reg-1")
    assert kinds.index(Kind.REVEALED) < kinds.index(Kind.ACTED_AS)  # the newest first


def test_nothing_is_opened_without_the_key(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.take(EMBASSY, "embassy", EXIT_FOUND)
    shell.key = shell.key.with_name("other.key")
    shell.key.write_bytes(bytes(32))
    shell.key.chmod(0o600)
    with pytest.raises(SafePassageError, match="does not unlock"):
        shell("lists")
    monkeypatch.delenv(PASSPHRASE, raising=False)
    done = CliRunner().invoke(app, ["lists", "--store", str(shell.store)])
    assert "key file" in str(done.exception)


def test_a_passphrase_unlocks_where_there_is_no_key_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, "seven quiet lanterns drift past noon")
    store = tmp_path / "safepassage.db"
    open_store(store, writer=True).close()
    path = tmp_path / "list.csv"
    path.write_text(CHARITY, encoding="utf-8")
    words = ["import", str(path), "--sponsor", "ngo", "--list", "ngo-1", "--yes", "--store"]
    runner = CliRunner()
    assert runner.invoke(app, [*words, str(store), "--json"]).exit_code == 0
    assert runner.invoke(app, ["lists", "--store", str(store)]).exit_code == 0


def test_a_column_is_what_the_clerk_says_it_is(shell: Shell) -> None:
    path = shell.folder / "list.csv"
    path.write_text("Wer,Wann\nAmira Noorzai,1984-03-02\n", encoding="utf-8")
    words = ("import", str(path), "--sponsor", "ngo", "--list", "ngo-1")
    mapped = ("--map", "Wer=full-name", "--map", "Wann=born")
    out = shell(*words, *mapped, typed="y\n")
    assert "full-name" in out
    assert "1 rows = 1 records" in out
    with pytest.raises(SafePassageError, match="a field is one of"):
        shell(*words, "--map", "Wer=name")
    with pytest.raises(SafePassageError, match="no column"):
        shell(*words, "--map", "Who=full-name")
    with pytest.raises(SafePassageError, match="nothing was taken in"):
        shell(*words[:5], "ngo-2", typed="n\n")


def test_questions_are_answered_one_after_the_other(shell: Shell) -> None:
    shell.take(EMBASSY, "embassy", EXIT_FOUND)
    vague = "Given name,Surname,Date of birth\nGholam,Sakhizada,1985\n"
    shell.take(vague, "ministry")
    waiting = shell.json("review")
    assert waiting["waiting"] == 1
    (question,) = waiting["questions"]
    assert abs(sum(bar["weight"] for bar in question["bars"]) - question["weight"]) < 1e-9
    out = shell("review", typed="s\nasked him\n")
    assert "they are one person now" in out
    assert "nothing waits for you" in out
    assert shell.json("review")["waiting"] == 0


def test_a_family_is_split_and_joined_by_decisions_and_stated_in_the_ledger(shell: Shell) -> None:
    shell.take(EMBASSY, "embassy", EXIT_FOUND)
    people = [shell.json("search", n)["hits"][0]["person"] for n in ("P4410027", "P4410028")]
    (family,) = shell.json("families", people[0])
    assert sorted(family["members"]) == sorted(people)
    parts = ("--part", f"gate-1={people[0]}", "--part", f"haven-1={people[1]}")
    split = shell.json("split", *parts, "--why", "the gate closed")
    assert (split["members"], split["apart_from"]) == ([people[0]], [people[1]])
    joined = shell.json("join", *people, "--why", "reunited")
    assert sorted(joined["members"]) == sorted(people)
    shell("families", "--post")
    with open_store(shell.store) as store:
        assert any(people[0] in line and '"group"' in line for line in store.export_lines())
    with pytest.raises(SafePassageError, match="PLACE=PERSON"):
        shell("split", "--part", "gate-1", "--why", "x")


def test_who_goes_first_is_shown_by_family(shell: Shell) -> None:
    shell.take(EMBASSY, "embassy", EXIT_FOUND)
    (family,) = shell.json("priority")
    assert family["people"] == "2"
    assert "category" in shell("priority")
