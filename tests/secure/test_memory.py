"""What is left in the memory of a process that was told to lock: not the register's key."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.requirements import ROOT

# The child shows its key in disguise, so that the disguise itself is not what is found.
DISGUISE = 0x5A
CHILD = f"""
import os, sys
from safepassage.secure.vault import Vault, subkey
key = bytearray(os.urandom(32))
print(bytes(byte ^ {DISGUISE} for byte in key).hex(), flush=True)
vault = Vault(key)
key[:] = bytes(32)
data_key, wrapped = vault.new_record_key("record-1")
sealed = data_key.seal("name", b"x" * 300)
for number in range(500):
    vault.open_key("record-1", wrapped).open("name", sealed)
    vault.blind("phone", str(number))
    vault.fingerprint("row", b"x")
print("unlocked", flush=True)
sys.stdin.readline()
vault.lock()
print("locked", flush=True)
sys.stdin.readline()
"""


def copies(process: int, secret: bytes) -> int:
    """How often a secret stands in the memory of another process."""
    found = 0
    memory = Path(f"/proc/{process}/mem")
    for line in Path(f"/proc/{process}/maps").read_text().splitlines():
        place, rights, *_ = line.split()
        if "r" not in rights or "[v" in line:
            continue
        start, end = (int(part, 16) for part in place.split("-"))
        with memory.open("rb", buffering=0) as file:
            file.seek(start)
            found += (file.read(end - start) or b"").count(secret)
    return found


def test_a_locked_register_leaves_no_key_in_memory() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        disguised = bytes.fromhex(child.stdout.readline())
        key = bytes(byte ^ DISGUISE for byte in disguised)
        assert child.stdout.readline() == "unlocked\n"
        try:
            assert copies(child.pid, key) >= 1  # or the search would prove nothing
        except PermissionError:
            pytest.skip("this system lets nobody read the memory of a process")
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.readline() == "locked\n"
        assert copies(child.pid, key) == 0
    finally:
        child.communicate("\n", timeout=10)
