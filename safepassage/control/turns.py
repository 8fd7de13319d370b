"""One flush for everybody who waits: what a hundred phones hand in at once is one transaction.

A disk flushes some tens or hundreds of times a second, however little there is to write.  So who
comes while another one writes waits, and the next to write takes along everything that waits.
Each is answered only when the transaction with its own batch is durable.  Who waits is woken once:
to be answered, or to write for all who came meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from safepassage.store.errors import StoreError

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(slots=True)
class _Waiting(Generic[Given, Made]):
    given: Given
    woken: threading.Event = field(default_factory=threading.Event)
    is_done: bool = False
    made: list[Made] = field(default_factory=list)
    fault: BaseException | None = None


class Turns(Generic[Given, Made]):
    """Hands what several threads bring to one function, a group at a time.

    Args:
        work: makes one result for each of those given, in their order; all of it or, when it
            raises, nothing.
    """

    def __init__(self, work: Callable[[Sequence[Given]], Sequence[Made]]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._is_taken = False  # somebody works, or was told to
        self._waiting: list[_Waiting[Given, Made]] = []

    def take(self, given: Given) -> Made:
        """What the function makes of this; it may be called for several at once.

        Raises:
            Exception: whatever the function raised for it.
        """
        mine: _Waiting[Given, Made] = _Waiting(given)
        with self._lock:
            self._waiting.append(mine)
            is_mine, self._is_taken = not self._is_taken, True
        if not is_mine:
            mine.woken.wait()
        if not mine.is_done:
            self._work_for_all()
        if mine.fault is not None:
            raise mine.fault
        return mine.made[0]

    def _work_for_all(self) -> None:
        """Work for everybody who waits now, then hand the turn on to who came meanwhile."""
        with self._lock:
            group, self._waiting = self._waiting, []
        try:
            self._do(group)
        finally:
            with self._lock:
                if self._waiting:
                    self._waiting[0].woken.set()
                else:
                    self._is_taken = False

    def _do(self, group: list[_Waiting[Given, Made]]) -> None:
        try:
            made = self._work([each.given for each in group])
        except Exception as fault:  # noqa: BLE001 - it is raised again for whom it concerns
            if len(group) > 1 and not isinstance(fault, StoreError):
                # One of them is at fault: the others must not suffer for it.
                for each in group:
                    self._do([each])
                return
            for each in group:
                each.fault = fault
        else:
            for each, one in zip(group, made, strict=True):
                each.made.append(one)
        for each in group:
            each.is_done = True
            each.woken.set()
