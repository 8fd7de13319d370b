"""Whatever happens to an operation file on its way, it is read or refused, and soon."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from safepassage.exchange import yaml_text
from safepassage.exchange.operation_file import OperationFileError, read_operation
from safepassage.model.operation import opening_facts
from safepassage.model.wire import KIND_OF, from_body, to_body
from tests.exchange.small_operation import SMALL

ROOT = Path(__file__).resolve().parents[2]
FILES = [path.read_bytes() for path in sorted((ROOT / "scenarios").glob("*/operation.yaml"))]
GOOD = [SMALL.encode(), *FILES]
SECONDS_MAX = 2.0
STRANGE = [
    b"&a ",
    b"*a",
    b"!!set ",
    b"<<: ",
    b"? ",
    b"\t",
    b"\x00",
    b"\xff",
    b"|\n",
    b">-\n",
    b"---\n",
    b"...\n",
    b"%YAML 1.1\n",
    b"{",
    b"[",
    b'"',
    b"'",
    b": ",
    b"- ",
    b"#",
    b"~",
    b"null",
    b"1e400",
    b"-0",
    b".nan",
    b"0x1F",
    b"12:30:45",
    b"2021-02-30T25:61",
    b"9" * 5000,
    b"\xe2\x80\xa8",
    b"\xc2\x85",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b'"\\ud800\\0\\x07"',
    b"true",
    b"NO",
]


def read_or_refuse(raw: bytes) -> None:
    """Read a file; nothing but OperationFileError may come out, and that with its faults."""
    start = time.process_time()
    refused: OperationFileError | None = None
    try:
        operation = read_operation(raw, "mutated.yaml")
    except OperationFileError as error:
        refused = error
    else:
        facts = opening_facts(operation, datetime(2021, 8, 1, tzinfo=UTC))
        assert [from_body(KIND_OF[type(f)], to_body(f)) for f in facts] == facts
    if refused is not None:
        assert refused.faults
        assert all(f.line >= 1 and f.column >= 1 and f.problem and f.remedy for f in refused.faults)
        assert all(line.isprintable() for line in str(refused).splitlines())
    assert time.process_time() - start < SECONDS_MAX


@pytest.fixture(autouse=True, scope="module")
def _airports_are_loaded() -> None:
    read_operation(GOOD[0], "warm.yaml")


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_any_change_of_bytes_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(GOOD)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(raw) - 1)))
        cut = data.draw(st.integers(0, 8))
        raw[at : at + cut] = data.draw(st.sampled_from(STRANGE) | st.binary(max_size=6))
    read_or_refuse(bytes(raw))


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_any_shuffle_of_lines_is_read_or_refused(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(GOOD)).splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(["drop", "double", "swap", "indent", "outdent"]))
        other = data.draw(st.integers(0, len(lines) - 1))
        if change == "drop" and len(lines) > 1:
            del lines[at]
        elif change == "double":
            lines.insert(other, lines[at])
        elif change == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        else:
            lines[at] = b"  " + lines[at] if change == "indent" else lines[at].removeprefix(b"  ")
    read_or_refuse(b"".join(lines))


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_any_value_in_any_field_is_read_or_refused(data: st.DataObject) -> None:
    tree = yaml.load(data.draw(st.sampled_from(GOOD)), Loader=yaml.BaseLoader)  # noqa: S506
    node = tree
    for _ in range(data.draw(st.integers(0, 3))):
        steps = list(node) if isinstance(node, dict) else list(range(len(node)))
        inner = [s for s in steps if isinstance(node[s], dict | list) and node[s]]
        if not inner:
            break
        node = node[data.draw(st.sampled_from(inner))]
    step = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else [*range(len(node))]))
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    node[step] = data.draw(
        st.recursive(
            scalars,
            lambda inside: (
                st.lists(inside, max_size=3)
                | st.dictionaries(st.text(max_size=5), inside, max_size=3)
            ),
            max_leaves=6,
        )
    )
    read_or_refuse(yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace"))


@settings(deadline=None, max_examples=100)
@given(raw=st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8")))
def test_any_bytes_at_all_are_read_or_refused(raw: bytes) -> None:
    read_or_refuse(raw)


@pytest.mark.parametrize(
    "hostile",
    [
        b"{" * 400_000,
        b"x-a: " + b"[" * 19 + b"]" * 19,
        b"? " * 300_000,
        b"x-a: " + b"'" * 900_001,
        b'x-a: "' + b"\\\n" * 400_000 + b'"',
        b"places: [" + b"{}, " * 9_000 + b"]",
        b"legs: [" + b"{from: a, to: a, mode: air}, " * 4_000 + b"]",
        b"\n".join(b"k%d: 1" % n for n in range(19_000)),
        b"k: 1\n" * 19_000,
        b"- " * 500_000,
        b"# " * 500_000,
        b"operation: " + b"9" * 900_000,
        b"operation: 0." + b"9" * 900_000,
        b"zones: [" + b", ".join(b"Asia/Kabu%d" % n for n in range(9_000)) + b"]",
        b"&a " * 300_000,
        b"x: \x01" * 200_000,
        b"\n\t" * 400_000,
        b"a:\n" + b"".join(b" " * n + b"a:\n" for n in range(1, 1_200)),
    ],
    ids=lambda raw: repr(raw[:14]),
)
def test_files_made_to_exhaust_the_reader_are_refused_soon(hostile: bytes) -> None:
    read_or_refuse(hostile)


def test_the_parser_written_in_python_reads_and_refuses_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_c = [read_operation(raw, "good.yaml") for raw in GOOD]
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)
    assert [read_operation(raw, "good.yaml") for raw in GOOD] == with_c
    for raw in (b"[" * 5_000, b"a: b: c", b"a: 'open", b"a: &b [*b]", b"\tx: 1", b"@a"):
        with pytest.raises(OperationFileError):
            read_operation(raw, "bad.yaml")
