"""``python -m tests.powercut``: cut the power, print a line for each cut and the sum of all.

Exit code 0 if nothing was lost, 1 if anything was, 2 if the drill could not be held, 130 if it was
stopped.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import time
from pathlib import Path

from tests.fixtures.requirements import KINDS
from tests.powercut import drill


def main() -> int:
    """Hold the drill that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.powercut", description=__doc__)
    default = int(os.environ.get("CUTS", "200"))
    parser.add_argument("--cuts", type=int, default=default, help="how many (default: $CUTS, 200)")
    parser.add_argument(
        "--durability",
        choices=("full", "normal", "off"),
        default="full",
        help="'normal' and 'off' turn SQLite's durability down: then the drill must fail",
    )
    parser.add_argument("--seed", default=secrets.token_hex(4), help="repeats moments and load")
    parser.add_argument("--machines", type=int, default=2, help="how many at a time (2)")
    parser.add_argument("--keep", type=Path, help="a folder for the disks of bad cuts")
    asked = parser.parse_args()
    [kind] = [kind for kind in KINDS if kind.name == "powercut"]
    if reason := kind.lacking():
        print(f"The drill cannot be held: {reason}. Add it: {kind.command}", file=sys.stderr)
        return 2
    # Being told to end is no reason to leave machines running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return hold(asked)
    except KeyboardInterrupt:
        print("stopped; no machine is left running", file=sys.stderr)
        return 130


def hold(asked: argparse.Namespace) -> int:
    """Cut the power as often as asked for and print what happened."""
    begin = time.monotonic()
    print(f"{asked.cuts} cuts, durability {asked.durability}, seed {asked.seed}", flush=True)
    total = drill.run(
        drill.plan(asked.cuts, asked.seed),
        durability=asked.durability,
        machines=asked.machines,
        report=lambda line: print(line, flush=True),
        keep=asked.keep,
    )
    minutes, seconds = divmod(round(time.monotonic() - begin), 60)
    print(f"{total}; {minutes} min {seconds:02} s")
    return 1 if total.bad or total.cuts < asked.cuts else 0


if __name__ == "__main__":
    sys.exit(main())
