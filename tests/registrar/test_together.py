"""Two processes work on one register: neither undoes what the other did meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from safepassage.model.ids import ListId, SponsorId
from safepassage.register.judgement import Verdict
from safepassage.register.linkage import Progress
from safepassage.register.record import Record
from safepassage.register.shelf import Change, Shelf
from safepassage.registrar import Registrar
from safepassage.secure.vault import Vault
from safepassage.store.register_place import RegisterPlace
from tests.registrar.conftest import KEY, MANY, REGISTRAR, SECOND, Desk, written_list
from tests.registrar.plain_matching import PlainMatching
from tests.registrar.test_judging import EMBASSY, MINISTRY, the_pair


class Interrupted(PlainMatching):
    """Lets somebody else work while it links, once."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] | None = None

    def extend(
        self, shelf: Shelf, records: Sequence[Record], progress: Progress | None = None
    ) -> Change:
        change = super().extend(shelf, records, progress)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return change


def another(desk: Desk, place: RegisterPlace) -> Registrar:
    return Registrar(
        place,
        Vault(KEY),
        desk.protection.trail,
        desk.clock,
        PlainMatching(),
        desk=MANY,
        review=MANY,
    )


def take(registrar: Registrar, text: str, name: str) -> None:
    file = written_list(text)
    mapping = registrar.propose(SECOND, file, 0, SponsorId(name)).mapping()
    registrar.take_list(SECOND, file, 0, mapping, sponsor=SponsorId(name), list_id=ListId(name))


def test_a_list_that_another_desk_takes_in_meanwhile_is_linked_as_well(
    open_desk: Callable[..., Desk], address: str
) -> None:
    matching = Interrupted()
    desk = open_desk(matching)
    with RegisterPlace(address) as place:
        other = another(desk, place)
        matching.meanwhile = lambda: take(other, EMBASSY, "ministry")
        desk.take(EMBASSY, "embassy", "embassy")
        assert len(desk.person_ids()) == 2
        assert not desk.registrar.check(REGISTRAR)
        before = desk.persons()
        desk.registrar.rebuild(REGISTRAR)
        assert desk.persons() == before


def test_a_judgement_made_meanwhile_holds(open_desk: Callable[..., Desk], address: str) -> None:
    matching = Interrupted()
    desk = open_desk(matching)
    desk.take(EMBASSY, "list-a", "embassy")
    desk.take(MINISTRY, "list-b", "ministry")
    pair = the_pair(desk)
    with RegisterPlace(address) as place:
        other = another(desk, place)
        matching.meanwhile = lambda: other.judge(SECOND, pair, Verdict.SAME, "asked her")
        desk.take(EMBASSY, "list-c", "charity")
    together = [names for names in desk.persons().values() if len(names) == 3]
    assert together == [["Amira Noorzai"] * 3]
    assert not desk.registrar.check(REGISTRAR)
