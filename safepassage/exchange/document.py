"""A document: a tree of values that knows where each one stands, and collects what is wrong."""

from __future__ import annotations

from typing import Any, NoReturn

from safepassage.exchange.fault import FAULTS_MAX, Fault
from safepassage.exchange.yaml_text import Node, Path, Spot, YamlKind


class TooManyFaults(Exception):  # noqa: N818 - the faults themselves are the error
    """There are as many faults as anybody would read; looking for more only costs time."""


class Document:
    """A file that was read, and the faults and warnings found in it so far."""

    def __init__(
        self, root: Node, kind: YamlKind, faults: list[Fault], warnings: list[str]
    ) -> None:
        self.root = root
        self.kind = kind
        self.values: Any = root.plain()
        self.faults = faults
        self.warnings = warnings
        self._wrong: set[Path] = set()

    def fault(self, path: Path, problem: str, remedy: str, *, at_key: str | None = None) -> None:
        """Something is wrong at a path, or with the key `at_key` of the fields there."""
        line, column = self.key_spot(path, at_key) if at_key is not None else self.spot(path)
        name = self.field(path if at_key is None else (*path, at_key))
        found = Fault(line, column, name, problem, remedy)
        if found not in self.faults:
            self.faults.append(found)
        self._wrong.add(path if at_key is None else (*path, at_key))
        if len(self.faults) >= FAULTS_MAX:
            self._stop()

    def warn(self, path: Path, sentence: str) -> None:
        """Something is worth a look, but the file can be used as it is."""
        self.warnings.append(f"line {self.spot(path).line}: {sentence}")

    def is_sound(self, *path: str | int) -> bool:
        """Whether no fault was found at a path, below it, or in what holds it."""
        depth = len(path)
        return not any(w[:depth] == path or path[: len(w)] == w for w in self._wrong)

    def node(self, path: Path) -> Node:
        """The node at a path, or the deepest one that there is on the way to it."""
        node = self.root
        for step in path:
            below: Node | None = None
            if node.fields is not None:
                below = node.fields.get(str(step))
            elif node.items is not None and isinstance(step, int) and step < len(node.items):
                below = node.items[step]
            if below is None:
                break
            node = below
        return node

    def spot(self, path: Path) -> Spot:
        """Where a value stands."""
        return self.node(path).spot

    def key_spot(self, path: Path, key: str) -> Spot:
        """Where a key of the fields at a path stands; where the fields begin if it is missing."""
        node = self.node(path)
        return node.keys.get(key, node.spot)

    def field(self, path: Path) -> str:
        """A path as a planner says it: places[abbey-gate].capacity."""
        name = ""
        for depth, step in enumerate(path):
            if isinstance(step, str):
                name += f".{step[:60]}" if name else step[:60]
                continue
            item = self.node(path[: depth + 1]).fields or {}
            known = item["id"].scalar if "id" in item else None
            name += f"[{known[:60]}]" if isinstance(known, str) else f"[{step + 1}]"
        return name

    def _stop(self) -> NoReturn:
        raise TooManyFaults
