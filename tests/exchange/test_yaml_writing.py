"""YAML that is written is read back as the same values."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from safepassage.exchange.demand_file import read_demand
from safepassage.exchange.yaml_writing import write_yaml

words = st.sampled_from(
    ["871", "NO", "yes", "null", "~", "03:00", "1e3", "0x1f", "- a", "a: b", "a #b", "{", "دری", ""]
)
letters = st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc"])
text = words | st.text(letters, max_size=12)
scalars = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | text
values = st.recursive(
    scalars, lambda below: st.lists(below, max_size=4) | st.dictionaries(text, below, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), values, min_size=1, max_size=4))
def test_what_is_written_is_read_back(tree: dict[str, Any]) -> None:
    assert read_demand(write_yaml(tree), "demand.yaml") == tree
