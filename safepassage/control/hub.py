"""A hub's own side: it joins a main server, borrows what it needs, and hands over what it heard.

The hub keeps who it is at the main server in one file that only its owner reads.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import ssl
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from safepassage.control import handover
from safepassage.control.errors import GateError
from safepassage.control.gates import ASKING, Gates
from safepassage.control.keys import root_of, trust
from safepassage.control.lending import borrowed
from safepassage.control.receipts import FINGERPRINT_DIGITS, Signer, is_signed
from safepassage.control.stations import keep_lent
from safepassage.model.instant import format_instant
from safepassage.operate.event import canonical
from safepassage.store import Store, gate_book, pass_shelf

PATIENCE_SECONDS = 30
_LINK = re.compile(r"(https?://[^/#\s]+)/gate/#enrol=([A-Za-z0-9_-]{16,128})\.([0-9a-f]{32})")


class HubError(GateError):
    """The main server did not answer as it should; nothing was lost on either side."""

    def __init__(self, said: str) -> None:
        super().__init__("hub", said)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Membership:
    """Who a hub is at its main server."""

    server: str  # scheme, host and port
    hub: str
    private_key: str  # hexadecimal
    receipt_key: str  # the main server's, hexadecimal
    root: str | None = None  # a certificate file that its https is believed by; None: the system's

    def write(self, path: Path) -> None:
        """Keep it in a file that only its owner reads.

        Raises:
            HubError: a file is there already, or cannot be written.
        """
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except OSError as fault:
            raise HubError(f"{path} cannot be made: {fault.strerror}") from fault
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file)

    @classmethod
    def read(cls, path: Path) -> Membership:
        """What `write` kept.

        Raises:
            HubError: there is none, or it cannot be read.
        """
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError) as fault:
            raise HubError(
                f"{path} holds no membership: `safepassage gate join LINK` makes one"
            ) from fault


def join(link: str, root: Path | None = None) -> Membership:
    """Become a hub by a link of the main server.

    Raises:
        HubError: the link is none, was used, or the server that answers is another one.
    """
    found = _LINK.fullmatch(link.strip())
    if found is None:
        raise HubError("this is no enrolment link: it ends in #enrol= and two parts")
    server, secret, fingerprint = found.groups()
    key = Ed25519PrivateKey.generate()
    asked = {"secret": secret, "public_key": key.public_key().public_bytes_raw().hex()}
    answer = _ask(server, root, "enrol", asked)
    membership = Membership(
        server=server,
        hub=str(answer.get("device")),
        private_key=key.private_bytes_raw().hex(),
        receipt_key=str(answer.get("receipt_key")),
        root=None if root is None else str(root.resolve()),
    )
    if _fingerprint(membership.receipt_key) != fingerprint:
        raise HubError("the server that answered is not the one that made the link")
    _signed(membership, answer, "knowledge")
    return membership


def borrow(gates: Gates, membership: Membership) -> tuple[int, int]:
    """Take over what the main server lends; how many facts and passes were new.

    Raises:
        HubError: the main server cannot be reached, or its answer is not its own.
        StoreError: the hub's ledger cannot be written.
    """
    at = format_instant(gates.clock())
    text = "\n".join((ASKING, membership.hub, at)).encode()
    headers = {
        "Safe-Passage-Device": membership.hub,
        "Safe-Passage-Time": at,
        "Safe-Passage-Signature": _signer(membership).sign_text(text),
    }
    answer = _ask(membership.server, _root(membership), "lending", None, headers)
    told = _signed(membership, answer, "lending")
    facts, keys, secrets = borrowed(told)
    with gates.pen.borrowed() as store:
        _trust(store, told.get("root"), gates)
        keep_lent(store, told.get("stations"), gates.clock())
        receipt = store.append(facts, source="main-server", recorded_at=gates.clock())
        with store.transaction() as begun:
            known = len(pass_shelf.secrets_of(begun.connection, [s.pass_id for s in secrets]))
            pass_shelf.take_over(begun.connection, keys, secrets)
    return receipt.recorded, len(secrets) - known


def _trust(store: Store, root: object, gates: Gates) -> None:
    """Trust the root key that the main server trusts, unless another one is trusted here."""
    trusted = root_of(store)
    if not isinstance(root, str):
        return
    if trusted is None:
        trust(store, root, gates.clock())
    elif trusted.hex() != root:
        raise HubError(
            "the main server trusts another root key than this hub: find out which is right, then"
            " state it here with `safepassage pass keys trust`"
        )


def hand_over(
    gates: Gates, membership: Membership, tell: Callable[[int], None] = lambda events: None
) -> dict[str, int]:
    """Hand over everything that was not handed over yet; how many events met which fate.

    Raises:
        HubError: the main server cannot be reached or answered wrongly: do it again.
    """
    fates: dict[str, int] = {}
    server = gates.server()
    after = server.handed_over
    while True:
        with gates.pen.borrowed() as store, store.transaction() as begun:
            connection = begun.connection
            batches = gate_book.batches_after(connection, after, handover.BATCHES_MAX)
            texts = gate_book.texts(connection, {h for b in batches for h in b.hashes.split()})
        devices = [d for d in gates.devices.all() if d.hub is None]
        body = handover.write(
            membership.hub, _key(membership), devices, batches, texts, gates.clock()
        )
        answer = _ask(membership.server, _root(membership), "handover", body)
        receipt = _signed(membership, answer, "receipt")
        results = receipt.get("results", [])
        if len(results) != sum(len(batch.hashes.split()) for batch in batches):
            raise HubError("the receipt does not name every event: hand over again")
        for result in results:
            fates[result["state"]] = fates.get(result["state"], 0) + 1
        if not batches:
            return fates
        after = batches[-1].number
        gates.devices.handed_over(after)
        tell(sum(fates.values()))


def _ask(
    server: str,
    root: Path | None,
    what: str,
    body: dict[str, Any] | None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """One question to the main server."""
    parts = urlsplit(server)
    try:
        connection = _connection(parts.scheme, parts.netloc, root)
        given = {"Origin": server, "Accept": "application/json", **(headers or {})}
        if body is None:
            connection.request("GET", f"/gate/api/{what}", headers=given)
        else:
            given["Content-Type"] = "application/json"
            sent = json.dumps(body).encode()
            connection.request("POST", f"/gate/api/{what}", body=sent, headers=given)
        response = connection.getresponse()
        content = response.read(64 * 1024 * 1024)
        connection.close()
    except (OSError, http.client.HTTPException) as fault:
        raise HubError(f"{server} cannot be reached: {fault}") from fault
    try:
        answer = json.loads(content)
    except ValueError as fault:
        raise HubError(f"{server} answered {response.status} and no JSON") from fault
    if response.status != 200 or not isinstance(answer, dict):
        said = answer.get("said") if isinstance(answer, dict) else None
        raise HubError(f"{server} answered {response.status}: {said or 'no reason given'}")
    return answer


def _connection(scheme: str, host: str, root: Path | None) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, timeout=PATIENCE_SECONDS)
    context = ssl.create_default_context(cafile=None if root is None else str(root))
    return http.client.HTTPSConnection(host, timeout=PATIENCE_SECONDS, context=context)


def _signed(membership: Membership, answer: dict[str, Any], name: str) -> dict[str, Any]:
    """A part of an answer that the main server signed.

    Raises:
        HubError: it did not.
    """
    value = answer.get(name)
    try:
        key = bytes.fromhex(membership.receipt_key)
    except ValueError:
        key = b""
    text = canonical(value).encode()
    if not isinstance(value, dict) or not is_signed(key, answer.get("signature"), text):
        raise HubError(f"{membership.server} gave an answer that is not signed as its own")
    return value


def _fingerprint(receipt_key: str) -> str:
    try:
        raw = bytes.fromhex(receipt_key)
    except ValueError:
        return ""
    return hashlib.sha256(raw).hexdigest()[:FINGERPRINT_DIGITS]


def _key(membership: Membership) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(membership.private_key))


def _signer(membership: Membership) -> Signer:
    return Signer(bytes.fromhex(membership.private_key))


def _root(membership: Membership) -> Path | None:
    return None if membership.root is None else Path(membership.root)
