"""One flush for everybody who waits: what a hundred phones hand in at once is one transaction.

A disk flushes some tens or hundreds of times a second, however little there is to write.  So who
comes while another one writes waits, and the next to write takes along everything that waits.
Each is answered only when the transaction with its own batch is durable.
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
    done: threading.Event = field(default_factory=threading.Event)
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
        self._turn = threading.Lock()
        self._list = threading.Lock()
        self._waiting: list[_Waiting[Given, Made]] = []

    def take(self, given: Given) -> Made:
        """What the function makes of this; it may be called for several at once.

        Raises:
            Exception: whatever the function raised for it.
        """
        mine: _Waiting[Given, Made] = _Waiting(given)
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if not mine.done.is_set():
                with self._list:
                    group, self._waiting = self._waiting, []
                self._do(group)
        if mine.fault is not None:
            raise mine.fault
        return mine.made[0]

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
            each.done.set()
