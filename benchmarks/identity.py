"""Everything measured about who is the same, by one command: `python -m benchmarks.identity`.

Runs the programs below one after the other, each in a process of its own, and ends with what did
not reach its goal.  The full sizes take about two hours; `--small` takes minutes and says less.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from typing import Final

# Program, what it measures, its options in full and in small.
PROGRAMS: Final = (
    (
        "linkage",
        "registers, automatic band, peers",
        ("--peers",),
        ("--records", "10000", "--only", "fresh"),
    ),
    (
        "linkage",
        "a million records",
        ("--only", "fresh", "--records", "1000000", "--seed", "21"),
        (),
    ),
    ("names", "names alone", (), ()),
    ("lists", "one more list for 100,000, a merge taken apart", (), ("--records", "10000")),
    ("lists", "one more list for a million", ("--records", "1000000"), ()),
    ("register", "search over a million", (), ("--records", "20000")),
    ("learning", "what reviewed pairs add", (), ("--only", "plain", "--records", "5000")),
)


def main(arguments: list[str] | None = None) -> int:
    """Run every program, and say which did not reach a goal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__)
    parser.add_argument("--small", action="store_true", help="small registers, in minutes")
    asked = parser.parse_args(arguments)
    missed = []
    for name, what, full, small in PROGRAMS:
        options = small if asked.small else full
        if asked.small and full and not small:
            continue
        print(f"\n## {what}: python -m benchmarks.{name} {' '.join(options)}\n", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], check=False)
        if done.returncode:
            missed.append(f"{name} {' '.join(options)}".strip())
    print("\nBelow a goal: " + ("; ".join(missed) or "nothing"))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
