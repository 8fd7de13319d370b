"""Opening the register: store, key, and the model that is frozen for this operation.

The model stands in the register itself, sealed like a record, because it knows names.  As long as
none was kept the one that comes with the program is in force.  Another model is a decision: it can
move people between persons, so it is a new version, and everything is linked anew under it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from safepassage.registrar import learning
from safepassage.registrar.access import REVIEW_BUDGET, Access, Trail
from safepassage.registrar.matching import OwnMatching
from safepassage.registrar.registrar import Registrar
from safepassage.registrar.room import Matching, Room
from safepassage.registrar.starting import starting_model
from safepassage.secure.reveal import DEFAULT_BUDGET, Budget
from safepassage.secure.vault import Vault
from safepassage.store.register_place import Place


def default_matching() -> Matching:
    """Our own engine with the model that comes with the program."""
    return OwnMatching(starting_model())


def open_registrar(
    store: Place,
    vault: Vault,
    trail: Trail,
    clock: Callable[[], datetime],
    *,
    region: str = "AF",
    desk: Budget = DEFAULT_BUDGET,
    review: Budget = REVIEW_BUDGET,
) -> Registrar:
    """The register, unlocked, under the model that it keeps.

    Raises:
        ModelError: the model that it keeps cannot be read by this program.
    """
    matching = default_matching()
    room = Room(store, vault, clock, Access(trail, clock, desk, review), matching)
    model = learning.kept(room)
    if model is not None:
        matching = OwnMatching(model)
    return Registrar(store, vault, trail, clock, matching, region=region, desk=desk, review=review)
