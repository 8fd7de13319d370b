"""A question to the ledger, with every part that its answer depends on.

definition, window with its zone, baseline, operator classes, who is counted, as-of instant and
ledger position.  A figure cannot be made, printed or published without all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from safepassage.model.errors import BadQuestionError, InvalidFactError
from safepassage.model.ids import CategoryId
from safepassage.model.instant import (
    Window,
    format_instant,
    in_utc,
    local,
    parse_instant,
    zone,
    zulu,
)
from safepassage.model.ledger import Ledger
from safepassage.model.movement import EVACUEE, Phase
from safepassage.model.wire import from_text, to_text
from safepassage.report.definition import Definition, definition


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question.  Two equal questions have one answer, for ever."""

    figure: str  # id of a definition
    as_of: datetime  # what had happened by then
    position: int  # what had been recorded by then
    window: Window | None = None  # flows and lifts; a stock has none
    zone: str = "UTC"  # in which instants are shown; changes no value
    baseline: str | None = None  # the name of the instant a running total counts from
    operator_classes: tuple[str, ...] | None = None  # None: all of them
    categories: tuple[CategoryId, ...] = (EVACUEE,)  # who is counted
    phase: Phase = Phase.POSTED  # PENDING reads the promises of a plan that stand

    def __post_init__(self) -> None:
        object.__setattr__(self, "as_of", in_utc(self.as_of, "as of"))
        if self.defined.has_window and self.window is None:
            raise BadQuestionError(f"{self.figure} is counted over a window: give start and end")
        if not self.defined.has_window and self.window is not None:
            raise BadQuestionError(f"{self.figure} is asked at an instant: leave the window out")
        if self.phase is Phase.VOIDED:
            raise BadQuestionError(
                f"phase {self.phase}: a figure counts what was posted, or what is pending (promised"
                " and not withdrawn)"
            )
        zone(self.zone)
        if self.position < 0:
            raise BadQuestionError(f"position {self.position} is below zero")
        if not self.categories:
            raise BadQuestionError("say who is counted: at least one category")

    @property
    def defined(self) -> Definition:
        """The definition asked for."""
        return definition(self.figure)

    def to_json(self) -> dict[str, Any]:
        """The question as JSON values; `Question.from_json` reads it back."""
        window = self.window
        return {
            "figure": self.figure,
            "window": window
            and {
                "start": format_instant(window.start),
                "end": format_instant(window.end),
                "zone": window.zone,
            },
            "baseline": self.baseline,
            "operator_classes": self.operator_classes and list(self.operator_classes),
            "categories": list(self.categories),
            "phase": str(self.phase),
            "as_of": format_instant(self.as_of),
            "position": self.position,
            "zone": self.zone,
        }

    @property
    def canonical(self) -> str:
        """The question as one line of text: what a publication keeps."""
        return to_text(self.to_json())

    @classmethod
    def from_canonical(cls, text: str) -> Question:
        """Read `canonical` back.

        Raises:
            BadQuestionError: the text is not a question.
        """
        return cls.from_json(from_text(text))

    @classmethod
    def from_json(cls, parts: Mapping[str, Any]) -> Question:
        """Read `to_json` back.

        Raises:
            BadQuestionError: a part is missing, unknown or of the wrong type.
        """
        if not isinstance(parts, Mapping):
            raise BadQuestionError("a question is an object with named parts")
        unknown = set(parts) - {f.name for f in fields(cls)}
        if unknown:
            raise BadQuestionError(f"unknown part of a question: {', '.join(sorted(unknown))}")
        try:
            window = parts.get("window")
            classes = parts.get("operator_classes")
            return cls(
                figure=parts["figure"],
                window=window and read_window(window),
                baseline=parts.get("baseline"),
                operator_classes=None if classes is None else tuple(_texts(classes)),
                categories=tuple(_texts(parts.get("categories") or (EVACUEE,))),
                phase=Phase(parts.get("phase", Phase.POSTED)),
                as_of=parse_instant(parts["as_of"], "as of"),
                position=int(parts["position"]),
                zone=parts.get("zone") or "UTC",
            )
        except KeyError as missing:
            raise BadQuestionError(f"not a question: {missing} is missing") from missing
        except (AttributeError, TypeError, ValueError, OverflowError) as fault:
            raise BadQuestionError(f"not a question: {fault}") from fault

    def describe(self) -> str:
        """Everything the value depends on, in one line, for a person."""
        parts = [self.defined.title]
        if self.window is not None:
            parts.append(describe_window(self.window, self.baseline))
        classes = ", ".join(self.operator_classes) if self.operator_classes else "all operators"
        parts += [classes, "counting " + ", ".join(self.categories)]
        if self.phase is not Phase.POSTED:
            parts.append(f"{self.phase} promises")
        parts.append(f"as of {zulu(self.as_of)} ({local(self.as_of, self.zone)} {self.zone})")
        parts.append(f"ledger position {self.position:,}")
        return " | ".join(parts)


def _texts(values: Any) -> list[Any]:
    if isinstance(values, str) or not all(isinstance(v, str) for v in values):
        raise TypeError(f"{values!r} is not a list of ids")
    return list(values)


def read_window(parts: Mapping[str, Any]) -> Window:
    """A window from its JSON values.

    Raises:
        InvalidFactError: an end is missing, has no zone, or they are the wrong way round.
    """
    try:
        start, end = parts["start"], parts["end"]
    except (KeyError, TypeError):
        raise InvalidFactError("a window has a start and an end") from None
    named = parts.get("zone") or "UTC"
    return Window(parse_instant(start, "start"), parse_instant(end, "end"), named)


def describe_window(window: Window, baseline: str | None = None) -> str:
    """A window for a person: its zone's clock first, then Zulu; a running total by its name."""
    span = f"{zulu(window.start)} to {zulu(window.end)}"
    if baseline is not None:
        return f"running total {baseline}, [{span})"
    there = f"{local(window.start, window.zone)[:16]} to {local(window.end, window.zone)[:16]}"
    return f"{window.hours:g} h, {there} {window.zone} = [{span})"


def latest(ledger: Ledger, question: Question) -> Question:
    """The same question put to the ledger as it stands now."""
    return replace(question, position=ledger.position)
