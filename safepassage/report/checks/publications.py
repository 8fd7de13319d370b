"""Publications that hold no question: what was said cannot be recomputed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from safepassage.model.discrepancy import Discrepancy
from safepassage.model.ledger import Ledger
from safepassage.report.revision import is_readable


def publications_without_question(ledger: Ledger, as_of: datetime) -> Iterator[Discrepancy]:
    """One discrepancy for each publication up to `as_of` whose question cannot be asked again."""
    for publication in ledger.catalogue.publications:
        if publication.published_at <= as_of and not is_readable(publication):
            yield Discrepancy(
                check="publication-unreadable",
                subject=publication.id,
                sentence=f"{publication.value:,} was published as {publication.id} without a"
                " question that can be asked again; its revisions cannot be told",
                remedy="publish the figure again with `figure publish`",
                since=publication.published_at,
                entries=(publication.id,),
            )
