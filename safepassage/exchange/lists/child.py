"""The reading process: it bounds itself, reads one list from its standard input, and ends.

It opens no file and no connection once the list is in, and it evaluates nothing.  Whatever a
hostile file makes of it, the parent gets JSON, a sentence, or the news that it died.

    exit 0   the list as JSON on standard output
    exit 3   a refusal: its kind and its sentence as JSON on standard output
    exit 4   no memory left, not even for a refusal
"""

from __future__ import annotations

import json
import os
import resource
import sys

from safepassage.exchange.lists.errors import ListFileError
from safepassage.exchange.lists.limits import Limits

REFUSED = 3
NO_MEMORY = 4


def main() -> None:
    """Read the task (one line of JSON), then the list, and write what was found."""
    sys.tracebacklimit = 0  # a traceback could repeat what stands in the list
    task = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**task["limits"])
    _bound(limits)
    try:
        from safepassage.exchange.lists.plain import to_json
        from safepassage.exchange.lists.reading import read

        raw = sys.stdin.buffer.read()
        answer = to_json(read(raw, limits, task["encoding"], pasted=task["pasted"]))
    except (MemoryError, ImportError):
        # What is imported is installed: a library that does not load was refused memory. All that
        # was read is still held by the error, so nothing more can be made: end, by number only.
        os._exit(NO_MEMORY)
    except ListFileError as error:
        _refuse(error)
    else:
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


def _bound(limits: Limits) -> None:
    """Give up memory, time, files and children beyond what reading a list takes."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes_max),
        (resource.RLIMIT_CPU, limits.seconds_max),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),  # a core dump would put names on the disk
    ):
        resource.setrlimit(what, (most, most))


def _refuse(error: ListFileError) -> None:
    refusal = {"kind": type(error).__name__, "sentence": str(error)}
    sys.stdout.buffer.write(json.dumps(refusal).encode("ascii"))
    sys.stdout.buffer.flush()
    sys.exit(REFUSED)
