"""Every linked record as columns of numbers with its keys, kept sealed beside the records.

Opening a hundred thousand records takes ten seconds, reading these columns a fraction of one.  They
follow from the records and hold what these say, so they are sealed like them, and when anybody is
shredded they are dropped whole, with their keys.  Whatever is missing in them is added from the
records; whatever does not fit makes them useless, and they are made again.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection

from safepassage.model.ids import RecordId
from safepassage.register.linkage import Progress
from safepassage.register.match.bags import Words
from safepassage.register.match.candidates import KeyTable, lasting_number
from safepassage.register.match.columns import Encoder, Ints
from safepassage.register.match.engine import Read
from safepassage.register.record import Record
from safepassage.registrar.sealing import Sealer, open_all
from safepassage.secure.errors import SealBrokenError
from safepassage.secure.vault import Vault
from safepassage.store import register_columns as columns_stored
from safepassage.store import register_records as stored

FORMAT: Final = 1  # to be raised whenever keys or columns are made otherwise
KIND: Final = "columns"
PART: Final = 1 << 24  # bytes
_TEXTS: Final = "texts"
_TOLD_EVERY: Final = 5_000


class LinkTable:
    """Records taken in for linking, each once."""

    def __init__(self) -> None:
        self._encoder = Encoder()
        self._keys = KeyTable(lasting_number)
        self._words = Words([])
        self.kept = 0  # how many of them are on disk
        self.ids: set[RecordId] = set()

    def add(self, records: Iterable[Record], progress: Progress | None = None) -> None:
        """Take in those that are new."""
        for record in records:
            if record.id in self.ids:
                continue
            self._keys.add(record, self._encoder.add(record))
            self.ids.add(record.id)
            if progress and not len(self.ids) % _TOLD_EVERY:
                progress("records", len(self.ids), None)

    def read(self) -> Read:
        """All of them as columns, in the order of their ids."""
        columns = self._encoder.columns()
        self._words = Words(columns.words, *self._words.known())
        return Read(columns, self._keys, self._encoder.order(), self._words)

    def households(self) -> Ints:
        """The list household of each row of `read`, however large it is."""
        return self._encoder.households()[self._encoder.order()]

    def save(self, connection: Connection, vault: Vault) -> None:
        """Keep them in place of what was kept; inside a transaction."""
        content = self._to_bytes()
        drop(connection)
        sealer = Sealer(vault, KIND)
        starts = range(0, len(content), PART)
        parts = [
            (n, sealer.seal(n, content[at : at + PART])) for n, at in enumerate(starts, start=1)
        ]
        columns_stored.put_columns(connection, parts)
        sealer.put_keys(connection)
        self.kept = len(self.ids)

    def _to_bytes(self) -> bytes:
        numbers, texts = self._encoder.state()
        numbers |= {f"key {name}": np.array(column) for name, column in self._key_columns()}
        numbers["word pairs"], numbers["word classes"] = self._words.known()
        said = json.dumps({"format": FORMAT, **texts}).encode()
        file = io.BytesIO()
        np.savez(file, allow_pickle=False, **{_TEXTS: np.frombuffer(said, np.uint8)}, **numbers)
        return file.getvalue()

    def _key_columns(self) -> Iterable[tuple[str, Any]]:
        yield "hash", self._keys.hashes
        yield "kind", self._keys.kinds
        yield "count", self._keys.counts

    @classmethod
    def _of_bytes(cls, content: bytes) -> LinkTable | None:
        """What `_to_bytes` wrote; None if another version of the program did."""
        with np.load(io.BytesIO(content), allow_pickle=False) as numbers:
            texts = json.loads(numbers[_TEXTS].tobytes())
            if texts.get("format") != FORMAT:
                return None
            table = cls()
            table._encoder = Encoder.of_state(numbers, texts)
            for name, column in table._key_columns():
                column.frombytes(numbers[f"key {name}"].tobytes())
            pairs = numbers["word pairs"], numbers["word classes"]
            table._words = Words(texts["words"], *pairs)
        table.ids = set(table._encoder.ids)
        table.kept = len(table.ids)
        return table


def load(connection: Connection, vault: Vault) -> LinkTable | None:
    """What was kept; None if nothing was, or it cannot be read."""
    sealed = columns_stored.get_columns(connection)
    try:
        parts = open_all(connection, vault, KIND, sealed)
    except SealBrokenError:
        return None
    if not parts or len(parts) != len(sealed):
        return None
    return LinkTable._of_bytes(b"".join(parts[number] for number in sealed))


def drop(connection: Connection) -> None:
    """Make what was kept unreadable; inside a transaction."""
    stored.drop_all_keys(connection, KIND)
    columns_stored.drop_columns(connection)
