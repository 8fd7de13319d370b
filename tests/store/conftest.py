"""Where the tests of the store keep their ledgers; see `tests/fixtures/stores.py`."""

from __future__ import annotations

from tests.fixtures.stores import NewAddress, NthAddress

__all__ = ["NewAddress", "NthAddress"]
