"""What a gate's phone knows: keys, revocations, the passes of its gate.  Nothing personal.

The document that the server signs and the phone keeps.  `docs/reference/gate-protocol.md` has its
fields; `gate_app/knowledge.js` reads the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from safepassage.model.instant import parse_instant
from safepassage.secure.spoken import SpokenError, code_digest, typed_code, typed_word, word_digest
from safepassage.secure.token import IssuingKey

GOOD_FOR = timedelta(hours=12)  # unless the operation says otherwise
PREFIX_DIGITS = 16  # of a revoked pass's id: enough to tell five thousand apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A pass that was issued for this gate."""

    pass_id: str
    group: str
    gate: str
    heads: int
    valid_from: datetime
    valid_until: datetime
    code: str  # digests: see `secure.spoken`
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The last word of the server, as it lies on a phone."""

    place: str
    server_time: datetime
    good_for: timedelta
    keys: Mapping[str, IssuingKey]  # by key id
    passes: Mapping[str, Listed]  # by pass id
    codes: Mapping[str, str]  # digest of a code -> pass id
    revoked: frozenset[str]  # prefixes of pass ids
    seen: frozenset[str]  # passes that were let in elsewhere
    is_open: bool

    def is_revoked(self, pass_id: str) -> bool:
        """Whether a pass no longer counts."""
        return pass_id[:PREFIX_DIGITS] in self.revoked

    def age(self, now: datetime) -> timedelta:
        """How old this is; below zero if the clock is behind the server's."""
        return now - self.server_time

    def by_code(self, typed: str) -> Listed | None:
        """The pass of this gate with that spoken code, None if there is none.

        Raises:
            SpokenError: what was typed is no code.
        """
        digest = code_digest(typed_code(typed), self.place)
        found = self.codes.get(digest)
        return None if found is None else self.passes[found]

    def is_word(self, listed: Listed, typed: str) -> bool:
        """Whether that is the word that the holders of a pass keep in mind, in any language."""
        try:
            word = typed_word(typed)
        except SpokenError:
            return False
        return word_digest(word, listed.pass_id) == listed.word


def read_knowledge(document: Mapping[str, Any]) -> Knowledge:
    """The signed document, read.  Whose signature it carries was looked at before.

    Raises:
        KeyError: a field is missing.
        InvalidFactError: an instant is none.
    """
    passes = {each["pass"]: _listed(each) for each in document["passes"]}
    opened = document.get("opened")
    return Knowledge(
        place=document["place"],
        server_time=parse_instant(document["server_time"], "server_time"),
        good_for=timedelta(seconds=document.get("good_for_s", GOOD_FOR.total_seconds())),
        keys={key.key_id: key for key in _keys(document["keys"])},
        passes=passes,
        codes={each.code: each.pass_id for each in passes.values()},
        revoked=frozenset(each[:PREFIX_DIGITS] for each in document["revoked"]),
        seen=frozenset(document["seen"]),
        is_open=opened is None or document["place"] in opened,
    )


def _keys(stated: Iterable[Mapping[str, str]]) -> Iterable[IssuingKey]:
    for each in stated:
        yield IssuingKey(
            bytes.fromhex(each["public_key"]),
            parse_instant(each["valid_from"], "valid_from of a key"),
            parse_instant(each["valid_until"], "valid_until of a key"),
        )


def _listed(each: Mapping[str, Any]) -> Listed:
    return Listed(
        pass_id=each["pass"],
        group=each["group"],
        gate=each["gate"],
        heads=each["heads"],
        valid_from=parse_instant(each["from"], "from of a pass"),
        valid_until=parse_instant(each["until"], "until of a pass"),
        code=each["code"],
        word=each["word"],
    )
