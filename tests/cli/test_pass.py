"""`safepassage pass` as it is typed: root, key, call, mail, gate, another pass, paper."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from safepassage.cli import init, pass_, register
from safepassage.cli.pass_keys import PASSPHRASE
from safepassage.cli.pass_office import pass_office
from safepassage.control.issuing import secrets_of
from safepassage.control.keys import NoIssuingKeyError
from safepassage.control.message import EndangeringError
from safepassage.model.errors import BadQuestionError, SafePassageError
from safepassage.model.instant import format_instant
from safepassage.secure.issuing import StatementError
from tests.control.post_office import mail_server
from tests.planner.island import OPERATION_FILE

LIST = (
    "Family,Name,Relation,Sex,Date of birth,E-mail,At risk\n"
    "F1,Head One,head,M,1980-03-11,one@people.example,\n"
    "F1,Spouse One,spouse,F,1982-04-11,,\n"
    "F2,Head Two,head,F,1975-05-11,two@people.example,yes\n"
)
NAMES = ("Head", "Spouse", "people.example")


class Shell:
    """The commands on one ledger with a register of two families."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "stick").mkdir()
        self.where = ("--store", str(folder / "karr.db"))
        self.key = ("--key-file", str(folder / "stick" / "register.key"))
        (folder / "operation.yaml").write_text(OPERATION_FILE)
        (folder / "list.csv").write_text(LIST)
        self.typed(init.app, str(folder / "operation.yaml"), *self.where)
        words = ("import", str(folder / "list.csv"), "--sponsor", "embassy", "--list", "embassy-1")
        self.typed(register.app, *words, "--yes", *self.where, *self.key)
        self.typed(register.app, "families", "--post", *self.where, *self.key)

    def typed(self, app: Any, *words: str, exit_code: int = 0) -> str:
        done = CliRunner().invoke(app, list(words))
        if isinstance(done.exception, SafePassageError):
            raise done.exception
        assert done.exit_code == exit_code, f"{done.output} {done.exception!r}"
        return str(done.stdout)

    def __call__(self, *words: str, exit_code: int = 0) -> str:
        """What a command prints that needs the register."""
        return self.typed(pass_.app, *words, *self.where, *self.key, exit_code=exit_code)

    def reading(self, *words: str, exit_code: int = 0) -> Any:
        """What a command answers that needs the ledger alone."""
        told = self.typed(pass_.app, *words, *self.where, "--json", exit_code=exit_code)
        return json.loads(told)

    def a_key(self) -> None:
        """A root on another machine, trusted here, and a key that it stated."""
        root, asked, said = (str(self.folder / name) for name in ("root.age", "ask", "say"))
        told = self.typed(pass_.app, "keys", "root", "--out", root)
        self.typed(pass_.app, "keys", "trust", told.splitlines()[-1], *self.where)
        self("keys", "ask", *window(-3)[:2], "--out", asked)
        self.typed(pass_.app, "keys", "state", asked, "--root", root, "--out", said)
        assert stat.S_IMODE(Path(root).stat().st_mode) == 0o600
        self("keys", "install", said)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    monkeypatch.setenv(PASSPHRASE, "a passphrase of enough words")
    return Shell(tmp_path)


def window(hours: int) -> tuple[str, ...]:
    begin = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=hours)
    return "--from", format_instant(begin), "--until", format_instant(begin + timedelta(hours=2))


def groups_of(shell: Shell) -> dict[int, str]:
    """The families, by their size."""
    with pass_office(shell.where[1], Path(shell.key[1]), None) as desk:
        return {len(f.members): str(f.id) for f in desk.registrar.families(desk.viewer)}


def test_two_families_are_called_one_by_mail_and_one_by_voice(shell: Shell) -> None:
    shell.a_key()
    assert [key["state"] for key in json.loads(shell("keys", "list", "--json"))] == ["in-force"]
    families = groups_of(shell)
    where = ("--text", "en=Tea house by the canal", "--text", "fa-AF=چایخانه کنار کانال")
    shell.typed(pass_.app, "meeting", "harbour-gate", *where, *shell.where)
    with mail_server() as box:
        file = shell.folder / "channels.json"
        mail = {"channel": "mail", "host": "127.0.0.1", "port": box.port, "security": "none"}
        file.write_text(json.dumps({"channels": [mail | {"sender": "office@post.example"}]}))
        to = ("--gate", "harbour-gate", *window(1), "--channels", str(file))
        made = json.loads(shell("call", families[2], families[1], *to, "--json"))
        assert [(each["heads"], each["gate"]) for each in made] == [
            (2, "harbour-gate"),
            (1, "harbour-gate"),
        ]
        sent = json.loads(shell("send", "--channels", str(file), "--json"))
        assert (sent["sent"], sent["failed"]) == (2, 0)
    call, word = box.text_to("one@people.example")
    assert "چایخانه کنار کانال" in call
    assert box.text_to("two@people.example") == []
    cards, aloud = shell.folder / "cards.html", shell.folder / "aloud.html"
    assert "1 cards of 2 passes" in shell("print", "cards", "--out", str(cards))
    assert "2 families to be told" in shell("print", "read-out", "--out", str(aloud))
    assert word in aloud.read_text("utf-8")
    assert call in cards.read_text("utf-8")
    assert word not in cards.read_text("utf-8")
    for page in (cards, aloud):
        assert not [name for name in NAMES if name in page.read_text("utf-8")]
    assert "2 messages" in shell("told", made[1]["pass"][:8])
    assert "answered" in shell("told", made[1]["pass"], "--answered")
    told = shell.reading("list")
    assert [(each["state"], each["came"]) for each in told] == [("ahead", 0)] * 2
    again = json.loads(shell("reissue", made[0]["pass"][:8], "--json"))
    assert again["replaces"] == made[0]["pass"]
    shell("revoke", made[1]["pass"], "--reason", "left")
    states = {each["pass"]: each["state"] for each in shell.reading("list")}
    assert states == {
        made[0]["pass"]: "replaced",
        made[1]["pass"]: "withdrawn",
        again["pass"]: "ahead",
    }
    disk = b"".join(path.read_bytes() for path in shell.folder.glob("karr.db*"))
    for secret in (word.partition(": ")[2][:6], "people.example", call[-14:-1]):
        assert secret.encode() not in disk


def test_a_pass_is_read_as_a_gate_reads_it(shell: Shell) -> None:
    shell.a_key()
    shell.typed(pass_.app, "meeting", "mill-gate", "--text", "en=Baker's", *shell.where)
    families = groups_of(shell)
    shell("call", families[2], "--gate", "mill-gate", *window(-1))
    shell("print", "cards", "--out", str(shell.folder / "cards.html"))
    with open_registered(shell) as token:
        found = shell.reading("check", token)
        assert (found["good"], found["state"], found["gate"]) == (True, "due", "mill-gate")
        late = shell.reading("check", token, "--at", "2099-01-01T00:00Z", exit_code=1)
        assert (late["good"], late["code"]) == (False, "unknown-key")
        other = "10" if token.endswith("00") else "00"
        forged = shell.reading("check", token[:-2] + other, exit_code=1)
        assert forged["code"] == "forged"
    shop = shell.typed(pass_.app, "check", "https://shop.example", *shell.where, exit_code=1)
    assert "made by somebody else" in shop


@contextmanager
def open_registered(shell: Shell) -> Iterator[str]:
    """The token of the only pass."""
    with pass_office(shell.where[1], Path(shell.key[1]), None) as desk:
        with desk.office.books.ledger() as ledger:
            (pass_id,) = ledger.catalogue.passes
        yield secrets_of(desk.office, [pass_id])[pass_id].token


def test_what_is_typed_wrongly_is_said_in_a_sentence(shell: Shell) -> None:
    families = groups_of(shell)
    gate = ("--gate", "harbour-gate")
    with pytest.raises(BadQuestionError, match="where the people of harbour-gate meet"):
        shell("call", families[2], *gate, *window(1))
    with pytest.raises(EndangeringError, match="gate"):
        shell.typed(pass_.app, "meeting", "harbour-gate", "--text", "en=The gate", *shell.where)
    shell.typed(pass_.app, "meeting", "harbour-gate", "--text", "en=Baker's", *shell.where)
    with pytest.raises(NoIssuingKeyError, match="no issuing key covers"):
        shell("call", families[2], *gate, *window(1))
    with pytest.raises(BadQuestionError, match="there is no family"):
        shell("call", "nobody", *gate, *window(1))
    with pytest.raises(BadQuestionError, match="name families"):
        shell("call")
    asked = str(shell.folder / "ask")
    shell("keys", "ask", "--out", asked)
    with pytest.raises(StatementError, match="fields"):
        shell("keys", "install", asked)
    with pytest.raises(BadQuestionError, match="cannot be written"):
        shell("keys", "ask", "--out", asked)


def test_bands_for_walk_ups_are_given_out_once(shell: Shell) -> None:
    first, second = shell.folder / "a.html", shell.folder / "b.html"
    shell("print", "bands", "--series", "KM", "--count", "9", "--out", str(first))
    shell("print", "bands", "--series", "KM", "--count", "9", "--out", str(second))
    numbers = [set(re.findall(r"KM \d{4} \d{3} \w", p.read_text("utf-8"))) for p in (first, second)]
    assert not numbers[0] & numbers[1]
