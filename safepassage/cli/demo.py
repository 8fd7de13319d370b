"""`safepassage demo`: a real airlift accounted for, end to end, on the embedded database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.claims import print_findings, print_totals
from safepassage.cli.init import take_operation
from safepassage.cli.opened import CLAIMS, PUBLISHED_TOTALS, Opened, opened, scenario_folder
from safepassage.cli.output import heading, instant, progress
from safepassage.exchange.operation_file import read_operation
from safepassage.exchange.published_file import read_published
from safepassage.model.instant import Window, parse_instant
from safepassage.model.operation import Operation
from safepassage.report.compare import compare
from safepassage.report.figure import ask
from safepassage.report.reconcile import reconcile
from safepassage.report.verdict import judge, last_departure
from safepassage.simulate.implied import implied_facts, implied_size
from safepassage.store.store import Store, open_store

app = typer.Typer(rich_markup_mode=None)
