"""One replication as a ledger of its own: what a seed chose, and never what happened."""

from __future__ import annotations

from datetime import UTC, datetime

from safepassage.model.errors import BadQuestionError
from safepassage.model.operation import opening_facts
from safepassage.planner.keeping import SIMULATION
from safepassage.planner.publishing import OPERATION
from safepassage.simulate.errors import SimulationError
from safepassage.simulate.ledger import replication_facts
from safepassage.simulate.run import Asked
from safepassage.store.store import open_store


def write_replication(asked: Asked, replication: int, store: str) -> int:
    """Record one replication in a ledger of its own; how many facts it has.

    Raises:
        BadQuestionError: the store holds something else.
        SimulationError: the ledger refuses one of the facts; the message says why.
    """
    facts = replication_facts(asked, replication)
    now = datetime.now(UTC)
    with open_store(store, writer=True) as writing:
        if writing.head().seq and writing.get_document(SIMULATION) is None:
            raise BadQuestionError(f"{store} holds something else; name a new file")
        opening = opening_facts(asked.operation, asked.script().starts_at)
        writing.put_document(OPERATION, asked.operation_text, recorded_at=now)
        said = f"{asked.id}, replication {replication}"
        writing.put_document(SIMULATION, said, recorded_at=now)
        receipt = writing.append([*opening, *facts], source=SIMULATION, recorded_at=now)
    if not receipt.is_clean:
        reason = next(iter(receipt.reasons.values()), "`safepassage check` says why")
        raise SimulationError(f"not recorded, but kept in quarantine: {reason}")
    return int(receipt.recorded)
