"""How fast the ledger and its board are, each figure beside a peer measured in the same run.

`python -m benchmarks` measures and prints; docs/guide/speed.md says what the figures mean.
"""
