"""Who plays the parts of a run: this process, all cores, or a cluster; the bytes are the same.

An engine is given numbers of parts and yields each with its bytes, in their order.  It may play
ahead of what was asked for; what turns out not to be needed is thrown away.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Protocol

from safepassage.simulate.chances import Z
from safepassage.simulate.errors import SimulationError
from safepassage.simulate.playing import Played
from safepassage.simulate.run import AT_LEAST, PART, Asked, Folder, play_part

WORKERS_MAX = 256
_AHEAD = 2  # parts for each worker that may be under way or wait to be written


class Engine(Protocol):
    """Plays parts."""

    def __call__(self, asked: Asked, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Each part with its bytes, in order."""


def serial(asked: Asked, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """One part after the other, here."""
    for number in numbers:
        yield number, play_part(asked, number)


def pool(workers: int) -> Engine:
    """As many processes as that.

    Raises:
        SimulationError: a number of workers that is none.
    """
    if not 1 <= workers <= WORKERS_MAX:
        raise SimulationError(f"{workers} workers; write a number from 1 to {WORKERS_MAX}")

    def play(asked: Asked, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        # Fresh processes: a fork of a process with threads may stand still for ever.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as executor:
            submit = executor.submit
            try:
                yield from _in_order(lambda n: submit(play_part, asked, n).result, numbers, workers)
            finally:
                executor.shutdown(wait=False, cancel_futures=True)

    return play


def cluster(client: Any) -> Engine:
    """The workers of a Dask cluster, through its `distributed.Client`.

    The package must be installed on every worker; nothing else need be shared with them.
    """

    def play(asked: Asked, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        workers = max(1, len(client.scheduler_info()["workers"]))
        told = client.scatter(asked, broadcast=True)

        def submit(number: int) -> Callable[[], bytes]:
            # Not `pure`: the cluster would answer from memory instead of playing.
            result: Callable[[], bytes] = client.submit(play_part, told, number, pure=False).result
            return result

        yield from _in_order(submit, numbers, workers)

    return play


def _in_order(
    submit: Callable[[int], Callable[[], bytes]], numbers: Iterable[int], workers: int
) -> Iterator[tuple[int, bytes]]:
    """Hand out parts a little ahead, and take them back in their order."""
    waiting: deque[tuple[int, Callable[[], bytes]]] = deque()
    for number in numbers:
        waiting.append((number, submit(number)))
        if len(waiting) >= _AHEAD * workers:
            first, result = waiting.popleft()
            yield first, result()
    for number, result in waiting:
        yield number, result()


def run(
    asked: Asked,
    folder: Folder,
    engine: Engine = serial,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Play a run, or what is missing of it.

    Args:
        tell: is told how many replications are done, of how many at most.

    Returns:
        How many replications there are now.

    Raises:
        SimulationError: the folder holds another run.
    """
    folder.begin(asked)
    asked.script()  # refuse a plan that cannot be played before anything is started
    total = -(-asked.replications // PART)
    numbers = range(total)
    kept = [n for n in numbers if _is_whole(asked, folder, n)]
    missing = iter([n for n in numbers if n not in set(kept)])
    played = engine(asked, missing)
    seen = Spread()
    for number in numbers:
        if number not in set(kept):
            found, content = next(played)
            assert found == number  # noqa: S101 - engines keep to the order
            folder.keep(number, content)
        part = folder.part(number)
        seen.add(part)
        tell(seen.count, asked.replications)
        is_judged = asked.precision is not None and seen.count >= AT_LEAST
        if is_judged and seen.half_width <= (asked.precision or 0):
            break
    close = getattr(played, "close", None)
    if close is not None:
        close()
    return seen.count


def _is_whole(asked: Asked, folder: Folder, number: int) -> bool:
    """Whether a part is there with all the replications that are asked for now."""
    if not folder.has(number):
        return False
    wanted = min(PART, asked.replications - number * PART)
    return len(folder.part(number).seats) >= wanted


class Spread:
    """Mean and spread of the people out, replication by replication (Welford 1962)."""

    def __init__(self) -> None:
        self.count, self.mean, self._square = 0, 0.0, 0.0

    def add(self, part: Played) -> None:
        """Count the replications of a part."""
        for people in part.out[:, :, -1].sum(axis=1):
            self.count += 1
            step = float(people) - self.mean
            self.mean += step / self.count
            self._square += step * (float(people) - self.mean)

    @property
    def half_width(self) -> float:
        """Half of the 95 % interval of the mean."""
        if self.count < 2:
            return float("inf")
        return Z * float((self._square / (self.count - 1) / self.count) ** 0.5)
