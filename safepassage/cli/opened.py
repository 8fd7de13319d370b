"""A store opened for a command: its ledger, its operation, and questions put to both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from safepassage.exchange.claims_file import read_claims
from safepassage.exchange.operation_file import read_operation
from safepassage.exchange.published_file import read_totals
from safepassage.model.claim import Claim
from safepassage.model.deadline import deadlines_in_force
from safepassage.model.errors import BadQuestionError
from safepassage.model.ledger import Ledger
from safepassage.model.operation import Operation
from safepassage.model.published import PublishedTotal
from safepassage.planner.keeping import as_read, named
from safepassage.report.asking import Asking
from safepassage.report.figure import end_of
from safepassage.store.append import Receipt
from safepassage.store.store import Store, open_store

OPERATION = "operation"  # names of the documents that a store keeps
CLAIMS = "claims"
PUBLISHED_TOTALS = "published-totals"

StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="SAFEPASSAGE_STORE",
        help="The ledger: a file, or postgresql+psycopg://user@host/database.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
DEFAULT_STORE = "safepassage.db"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a reading command works with."""

    store: Store
    ledger: Ledger
    operation: Operation

    @property
    def asking(self) -> Asking:
        """Questions of this operation at the ledger's position."""
        return Asking(self.operation, self.ledger.position)

    @property
    def now(self) -> datetime:
        """The instant that questions are about unless one is given.

        Now, while the operation runs; just after its last movement, once that is a day ago and
        no deadline lies ahead.
        """
        clock = datetime.now(UTC)
        end = end_of(self.ledger)
        in_force = deadlines_in_force(self.ledger.catalogue.deadlines, clock).values()
        is_running = end is None or clock - end < DAY or any(d.at > clock for d in in_force)
        return clock if is_running or end is None else end

    def claims(self) -> list[Claim]:
        """The claims that the store keeps, none if nobody gave any."""
        kept = self.store.get_document(CLAIMS)
        return read_claims(kept.text, CLAIMS) if kept else []

    def published_totals(self) -> list[PublishedTotal]:
        """The published running totals that the store keeps, none if nobody gave any."""
        kept = self.store.get_document(PUBLISHED_TOTALS)
        return list(read_totals(kept.text, PUBLISHED_TOTALS)) if kept else []


@contextmanager
def opened(address: str) -> Iterator[Opened]:
    """Open a store for reading; a plan's own ledger is read through its promises.

    Raises:
        StoreError: there is none, or it cannot be read.
        BadQuestionError: it holds no operation.
    """
    with open_store(address) as store, store.ledger() as ledger:
        operation = named(store, stored_operation(store))
        yield Opened(store=store, ledger=as_read(store, ledger), operation=operation)


def all_recorded(receipt: Receipt) -> Receipt:
    """The receipt, if everything that it is for is in the ledger.

    Raises:
        BadQuestionError: something went into quarantine instead; the message says why.
    """
    if not receipt.is_clean:
        reason = next(iter(receipt.reasons.values()), "`safepassage check` says why")
        raise BadQuestionError(f"not recorded, but kept in quarantine: {reason}")
    return receipt


def stored_operation(store: Store) -> Operation:
    """The operation file that a store keeps, read.

    Raises:
        BadQuestionError: it keeps none.
    """
    kept = store.get_document(OPERATION)
    if kept is None:
        raise BadQuestionError(
            "this store holds no operation: run `safepassage init OPERATION.yaml` on it first"
        )
    return read_operation(kept.text, OPERATION)


def scenario_folder(name: str, holding: str = "operation.yaml") -> Path:
    """The folder of a scenario that ships with the package: of those that hold such a file.

    Raises:
        BadQuestionError: there is none of that name; the message lists those there are.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "scenarios", package.parent / "scenarios"):
        if (folder / name / holding).is_file():
            return folder / name
        if folder.is_dir():
            known = ", ".join(sorted(path.parent.name for path in folder.glob(f"*/{holding}")))
            raise BadQuestionError(f"no scenario {os.fspath(name)!r}; scenarios: {known}")
    raise BadQuestionError("the scenarios are not installed with this package")
