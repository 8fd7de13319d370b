"""A printed sheet, or somebody who reads it out: the channel that always works."""

from __future__ import annotations

from safepassage.control.channels import Address, ChannelError, Outgoing


class Sheet:
    """What is printed and handed over, or read out over the phone, by a person."""

    name = "sheet"
    is_automatic = False

    def reaches(self, address: Address) -> bool:
        """Everybody: somebody goes there, or calls."""
        return True

    def send(self, message: Outgoing) -> None:
        """It sends nothing by itself.

        Raises:
            ChannelError: always: a person says that it was handed over.
        """
        raise ChannelError("by-hand", may_retry=False)
