"""What the pages of odds show, as values; the templates only lay them out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from safepassage.model.cause import Cause
from safepassage.model.errors import BadQuestionError
from safepassage.planner.job import Job
from safepassage.planner.odds import KeptOdds, every
from safepassage.simulate.chances import Estimate
from safepassage.simulate.odds import EVERYBODY, FIGURES, Target, edges, read_target
from safepassage.simulate.run import PART
from safepassage.simulate.sweep import NOTHING_HAPPENS
from safepassage.web.odds_pictures import SMALL, Bar, Fan, bars, fan
from safepassage.web.planning import Names

ROWS = 12  # of a curve, as a table
# What a figure is about, in the order in which one asks; those that are in no group come last.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "people": ("left behind", "called and absent", "sent back for papers"),
    "waiting": ("hours waited", "longest queue", "most airside", "hours to clear"),
    "lifts": ("seats flown", "sorties"),
    "havens": ("gone on to havens",),
}


class Chance(NamedTuple):
    """How likely a target is."""

    target: Target
    is_planned: bool  # as many as the plan says
    estimate: Estimate
    bar: Bar


class FigureRow(NamedTuple):
    """A figure of what happened, on average."""

    key: str  # of its name in the catalogues
    name: str  # where they have none
    estimate: Estimate


class Worth(NamedTuple):
    """What a variation is worth: people more than in the odds as they are."""

    name: str
    cause: Cause | None  # that is switched off
    over_call: float
    gain: Estimate
    people_out: Estimate
    sure: Estimate
    empty: Estimate
    bar: Bar | None  # None: all causes together


class Pulled(NamedTuple):
    """A lever, and what came of it."""

    lever: str
    amount: float | None  # how much of it is enough; None: no amount that was tried is
    chance: Estimate  # with that, or the best that was tried


class MadeSure(NamedTuple):
    """What would make a target sure."""

    target: Target
    now: Estimate
    is_sure: bool  # without any change
    levers: tuple[Pulled, ...]


class Said(NamedTuple):
    """A chance as a sentence begins: the key of the text, and what stands in it."""

    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class OddsPage:
    """Odds, counted and drawn."""

    kept: KeptOdds
    names: Names
    headlines: tuple[Chance, ...]  # the targets that were asked for, and the plan's people
    chances: tuple[Chance, ...]
    sure: Estimate
    everybody: Fan
    classes: tuple[Fan, ...]
    figures: tuple[tuple[str, tuple[FigureRow, ...]], ...]
    full: tuple[tuple[str, Estimate], ...]
    causes: tuple[Worth, ...]
    rates: tuple[Worth, ...]
    category: str  # whose people the worth is counted in
    sures: tuple[MadeSure, ...]


def odds_page(kept: KeptOdds, asked: Iterable[Job], category: str = EVERYBODY) -> OddsPage:
    """Count and draw odds, with what was found out about them since.

    Raises:
        BadQuestionError: the plan has no such class.
    """
    found, script, asked = kept.odds, kept.script, list(asked)
    if category not in found.people_out:
        raise BadQuestionError(
            f"no class {category[:40]!r}; the plan has {', '.join(found.people_out)}"
        )
    chances = chances_of(kept)
    worth = worth_of(kept, asked, category)
    fans = fans_of(kept)
    return OddsPage(
        kept=kept,
        names=Names(kept.asked.operation),
        headlines=_headlines(kept, chances),
        chances=chances,
        sure=found.sure[EVERYBODY],
        everybody=fans[EVERYBODY],
        classes=tuple(fans[name] for name in script.classes) if len(script.classes) > 1 else (),
        figures=figures_of(found.figures),
        full=tuple(found.full_hours.items()),
        causes=tuple(w for w in worth if w.cause is not None or w.name == NOTHING_HAPPENS),
        rates=tuple(w for w in worth if w.cause is None and w.name != NOTHING_HAPPENS),
        category=category,
        sures=sures_of(kept, asked),
    )


def _headlines(kept: KeptOdds, chances: Sequence[Chance]) -> tuple[Chance, ...]:
    planned = next(c for c in chances if c.is_planned and c.target.category == EVERYBODY)
    own = [c for c in chances if c.target in kept.targets and c != planned]
    return (*own, planned)


def chances_of(kept: KeptOdds) -> tuple[Chance, ...]:
    """The chance of each target: those that were asked for first, then the plan's, then all out."""
    planned = {b.category: b.planned for b in kept.odds.bands}  # the last band of each
    names = (EVERYBODY, *(kept.script.classes if len(kept.script.classes) > 1 else ()))
    own = [Target(name, planned[name]) for name in names]
    targets = dict.fromkeys([*kept.targets, *own, *(Target(name) for name in names)])
    found = [kept.odds.chances[t.name] for t in targets]
    drawn = bars([(x.value, x.low, x.high) for x in found], 1.0)
    return tuple(
        Chance(t, t in own, x, bar) for t, x, bar in zip(targets, found, drawn, strict=True)
    )


def fans_of(kept: KeptOdds, top: int = 0) -> dict[str, Fan]:
    """The fan of each class, a small one, and of everybody, a large one."""
    found = {}
    for name in kept.odds.people_out:
        bands = [b for b in kept.odds.bands if b.category == name]
        if name == EVERYBODY:
            found[name] = fan(bands, kept.script, top=top)
        else:
            found[name] = fan(bands, kept.script, SMALL)
    return found


def figures_of(figures: Mapping[str, Estimate]) -> tuple[tuple[str, tuple[FigureRow, ...]], ...]:
    """The figures in groups."""
    left = dict(figures)
    found = []
    for group, begins in GROUPS.items():
        names = [n for b in begins for n in left if n.startswith(b)]
        rows = tuple(FigureRow(figure_key(n), n, left.pop(n)) for n in dict.fromkeys(names))
        found.append((group, rows))
    found.append(("other", tuple(FigureRow(figure_key(n), n, x) for n, x in left.items())))
    return tuple((group, rows) for group, rows in found if rows)


def figure_key(name: str) -> str:
    """The key of a figure's name in the catalogues."""
    return "odds.figure." + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def worth_of(kept: KeptOdds, asked: Iterable[Job], category: str) -> list[Worth]:
    """What each variation is worth, the most first; asked again, the newer answer counts."""
    known = {row["name"]: row for job in asked for row in job.found.varied}
    rows = [row for row in known.values() if row["gain"][category]["value"] is not None]
    gain = {row["name"]: estimate_of(row["gain"][category]) for row in rows}
    # All causes together would make every other bar short, so it has none.
    single = [name for name in gain if name != NOTHING_HAPPENS]
    drawn = dict(zip(single, bars([_ends(gain[name]) for name in single]), strict=True))
    by_id = {c.id: c for c in kept.asked.causes}
    found = []
    for row in rows:
        off = [by_id[name] for name in row["without"] if name in by_id]
        found.append(
            Worth(
                row["name"],
                off[0] if off and row["name"] != NOTHING_HAPPENS else None,
                row["over_call"],
                gain[row["name"]],
                estimate_of(row["people_out"][category]),
                estimate_of(row["sure"]),
                estimate_of(row["empty"]),
                drawn.get(row["name"]),
            )
        )
    return sorted(found, key=lambda w: -w.gain.value)


def sures_of(kept: KeptOdds, asked: Iterable[Job]) -> tuple[MadeSure, ...]:
    """What would make each target sure that was asked about; the newer answer counts."""
    by_target = {job.task.asked["target"]: job for job in asked if job.found.answers}
    found = []
    for words, job in by_target.items():
        answers = job.found.answers
        now = estimate_of(answers[0]["now"])
        pulled = [_pulled(one) for answer in answers for one in answer["levers"]]
        is_sure = now.value >= answers[0]["wanted"]
        found.append(MadeSure(read_target(words, kept.script), now, is_sure, tuple(pulled)))
    return tuple(found)


def _pulled(one: Mapping[str, Any]) -> Pulled:
    enough = one["enough"]
    if enough is not None:
        return Pulled(one["lever"], enough["amount"], estimate_of(enough["chance"]))
    best = max((estimate_of(x["chance"]) for x in one["tried"]), key=lambda x: x.value)
    return Pulled(one["lever"], None, best)


def words_of(target: Target) -> str:
    """A target as `read_target` reads it."""
    return target.category if target.people is None else f"{target.category}={target.people}"


def _ends(x: Estimate) -> tuple[float, float, float]:
    """An estimate whose interval can be drawn."""
    return (
        x.value,
        x.low if math.isfinite(x.low) else x.value,
        x.high if math.isfinite(x.high) else x.value,
    )


def estimate_of(values: Mapping[str, Any]) -> Estimate:
    """An estimate as JSON said it."""
    low, high = values["low"], values["high"]
    return Estimate(
        math.nan if values["value"] is None else values["value"],
        -math.inf if low is None else low,
        math.inf if high is None else high,
    )


def said(x: Estimate, played: int) -> Said:
    """How a sentence about a chance begins: in so many of a hundred futures, or of a thousand."""
    values = {
        "played": f"{played:,}",
        "low": f"{100 * x.low:.0f}",
        "high": f"{100 * x.high:.0f}",
        "n": f"{100 * x.value:.0f}",
    }
    if x.value in (0, 1):
        values["low"], values["high"] = f"{math.floor(100 * x.low)}", f"{math.ceil(100 * x.high)}"
        return Said("odds.in-none" if x.value == 0 else "odds.in-all", values)
    if 0.01 <= x.value <= 0.99:
        return Said("odds.in-hundred", values)
    values["n"] = f"{1000 * x.value:.0f}"
    values["low"], values["high"] = f"{1000 * x.low:.0f}", f"{1000 * x.high:.0f}"
    return Said("odds.in-thousand", values)


def written(value: float) -> str:
    """A number as a table has it: small ones with a decimal; what nobody knows as a dash."""
    if not math.isfinite(value):
        return "–"
    return f"{value:,.{1 if abs(value) < 100 and value != round(value) else 0}f}".replace("-", "−")


def whole(value: float) -> str:
    """A number of people."""
    return f"{value:,.0f}".replace("-", "−") if math.isfinite(value) and round(value) else "0"


def gained(value: float) -> str:
    """A difference, with its sign."""
    return f"{value:+,.0f}".replace("-", "−") if round(value) else "0"


def rows_of(drawn: Fan) -> Sequence[Any]:
    """A curve as the rows of a table: its end, and as many before it as one reads."""
    step = max(1, math.ceil(len(drawn.bands) / ROWS))
    return drawn.bands[::-1][::step][::-1]


@dataclass(frozen=True, kw_only=True)
class OneFuture:
    """One replication: what became of it, beside all of them."""

    kept: KeptOdds
    number: int
    names: Names
    drawn: Fan
    people: int
    planned: int
    by_class: tuple[tuple[str, int, int], ...]  # class, out, left behind
    figures: tuple[tuple[str, tuple[FigureRow, ...]], ...]


def one_future(kept: KeptOdds, number: int) -> OneFuture:
    """One replication of odds.

    Raises:
        BadQuestionError: there is none of that number.
    """
    if not 0 <= number < kept.odds.replications:
        raise BadQuestionError(
            f"no future {number}; these odds have {kept.odds.replications}, from 0 to"
            f" {kept.odds.replications - 1}"
        )
    part, n = kept.folder.part(number // PART), number % PART
    at = edges(kept.script, every(kept.script))
    out = part.out[n].sum(axis=0)
    bands = [b for b in kept.odds.bands if b.category == EVERYBODY]
    values = {
        name: Estimate(float(measure(part)[n]), math.nan, math.nan)
        for name, measure in FIGURES.items()
    }
    return OneFuture(
        kept=kept,
        number=number,
        names=Names(kept.asked.operation),
        drawn=fan(bands, kept.script, one=out[at], top=int(out[-1])),
        people=int(out[-1]),
        planned=bands[-1].planned,
        by_class=tuple(
            (name, int(part.out[n, c, -1]), int(part.left_behind[n, c]))
            for c, name in enumerate(kept.script.classes)
        ),
        figures=figures_of(values),
    )
