"""Short messages through a gateway that speaks HTTP: every provider's form is data, not code.

The channel file says the address, the headers and the body; `{to}`, `{text}` and `{id}` stand where
the gateway wants them.  Only https, unless the gateway is on this machine.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from safepassage.control.channels import Address, ChannelError, Outgoing
from safepassage.model.errors import BadQuestionError

SECONDS = 20.0
TAKEN = range(200, 300)
LATER = {408, 425, 429}  # and every 5xx: the gateway may take it another time
FORMS = ("json", "form")
_MARK = re.compile(r"\{(?:to|text|id)\}")


@dataclass(frozen=True, slots=True, repr=False)
class Gateway:
    """How a gateway is asked to send a message."""

    url: str
    body: Mapping[str, Any] = field(hash=False)  # values may hold {to}, {text}, {id}
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    form: str = "json"
    trust: str | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        here = parts.hostname in {"127.0.0.1", "::1", "localhost"}
        if parts.scheme not in {"https", "http"} or (parts.scheme == "http" and not here):
            raise BadQuestionError("a gateway for short messages is reached by https")
        if self.form not in FORMS:
            raise BadQuestionError(f"the form of a gateway's body is one of {', '.join(FORMS)}")
        said = json.dumps(dict(self.body))
        if "{to}" not in said or "{text}" not in said:
            raise BadQuestionError("the gateway's body says where {to} and {text} stand")


class Sms:
    """Short messages through one gateway."""

    name = "sms"
    is_automatic = True

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def reaches(self, address: Address) -> bool:
        """Whoever has a number with its country."""
        number = address.phone or ""
        digits = number[1:]
        return number.startswith("+") and digits.isascii() and digits.isdigit() and len(digits) > 6

    def send(self, message: Outgoing) -> None:
        """Ask the gateway to send the message.

        Raises:
            ChannelError: it did not take it.
        """
        values = {
            "{to}": message.address.phone or "",
            "{text}": message.text,
            "{id}": message.id,
        }
        status = self._asked(_filled(dict(self._gateway.body), values))
        if status not in TAKEN:
            raise ChannelError("gateway-refused", may_retry=status in LATER or status >= 500)

    def _asked(self, body: Any) -> int:
        gateway, parts = self._gateway, urlsplit(self._gateway.url)
        kind = "application/json" if gateway.form == "json" else "application/x-www-form-urlencoded"
        content = json.dumps(body) if gateway.form == "json" else urlencode(body, quote_via=quote)
        path = parts.path or "/"
        try:
            connection = self._connection(parts.scheme, parts.hostname or "", parts.port)
            try:
                connection.request(
                    "POST",
                    f"{path}?{parts.query}" if parts.query else path,
                    content.encode(),
                    {"Content-Type": kind, "User-Agent": "", **gateway.headers},
                )
                return connection.getresponse().status
            finally:
                connection.close()
        except (OSError, http.client.HTTPException):
            raise ChannelError("not-reached", may_retry=True) from None

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=SECONDS)
        context = ssl.create_default_context(cafile=self._gateway.trust)
        return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)


def _filled(body: Any, values: Mapping[str, str]) -> Any:
    """The body with what is said in place of the marks, wherever they stand; once, so that a mark
    in somebody's text stays text."""
    if isinstance(body, Mapping):
        return {key: _filled(value, values) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, values) for value in body]
    if isinstance(body, str):
        return _MARK.sub(lambda mark: values[mark[0]], body)
    return body
