"""The registrar's work: lists taken in, judgements recorded, persons looked up, under lock and log.

This room composes: it opens the register's sealed tables with the vault's keys and puts the pure
rules of ``register`` to work on them.  The desks and the command line both ask it, so that what one
may do the other may do, and every reveal is written down in one place.

    registrar = open_registrar(place, vault, protection.trail, clock)        (opening.py)
    registrar.propose(viewer, file, sheet, sponsor)                          -> Proposal
    registrar.take_list(viewer, file, 0, mapping, sponsor=..., list_id=...)  -> Taken
    registrar.enter(viewer, {Field.FULL_NAME: ...}, sponsor=..., list_id=...) -> Entered
    registrar.lists(viewer), versions, changes, quality, quarantine          -> ListView, ...
    registrar.queue(viewer, ledger, limit=1), question(viewer, one, other)   -> Queue of Question
    registrar.judge(viewer, question.pair, Verdict.SAME, why), undo(viewer)  -> Judged
    registrar.search(viewer, "a name and a year")                            -> SearchResult of Hit
    registrar.person(viewer, person_id, ledger)                              -> PersonView
    registrar.families(viewer), family, split_family, join_family, post_groups
    registrar.assess(viewer), flips(viewer, rules), take_rules(viewer, rules)
    registrar.intake(viewer), move(viewer, person_id, stage)                 -> IntakeView, ...
    registrar.shred(viewer, person_id)                                       -> Shredded
    registrar.rebuild(viewer), learn(viewer), check(viewer), counts()

Every method takes the `Viewer` who asks.  It raises `NotAllowedError` (its `refusal` says why and
what to do), `TooLittleError` (a search that would find a crowd), `UnknownSubjectError`; no message
holds a word of a list.  Start reading at ``registrar.py``, then ``views.py`` (what is shown),
``access.py`` (rights, budgets, audit) and ``taking.py`` (rows become records).
"""

from __future__ import annotations

from safepassage.registrar.errors import (
    NotAllowedError,
    RegistrarError,
    TooLittleError,
    UnknownSubjectError,
)
from safepassage.registrar.registrar import Registrar
from safepassage.registrar.views import Stage

__all__ = [
    "NotAllowedError",
    "Registrar",
    "RegistrarError",
    "Stage",
    "TooLittleError",
    "UnknownSubjectError",
]
