"""A scenario that ships with the package, taken into a store: its files, and their ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from safepassage.cli.init import take_operation
from safepassage.cli.opened import CLAIMS, PUBLISHED_TOTALS, all_recorded, scenario_folder
from safepassage.cli.output import progress
from safepassage.exchange.claims_file import read_claims
from safepassage.exchange.operation_file import read_operation
from safepassage.exchange.published_file import TOTALS_FILE, Published, read_published
from safepassage.model.fact import Fact
from safepassage.model.ids import EntryId
from safepassage.model.observation import Correction, Publication
from safepassage.model.operation import Operation
from safepassage.report.asking import Asking
from safepassage.report.figure import ask
from safepassage.simulate.implied import implied_facts, implied_size
from safepassage.store.statement import chunks
from safepassage.store.store import Store

SEED = "published-windows"  # which of the many ledgers that agree with the windows
AT_ONCE = 2_000  # entries in one transaction
SOURCE = "scenario"


def take_scenario(store: Store, name: str, *, now: datetime) -> Operation:
    """Fill a store with a scenario.  Running it again adds nothing.

    Raises:
        BadQuestionError: there is no scenario of that name.
        FileFaultsError: one of its files cannot be read.
    """
    folder = scenario_folder(name)
    operation_text = _read(folder / "operation.yaml")
    operation = read_operation(operation_text, "operation.yaml")
    published = read_published(folder)
    take_operation(store, operation, operation_text, now=now)
    for document, file in ((CLAIMS, "claims.yaml"), (PUBLISHED_TOTALS, TOTALS_FILE)):
        if (folder / file).is_file():
            text = _read(folder / file)
            if document == CLAIMS:
                read_claims(text, file)
            store.put_document(document, text, recorded_at=now)
    facts = implied_facts(operation, published.flows, published.lifts, SEED)
    _record(store, operation, published, facts, now)
    return operation


def _record(
    store: Store,
    operation: Operation,
    published: Published,
    facts: Iterator[Fact],
    now: datetime,
) -> None:
    """Append the facts; before the first correction, publish what would have been said by then."""
    recorded = 0
    announced = False
    with progress(operation.name, implied_size(published.flows)) as done:
        for batch in chunks(facts, AT_ONCE):
            first = next((i for i, f in enumerate(batch) if isinstance(f, Correction)), None)
            if first is not None and not announced:
                all_recorded(store.append(batch[:first], source=SOURCE, recorded_at=now))
                _announce(store, operation, batch[first], now)
                batch = batch[first:]
                announced = True
            all_recorded(store.append(batch, source=SOURCE, recorded_at=now))
            recorded += len(batch)
            done(recorded)


def _announce(store: Store, operation: Operation, correction: Fact, now: datetime) -> None:
    """Publish the running total of the last cut before a correction, as a spokesman would have.

    What the correction changes in it then shows as a revision line in every later report.
    """
    if not isinstance(correction, Correction) or not operation.baselines:
        return
    entry_id = EntryId(f"publication/before/{correction.id}"[:100])
    with store.ledger() as ledger:
        if ledger.entry(entry_id) is not None:
            return
        asking = Asking(operation, ledger.position)
        cut = asking.reporting_window(correction.stated_at).end
        said = ask(ledger, asking.since("people-out", operation.baselines[0].id, cut))
    fact = Publication(
        id=entry_id,
        question=said.question.canonical,
        value=said.value,
        position=said.question.position,
        published_at=cut,
    )
    all_recorded(store.append([fact], source=SOURCE, recorded_at=now))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
