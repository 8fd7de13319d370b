"""Fit the weights of the name comparison anew: `python -m benchmarks.names_fit`.

Reads the labelled pairs of the reference folder and writes `weights.json` beside the comparison:
thresholds and log2 odds of small trees, no name and nothing counted by name.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.name_pairs import fit_to, lacking, numbers_of, pairs_file, read_pairs
from safepassage.register import names
from safepassage.register.names.evidence import FEATURES


def main() -> int:
    """Fit to all pairs and write the weights."""
    if missing := lacking():
        print(missing, file=sys.stderr)
        return 2
    pairs = read_pairs(pairs_file())
    forest = fit_to(pairs, numbers_of(pairs), np.ones(len(pairs.texts), dtype=bool))
    written = forest.to_json([f.name for f in FEATURES], "")
    digest = hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()
    written["version"] = digest[:12]
    target = Path(names.__file__).parent / "weights.json"
    trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in written.pop("trees"))
    head = json.dumps(written)[:-1]
    target.write_text(f'{head}, "trees": [\n{trees}\n]}}\n', encoding="utf-8")
    print(
        f"{len(forest.trees)} trees, version {digest[:12]}, {target.stat().st_size / 1024:.0f} KiB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
