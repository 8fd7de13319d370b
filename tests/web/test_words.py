"""Texts and times as they are written, in every language."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from safepassage.control.calling import MessageState
from safepassage.control.channels import FAULTS
from safepassage.control.releasing import Dismissal
from safepassage.control.syncing import Reason
from safepassage.exchange.exports.types import ExportType
from safepassage.model.cause import CauseKind
from safepassage.model.close_out import Difference
from safepassage.model.gate_pass import RevocationReason
from safepassage.model.lift import Status
from safepassage.model.not_out import NextStep
from safepassage.model.place import PlaceKind
from safepassage.model.refusal import RefusalReason
from safepassage.operate.event import EventKind
from safepassage.operate.manifest import Stage as LiftStage
from safepassage.operate.not_out import Standing
from safepassage.operate.not_out import Why as Reasons
from safepassage.operate.passes import CallState
from safepassage.operate.stations import STATIONS
from safepassage.plan.bounds import RESOURCES
from safepassage.plan.progress import Stage as Stages
from safepassage.plan.whatif import CHANGES
from safepassage.planner.job import Kind as JobKind
from safepassage.planner.job import State as JobState
from safepassage.planner.numbers import FIELDS
from safepassage.register.dates import DateOrder
from safepassage.register.family_values import Care, Flag, Minority, TieKind
from safepassage.register.fields import Field
from safepassage.register.judgement import Verdict as Judged
from safepassage.register.match.bands import HELD_BACK
from safepassage.register.match.features import COMPUTED, LEVELS, Feature
from safepassage.register.record import Calendar, Precision
from safepassage.registrar.export_values import ExportState, Second
from safepassage.registrar.journal import Kind as Decided
from safepassage.registrar.stakes import STAKES
from safepassage.registrar.views import Stage
from safepassage.report.definition import Unit, definitions
from safepassage.report.verdict import Verdict
from safepassage.secure.audit import Kind
from safepassage.secure.roles import Role
from safepassage.simulate.levers import LEVERS
from safepassage.simulate.odds import FIGURES
from safepassage.simulate.policy import AT_CLOSURE, AT_FULL, ORDERS
from safepassage.store.account_values import Way
from safepassage.web.beside import LINES
from safepassage.web.calling import When
from safepassage.web.departures import PLANNED, WORDS
from safepassage.web.navigation import DESKS
from safepassage.web.odds_page import GROUPS, figure_key
from safepassage.web.plan_page import resource_key
from safepassage.web.sentences import PREFIX
from safepassage.web.words import HEADER, LANGUAGES, countdown, duration, number, signed, words
from tests.operate.answerable import answerable

WEB = files("safepassage.web")
FOLDER = Path(str(WEB))
TEMPLATES = {
    str(path): path.read_text(encoding="utf-8") for path in (FOLDER / "templates").rglob("*.html")
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_texts_with_the_same_blanks(language: str) -> None:
    english, other = words("en").texts, words(language).texts
    assert set(other) == set(english)
    for key in english:
        if key != HEADER:
            blanks = sorted(re.findall(r"{(\w+)}", english[key]))
            assert sorted(re.findall(r"{(\w+)}", other[key])) == blanks, key


def test_a_catalogue_that_no_speaker_has_read_says_so() -> None:
    for file in (FOLDER / "text" / "fa-AF").iterdir():
        assert "to be reviewed by a speaker" in json.loads(file.read_text("utf-8"))[HEADER]


def keys_used() -> set[str]:
    """The keys that templates ask for by name."""
    return {key for text in TEMPLATES.values() for key in re.findall(r"\bt\('([\w.-]+)'[,)]", text)}


def keys_of_calls() -> set[str]:
    """Those of the call-forward board."""
    return {
        *(f"calls.state.{state}" for state in CallState),
        *(f"calls.told.{state}" for state in ("nothing", *MessageState)),
        *(f"calls.when.{when}" for when in When),
        *(f"calls.channel.{channel}" for channel in ("mail", "sms", "sheet")),
        *(f"calls.reason.{fault}" for fault in ("pass-not-good", *FAULTS)),
        *(f"calls.revoked.{r}" for r in RevocationReason if r is not RevocationReason.REISSUED),
    }


def keys_of_quarantine() -> set[str]:
    """Those of the quarantine of the gates."""
    return {
        *(f"quarantined.reason.{reason}" for reason in Reason),
        *(f"quarantined.kind.{kind}" for kind in EventKind),
        *(f"quarantined.dismissal.{reason}" for reason in Dismissal),
    }


def keys_of_odds() -> set[str]:
    """Those of the odds desk."""
    rules = {"order": ORDERS, "at_closure": AT_CLOSURE, "at_full": AT_FULL}
    chances = ("none", "thousand", "hundred", "all")
    return {
        *(f"odds.rule.{rule}" for rule in rules),
        *(f"odds.{rule}.{choice}" for rule, choices in rules.items() for choice in choices),
        *(f"odds.in-{n}{more}" for n in chances for more in ("", ".interval")),
        *(f"odds.{s}" for s in JobState if s.is_over and s is not JobState.DONE),
        *(f"odds.group.{group}" for group in (*GROUPS, "other")),
        *(figure_key(name) for name in (*FIGURES, "hours to clear, where cleared")),
        *(f"cause.{kind}" for kind in CauseKind),
        *(f"odds.lever.{lever}" for lever in LEVERS),
    }


def keys_of_planning() -> set[str]:
    """The keys that the planning desk puts together."""
    over = [s for s in JobState if s.is_over and s is not JobState.DONE]
    return {
        *(f"job.{kind}" for kind in (*JobKind, *JobState)),
        *(f"job.{state}-what" for state in over),
        *(f"stage.{stage}" for stage in ("begin", *Stages, "seats", "recount", "count")),
        *(resource_key(name) for name in RESOURCES),
        *(f"change.{name}" for name in CHANGES),
        *(f"planning.field.{name}" for name in FIELDS),
        *(f"planning.file.{name}" for name in ("operation", "demand")),
        *(f"planning.{kind}" for kind in ("gates", "origins", "bases", "havens", "ways")),
        *(f"planning.unit.{unit}" for unit in ("tonnes", "people")),
    }


def keys_made() -> set[str]:
    """The keys that templates put together from values."""
    kinds = [k for k in PlaceKind if k is not PlaceKind.OUTSIDE]
    return {
        *(f"kind.{k}" for k in PlaceKind),
        *(f"kinds.{k}" for k in kinds),
        *(f"status.{s}" for s in (PLANNED, *WORDS.values())),
        *(f"figure.unit.{u}" for u in Unit),
        *(f"verdict.{v}" for v in Verdict),
        *(f"theme.{t}" for t in ("auto", "light", "dark")),
        *(f"role.{role}{more}" for role in Role for more in ("", ".what")),
        *(f"audit.{kind}" for kind in Kind),
        *(f"way.{way}" for way in Way),
        *(f"nav.{desk.key}" for desk in DESKS),
        *(key for key in words("en").texts if key.startswith(PREFIX)),
        *(f"field.{field}" for field in Field),
        *(f"stage.{stage}" for stage in Stage),
        *(f"evidence.{feature}" for feature in Feature),
        *(f"level.{level}" for levels in (LEVELS | COMPUTED).values() for level in levels),
        *(f"held.{reason}" for reason in HELD_BACK),
        *(f"stake.{stake}" for stake in STAKES),
        *(f"judgement.{verdict}" for verdict in Judged),
        *(f"review.why-{reason}" for reason in ("asked", "paper", "relatives", "sponsor")),
        *(f"flag.{flag}" for flag in Flag),
        *(f"age.{minority}" for minority in Minority),
        *(f"care.{care}" for care in Care),
        *(f"tie.{tie}" for tie in TieKind),
        *(f"history.{kind}" for kind in Decided if kind is not Decided.JUDGEMENT),
        *(label for label, _, _ in LINES),
        *(f"precision.{kind}" for kind in (*Precision, "none")),
        *(f"calendar.{calendar}" for calendar in Calendar),
        *(f"quality.first-day.{calendar}" for calendar in Calendar),
        *(f"order.{order}" for order in DateOrder),
        *(f"lists.step.{step}" for step in ("bring", "columns", "preview", "done")),
        *(f"sure.{how}" for how in ("sure", "likely", "guess")),
        *(f"exports.{what}.{kind}" for what in ("type", "for") for kind in ExportType),
        *(f"exports.state.{state}" for state in ExportState),
        *(f"exports.second.{second}" for second in Second),
        *keys_of_planning(),
        *(f"status.{stage}" for stage in LiftStage),
        *(f"difference.{reason}" for reason in ("none", *Difference)),
        *(f"happened.{status}" for status in Status),
        *(f"why.{why}" for why in answerable()),
        *(f"case.class.{standing}" for standing in ("out", *Standing)),
        *(f"case.why.{why}" for why in (*Reasons, *RefusalReason)),
        *(f"case.next.{step}" for step in NextStep),
        *(keys_of_calls() | keys_of_odds() | keys_of_quarantine()),
        *(f"station.{station}" for station in STATIONS),
        *(f"enter.{way}{more}" for way in ("desk", "paper") for more in ("", "-what")),
    }


def test_every_text_that_is_asked_for_exists() -> None:
    known = set(words("en").texts)
    assert keys_used() | keys_made() <= known
    assert set(WORDS) == set(Status)


def test_no_text_is_kept_that_nobody_shows() -> None:
    python = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.py"))
    everything = python + "".join(TEMPLATES.values())
    used = keys_used() | keys_made() | {HEADER}
    used |= {f"figure.{name}" for name in definitions()}
    unused = {key for key in set(words("en").texts) - used if key not in everything}
    assert not unused


def test_catalogues_hold_texts_and_nothing_else() -> None:
    for language in LANGUAGES:
        for file in (FOLDER / "text" / language).iterdir():
            texts = json.loads(file.read_text(encoding="utf-8"))
            assert all(isinstance(value, str) for value in texts.values())


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        (26.25, "T−1d 02:15"),
        (0.5, "T−00:30"),
        (0, "T−00:00"),
        (-1.5, "T+01:30"),
        (-49, "T+2d 01:00"),
    ],
)
def test_time_to_a_deadline(hours: float, shown: str) -> None:
    assert countdown(timedelta(hours=hours)) == shown


@pytest.mark.parametrize(
    ("minutes", "shown"), [(3, "3 min"), (65, "1 h 05 min"), (60 * 50, "2 d 2 h"), (-5, "0 min")]
)
def test_an_age(minutes: int, shown: str) -> None:
    assert duration(timedelta(minutes=minutes)) == shown


def test_numbers() -> None:
    assert (number(-1234), signed(1234), signed(-5)) == ("−1,234", "+1,234", "−5")
