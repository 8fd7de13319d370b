"""The machine whose power is cut: a User-Mode Linux guest, an ordinary program of this host.

It reads the host's files, read only, and writes one disk: an ext4 file system in a file.  To kill
all its processes at once is a power cut: what its kernel had not yet flushed to the disk is gone.
"""

from __future__ import annotations

import compileall
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.powercut.judge import Heard

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
MEMORY_MIB = 256
DISK_MIB = 96
BOOT_SECONDS_MAX = 90  # a busy host starts a guest slowly; on an idle one it takes two
# `launch.py` says why. The C library and OpenSSL choose their routines by what the processor has;
# these two make them choose the plain ones.
PLAIN_PROCESSOR = (
    "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX_Fast_Unaligned_Load,-AVX512F,-AVX512VL,-AVX512BW,"
    "-AVX512DQ,-AVX512CD,-AVX2,-AVX,-XSAVE,-XSAVEC,-XSAVEOPT,-RTM,-FMA,-BMI2",
    "OPENSSL_ia32cap=~0x1000000000000000:0",
)


class Stopped(Exception):  # noqa: N818 - not a fault: somebody ended the drill
    """The drill is to end."""


class Bench:
    """A folder with everything that guests need, and the guests that run from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stop = threading.Event()
        for name in ("code", "tmp", "disk", "uml"):
            (folder / name).mkdir()
        # The kernel's command line has no room for blanks: links give the code a short name. The
        # code itself is copied, so that all cuts test the same, whatever is edited meanwhile.
        (folder / "prefix").symlink_to(Path(sys.executable).parent.parent)
        for part in ("safepassage", "safepassage/model", "safepassage/store", "tests/powercut"):
            _copy_code(ROOT / part, folder / "code" / part, deep=part.count("/") == 1)
        (folder / "code" / "tests" / "__init__.py").touch()
        compileall.compile_dir(folder / "code", quiet=2)
        shutil.copy(HERE / "init.sh", folder / "init.sh")
        (folder / "init.sh").chmod(0o755)
        self.blank = folder / "blank.img"
        _make_disk(self.blank)

    def new_disk(self, name: str) -> Path:
        """An empty file system that nobody has written yet."""
        disk = self.folder / f"{name}.img"
        shutil.copyfile(self.blank, disk)
        return disk

    @contextmanager
    def power(self, disk: Path, mode: str, seed: str, durability: str) -> Iterator[Guest]:
        """A machine that runs from this disk, and certainly runs no more in the end."""
        guest = Guest(self, disk, mode, seed, durability)
        try:
            yield guest
        finally:
            guest.cut()


@contextmanager
def bench() -> Iterator[Bench]:
    """A bench in a folder of its own, removed with everything in it."""
    with tempfile.TemporaryDirectory(prefix="powercut-", dir=_folder_without_blanks()) as folder:
        yield Bench(Path(folder))


def _folder_without_blanks() -> str:
    for folder in (tempfile.gettempdir(), "/var/tmp", "/dev/shm"):  # noqa: S108 - a private folder in it
        if not set(folder) & set(" \t\"'=,") and os.access(folder, os.W_OK):
            return folder
    raise RuntimeError("there is no temporary folder without blanks in its name: set TMPDIR")


def _copy_code(source: Path, target: Path, deep: bool) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.is_file():
            shutil.copy2(path, target)
        elif deep:
            _copy_code(path, target / path.name, deep)


def _make_disk(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(DISK_MIB * 1024 * 1024)
    tools = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    mkfs = shutil.which("mkfs.ext4", path=tools) or "mkfs.ext4"
    # Nothing is left for the guest's kernel to set up later.
    options = "lazy_itable_init=0,lazy_journal_init=0,nodiscard"
    subprocess.run([mkfs, "-q", "-F", "-E", options, str(path)], check=True)


class Guest:
    """One run of the machine, from power on to power off; `heard` is what it said."""

    def __init__(self, bench: Bench, disk: Path, mode: str, seed: str, durability: str) -> None:
        here = bench.folder
        self.heard = Heard()
        self._stop = bench.stop
        self._disk = f"ubda={disk}"
        self._rest = b""
        words = [
            *(f"mem={MEMORY_MIB}M", self._disk, f"umid={disk.stem}", f"uml_dir={here}/uml/"),
            *("rootfstype=hostfs", "rootflags=/", "ro", f"init={here}/init.sh"),
            *("con=null", "con0=null,fd:1", "quiet", *PLAIN_PROCESSOR),
            *(f"here={here}", f"python={Path(sys.executable).name}"),
            *(f"mode={mode}", f"seed={seed}", f"durability={durability}"),
        ]
        self._process = subprocess.Popen(
            [sys.executable, "-ISE", str(HERE / "launch.py"), "linux.uml", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, which is killed as one
            cwd=here,
            env=_environment(here),
        )

    def listen(self, seconds: float, until: Callable[[Heard], bool] = lambda _: False) -> bool:
        """Hear what the machine says for some time, or until something is heard.

        Raises:
            Stopped: the drill is to end.
        """
        end = time.monotonic() + seconds
        while not until(self.heard):
            left = end - time.monotonic()
            if left <= 0:
                return False
            if self._stop.is_set():
                raise Stopped
            if not self._read(min(left, 0.2)):
                return until(self.heard)
        return True

    def _read(self, seconds: float) -> bool:
        """Take in what there is within some seconds; False once there will be nothing more."""
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        if not select.select([pipe], [], [], seconds)[0]:
            return True
        found = os.read(pipe, 65536)
        *lines, self._rest = (self._rest + found).split(b"\n")
        for line in lines:
            self.heard.line(line.decode(errors="replace").rstrip("\r"))
        return bool(found)

    def cut(self) -> None:
        """Cut the power, then hear what was said before.

        The whole group gets the signal in one call of the host's kernel.  Killing the processes
        one after the other would leave some of them without their tracer for a moment, running on
        as if they were programs of the host.
        """
        if self._process.stdout is None or self._process.stdout.closed:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        while left := self.processes():
            for process in left:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.005)
        while self._read(0.0) and select.select([self._process.stdout], [], [], 0)[0]:
            pass
        self._process.stdout.close()

    def processes(self) -> list[int]:
        """Living processes of this machine: of its session, or started with its disk."""
        return [int(p.name) for p in Path("/proc").glob("[0-9]*") if self._is_mine(p)]

    def _is_mine(self, process: Path) -> bool:
        try:
            state, _, _, session = (process / "stat").read_text().rpartition(")")[2].split()[:4]
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        is_dead = state in "ZX"
        return not is_dead and (int(session) == self._process.pid or self._disk.encode() in words)


def _environment(here: Path) -> dict[str, str]:
    """The host's environment; the guest's memory is a file, which wants to lie in memory."""
    found = {k: v for k, v in os.environ.items() if k not in ("TMP", "TEMP", "TMPDIR")}
    shm = Path("/dev/shm")  # noqa: S108 - where the guest's kernel looks itself
    if not shm.is_dir() or shutil.disk_usage(shm).free < 4 * MEMORY_MIB * 1024 * 1024:
        found["TMPDIR"] = str(here)
    return found
