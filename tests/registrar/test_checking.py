"""The register counts itself again and says in sentences what is wrong."""

from __future__ import annotations

import pytest

from tests.registrar.conftest import REGISTRAR, Desk
from tests.registrar.test_judging import EMBASSY, MINISTRY


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("DELETE FROM register_row WHERE line = 2", "came with 2 rows"),
        ("DELETE FROM register_key WHERE kind = 'record' AND number = 1", "a key is missing"),
        ("DELETE FROM register_blind WHERE record = 2", "blind keys"),
        ("UPDATE register_member SET cluster = 99 WHERE record = 1", "oldest record"),
        ("UPDATE register_list SET quarantined = 5", "not its records and its quarantine"),
        (
            "UPDATE register_record SET sealed = (SELECT r.sealed FROM register_record r"
            " WHERE r.number = 2) WHERE number = 1",
            "does not open",
        ),
    ],
)
def test_what_somebody_changed_behind_its_back_is_said(
    desk: Desk, change: str, sentence: str
) -> None:
    desk.take(EMBASSY, "list-a", "embassy")
    desk.take(MINISTRY, "list-b", "ministry")
    assert not desk.registrar.check(REGISTRAR)
    with desk.place.writing() as connection:
        connection.exec_driver_sql(change)
    assert sentence in " ".join(desk.registrar.check(REGISTRAR))
