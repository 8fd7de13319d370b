"""Questions as an operation asks them: its categories, its zones, its baselines, its window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from safepassage.model.errors import BadQuestionError
from safepassage.model.ids import CategoryId
from safepassage.model.instant import Window
from safepassage.model.operation import Baseline, Operation
from safepassage.report.question import Question

JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Asking:
    """Makes whole questions out of what an operation file says, for one ledger position."""

    operation: Operation
    position: int

    @property
    def zone(self) -> str:
        """The zone in which instants are shown first."""
        return self.operation.zones[0]

    @property
    def evacuees(self) -> tuple[CategoryId, ...]:
        """Who is counted unless somebody says otherwise: everyone but the staff."""
        return tuple(c.id for c in self.operation.categories if c.counted and not c.staff)

    def over(
        self,
        figure: str,
        window: Window,
        *,
        as_of: datetime | None = None,
        operator_classes: tuple[str, ...] | None = None,
        categories: tuple[CategoryId, ...] | None = None,
    ) -> Question:
        """A flow, or a count of lifts, over a window."""
        return Question(
            figure=figure,
            window=window,
            as_of=as_of or window.end,
            position=self.position,
            zone=self.zone,
            operator_classes=operator_classes,
            categories=categories or self.evacuees,
        )

    def since(
        self,
        figure: str,
        baseline: str,
        as_of: datetime,
        *,
        operator_classes: tuple[str, ...] | None = None,
        categories: tuple[CategoryId, ...] | None = None,
    ) -> Question:
        """A running total from a named baseline up to an instant.

        Raises:
            BadQuestionError: no such baseline, or it lies after `as_of`.
        """
        counted_from = self.baseline(baseline)
        if as_of <= counted_from.at:
            raise BadQuestionError(
                f"the running total {baseline} starts after the instant asked for"
            )
        return Question(
            figure=figure,
            window=Window(counted_from.at, as_of, counted_from.zone),
            baseline=baseline,
            as_of=as_of,
            position=self.position,
            zone=self.zone,
            operator_classes=operator_classes,
            categories=categories or self.evacuees,
        )

    def at(self, figure: str, as_of: datetime) -> Question:
        """A stock at an instant."""
        return Question(
            figure=figure,
            as_of=as_of,
            position=self.position,
            zone=self.zone,
            categories=self.evacuees,
        )

    def baseline(self, name: str) -> Baseline:
        """The baseline of that name.

        Raises:
            BadQuestionError: there is none; the message lists those there are.
        """
        known = {b.id: b for b in self.operation.baselines}
        if name not in known:
            listed = ", ".join(known) or "none in the operation file"
            raise BadQuestionError(f"no baseline {name!r}; baselines: {listed}")
        return known[name]

    def reporting_window(self, as_of: datetime) -> Window:
        """The last whole reporting window that ended at or before `as_of`."""
        rule = self.operation.reporting_window
        return rule.window_at(rule.window_at(as_of).start - JUST_BEFORE)
