"""YAML as a tree that remembers its lines, read so that no file can do harm or mean two things.

YAML has three habits that cost hours: values change their type behind the author's back (``NO``
becomes false, ``03:00`` becomes 180), anchors let a small file unfold into gigabytes, and tags
make objects.  Here a plain value is a number only if it looks like one, true and false are the
only truths, null is the only nothing, everything else is the text that stands there; anchors,
aliases, tags and doubled keys are refused.

The tree is built from the parser's events.  PyYAML's own constructors never see the file, and no
function here calls itself once per level, so depth cannot exhaust the stack either.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import yaml

from safepassage.exchange.fault import FAULTS_MAX, Fault, shown
from safepassage.exchange.plain_text import FileKind, decoded, unseen

DEPTH_MAX = 20
VALUES_MAX = 20_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where it is built
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_REAL = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?")
_WORDS = {"true": True, "True": True, "false": False, "False": False}
_WRITE_OUT = "Write the value out where it is used"
_NOTHING = ("", "~", "null", "Null")

Scalar: TypeAlias = str | int | float | bool | None
Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlKind(FileKind):
    """What is being read from YAML."""

    example_id: str
    if_empty: str
    if_two_documents: str
    if_too_many_values: str
    if_too_deep: str


class Spot(NamedTuple):
    """A line and a column, counted from one."""

    line: int
    column: int


@dataclass(slots=True)
class Node:
    """A value with its place in the file."""

    spot: Spot
    scalar: Scalar = None
    items: list[Node] | None = None
    fields: dict[str, Node] | None = None
    keys: dict[str, Spot] = field(default_factory=dict)  # where each key of `fields` stands
    written: str = ""  # a scalar as it is written

    def plain(self) -> Any:
        """The value as dicts, lists and scalars."""
        if self.fields is not None:
            return {key: node.plain() for key, node in self.fields.items()}
        if self.items is not None:
            return [node.plain() for node in self.items]
        return self.scalar

    def children(self) -> Iterator[Node]:
        """The nodes one level down."""
        yield from (self.fields or {}).values()
        yield from self.items or ()


class YamlError(Exception):
    """The text is no YAML that may be read; the faults say why."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(map(str, faults)))


def read_yaml(raw: str | bytes, kind: YamlKind) -> tuple[Node, list[Fault], list[str]]:
    """The tree, faults that leave a tree to go on with (doubled keys), and warnings.

    Raises:
        YamlError: there is no tree: not text, not YAML, or a construct that is refused.
    """
    text, faults, warnings = decoded(raw, kind)
    if faults:
        raise YamlError(faults)
    builder = _Builder(kind)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except _Stop:
        pass
    except yaml.YAMLError as error:
        # PyYAML 6.0.4 and later count the depth themselves, and stop before the builder does.
        is_too_deep = "nesting depth" in str(error)
        fault = _too_deep(Spot(1, 1), kind) if is_too_deep else _syntax_fault(error)
        builder.fatal.append(fault)
    except RecursionError:  # the parser written in Python, on a file of brackets
        builder.fatal.append(_too_deep(Spot(1, 1), kind))
    if builder.fatal:
        raise YamlError((builder.fatal + builder.doubled)[:FAULTS_MAX])
    if builder.root is None:
        raise YamlError([Fault(1, 1, "", "the file has no content", kind.if_empty)])
    return builder.root, builder.doubled, warnings


class _Stop(Exception):  # noqa: N818 - nothing went wrong that is not in the faults already
    """The rest of the file is not worth reading."""


class _Builder:
    """Turns parser events into nodes, with a stack of its own."""

    def __init__(self, kind: YamlKind) -> None:
        self.kind = kind
        self.root: Node | None = None
        self.fatal: list[Fault] = []
        self.doubled: list[Fault] = []
        self._open: list[Node] = []
        self._key: list[str | None] = []  # the key that waits for its value, per open node
        self._values = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        """One event of the parser."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._start_document(event)
        elif isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"an alias, *{event.anchor}", _WRITE_OUT)
            self._add(Node(_spot(event)))
        elif isinstance(event, yaml.NodeEvent):
            self._start_node(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._key.pop()
        if len(self.fatal) >= FAULTS_MAX:
            raise _Stop

    def _start_document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            what = "a second document begins here (---)"
            self._refuse(event, what, self.kind.if_two_documents)
            raise _Stop

    def _start_node(self, event: Any) -> None:
        if event.anchor:
            self._refuse(event, f"an anchor, &{event.anchor}", _WRITE_OUT)
        if event.tag:
            self._refuse(event, f"a tag, {shown(event.tag)}", "Leave it out")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
            return
        node = Node(_spot(event))
        if isinstance(event, yaml.MappingStartEvent):
            node.fields = {}
        else:
            node.items = []
        self._add(node)
        self._open.append(node)
        self._key.append(None)
        if len(self._open) > DEPTH_MAX:
            self.fatal.append(_too_deep(node.spot, self.kind))
            raise _Stop

    def _scalar(self, event: Any) -> None:
        if event.style and (code := unseen(event.value)) is not None:  # written as an escape
            problem = f"{code}, a character nobody can see, stands in quotes"
            self.fatal.append(Fault(*_spot(event), "", problem, "Delete it"))
        parent = self._open[-1] if self._open else None
        if parent is not None and parent.fields is not None and self._key[-1] is None:
            self._new_key(parent, event)
            return
        value = event.value if event.style else resolved(event.value)
        self._add(Node(_spot(event), scalar=value, written=event.value))

    def _new_key(self, parent: Node, event: Any) -> None:
        key, spot = event.value, _spot(event)
        if key in parent.keys:
            first = parent.keys[key]
            self.doubled.append(
                Fault(
                    *spot,
                    key[:60],
                    f"{shown(key)} stands twice, on lines {first.line} and {spot.line}",
                    "Keep one of them",
                )
            )
            if len(self.doubled) >= FAULTS_MAX:
                self.fatal += self.doubled
                raise _Stop
        else:
            parent.keys[key] = spot
        self._key[-1] = key

    def _add(self, node: Node) -> None:
        self._values += 1
        if self._values > VALUES_MAX:
            problem = f"more than {VALUES_MAX} values"
            self.fatal.append(Fault(*node.spot, "", problem, self.kind.if_too_many_values))
            raise _Stop
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if parent.items is not None:
            parent.items.append(node)
        elif (key := self._key[-1]) is None:
            remedy = "Write key: value, with a word as the key"
            self.fatal.append(Fault(*node.spot, "", "a list or fields stand as a key", remedy))
            self._key[-1] = ""
        else:
            assert parent.fields is not None  # noqa: S101 - a node has items or fields
            parent.fields.setdefault(key, node)  # of a doubled key the first is read
            self._key[-1] = None

    def _refuse(self, event: Any, what: str, remedy: str) -> None:
        self.fatal.append(Fault(*_spot(event), "", f"{what}, is not allowed here", remedy))


def resolved(text: str) -> Scalar:
    """What a plain, unquoted value means."""
    if text in _NOTHING:
        return None
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if len(text) <= 40 and _REAL.fullmatch(text):
        number = float(text)
        if math.isfinite(number):
            return number
    return text


def _spot(event: Any) -> Spot:
    return Spot(event.start_mark.line + 1, event.start_mark.column + 1)


def _too_deep(spot: Spot, kind: YamlKind) -> Fault:
    problem = f"lists and fields nested more than {DEPTH_MAX} deep"
    return Fault(*spot, "", problem, kind.if_too_deep)


_SYNTAX = (
    (
        re.compile(r"mapping values are not allowed|unexpected ':'"),
        "a colon where none can stand",
        "Indent the line like the one above, or put text that has ': ' in it in quotes",
    ),
    (
        re.compile(r"expected ',' or"),
        "something between { } or [ ] is not separated by a comma, or they are not closed",
        "Write {key: value, key: value} or [one, two]; quote text that has , [ ] { or } in it",
    ),
    (
        re.compile(r"cannot start any token|expected alphabetic|node content|directive"),
        "a character that YAML keeps for itself",
        "Put the value in quotes; indent with spaces, never with tabs",
    ),
    (
        re.compile(r"'-' indicator|sequence entries"),
        "a list entry and something else stand in one column",
        "Begin every entry of a list with '- ' in the same column, and indent what belongs to it",
    ),
    (
        re.compile(r"end of stream|quoted scalar|document indicator"),
        "a quote or bracket that is never closed",
        "Close it",
    ),
    (
        re.compile(r"escape"),
        "a backslash in double quotes begins an escape that there is not",
        "Use single quotes, or write the backslash twice",
    ),
    (
        re.compile(r"expected|indent|not allowed"),
        "this line does not fit the lines above it",
        "Indent fields of one thing equally, write 'key: value' with a blank behind the colon,"
        " and close quotes and brackets",
    ),
)


def _syntax_fault(error: yaml.YAMLError) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = str(getattr(error, "problem", None) or error).splitlines()[0]
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    for pattern, problem, remedy in _SYNTAX:
        if pattern.search(said):
            return Fault(line, column, "", f"not YAML: {problem}", remedy)
    return Fault(line, column, "", f"not YAML: {said[:120]}", "Compare with the lines above it")
