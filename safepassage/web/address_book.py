"""The address book of a call: families of the register, as the channels address them.

Movement control knows no register and the register no channels; here the two are put together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from safepassage.control.calling import AddressBook
from safepassage.control.channels import Address
from safepassage.control.waves import heads_of
from safepassage.model.ids import GroupId
from safepassage.model.ledger import Ledger
from safepassage.registrar import Registrar
from safepassage.secure.roles import Viewer

LANGUAGE = "fa-AF"  # of people of whom no list says it


def address_book(registrar: Registrar, viewer: Viewer, language: str = LANGUAGE) -> AddressBook:
    """How families are reached; that somebody asked is written to the audit chain."""

    def book(groups: Sequence[GroupId]) -> Mapping[GroupId, Address]:
        found = registrar.contacts(viewer, groups)
        return {
            group: Address(
                person=contact.person,
                language=contact.language or language,
                mail=contact.mail,
                phone=contact.phone,
                papers_endanger=contact.papers_endanger,
            )
            for group, contact in found.items()
        }

    return book


def families_of(registrar: Registrar, viewer: Viewer, ledger: Ledger) -> dict[GroupId, int]:
    """How many are in each family: of the register, and of groups that only the ledger states.

    Somebody alone is a family of one in the register; the ledger states no group for them.
    """
    found = {family.id: len(family.members) for family in registrar.families(viewer)}
    return heads_of(ledger) | found
