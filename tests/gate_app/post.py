"""A server as a gate's phone knows it, and all that can be wrong with one.

It speaks `docs/reference/gate-protocol.md` over a real socket and keeps what it heard in memory, so
that a test can look at both sides.  `mood` says how it behaves: well, or as a hotel's sign-in page,
or as one that signs with another's key.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from safepassage.model.instant import format_instant
from safepassage.web.routes.gate import app_files
from safepassage.web.security import GATE_HEADERS

SECRET = "a-secret-that-works-once"
DEVICE = "phone-1"


def canonical(value: Any) -> str:
    """The one text that both sides sign."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def plain(signature: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(signature).decode().rstrip("=")


def signature_of(text: str) -> bytes:
    """The bytes of `plain`."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def now() -> str:
    """This instant."""
    return format_instant(datetime.now(UTC).replace(microsecond=0))


@dataclass
class Post:
    """What the server knows, and what it heard."""

    knowledge: dict[str, Any]
    mood: str = "well"  # portal, busy, unsigned, revoked, deaf
    links: set[str] = field(default_factory=lambda: {SECRET})
    events: list[dict[str, Any]] = field(default_factory=list)  # that it heard, once each
    known: set[str] = field(default_factory=set)  # the ids of all of them, also those forgotten
    odd: set[str] = field(default_factory=set)  # kinds of events that go into quarantine
    epoch: str = "1"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    device_key: Ed25519PublicKey | None = None
    port: int = 0
    fetched: int = 0  # bytes of all answers, without their headers

    @property
    def origin(self) -> str:
        """Where the phone finds it: a name for which a browser gives what only https gets."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def link(self) -> str:
        """What the desk shows to be scanned."""
        digest = hashlib.sha256(self.key.public_key().public_bytes_raw()).hexdigest()
        return f"{self.origin}/gate/#enrol={SECRET}.{digest[:32]}"

    def make_link(self) -> None:
        """The desk makes the link good once more."""
        self.links.add(SECRET)

    def signed(self, name: str, value: dict[str, Any]) -> dict[str, Any]:
        """A value with the server's signature, or with somebody else's."""
        key = Ed25519PrivateKey.generate() if self.mood == "unsigned" else self.key
        return {name: value, "signature": plain(key.sign(canonical(value).encode()))}

    def told(self) -> dict[str, Any]:
        """The list as of now."""
        return self.knowledge | {"device": DEVICE, "server_time": now(), "epoch": self.epoch}

    def enrol(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if body["secret"] not in self.links:
            return 403, {"error": "link-spent", "said": "this link was used"}
        self.links.discard(body["secret"])
        self.device_key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(body["public_key"]))
        about = {"receipt_key": self.key.public_key().public_bytes_raw().hex(), "device": DEVICE}
        return 200, about | self.signed("knowledge", self.told())

    def hear(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        hashes = [hashlib.sha256(canonical(e).encode()).hexdigest() for e in body["events"]]
        lines = ["safe-passage-batch-1", body["device"], body["sent_at"], *hashes]
        if self.mood == "revoked" or not self.is_signed(body["signature"], lines):
            return 401, {"error": "revoked-device", "said": "this phone was taken out of service"}
        results = []
        for event, digest in zip(body["events"], hashes, strict=True):
            state = "quarantined" if event["kind"] in self.odd else "recorded"
            state = "known" if event["id"] in self.known else state
            results.append({"id": event["id"], "hash": digest, "state": state, "reason": None})
            if state != "known":
                self.events.append(event)
                self.known.add(event["id"])
        about = {"epoch": self.epoch, "size": len(self.known), "clock_ahead_ms": 0}
        receipt = {"device": DEVICE, "results": results, "server_time": now()} | about
        return 200, self.signed("receipt", receipt)

    def is_signed(self, signature: str, lines: list[str]) -> bool:
        assert self.device_key is not None
        try:
            self.device_key.verify(signature_of(signature), "\n".join(lines).encode())
        except InvalidSignature:
            return False
        return True


class Requests(BaseHTTPRequestHandler):
    """The requests of one server."""

    post: Post
    protocol_version = "HTTP/1.1"

    def answer(self, status: int, content: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**GATE_HEADERS, "Content-Type": kind, **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.post.fetched += len(content)

    def say(self, status: int, value: dict[str, Any]) -> None:
        self.answer(status, json.dumps(value).encode(), "application/json")

    def is_moody(self) -> bool:
        """Answer as somebody else would, if the test wants that."""
        if self.post.mood == "portal":
            self.answer(200, b"<html>Welcome to the airport</html>", "text/html")
        elif self.post.mood == "busy":
            self.say(503, {"error": "busy", "said": "another program writes"})
        return self.post.mood in {"portal", "busy"}

    def do_GET(self) -> None:
        path = self.path.removeprefix("/gate/").split("?")[0]
        if path == "api/knowledge":
            if not self.is_moody():
                self.say(200, self.post.signed("knowledge", self.post.told()))
            return
        file = app_files().get(path or "index.html")
        if file is None:
            self.say(404, {"error": "no-such-file", "said": path})
            return
        if file.packed is None:
            self.answer(200, file.content, file.kind)
        else:
            self.answer(200, file.packed, file.kind, **{"Content-Encoding": "gzip"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.is_moody():
            self.say(*(self.post.enrol if self.path.endswith("enrol") else self.post.hear)(body))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Quiet(ThreadingHTTPServer):
    """A server that does not mind who hangs up."""

    daemon_threads = True

    def __init__(self, *about: Any) -> None:
        super().__init__(*about)
        self.lines: list[socket.socket] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the line, to be able to cut it."""
        self.lines.append(request)
        super().process_request(request, client_address)

    def cut(self) -> None:
        """End every line in the middle of whatever is said on it."""
        for line in self.lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: object) -> None:
        """A phone that goes away in the middle of an answer is nothing to report."""


@contextmanager
def opened(post: Post) -> Iterator[Post]:
    """The server, at the port that it had before or any that is free."""
    server = Quiet(("127.0.0.1", post.port), type("Handler", (Requests,), {"post": post}))
    post.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield post
    finally:
        server.shutdown()
        server.cut()
        server.server_close()
        thread.join(timeout=5)
