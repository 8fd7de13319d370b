"""The channel file: which ways there are to reach people, the preferred first.

    {"channels": [
      {"channel": "mail", "host": "...", "port": 587, "sender": "...", "security": "starttls",
       "user": "...", "password_env": "MAIL_PASSWORD"},
      {"channel": "sms", "url": "https://...", "headers": {"Authorization": "Bearer $SMS_KEY"},
       "form": "json", "body": {"recipients": ["{to}"], "body": "{text}"}}
    ]}

A secret is never in the file: `password_env` names a variable of the environment, and `$NAME` in a
header stands for one.  The printed sheet is always the last way and needs no line.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safepassage.control.channels import Channel
from safepassage.control.channels.mail import Mail, Server
from safepassage.control.channels.sheet import Sheet
from safepassage.control.channels.sms import Gateway, Sms
from safepassage.model.errors import BadQuestionError

_VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]*)")
_MAIL = {"host", "port", "sender", "security", "user", "password_env", "trust"}
_SMS = {"url", "body", "headers", "form", "trust"}


def read_channels(text: str, environment: Mapping[str, str] = os.environ) -> list[Channel]:
    """The channels of a file, the printed sheet last.

    Raises:
        BadQuestionError: it is no such file, or a variable that it names is not set.
    """
    try:
        plain = json.loads(text)
        lines = plain["channels"]
        if set(plain) != {"channels"} or not all(isinstance(line, dict) for line in lines):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise BadQuestionError(
            'a channel file is JSON like {"channels": [{"channel": "mail", "host": ...}]}'
        ) from None
    return [*(_channel(dict(line), environment) for line in lines), Sheet()]


def channels_of(path: Path | None) -> list[Channel]:
    """The channels of a file; without one, the printed sheet.

    Raises:
        BadQuestionError: the file cannot be read, or is none.
    """
    if path is None:
        return [Sheet()]
    try:
        return read_channels(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise BadQuestionError(f"{path} cannot be read: {fault}") from None


def _channel(line: dict[str, Any], environment: Mapping[str, str]) -> Channel:
    kind = line.pop("channel", None)
    known = {"mail": _MAIL, "sms": _SMS}.get(kind if isinstance(kind, str) else "")
    if known is None:
        raise BadQuestionError(f"no channel {str(kind)[:20]!r}; channels: mail, sms")
    odd = sorted(set(line) - known)
    if odd:
        raise BadQuestionError(f"channel {kind}: unknown field {odd[0][:40]!r}")
    try:
        if kind == "sms":
            headers = {
                str(name): _with_secrets(str(value), environment)
                for name, value in line.pop("headers", {}).items()
            }
            return Sms(Gateway(**line, headers=headers))
        secret = line.pop("password_env", None)
        password = None if secret is None else _variable(str(secret), environment)
        return Mail(Server(**line, password=password))
    except (TypeError, AttributeError) as fault:
        raise BadQuestionError(
            f"channel {kind}: a field is missing or is not what it should be: {fault}"
        ) from None


def _with_secrets(text: str, environment: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: _variable(found[1], environment), text)


def _variable(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    if not value:
        raise BadQuestionError(f"the channel file names {name}, which the environment does not set")
    return value
