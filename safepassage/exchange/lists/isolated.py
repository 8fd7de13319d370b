"""Reading a list where it can do no harm: in a process of its own, with bounds on everything.

A list may come from anybody, also from those whom the people on it flee.  The process that reads
it has no more memory and time than a list takes, writes no file, and knows no key.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from safepassage.exchange.lists.child import NO_MEMORY, REFUSED
from safepassage.exchange.lists.errors import (
    ListFileError,
    ListLockedError,
    ListTooLargeError,
    NotAListError,
)
from safepassage.exchange.lists.limits import Limits
from safepassage.exchange.lists.plain import from_json
from safepassage.model.sheet import ReadList

_PACKAGES = str(Path(__file__).resolve().parents[3])
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    " from safepassage.exchange.lists.child import main; main()"
)
_REFUSALS: dict[str, type[ListFileError]] = {
    kind.__name__: kind for kind in (ListLockedError, ListTooLargeError, NotAListError)
}
_GRACE_SECONDS = 5  # its own limit counts computing; this one waiting as well
_TOO_MUCH_MEMORY = (
    "Reading the list takes more memory than a list may. Save it anew as CSV, or split it"
)
UNFINISHED = 120  # how Python ends when it has not enough memory left to write what it wanted to
_ANSWER_BYTES_PER_CELL_MAX = 64
_ANSWER_BYTES_MAX = 1024 * 1024 * 1024


def read_list(
    source: Path | bytes,
    name: str = "",
    limits: Limits | None = None,
    *,
    encoding: str | None = None,
) -> ReadList:
    """Read a list: a file's path, or the bytes of an upload.

    `name` is what the sender called it and decides nothing: the format is found from the bytes.
    `encoding` overrules the guess about a list in plain text.

    Raises:
        ListFileError: it cannot be read; the message is for the person at the desk.
    """
    bounds = limits or Limits()
    return _read(_content(source, bounds), name, bounds, encoding, pasted=False)


def read_pasted(text: str, name: str = "", limits: Limits | None = None) -> ReadList:
    """Read rows that were copied from a spreadsheet, with or without a header.

    Raises:
        ListFileError: there is nothing in it, or too much.
    """
    bounds = limits or Limits()
    raw = text.encode("utf-8", "replace")
    _check_size(len(raw), bounds)
    if not text.strip():
        raise NotAListError("Nothing was pasted. Copy the rows in the spreadsheet first")
    return _read(raw, name, bounds, "utf-8", pasted=True)


def _content(source: Path | bytes, limits: Limits) -> bytes:
    if isinstance(source, bytes):
        _check_size(len(source), limits)
        return source
    try:
        with source.open("rb") as file:
            raw = file.read(limits.file_bytes_max + 1)
    except OSError as error:
        raise NotAListError(
            f"The file cannot be opened: {os.strerror(error.errno or 0)}. Check its path"
        ) from None
    _check_size(len(raw), limits)
    return raw


def _check_size(size: int, limits: Limits) -> None:
    if size > limits.file_bytes_max:
        most = limits.file_bytes_max // (1024 * 1024)
        raise ListTooLargeError(f"The file is larger than {most} MiB. Split it into several lists")


def _read(raw: bytes, name: str, limits: Limits, encoding: str | None, *, pasted: bool) -> ReadList:
    task = {"limits": asdict(limits), "encoding": encoding, "pasted": pasted}
    code, answer = _run(json.dumps(task).encode("ascii") + b"\n" + raw, limits)
    if code == 0:
        return from_json(answer, name=name, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw))
    if code == REFUSED:
        raise _refusal(answer)
    if code < 0 or code in (NO_MEMORY, UNFINISHED):
        # Ended by the system: memory that was refused to a library, or its time was up.
        raise ListTooLargeError(_TOO_MUCH_MEMORY)
    raise NotAListError("The file is damaged in a way no list is. Save it anew as CSV or XLSX")


def _refusal(answer: bytes) -> ListFileError:
    try:
        plain = json.loads(answer)
        return _REFUSALS[plain["kind"]](str(plain["sentence"])[:500])
    except (ValueError, KeyError, TypeError):
        pass
    return NotAListError("The file could not be read. Save it anew as CSV or XLSX")


def _run(task: bytes, limits: Limits) -> tuple[int, bytes]:
    """Run the reading process to its end, or end it when its time or its answer grows too long."""
    most = min(_ANSWER_BYTES_MAX, limits.cells_max * _ANSWER_BYTES_PER_CELL_MAX)
    process = subprocess.Popen(  # noqa: S603 - our own interpreter on our own module
        [sys.executable, "-I", "-c", _START, _PACKAGES],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8"},
    )
    with process:
        timer = threading.Timer(limits.seconds_max + _GRACE_SECONDS, process.kill)
        timer.daemon = True
        timer.start()
        feeder = threading.Thread(target=_feed, args=(process, task), daemon=True)
        feeder.start()
        try:
            assert process.stdout is not None  # noqa: S101 - it was asked for
            answer = process.stdout.read(most + 1)
            if len(answer) > most:
                raise ListTooLargeError(_TOO_MUCH_MEMORY)
            code = process.wait()
        except BaseException:
            process.kill()  # whoever waited is gone, or had enough
            raise
        finally:
            timer.cancel()
            feeder.join()
    return code, answer


def _feed(process: subprocess.Popen[bytes], task: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - it was asked for
    # A process that refuses early reads no further: that is its answer, not a fault.
    with contextlib.suppress(OSError), process.stdin:
        process.stdin.write(task)
