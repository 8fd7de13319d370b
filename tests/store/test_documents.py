"""Operation and claims files beside the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from safepassage.model.errors import InvalidFactError
from safepassage.store import Store, StoreError
from tests.store.ledgers import NOON

FIRST = "name: Kabul\nzone: Asia/Kabul\n"


def test_every_version_of_a_file_is_kept(store: Store) -> None:
    store.put_document("operation", FIRST, recorded_at=NOON)
    later = store.put_document("operation", FIRST + "# moved", recorded_at=NOON)
    assert later.version == 2
    first = store.get_document("operation", version=1)
    assert first is not None
    assert (first.text, first.recorded_at) == (FIRST, NOON)
    latest = store.get_document("operation")
    assert latest == later
    store.put_document("claims", "[]", recorded_at=NOON)
    assert [(d.name, d.version) for d in store.documents()] == [("claims", 1), ("operation", 2)]


def test_the_same_text_again_is_no_new_version(store: Store) -> None:
    first = store.put_document("operation", FIRST, recorded_at=NOON)
    again = store.put_document("operation", FIRST, recorded_at=NOON + timedelta(hours=1))
    assert again == first


def test_a_file_that_was_never_put_is_none(store: Store) -> None:
    assert store.get_document("operation") is None
    assert store.get_document("operation", version=3) is None
    assert store.documents() == []


def test_what_is_no_text_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="not a text file"):
        store.put_document("operation", "a\0b", recorded_at=NOON)
    with pytest.raises(InvalidFactError):
        store.put_document("../operation", FIRST, recorded_at=NOON)
