"""Who comes together is served together, and nobody suffers for another."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from safepassage.control.turns import Turns
from safepassage.store.errors import StoreError


def test_who_comes_while_another_one_writes_is_taken_along() -> None:
    groups: list[int] = []
    may_go = threading.Event()

    def work(given: Sequence[int]) -> list[int]:
        groups.append(len(given))
        if len(groups) == 1:
            may_go.wait(5)
        return [2 * number for number in given]

    turns: Turns[int, int] = Turns(work)
    with ThreadPoolExecutor(20) as threads:
        first = threads.submit(turns.take, 0)
        while not groups:
            pass
        others = [threads.submit(turns.take, number) for number in range(1, 20)]
        while len(turns._waiting) < 19:
            pass
        may_go.set()
        assert [each.result(5) for each in (first, *others)] == [2 * n for n in range(20)]
    assert groups == [1, 19]


def test_one_that_cannot_be_served_harms_only_itself() -> None:
    def work(given: Sequence[int]) -> list[int]:
        if 7 in given:
            raise ValueError("seven")
        return list(given)

    turns: Turns[int, int] = Turns(work)

    def take(number: int) -> int | str:
        try:
            return turns.take(number)
        except ValueError as fault:
            return str(fault)

    with ThreadPoolExecutor(10) as threads:
        found = list(threads.map(take, range(10)))
    assert found == [*range(7), "seven", 8, 9]


def test_a_disk_that_fails_fails_everybody_once() -> None:
    calls: list[int] = []

    def work(given: Sequence[int]) -> list[int]:
        calls.append(len(given))
        raise StoreError("full")

    turns: Turns[int, int] = Turns(work)
    for _ in range(2):
        with pytest.raises(StoreError):
            turns.take(1)
    assert calls == [1, 1]
