"""The register opens to its passphrase and its key file, and to nothing else."""

import json
from pathlib import Path

import pytest

from safepassage.secure.errors import KeyFileError, LockedError, WeakSecretError, WrongKeyError
from safepassage.secure.unlock import (
    STRONG,
    Cost,
    Lock,
    Way,
    make_key_file,
    new_register_key,
    read_key_file,
    read_lock,
    unlock_with_key_file,
    unlock_with_passphrase,
    with_key_file,
    with_passphrase,
)
from safepassage.secure.vault import Vault

PHRASE = "copper lantern seven river orbit"
QUICK = Cost(memory_kib=64, passes=1, lanes=1)


@pytest.fixture
def vault() -> Vault:
    return new_register_key()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "ledger.db"


def same(one: Vault, other: Vault) -> bool:
    return one.blind("x", "x") == other.blind("x", "x")


def test_a_passphrase_unlocks_what_it_locked_after_the_lock_was_written_down(vault: Vault) -> None:
    lock = read_lock(with_passphrase(vault, PHRASE, cost=QUICK).to_json())
    assert same(unlock_with_passphrase(lock, PHRASE), vault)


def test_another_passphrase_unlocks_nothing_and_is_not_repeated(vault: Vault) -> None:
    lock = with_passphrase(vault, PHRASE, cost=QUICK)
    with pytest.raises(WrongKeyError) as refused:
        unlock_with_passphrase(lock, "wrong horse battery staple")
    assert "horse" not in str(refused.value)


def test_one_passphrase_however_the_keyboard_writes_it(vault: Vault) -> None:
    lock = with_passphrase(vault, "caf\u00e9 \ufb01ve lanterns in a row", cost=QUICK)
    assert same(unlock_with_passphrase(lock, "cafe\u0301 five lanterns in a row"), vault)


def test_a_changed_passphrase_replaces_the_old_one(vault: Vault) -> None:
    first = with_passphrase(vault, PHRASE, cost=QUICK)
    second = with_passphrase(vault, PHRASE + " again", first, QUICK)
    assert len(second.slots) == 1
    with pytest.raises(WrongKeyError):
        unlock_with_passphrase(second, PHRASE)


def test_a_key_file_unlocks_beside_a_passphrase(
    vault: Vault, tmp_path: Path, database: Path
) -> None:
    path = tmp_path / "stick.key"
    make_key_file(path, database)
    lock = with_key_file(vault, path, database, with_passphrase(vault, PHRASE, cost=QUICK))
    assert lock.has(Way.PASSPHRASE)
    assert lock.has(Way.KEY_FILE)
    assert same(unlock_with_key_file(lock, path, database), vault)
    assert same(unlock_with_passphrase(lock, PHRASE), vault)


def test_a_key_file_of_another_register_unlocks_nothing(vault: Vault, tmp_path: Path) -> None:
    for name in ("one", "other"):
        make_key_file(tmp_path / name, None)
    lock = with_key_file(vault, tmp_path / "one", None)
    with pytest.raises(WrongKeyError, match="another one's"):
        unlock_with_key_file(lock, tmp_path / "other", None)
    with pytest.raises(WrongKeyError):
        unlock_with_passphrase(lock, PHRASE)


def test_a_key_file_beside_the_database_is_refused(database: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="takes both"):
        make_key_file(database.parent / "register.key", database)
    make_key_file(tmp_path / "register.key", database)
    link = tmp_path / "elsewhere"
    link.symlink_to(tmp_path / "register.key")
    read_key_file(link, database)
    beside = database.parent / "moved.key"
    beside.write_bytes((tmp_path / "register.key").read_bytes())
    away = tmp_path / "away"
    away.symlink_to(beside)
    with pytest.raises(KeyFileError, match="takes both"):
        read_key_file(away, database)


def test_a_key_file_that_others_may_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "register.key"
    make_key_file(path, None)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyFileError, match="exists"):
        make_key_file(path, None)
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key_file(path, None)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(KeyFileError, match="not a key file"):
        read_key_file(path, None)
    with pytest.raises(KeyFileError, match="cannot be read"):
        read_key_file(tmp_path / "nowhere", None)


@pytest.mark.parametrize("phrase", ["", "short", "a" * 40, "x" * 1001])
def test_a_passphrase_that_would_be_guessed_is_refused(vault: Vault, phrase: str) -> None:
    with pytest.raises(WeakSecretError) as refused:
        with_passphrase(vault, phrase, cost=QUICK)
    assert not phrase or phrase not in str(refused.value)


def test_the_lock_holds_nothing_that_opens_the_register(vault: Vault) -> None:
    text = with_passphrase(vault, PHRASE, cost=QUICK).to_json()
    assert PHRASE not in text
    assert all(word not in text for word in PHRASE.split())


def changed(lock: Lock, field: str, value: object) -> str:
    told = json.loads(lock.to_json())
    told["slots"][0][field] = value
    return json.dumps(told)


def test_a_lock_that_somebody_changed_opens_to_nobody(vault: Vault) -> None:
    lock = with_passphrase(vault, PHRASE, cost=QUICK)
    cheaper = read_lock(changed(lock, "argon2id", [32, 1, 1]))
    other_salt = read_lock(changed(lock, "salt", "AAAAAAAAAAAAAAAAAAAAAA=="))
    for tampered in (cheaper, other_salt):
        with pytest.raises(WrongKeyError):
            unlock_with_passphrase(tampered, PHRASE)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": "safepassage-lock-1", "slots": [{}]}', '{"format": "other"}'],
)
def test_what_is_no_lock_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(WrongKeyError, match="Restore it"):
        read_lock(text)


def test_a_lock_cannot_ask_for_the_whole_machine(vault: Vault) -> None:
    lock = with_passphrase(vault, PHRASE, cost=QUICK)
    for cost in ([10**9, 1, 1], [64, 10**6, 1], [64, 1, 0], [4, 1, 1]):
        with pytest.raises(WrongKeyError):
            read_lock(changed(lock, "argon2id", cost))


def test_a_locked_vault_cannot_be_given_another_passphrase(vault: Vault) -> None:
    vault.lock()
    with pytest.raises(LockedError):
        with_passphrase(vault, PHRASE, cost=QUICK)


def test_the_cost_of_a_try_is_what_was_decided() -> None:
    """At least what OWASP asks for many times over: a seized lock is tried on rented machines."""
    assert STRONG.memory_kib >= 128 * 1024
    assert STRONG.passes >= 3
