"""The reference instances of the planner, read from the reference folder beside the checkout."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from safepassage.plan.problem import NO_WAY, Lift, Objective, Problem


def reference_folder() -> Path | None:
    """The folder of the reference generator, None where there is none."""
    beside = Path(__file__).resolve().parents[2] / "shared"
    root = Path(os.environ.get("SAFEPASSAGE_REFERENCE", beside)) / "planning" / "reference"
    return root if (root / "planref").is_dir() else None


def reference_problem(case: str, origins: int, step_hours: float, **more: Any) -> Problem:
    """An instance of the generator as a problem; weights count at departure, terminal empty."""
    folder = reference_folder()
    if folder is None:
        raise FileNotFoundError("no reference folder: set SAFEPASSAGE_REFERENCE to it")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    made = import_module("planref.instance").make_instance(
        origins, step_hours, case=case, class_at="departure", empty_terminal=True, **more
    )
    return _problem(f"{case}, {origins} origins, {step_hours:g} h", made)


def _problem(name: str, d: Any) -> Problem:
    gates, bases, havens = d.gate.shape[1], len(d.beds), len(d.haven_cap)
    return Problem(
        name,
        tuple(f"class-{n + 1}" for n in range(d.demand.shape[0])),
        tuple(f"origin-{n + 1}" for n in range(d.origins)),
        tuple(f"gate-{o + 1}{j + 1}" for o in range(d.origins) for j in range(gates)),
        np.repeat(np.arange(d.origins), gates),
        tuple(f"base-{n + 1}" for n in range(bases)),
        tuple(f"haven-{n + 1}" for n in range(havens)),
        tuple(_lift(d, k) for k in range(len(d.types))),
        d.step_h,
        d.steps,
        d.demand.astype(np.int64),
        np.floor(d.gate.reshape(d.origins * gates, -1)).astype(np.int64),
        np.repeat(d.slots[:, None], d.steps, 1).astype(float),
        np.repeat(np.floor(d.runway).astype(np.int64)[:, None], d.steps, 1),
        d.terminal.astype(np.int64),
        d.beds.astype(np.int64),
        np.floor(d.clear).astype(np.int64),
        d.haven_day.astype(np.int64),
        d.haven_cap.astype(np.int64),
        max(1, round(4 / d.step_h)),
        "",
        Objective(tuple(float(w) for w in d.weights)),
    )


def _lift(d: Any, k: int) -> Lift:
    t = d.types[k]
    nowhere_out = np.full(d.fly_o.shape, NO_WAY)
    nowhere_on = np.full(d.fly_h.shape, NO_WAY)
    return Lift(
        t.name,
        t.seats,
        t.fleet,
        t.crews,
        d.crew_cycle,
        t.slots,
        d.ground(k),
        d.turn,
        d.haven_turn,
        (d.fly_o if t.to_origin else nowhere_out).astype(np.int64),
        (d.fly_h if t.to_haven else nowhere_on).astype(np.int64),
    )
