"""Scenarios: variants of an operation's planning data, each with a name, none ever overwritten.

A scenario is an operation file and a demand file that lie in a folder of their own, with the roll
of the registered families whose numbers they are, if it has one.  It does not
change after it was kept, so a plan made from it can always be made again; whoever wants other
numbers keeps them under another name.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from safepassage.exchange.demand_file import read_demand
from safepassage.exchange.operation_file import read_operation
from safepassage.model.errors import InvalidFactError
from safepassage.model.instant import format_instant, parse_instant
from safepassage.model.operation import Operation
from safepassage.plan.feasible import require_feasible
from safepassage.plan.setup import Setup, set_up
from safepassage.planner.errors import NameTakenError, UnknownPlanError
from safepassage.planner.files import get_json, put, put_json
from safepassage.planner.roll import Roll, read_roll

NAME_MAX = 80  # characters
_ABOUT, _OPERATION, _DEMAND = "scenario.json", "operation.yaml", "demand.yaml"
_ROLL = "families.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to keep as a scenario."""

    name: str
    operation: str  # the text of an operation file
    demand: str  # the text of a demand file
    note: str = ""
    based_on: str = ""  # the id of the scenario whose numbers were changed
    roll: str = ""  # the registered families who come, as `roll.py` has them in JSON; or nobody

    def setup(self) -> Setup:
        """The problem that it poses.

        Raises:
            FileFaultsError: one of the files cannot be read; its faults say where and why.
            PlanInputError: they cannot be planned with, and what would mend it.
        """
        operation = read_operation(self.operation, _OPERATION)
        setup = set_up(operation, read_demand(self.demand, _DEMAND))
        require_feasible(setup.problem)
        self.families()
        return setup

    def families(self) -> Roll | None:
        """The registered families who come; None if it is made of numbers alone.

        Raises:
            PlanRefusedError: the roll cannot be read.
        """
        return read_roll(json.loads(self.roll)) if self.roll else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Wanted):
    """A scenario that is kept."""

    id: str
    made_at: datetime
    made_by: str

    @property
    def read(self) -> Operation:
        """Its operation."""
        return read_operation(self.operation, _OPERATION)


class Scenarios:
    """The scenarios of one operation, in a folder."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock
        self._known: dict[str, Scenario] = {}  # none ever changes: each is read once

    def all(self) -> list[Scenario]:
        """Every scenario, the newest first."""
        if not self._folder.is_dir():
            return []
        found = [self._kept(name) for name in os.listdir(self._folder) if name[0] != "."]
        return sorted((s for s in found if s), key=lambda s: s.made_at, reverse=True)

    def get(self, id: str) -> Scenario:
        """The scenario of that id.

        Raises:
            UnknownPlanError: there is none.
        """
        found = self._kept(id) if id.isalnum() else None
        if found is None:
            raise UnknownPlanError("there is no such scenario here; look at the list of all")
        return found

    def keep(self, wanted: Wanted, by: str) -> Scenario:
        """Keep a scenario that can be planned with.

        Raises:
            InvalidFactError: it has no name, or one that is too long.
            NameTakenError: another one has that name.
            FileFaultsError: one of its files cannot be read.
            PlanInputError: it cannot be planned with.
        """
        name = " ".join(unicodedata.normalize("NFC", wanted.name).split())
        if not name or len(name) > NAME_MAX or not name.isprintable():
            raise InvalidFactError(f"a scenario needs a name of 1 to {NAME_MAX} characters")
        id = hashlib.sha256(name.casefold().encode()).hexdigest()[:12]
        if (self._folder / id).exists():
            raise _taken(name)
        wanted.setup()
        about = {
            "name": name,
            "note": wanted.note.strip(),
            "based_on": wanted.based_on,
            "made_at": format_instant(self._clock()),
            "made_by": by,
        }
        self._put(id, wanted, about)
        return self.get(id)

    def _put(self, id: str, wanted: Wanted, about: dict[str, str]) -> None:
        """Write the folder elsewhere and move it, so that two who choose one name do not mix."""
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f".{secrets.token_hex(6)}"
        partial.mkdir()
        try:
            put(partial / _OPERATION, wanted.operation)
            put(partial / _DEMAND, wanted.demand)
            if wanted.roll:
                put(partial / _ROLL, wanted.roll)
            put_json(partial / _ABOUT, about)
            os.rename(partial, self._folder / id)
        except OSError:
            shutil.rmtree(partial, ignore_errors=True)
            if (self._folder / id).exists():
                raise _taken(about["name"]) from None
            raise

    def _kept(self, id: str) -> Scenario | None:
        folder = self._folder / id
        if id in self._known and folder.is_dir():
            return self._known[id]
        found = self._read(folder)
        if found is not None:
            self._known[id] = found
        return found

    def _read(self, folder: Path) -> Scenario | None:
        about = get_json(folder / _ABOUT)
        try:
            return Scenario(
                id=folder.name,
                name=about["name"],
                note=about["note"],
                based_on=about["based_on"],
                made_at=parse_instant(about["made_at"], "made at"),
                made_by=about["made_by"],
                operation=(folder / _OPERATION).read_text(encoding="utf-8"),
                demand=(folder / _DEMAND).read_text(encoding="utf-8"),
                roll=(folder / _ROLL).read_text("utf-8") if (folder / _ROLL).exists() else "",
            )
        except (OSError, TypeError, KeyError, InvalidFactError):
            return None  # somebody put something else there, or took a part away


def _taken(name: str) -> NameTakenError:
    return NameTakenError(
        f"there is a scenario {name!r} already, and scenarios are not overwritten: choose another"
        " name"
    )
