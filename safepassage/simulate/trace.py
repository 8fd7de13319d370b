"""What one replication does step by step, kept for its ledger."""

from __future__ import annotations

from dataclasses import dataclass, field

from safepassage.simulate.repeatable import Whole


@dataclass
class Trace:
    """Events of one replication, in the order in which the loop makes them."""

    # step, class, origin, heads that come to the queue
    came: list[tuple[int, int, int, int]] = field(default_factory=list)
    # step, class, origin, heads that the gates let in
    passed: list[tuple[int, int, int, int]] = field(default_factory=list)
    # step, lane, base that it goes to, steps under way, heads of each class
    departed: list[tuple[int, int, int, int, tuple[int, ...]]] = field(default_factory=list)
    # step, lane, heads
    onward: list[tuple[int, int, int]] = field(default_factory=list)

    def left(self, t: int, lane: int, base: int, way: int, aboard: Whole) -> None:
        """A lift leaves an origin."""
        self.departed.append((t, lane, base, way, tuple(int(n) for n in aboard)))

    def went_on(self, t: int, lane: int, load: int) -> None:
        """A lift leaves a base for a haven."""
        self.onward.append((t, lane, load))
