"""Reading a table of priority rules: YAML with lines, so that an error says where to look.

A table is data that a case officer may write, so nothing in it is run, anchors and aliases are
refused (a small file could unfold without end), and every fault is named at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

import yaml

from safepassage.model.errors import InvalidFactError
from safepassage.model.ids import check_id
from safepassage.register.priority_values import (
    NOT_CLASSIFIED,
    Category,
    Condition,
    Rules,
    RulesError,
    RuleTest,
)
from safepassage.register.record import DocumentType, Relation

SIZE_MAX = 200_000  # bytes
FAULTS_MAX = 20
CATEGORIES_MAX = 50
_FIELDS = frozenset(
    {
        "version",
        "title",
        "source",
        "verified",
        "effective_from",
        "effective_until",
        "major",
        "minor",
    }
)
_NEEDED = _FIELDS - {"effective_until"}
# What each test is told, beside its name: the fields it needs.
_TOLD: Mapping[RuleTest, frozenset[str]] = {
    RuleTest.CITIZENSHIP: frozenset({"one_of"}),
    RuleTest.CLAIM: frozenset({"key", "one_of"}),
    RuleTest.PROOF: frozenset({"one_of"}),
    RuleTest.RELATIVE: frozenset({"one_of", "citizenship"}),
    RuleTest.AGE: frozenset({"at_least", "under"}),
    RuleTest.PREGNANT: frozenset(),
    RuleTest.WITHOUT_GUARDIAN: frozenset(),
    RuleTest.WITH_CHILDREN: frozenset(),
    RuleTest.PERIL: frozenset(),
    RuleTest.DESIGNATED: frozenset(),
}
_CLOSED: Mapping[RuleTest, frozenset[str]] = {
    RuleTest.PROOF: frozenset(map(str, DocumentType)),
    RuleTest.RELATIVE: frozenset(map(str, Relation)) - {Relation.HEAD},
}
_AGES = range(121)


@cache
def default_rules() -> Rules:
    """The rules that come with the program: recalled doctrine, to be verified."""
    text = resources.files("safepassage.register.rules").joinpath("default.yaml").read_text("utf-8")
    return read_rules(text)


def read_rules(text: str) -> Rules:
    """A table of rules.

    Raises:
        RulesError: it cannot be used; each fault on a line of its own, with line, field and remedy.
    """
    reader = _Reader()
    rules = reader.rules(_composed(text))
    if reader.faults or rules is None:
        raise RulesError("\n".join(reader.faults[:FAULTS_MAX]))
    return rules


def in_force(tables: Iterable[Rules], at: datetime) -> Rules:
    """The rules that hold at an instant: of those that have begun and not ended, the newest.

    Raises:
        RulesError: none does, or two begin at once and nobody can tell which one is meant.
    """
    begun = [
        rules
        for rules in tables
        if rules.effective_from <= at
        and (rules.effective_until is None or at < rules.effective_until)
    ]
    if not begun:
        raise RulesError(
            f"no rules are in force at {at.isoformat()}: give a table that begins before"
        )
    begun.sort(key=lambda rules: rules.effective_from)
    if len(begun) > 1 and begun[-1].effective_from == begun[-2].effective_from:
        raise RulesError(
            f"versions {begun[-2].version} and {begun[-1].version} begin at the same instant: give"
            " one of them another effective_from"
        )
    return begun[-1]


def _composed(text: str) -> yaml.Node:
    if len(text.encode("utf-8", "replace")) > SIZE_MAX:
        raise RulesError(f"a table of rules has at most {SIZE_MAX:,} bytes: shorten it")
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise RulesError(
                    f"line {_line(event)}: anchors (& and *) are not read: write it out"
                )
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        raise RulesError(f"{where}this is not YAML: check indentation, colons and quotes") from None
    except RecursionError:
        raise RulesError("this is nested too deeply to be rules: see the reference") from None
    if node is None:
        raise RulesError("line 1: the table is empty: start from the one in the reference")
    return node


class _Reader:
    """Reads a table and collects what is wrong with it."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def rules(self, node: yaml.Node) -> Rules | None:
        fields = self._mapping(node, "the table", _FIELDS, _NEEDED)
        if not fields.keys() >= _NEEDED:
            return None
        version = self._text(fields["version"], "version")
        try:
            check_id(version, "version")
        except InvalidFactError:
            self._fault(fields["version"], "version", "use letters, digits and . _ : / ~ -")
        starts = self._instant(fields["effective_from"], "effective_from")
        until = fields.get("effective_until")
        ends = None if until is None else self._instant(until, "effective_until")
        if until is not None and ends is not None and ends <= starts:
            self._fault(until, "effective_until", "it must be after effective_from")
        return Rules(
            version=version,
            title=self._text(fields["title"], "title"),
            source=self._text(fields["source"], "source"),
            is_verified=self._truth(fields["verified"], "verified"),
            effective_from=starts,
            effective_until=ends,
            major=self._categories(fields["major"], "major"),
            minor=self._categories(fields["minor"], "minor"),
        )

    def _categories(self, node: yaml.Node, name: str) -> tuple[Category, ...]:
        found = []
        codes: set[str] = set()
        for item in self._items(node, name):
            fields = self._mapping(item, name, {"code", "title", "any"}, {"code", "title", "any"})
            if len(fields) < 3:
                continue
            code = self._text(fields["code"], f"{name}.code")
            if not (code.isalnum() and code.isascii() and len(code) <= 8) or code == NOT_CLASSIFIED:
                self._fault(
                    fields["code"],
                    f"{name}.code",
                    f"use up to 8 letters and digits, not {NOT_CLASSIFIED}",
                )
            if code in codes:
                self._fault(fields["code"], f"{name}.code", "the code stands there twice")
            codes.add(code)
            ways = tuple(
                self._way(way, f"{name}.{code}")
                for way in self._items(fields["any"], f"{name}.{code}.any")
            )
            found.append(Category(code, self._text(fields["title"], f"{name}.title"), ways))
        return tuple(found)

    def _way(self, node: yaml.Node, name: str) -> tuple[Condition, ...]:
        fields = self._mapping(node, f"{name}.any", {"all"}, {"all"})
        tests = self._items(fields["all"], f"{name}.all") if "all" in fields else ()
        return tuple(filter(None, (self._condition(test, name) for test in tests)))

    def _condition(self, node: yaml.Node, name: str) -> Condition | None:
        known = {"test", "one_of", "key", "citizenship", "at_least", "under"}
        fields = self._mapping(node, name, known, {"test"})
        if "test" not in fields:
            return None
        word = self._text(fields["test"], f"{name}.test")
        if word not in set(map(str, RuleTest)):
            self._fault(fields["test"], f"{name}.test", f"a test is {_listed(RuleTest)}")
            return None
        kind = RuleTest(word)
        self._check_told(node, kind, fields, name)
        one_of = self._words(fields, "one_of", name)
        for value in one_of if kind in _CLOSED else ():
            if value not in _CLOSED[kind]:
                remedy = f"for {kind} it is {_listed(_CLOSED[kind])}"
                self._fault(fields["one_of"], f"{name}.one_of", remedy)
        return Condition(
            kind=kind,
            one_of=one_of,
            key=self._text(fields["key"], f"{name}.key") if "key" in fields else "",
            citizenship=self._words(fields, "citizenship", name),
            at_least=self._age(fields.get("at_least"), f"{name}.at_least"),
            under=self._age(fields.get("under"), f"{name}.under"),
            line=_line(node),
        )

    def _check_told(
        self, node: yaml.Node, kind: RuleTest, fields: Mapping[str, yaml.Node], name: str
    ) -> None:
        told = fields.keys() - {"test"}
        for extra in sorted(told - _TOLD[kind]):
            self._fault(fields[extra], f"{name}.{extra}", f"{kind} is not told this: take it out")
        if kind is RuleTest.AGE:
            if not told & _TOLD[kind]:
                self._fault(node, f"{name}.age", "say at_least, under, or both")
            return
        for missing in sorted(_TOLD[kind] - told):
            self._fault(node, f"{name}.{missing}", f"{kind} needs it: add it")

    def _mapping(
        self, node: yaml.Node, name: str, known: Iterable[str], needed: Iterable[str]
    ) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, name, "write fields, each as name: value")
            return {}
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            word = key.value if isinstance(key, yaml.ScalarNode) else ""
            if word not in set(known):
                self._fault(key, f"{name}: {word[:30] or '?'}", f"the fields are {_listed(known)}")
            elif word in found:
                self._fault(key, f"{name}.{word}", "it stands there twice: leave one")
            else:
                found[word] = value
        for missing in sorted(set(needed) - found.keys()):
            self._fault(node, f"{name}.{missing}", "it is missing: add it")
        return found

    def _items(self, node: yaml.Node, name: str) -> Iterator[yaml.Node]:
        is_list = isinstance(node, yaml.SequenceNode)
        if not is_list or not node.value or len(node.value) > CATEGORIES_MAX:
            self._fault(node, name, f"write a list of 1 to {CATEGORIES_MAX}, each behind a dash")
            return
        yield from node.value

    def _words(self, fields: Mapping[str, yaml.Node], field: str, name: str) -> tuple[str, ...]:
        if field not in fields:
            return ()
        items = self._items(fields[field], f"{name}.{field}")
        return tuple(self._text(item, f"{name}.{field}") for item in items)

    def _text(self, node: yaml.Node, name: str) -> str:
        if isinstance(node, yaml.ScalarNode) and node.value.strip():
            return str(node.value)
        self._fault(node, name, "write a word or a sentence")
        return ""

    def _read(
        self, node: yaml.Node, name: str, read: Callable[[str], Any], remedy: str, instead: Any
    ) -> Any:
        try:
            return read(self._text(node, name))
        except (ValueError, KeyError):
            self._fault(node, name, remedy)
            return instead

    def _truth(self, node: yaml.Node, name: str) -> bool:
        words = {"true": True, "false": False}
        return bool(self._read(node, name, words.__getitem__, "write true or false", False))

    def _instant(self, node: yaml.Node, name: str) -> datetime:
        remedy = "write date, time and zone: 2021-08-14T00:00:00+04:30"
        return self._read(node, name, _zoned, remedy, datetime.min.replace(tzinfo=UTC))  # type: ignore[no-any-return]

    def _age(self, node: yaml.Node | None, name: str) -> int | None:
        if node is None:
            return None
        years: int = self._read(node, name, int, "write whole years", 0)
        if years not in _AGES:
            self._fault(node, name, "write whole years from 0 to 120")
        return years

    def _fault(self, node: yaml.Node, name: str, remedy: str) -> None:
        self.faults.append(f"line {_line(node)}: {name}: {remedy}")


def _line(marked: yaml.Node | yaml.Event) -> int:
    """Where something stands, counted from 1."""
    return 1 if marked.start_mark is None else marked.start_mark.line + 1


def _zoned(text: str) -> datetime:
    """An instant with a zone, in UTC.

    Raises:
        ValueError: it is none, or has no zone.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("no zone")
    return instant.astimezone(UTC)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(map(str, words)))
