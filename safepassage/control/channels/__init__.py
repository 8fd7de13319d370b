"""Ways for a message to reach one person: e-mail, a gateway for short messages, a printed sheet.

A channel sends one message to one address and says whether it went.  It keeps nothing, and what it
raises holds neither address nor text, so that it may be logged as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from safepassage.model.errors import SafePassageError

# Why a message fails, as a code that a desk has a text for.
FAULTS = (
    "address-refused",
    "server-refused",
    "gateway-refused",
    "not-reached",
    "not-encrypted",
    "sign-in-refused",
)


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where one person can be reached."""

    person: str  # the id of whoever reads it
    language: str  # BCP 47
    mail: str | None = None
    phone: str | None = None  # E.164
    papers_endanger: bool = False  # nothing written reaches them: the code is spoken

    def __repr__(self) -> str:
        return f"Address({self.person})"


@dataclass(frozen=True, slots=True, repr=False)
class Outgoing:
    """A message to one person."""

    id: str  # random: a receiver that hears it twice can tell
    address: Address
    subject: str
    text: str
    picture: bytes | None = None  # the code to scan as PNG, where a channel carries pictures

    def __repr__(self) -> str:
        return f"Outgoing({self.id})"


class ChannelError(SafePassageError):
    """A message did not go out; the code says why, and whether trying again may help."""

    def __init__(self, code: str, *, may_retry: bool) -> None:
        super().__init__(f"the message did not go out: {code}")
        self.code = code
        self.may_retry = may_retry


class Channel(Protocol):
    """A way to reach people."""

    @property
    def name(self) -> str:
        """How it stands in the records: mail, sms, sheet."""

    @property
    def is_automatic(self) -> bool:
        """Whether it sends by itself; else a person hands the message over and says so."""

    def reaches(self, address: Address) -> bool:
        """Whether it can carry a message to this address."""

    def send(self, message: Outgoing) -> None:
        """Hand the message over to whoever carries it on.

        Raises:
            ChannelError: it was not taken.
        """


Channels = Mapping[str, Channel]


def first_for(address: Address, channels: Sequence[Channel]) -> Channel:
    """The first channel that reaches somebody, in the order in which they are preferred.

    Whom papers endanger is reached by a spoken code alone: by a channel that a person works.

    Raises:
        ChannelError: none does.
    """
    for channel in channels:
        if address.papers_endanger and channel.is_automatic:
            continue
        if channel.reaches(address):
            return channel
    raise ChannelError("no-channel", may_retry=False)
