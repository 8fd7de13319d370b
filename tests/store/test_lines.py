"""Lines of JSON: out and in again, the same bytes; and lines that somebody made to do harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from safepassage.model.notation import read_facts
from safepassage.store import LineError, Store, StoreError, open_store, read_lines
from safepassage.store.jsonl import LINE_BYTES_MAX
from tests.store.conftest import NewAddress
from tests.store.ledgers import NOON
from tests.store.test_append import MORNING, PHONE

BARE = (
    '{"kind":"movement","body":{"id":"x1","from_place":"outside","to_place":"town",'
    '"phase":"posted","occurred_at":"2021-08-14T06:00:00Z"}}\n'
)


@pytest.fixture
def exported(store: Store) -> list[str]:
    """A small ledger as lines, with a source in another script and a clock that was ahead."""
    store.append(MORNING[:3], **PHONE)
    store.append(MORNING[3:], source='کابل "gate" 3', recorded_at=NOON.replace(microsecond=5))
    return list(store.export_lines())


def test_a_restored_ledger_exports_the_same_bytes(
    exported: list[str], new_address: NewAddress
) -> None:
    with open_store(new_address(), writer=True) as copy:
        assert copy.restore(exported) == len(MORNING)
        assert list(copy.export_lines()) == exported
        assert copy.check().faults == []
        assert copy.append(MORNING, **PHONE).known == len(MORNING)


def test_an_export_read_from_a_file_restores_too(
    exported: list[str], new_address: NewAddress, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.jsonl"
    file.write_text("".join(exported), encoding="utf-8")
    with open_store(new_address(), writer=True) as copy:
        copy.restore(read_lines(file))
        assert "".join(copy.export_lines()).encode() == file.read_bytes()


def test_a_restore_wants_an_empty_store(exported: list[str], store: Store) -> None:
    with pytest.raises(StoreError, match="empty"):
        store.restore(exported)


def changed(line: str, **fields: object) -> str:
    """The line with some fields of its envelope changed."""
    envelope = json.loads(line) | fields
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")) + "\n"


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda lines: [*lines[:2], *lines[3:]], "seq"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "seq"),
        (lambda lines: [*lines[:2], lines[2].replace("08:20", "08:21"), *lines[3:]], "hash"),
        (lambda lines: [*lines[:2], changed(lines[2], source="phone-8"), *lines[3:]], "hash"),
        (lambda lines: [*lines[:2], changed(lines[2], clock_ahead_us=1), *lines[3:]], "hash"),
        (lambda lines: [*lines[:2], lines[2].replace('"seq"', ' "seq"'), *lines[3:]], None),
        (lambda lines: [*lines[:2], lines[2][:-20]], None),
        (lambda lines: [*lines[:2], BARE, *lines[3:]], "seq"),
    ],
    ids=["cut", "swapped", "edited", "source", "clock", "spaced", "torn", "bare"],
)
def test_a_line_that_was_changed_refuses_the_whole_file_and_is_named(
    spoil: object, field: str | None, exported: list[str], new_address: NewAddress
) -> None:
    assert callable(spoil)
    with open_store(new_address(), writer=True) as copy:
        with pytest.raises(LineError) as refused:
            copy.restore(spoil(exported))
        assert refused.value.field == field
        assert refused.value.line in (2, 3)
        assert refused.value.remedy
        assert copy.head().seq == 0
        assert list(copy.export_lines()) == []
        assert copy.restore(exported) == len(MORNING)


def test_importing_an_export_twice_adds_it_once_and_keeps_source_and_clock(
    exported: list[str], new_address: NewAddress
) -> None:
    [lone] = read_facts("05:00 posted chalil outside > town as first")
    with open_store(new_address(), writer=True) as other:
        other.append([lone], **PHONE)
        once = other.import_lines(exported, source="file", recorded_at=NOON)
        again = other.import_lines(exported, source="file", recorded_at=NOON)
        assert (once.lines, once.recorded) == (len(MORNING), len(MORNING))
        assert (again.lines, again.known) == (len(MORNING), len(MORNING))
        with other.ledger() as ledger:
            assert {e.source for e in ledger.entries()} == {"phone-7", 'کابل "gate" 3'}
        assert other.check().faults == []


HOSTILE = {
    "not JSON": "{",
    "no object": "[1,2]",
    "a number": "7",
    "empty object": "{}",
    "unknown field": '{"kind":"movement","body":{},"colour":1}',
    "unknown kind": '{"kind":"miracle","body":{}}',
    "kind is a list": '{"kind":[],"body":{}}',
    "body is a list": '{"kind":"movement","body":[]}',
    "no heads": BARE.replace('"x1"', '"x1","heads":0'),
    "heads beyond reason": BARE.replace('"x1"', '"x1","heads":99999999999999999999'),
    "not a number": BARE.replace('"x1"', '"x1","heads":NaN'),
    "a field twice": BARE.replace('"x1"', '"x1","id":"x2"'),
    "an id with a line break": BARE.replace("x1", "x\\n1"),
    "an escaped NUL": BARE.replace("x1", "x\\u0000"),
    "a NUL": BARE.replace("x1", "x\0"),
    "half a character": BARE.replace("x1", "\\ud800"),
    "not UTF-8": BARE.encode().replace(b"x1", b"\xff\xfe"),
    "UTF-16": BARE.encode("utf-16"),
    "too long": BARE.replace("x1", "x" * LINE_BYTES_MAX),
    "too deep": "[" * 100_000 + "]" * 100_000,
    "too deep a body": '{"kind":"movement","body":' + '{"a":' * 50_000 + "1" + "}" * 50_001,
    "a number of a million digits": BARE.replace('"x1"', '"x1","heads":' + "9" * 1_000_000),
    "an instant in the year 9999": BARE.replace("2021", "9999"),
    "an envelope without a hash": changed(BARE, seq=1, recorded_at="2021-08-14T06:00Z", source="x"),
    "a clock a century ahead": changed(
        BARE, seq=1, recorded_at="2021-08-14T06:00Z", source="x", hash="", clock_ahead_us=10**18
    ),
    "a clock beyond all measure": changed(
        BARE, seq=1, recorded_at="2021-08-14T06:00Z", source="x", hash="", clock_ahead_us=10**30
    ),
    "a source that is none": changed(
        BARE, seq=1, recorded_at="2021-08-14T06:00Z", source=7, hash=""
    ),
    "cut off": BARE[: len(BARE) // 2],
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_line_is_kept_in_quarantine_and_the_next_one_is_recorded(
    store: Store, line: str | bytes
) -> None:
    good = BARE.replace("x1", "good")
    lines = [line, good.encode() if isinstance(line, bytes) else good]
    report = store.import_lines(lines, source="file", recorded_at=NOON)
    assert (report.lines, report.recorded, report.quarantined) == (2, 1, 1)
    [item] = store.quarantined()
    assert item.reason.startswith("line 1")
    assert len(item.offered) <= LINE_BYTES_MAX


def test_every_line_of_a_mixed_file_has_one_fate(store: Store) -> None:
    good = [BARE.replace("x1", f"g{n}") for n in range(1500)]
    lines = ["\n", *good, "{}", *good[:7], "  \n", BARE.replace("x1", "g3").replace("06:", "07:")]
    report = store.import_lines(lines, source="file", recorded_at=NOON)
    assert (report.recorded, report.known, report.quarantined) == (1500, 7, 2)
    assert report.lines == 1509
    assert store.head().seq == 1500


def test_a_compressed_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unpack"):
        list(read_lines(tmp_path / "ledger.jsonl.gz"))


def test_a_line_without_end_does_not_fill_the_memory(tmp_path: Path) -> None:
    file = tmp_path / "endless.jsonl"
    file.write_bytes(b"x" * (5 * LINE_BYTES_MAX) + b"\n" + BARE.encode())
    first, second = read_lines(file)
    assert len(first) == LINE_BYTES_MAX + 1
    assert second == BARE.encode()
