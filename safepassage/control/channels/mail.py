"""E-mail by SMTP: one message, one recipient, one connection, TLS unless the server is here.

The envelope and the headers hold no more than mail needs: no list, no program's name, a Message-ID
of the sender's domain made from the message's own random id.  What the server answers is read for
its code alone: some repeat the address in the text.
"""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from safepassage.control.channels import Address, ChannelError, Outgoing
from safepassage.model.errors import BadQuestionError

SECONDS = 20.0  # for each answer of the server
SECURITIES = ("tls", "starttls", "none")


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """How mail goes out."""

    host: str
    port: int
    sender: str  # an address that says nothing
    security: str = "starttls"
    user: str | None = None
    password: str | None = None
    trust: str | None = None  # file of the authority that the server's certificate is checked by

    def __post_init__(self) -> None:
        if self.security not in SECURITIES:
            raise BadQuestionError(f"security of mail is one of {', '.join(SECURITIES)}")
        if self.security == "none" and not _is_here(self.host):
            raise BadQuestionError(
                "mail without TLS is read by whoever carries it: use starttls or tls, or a server"
                " on this machine"
            )
        if not 0 < self.port < 65536 or "@" not in self.sender:
            raise BadQuestionError("mail needs a port from 1 to 65535 and a sender's address")


class Mail:
    """E-mail through one server."""

    name = "mail"
    is_automatic = True

    def __init__(self, server: Server) -> None:
        self._server = server

    def reaches(self, address: Address) -> bool:
        """Whoever has an address."""
        return address.mail is not None and _is_address(address.mail)

    def send(self, message: Outgoing) -> None:
        """Hand the message to the server.

        Raises:
            ChannelError: it was not taken; a refusal for good is told apart from one for now.
        """
        try:
            with self._connected() as connection:
                connection.send_message(
                    self._letter(message), self._server.sender, [message.address.mail or ""]
                )
        except smtplib.SMTPRecipientsRefused as fault:
            (code, _said), *_ = fault.recipients.values()
            raise ChannelError("address-refused", may_retry=code < 500) from None
        except smtplib.SMTPAuthenticationError:
            raise ChannelError("sign-in-refused", may_retry=True) from None
        except smtplib.SMTPResponseException as fault:
            raise ChannelError("server-refused", may_retry=fault.smtp_code < 500) from None
        except ssl.SSLError:
            raise ChannelError("not-encrypted", may_retry=True) from None
        except (smtplib.SMTPException, OSError):
            raise ChannelError("not-reached", may_retry=True) from None

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        connection: smtplib.SMTP
        if server.security == "tls":
            connection = smtplib.SMTP_SSL(
                server.host, server.port, _here_is(), timeout=SECONDS, context=self._trusting()
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, _here_is(), timeout=SECONDS)
        try:
            if server.security == "starttls":
                connection.starttls(context=self._trusting())
            if server.user is not None:
                connection.login(server.user, server.password or "")
        except BaseException:
            connection.close()
            raise
        return connection

    def _trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._server.trust)

    def _letter(self, message: Outgoing) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["From"] = self._server.sender
        letter["To"] = message.address.mail or ""
        letter["Subject"] = message.subject
        letter["Date"] = format_datetime(datetime.now(UTC))
        letter["Message-ID"] = f"<{message.id}@{self._server.sender.rpartition('@')[2]}>"
        letter.set_content(message.text + "\n", charset="utf-8", cte="base64")
        if message.picture is not None:
            letter.add_attachment(
                message.picture, maintype="image", subtype="png", filename="number.png"
            )
        return letter


def _is_address(text: str) -> bool:
    """Whether mail can be addressed so: no second recipient, no header, hides in it."""
    name, at, domain = text.rpartition("@")
    odd = set(text) & set(' \t\r\n,;:<>()[]"\\')
    return bool(at and name and "." in domain and not odd and text.isprintable())


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _here_is() -> str:
    """What the server is told this machine is called: not its name."""
    return "localhost"
