"""Claims of others: read as far as they were defined, refused where they contradict themselves."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from safepassage.exchange.claims_file import ClaimsFileError, claims_schema, read_claims
from safepassage.exchange.fault import Fault
from safepassage.exchange.operation_file import read_operation
from safepassage.model.claim import Claim, Manner, Moment, Quantity, Subject
from safepassage.model.instant import Window

ROOT = Path(__file__).resolve().parents[2]
KABUL = ROOT / "scenarios" / "kabul-2021"
HURRICANE = ROOT / "scenarios" / "hurricane-fictitious"
PAGE = ROOT / "docs" / "reference" / "claims-file.md"
FIVE_REPORTS = {"AFP", "News247", "31 August report", "CNN", "Press TV"}
ROWS_OF_A_REPORT = {
    "AFP": {1, 5, 6, 7, 8, 22, 25, 26, 27, 29, 31, 32, 33, 34, 35, 39},
    "News247": {3, 5, 11, 14, 15, 32, 33, 39},
    "31 August report": {4, 10, 16, 24, 25, 26, 27, 30, 32, 39},
    "CNN": {12, 13, 18, 19, 20, 21, 28, 29, 30, 31, 32, 36, 37, 39},
    "Press TV": {2, 9, 17, 23, 32, 38, 39},
}

SMALL = """\
claims:
  - id: total
    report: Courier
    said_by: Harbour office
    said_at: {at: 2031-02-05, zone: Europe/Berlin}
    topic: people-out-total
    words: "More than 400 were out by noon"
    figure: people-out
    more_than: 400
    baseline: since-the-alarm
    as_of: {at: 2031-02-05T12:00, zone: Europe/Berlin}
  - id: day
    report: Courier
    said_by: Harbour office
    topic: people-out-4-february
    words: "Between 100 and 200 crossed the bridge that day"
    figure: people-out
    between: [100, 200]
    window: {start: 2031-02-04T06:00, end: 2031-02-05T06:00, zone: Europe/Berlin}
    operator_classes: [district]
    who: [evacuee]
  - id: last
    report: Radio
    said_by: Radio
    topic: last-departure
    words: "The last bus left at twelve"
    moment: {date: 2031-02-05, from: 12:00, to: 12:01, half_day_lost: true}
  - id: margin
    report: Radio
    said_by: Radio
    topic: deadline-margin
    words: "That was about six hours early"
    subject: hours-before-deadline
    about: 6
  - id: hurt
    report: Radio
    said_by: Radio
    topic: injured
    words: "At most two people were hurt"
    at_most: 2
    cannot_tell: the ledger holds no casualties
"""


def read(text: str | bytes) -> list[Claim]:
    """The claims of a text, under a name that is easy to find in messages."""
    return read_claims(text, "said.yaml")


def faults(text: str | bytes) -> list[Fault]:
    """What is wrong with a text that cannot be read."""
    with pytest.raises(ClaimsFileError) as refused:
        read(text)
    assert refused.value.faults
    return refused.value.faults


def only_fault(text: str | bytes) -> Fault:
    """The one thing that is wrong with a text."""
    found = faults(text)
    assert len(found) == 1, found
    return found[0]


def with_change(old: str, new: str) -> str:
    """The small file with one change."""
    assert old in SMALL, old
    return SMALL.replace(old, new, 1)


def kabul() -> dict[str, Claim]:
    """The claims of the Kabul scenario by id."""
    return {c.id: c for c in read_claims((KABUL / "claims.yaml").read_bytes(), "claims.yaml")}


def marks() -> dict[str, str]:
    """What stands behind the id of each claim of the Kabul scenario, as a comment."""
    text = (KABUL / "claims.yaml").read_text()
    return dict(re.findall(r"^  - id: (\S+) # (.+)$", text, re.M))


def rows_of(mark: str) -> set[int]:
    """The rows of the list of figures and times that a claim comes from."""
    return {int(number) for number in re.findall(r"row (\d+)", mark)}


def test_a_claim_is_read_as_far_as_it_was_defined() -> None:
    total, day, *_ = read(SMALL)
    assert total == Claim(
        id="total",
        report="Courier",
        said_by="Harbour office",
        said_at=datetime(2031, 2, 5, 22, 59, 59, tzinfo=UTC),
        topic="people-out-total",
        words="More than 400 were out by noon",
        subject=Subject.FIGURE,
        quantity=Quantity(manner=Manner.MORE_THAN, value=400),
        figure="people-out",
        baseline="since-the-alarm",
        as_of=datetime(2031, 2, 5, 11, 0, tzinfo=UTC),
    )
    assert day.quantity == Quantity(manner=Manner.BETWEEN, value=100, upper=200)
    assert day.window == Window(
        datetime(2031, 2, 4, 5, tzinfo=UTC), datetime(2031, 2, 5, 5, tzinfo=UTC), "Europe/Berlin"
    )
    assert (day.said_at, day.as_of, day.baseline) == (None, None, None)
    assert (day.operator_classes, day.categories) == (("district",), ("evacuee",))


def test_the_subject_follows_from_what_was_said() -> None:
    assert [claim.subject for claim in read(SMALL)] == [
        Subject.FIGURE,
        Subject.FIGURE,
        Subject.LAST_DEPARTURE,
        Subject.HOURS_BEFORE_DEADLINE,
        Subject.OTHER,
    ]


@pytest.mark.parametrize(
    ("key", "manner"),
    [
        ("value", Manner.STATED),
        ("more_than", Manner.MORE_THAN),
        ("nearly", Manner.NEARLY),
        ("about", Manner.ABOUT),
        ("at_most", Manner.AT_MOST),
    ],
)
def test_a_number_keeps_the_manner_in_which_it_was_said(key: str, manner: Manner) -> None:
    claim = read(with_change("more_than: 400", f"{key}: 400"))[0]
    assert claim.quantity == Quantity(manner=manner, value=400)


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("{date: 2031-02-05}", "2031-02-05T00:00", "2031-02-06T00:00"),
        ("{date: 2031-02-05, to_date: 2031-02-06}", "2031-02-05T00:00", "2031-02-07T00:00"),
        ("{date: 2031-02-05, from: 15:29}", "2031-02-05T15:29", "2031-02-05T15:30"),
        ("{date: 2031-02-05, from: 23:30, to: 24:00}", "2031-02-05T23:30", "2031-02-06T00:00"),
        (
            "{date: 2031-02-05, from: 18:00, to: 06:00, to_date: 2031-02-06}",
            "2031-02-05T18:00",
            "2031-02-06T06:00",
        ),
    ],
)
def test_a_moment_is_as_long_as_what_was_said(written: str, start: str, end: str) -> None:
    text = with_change(
        "{date: 2031-02-05, from: 12:00, to: 12:01, half_day_lost: true}", f"{written}"
    )
    assert read(text)[2].moment == Moment(
        start=datetime.fromisoformat(start), end=datetime.fromisoformat(end)
    )


def test_a_lost_half_of_the_day_and_a_missing_zone_stay_lost() -> None:
    moment = read(SMALL)[2].moment
    assert moment is not None
    assert moment.half_day_lost
    assert moment.zone is None


# What stands there, what is written instead; the field, the problem and the remedy that are told
SLIPS = [
    ("    more_than: 400", "    roughly: 400", "claims[total].roughly", "no field", "Fields here"),
    ("more_than: 400", "more_then: 400", "claims[total].more_then", "no field", "'more_than'"),
    ("more_than: 400", "nearly: about 400", "claims[total].nearly", "the text", "Write it like"),
    ("more_than: 400", "nearly: 4.5", "claims[total].nearly", "number 4.5", "Write it like"),
    ("more_than: 400", "value: -3", "claims[total].value", "-3", "at least 0"),
    (
        "more_than: 400",
        "more_than: 400\n    about: 410",
        "claims[total].about",
        "more_than and about",
        "two claims",
    ),
    ("[100, 200]", "[200, 100]", "claims[day].between", "before it starts", "[100, 200]"),
    ("[100, 200]", "[100]", "claims[day].between", "list", "[100, 200]"),
    ("[100, 200]", "100-200", "claims[day].between", "100-200", "[100, 200]"),
    (
        "zone: Europe/Berlin}\n    topic",
        "zone: CET}\n    topic",
        "said_at.zone",
        "abbrev",
        "Berlin",
    ),
    ("2031-02-05, zone: Europe/Berlin", "2031-02-05", "said_at.zone", "no zone", "leave said_at"),
    ("2031-02-05, zone", "2031-02-30, zone", "said_at.at", "no day", "Check day"),
    ("2031-02-05, zone", "1931-02-05, zone", "said_at.at", "outside the years", "year"),
    ("2031-02-05, zone", "2031-02-05T25:00, zone", "said_at.at", "no day and time", "hour"),
    ("2031-02-05T12:00, zone", "2031-02-05, zone", "as_of.at", "not an instant", "leave this"),
    ("2031-02-05T12:00, zone: Europe/Berlin", "2031-02-05T12:00", "as_of.at", "no zone", "beside"),
    ("end: 2031-02-05T06:00", "end: 2031-02-03T06:00", "window.end", "not after", "earlier end"),
    ("06:00, zone: Europe/Berlin}\n    op", "06:00}\n    op", "window.zone", "missing", "Add the"),
    ("operator_classes: [district]", "baseline: x", "claims[day].baseline", "both", "two claims"),
    ("who: [evacuee]", "who: evacuee", "claims[day].who", "evacuee", "[own-military, coalition]"),
    ("who: [evacuee]", "who: []", "claims[day].who", "empty", "[own-military, coalition]"),
    ("to: 12:01", "to: 11:01", "moment.to", "not after it starts", "to_date"),
    ("from: 12:00, to: 12:01, ", "", "moment.half_day_lost", "without from", "Add from"),
    ("from: 12:00, to: 12:01, half_day_lost: true", "to: 12:01", "moment.to", "without", "from"),
    ("to: 12:01", "to_date: 2031-02-06", "moment.to", "has no to", "Add to"),
    ("from: 12:00", "from: 12 noon", "moment.from", "not a clock time", "15:29"),
    ("half_day_lost: true", "half_day_lost: yes", "half_day_lost", "'yes'", "Write true"),
    ("id: day", "id: total", "claims[total].id", "id of two claims", "another id"),
    ("id: day", "id: a day", "claims[a day].id", "not an id", "letters, digits"),
    ("subject: hours-before-deadline", "subject: hours", "subject", "not one", "hours-before"),
    ("subject: hours-before-deadline", "who: [x]", "claims[margin]", "nothing says", "cannot_tell"),
    ("    about: 6\n", "", "claims[margin]", "has no number", "about: 24"),
    ("    more_than: 400\n", "", "claims[total]", "has no number", "about:"),
    ("about: 6", "about: 6\n    figure: x", "claims[margin].figure", "cannot have figure", "Leave"),
    ("at_most: 2", "figure: people-out", "claims[hurt].figure", "cannot have figure", "Leave"),
    ("at_most: 2", "subject: figure", "claims[hurt].figure", "has no figure", "Add figure"),
    ("    topic: injured\n", "", "claims[hurt].topic", "missing", "people-out-total"),
    ("topic: injured", "topic: The Injured", "claims[hurt].topic", "not a topic", "small letters"),
    ("At most two people were hurt", "x" * 201, "claims[hurt].words", "201", "At most 200"),
    ("At most two people were hurt", "a\\nb", "claims[hurt].words", "not one line", "Write it"),
    ("At most two people were hurt", "\\u0007", "", "nobody can see", "Delete it"),
    ("id: hurt", "id: |\n      hurt", "].id", "not an id", "letters"),
]


@pytest.mark.parametrize(("old", "new", "field", "problem", "remedy"), SLIPS)
def test_a_slip_is_told_with_its_field_and_a_remedy(
    old: str, new: str, field: str, problem: str, remedy: str
) -> None:
    found = [f for f in faults(with_change(old, new)) if field in f.field]
    assert found
    assert any(problem in f.problem and remedy in f.remedy for f in found), found


def test_a_slip_is_told_with_its_line() -> None:
    text = with_change("[100, 200]", "[200, 100]")
    fault = only_fault(text)
    assert fault.line == text[: text.index("between")].count("\n") + 1


def test_all_faults_are_told_at_once() -> None:
    text = SMALL.replace("zone: Europe/Berlin", "zone: Berlin").replace("id: last", "id: day")
    text = text.replace("at_most: 2", "at_mots: 2")
    fields = [fault.field for fault in faults(text)]
    assert fields == [
        "claims[total].said_at.zone",
        "claims[total].as_of.zone",
        "claims[day].window.zone",
        "claims[day].id",
        "claims[hurt].at_mots",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("claims: [*a]", "alias"),
        ("claims: &a []", "anchor"),
        ("claims: !!python/object:os.system []", "tag"),
        ("claims: []\nclaims: []", "twice"),
        ("claims: []\nclaim: []", "no field 'claim'"),
        ("claims: " + "[" * 30 + "]" * 30, "nested"),
        ("", "no content"),
        ("- id: a", "a list stands here"),
        ("claims: {id: a}", "a group of fields"),
        ("claims: [a, null]", "the text 'a'"),
        (b"\xff\xfec\x00", "UTF-16"),
        (b"PK\x03\x04", "ZIP"),
    ],
)
def test_what_is_no_claims_file_is_refused(text: str | bytes, problem: str) -> None:
    assert any(problem in fault.problem for fault in faults(text))


def test_fields_of_ones_own_stand_on_the_top_level() -> None:
    assert read("x-desk: press\nclaims: []") == []


def test_the_published_schema_is_one_and_holds_for_the_scenarios() -> None:
    Draft202012Validator.check_schema(claims_schema())
    for folder in (KABUL, HURRICANE):
        assert read_claims((folder / "claims.yaml").read_bytes(), "claims.yaml")


def test_the_page_about_the_claims_file_names_every_field() -> None:
    page = PAGE.read_text()
    fields = claims_schema()["$defs"]["claim"]["properties"]
    moments = fields["moment"]["properties"]
    assert not [name for name in (*fields, *moments) if not re.search(f"`{name}[`:]", page)]


def test_the_page_about_the_claims_file_shows_what_is_read_and_what_is_refused() -> None:
    page = PAGE.read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.S)
    assert len(read(example)) == 5
    wrong = example.replace("more_than: 400", "more_then: 400").replace("[100, 200]", "[200, 100]")
    wrong = wrong.replace("12:00, zone: Europe/Berlin", "12:00, zone: CET")
    with pytest.raises(ClaimsFileError) as refused:
        read_claims(wrong, "claims.yaml")
    assert f"```\n{refused.value}\n```" in page


def test_a_range_with_one_end_needs_another() -> None:
    fault = only_fault(with_change("between: [100, 200]", "between: [100]"))
    assert fault.problem == "a list of 1 that needs two values"
    assert fault.remedy == "Write it like [100, 200]"


def test_a_line_break_behind_a_day_or_a_clock_time_is_not_passed_over() -> None:
    fault = only_fault(with_change("from: 12:00", 'from: "12:00\\n"'))
    assert "is not a clock time" in fault.problem


# The Kabul scenario


def test_every_claim_says_where_it_comes_from() -> None:
    known = r"(row [1-9]\d?(, row [1-9]\d?)*|fact [A-Z]\d+|regression)"
    assert set(marks()) == set(kabul())
    assert not {i: m for i, m in marks().items() if not re.fullmatch(known, m)}


def test_every_row_of_the_five_reports_is_there_for_every_report_that_has_it() -> None:
    found: dict[str, set[int]] = {report: set() for report in FIVE_REPORTS}
    for claim_id, mark in marks().items():
        if rows := rows_of(mark):
            found[kabul()[claim_id].report] |= rows
    assert found == ROWS_OF_A_REPORT
    assert set().union(*found.values()) == set(range(1, 40))


def test_facts_named_by_claims_stand_in_the_decision_record() -> None:
    (record,) = (ROOT / "docs" / "decisions").glob("0001-*.md")
    known = set(re.findall(r"^\| ([A-Z]\d+) \|", record.read_text(), re.M))
    named = {mark.removeprefix("fact ") for mark in marks().values() if mark.startswith("fact")}
    assert named <= known


def test_only_published_figures_stand_beside_the_five_reports() -> None:
    elsewhere = {i for i, claim in kabul().items() if claim.report not in FIVE_REPORTS}
    assert elsewhere == {i for i, mark in marks().items() if mark == "regression"}


def test_the_baselines_and_classes_of_the_claims_are_those_of_the_operation() -> None:
    for folder in (KABUL, HURRICANE):
        operation = read_operation((folder / "operation.yaml").read_bytes(), "operation.yaml")
        baselines = {baseline.id for baseline in operation.baselines}
        classes = {known.id for known in operation.operator_classes}
        for claim in read_claims((folder / "claims.yaml").read_bytes(), "claims.yaml"):
            assert claim.baseline is None or claim.baseline in baselines
            assert set(claim.operator_classes or ()) <= classes


def test_claims_about_the_dead_are_left_to_others_to_verify() -> None:
    dead = [c for c in kabul().values() if c.topic.endswith(("-dead", "-injured"))]
    assert len(dead) > 20
    assert all(c.cannot_tell and "no casualties" in c.cannot_tell for c in dead)


def test_claims_on_one_topic_stand_side_by_side() -> None:
    topics = Counter(claim.topic for claim in kabul().values())
    assert topics["abbey-gate-dead"] >= 6
    assert topics["people-out-total"] >= 5
    assert topics["last-departure"] >= 4
    assert topics["left-behind"] >= 6


def test_the_last_departure_is_told_four_times_and_once_without_half_a_day() -> None:
    moments = {i: c.moment for i, c in kabul().items() if c.subject is Subject.LAST_DEPARTURE}
    assert moments["afp-last-c17"] == moments["press-tv-last-c17"]
    lost = [i for i, moment in moments.items() if moment and moment.half_day_lost]
    assert lost == ["31-august-left-at-12"]
    assert kabul()["31-august-left-at-12"].moment.zone is None  # type: ignore[union-attr]


def test_the_same_123000_is_kept_under_two_baselines() -> None:
    afp, press_tv = kabul()["afp-123000"], kabul()["press-tv-123000"]
    assert afp.quantity == press_tv.quantity == Quantity(manner=Manner.MORE_THAN, value=123_000)
    assert (afp.baseline, press_tv.baseline) == ("since-14-august", "since-end-of-july")


def test_the_day_of_cnn_is_a_calendar_day_in_neither_place() -> None:
    window = kabul()["cnn-2900"].window
    assert window is not None
    assert window.start == datetime(2021, 8, 28, 7, tzinfo=UTC)
    assert window.hours == 24


def test_what_was_not_said_is_missing() -> None:
    claims = kabul()
    assert claims["31-august-120000"].window is None
    assert claims["31-august-120000"].said_at is None
    assert claims["cnn-50-past-day"].window is None
    assert claims["afp-updated"].moment.zone is None  # type: ignore[union-attr]
    assert {i for i, c in claims.items() if c.as_of} == {"cnn-116000"}


# Whatever happens to a claims file on its way

GOOD = [SMALL.encode(), (HURRICANE / "claims.yaml").read_bytes()]
STRANGE = [b"&a ", b"*a", b"!!set ", b"<<: ", b"\t", b"\x00", b"\xff", b"|\n", b"---\n", b"{", b"["]
STRANGE += [b'"', b": ", b"- ", b"null", b"-0", b".nan", b"9" * 500, b"2021-02-30T25:61", b"24:00"]
STRANGE += [b'"\\ud800\\0\\x07"', b"9999-12-31", b"0000-00-00", b"true", b"\xe2\x80\xa8", b"Etc/"]


def read_or_refuse(raw: bytes) -> None:
    """Read a file; nothing but ClaimsFileError may come out, and that with its faults."""
    claims: list[Claim] = []
    refused: ClaimsFileError | None = None
    try:
        claims = read_claims(raw, "mutated.yaml")
    except ClaimsFileError as error:
        refused = error
    if refused is not None:
        found = refused.faults
        assert found
        assert all(f.line >= 1 and f.column >= 1 and f.problem and f.remedy for f in found)
        assert all(line.isprintable() for line in str(refused).splitlines())
    assert len({claim.id for claim in claims}) == len(claims)
    assert all(claim.value and claim.said("UTC") for claim in claims)


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_any_change_of_bytes_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(GOOD)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(raw) - 1)))
        cut = data.draw(st.integers(0, 8))
        raw[at : at + cut] = data.draw(st.sampled_from(STRANGE) | st.binary(max_size=6))
    read_or_refuse(bytes(raw))


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_any_value_in_any_field_is_read_or_refused(data: st.DataObject) -> None:
    tree = yaml.load(data.draw(st.sampled_from(GOOD)), Loader=yaml.BaseLoader)  # noqa: S506
    node = data.draw(st.sampled_from(tree["claims"]))
    step = data.draw(st.sampled_from(list(node)))
    if isinstance(node[step], dict) and data.draw(st.booleans()):
        node = node[step]
        step = data.draw(st.sampled_from(list(node)))
    words = st.sampled_from([s.decode("utf-8", "replace") for s in STRANGE])
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | words
    node[step] = data.draw(
        scalars
        | st.datetimes().map(lambda d: d.isoformat("T", "minutes"))
        | st.dates().map(str)
        | st.lists(scalars, max_size=3)
        | st.dictionaries(st.sampled_from(["at", "zone", "date", "from", "x"]), scalars, max_size=3)
    )
    read_or_refuse(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace"))
