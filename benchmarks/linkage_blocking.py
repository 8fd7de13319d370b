"""What blocking offers, for `benchmarks.linkage`, in a process of its own.

Says on standard output how many pairs our keys offer for a record, and which share of the true
pairs they reach: directly, and when every family that looks the same is compared member by member.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np

from safepassage.cli.link import ids_in, records_in, tables_in
from safepassage.register.match.candidates import Longs, candidates_of
from safepassage.register.match.cluster import Islands
from safepassage.register.match.engine import read
from safepassage.register.match.train import CAPS, rarities, train, untrained
from safepassage.register.match.weighing import weigh_all


def true_pairs(file: Path, ids: list[str]) -> Longs:
    """Pairs of rows of one person as left * rows + right, in ascending order."""
    with file.open(newline="") as rows:
        person = {row["unique_id"]: row["person_id"] for row in csv.DictReader(rows)}
    first: dict[str, int] = {}
    label = [first.setdefault(person[i], row) for row, i in enumerate(ids)]
    left, right = Islands.of(np.array(label, dtype=np.int64)).pairs()
    return np.sort(left * len(ids) + right)


def main() -> None:
    """Block, expand and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    file: Path = parser.parse_args().file
    tables = tables_in([file], {})
    taken = read(records_in(tables, ids_in(tables)[0]))
    columns, total = taken.columns, len(taken.columns)
    candidates = candidates_of(taken.keys, taken.order, CAPS)
    truth = true_pairs(file, [str(i) for i in columns.ids])
    direct = candidates.left * total + candidates.right
    rarity = rarities(columns)
    model = train(rarity, untrained(rarity).bench(columns), candidates)
    weighed = weigh_all(model.bench(columns), candidates, model).code
    print(
        json.dumps(
            {
                "candidates for a record": len(direct) / total,
                "true pairs reached directly": float(np.isin(truth, direct).mean()),
                "pairs weighed for a record": len(weighed) / total,
                "true pairs reached with families": float(np.isin(truth, weighed).mean()),
                "reached in either way": float(
                    (np.isin(truth, direct) | np.isin(truth, weighed)).mean()
                ),
            }
        )
    )


if __name__ == "__main__":
    main()
