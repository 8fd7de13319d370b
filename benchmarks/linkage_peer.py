"""Splink in a process of its own, for `benchmarks.linkage`: links files, writes what it found.

In the folder that it is given: `clusters.csv`, as `safepassage link --engine splink` has it, and
`chained-B.csv`, the connected components of all pairs of at least B bits, as a user of Splink would
cluster. Says on standard output which files there are and the processor seconds of the linking.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import Final

import numpy as np

from safepassage.cli.link import ids_in, records_in, tables_in
from safepassage.register.match.cluster import components
from safepassage.register.match.model import UNIT
from safepassage.register.splink.engine import SplinkEngine
from safepassage.register.splink.settings import Setting

BITS: Final = (0, 2, 4, 6, 8, 9, 10, 11, 12, 14)


def written(path: Path, ids: Sequence[str], clusters: Sequence[object]) -> str:
    """Clusters as the scorer reads them."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("unique_id", "cluster_id"))
        writer.writerows(zip(ids, clusters, strict=True))
    return path.name


def main() -> None:
    """Link and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--setting", type=Setting, required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    tables = tables_in(asked.files, {})
    linkage = SplinkEngine(setting=asked.setting).link(records_in(tables, ids_in(tables)[0]))
    ids = list(linkage.likely_of)
    names = [written(asked.out / "clusters.csv", ids, list(linkage.likely_of.values()))]
    seconds = process_time()
    at = {record: row for row, record in enumerate(ids)}
    left = np.array([at[one] for one, _ in linkage.links], dtype=np.int64)
    right = np.array([at[other] for _, other in linkage.links], dtype=np.int64)
    weight = np.array([link.weight for link in linkage.links.values()])
    for bits in BITS:
        keep = np.rint(weight * UNIT) >= bits * UNIT
        label = components(len(ids), left[keep], right[keep]).tolist()
        names.append(written(asked.out / f"chained-{bits}.csv", ids, label))
    print(json.dumps({"processor_seconds": seconds, "files": names}))


if __name__ == "__main__":
    main()
