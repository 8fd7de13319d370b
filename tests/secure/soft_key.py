"""A passkey in software, as a browser would answer for it: for tests of what must be refused."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text_of(content: bytes) -> str:
    """Bytes as WebAuthn writes them in JSON."""
    return urlsafe_b64encode(content).decode().rstrip("=")


@dataclass
class SoftKey:
    """One Ed25519 passkey, and what its browser says of where it is."""

    domain: str = "localhost"
    origin: str = "http://localhost:8800"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    id: bytes = b"soft-key-0000001"

    def register(self, challenge: bytes) -> dict[str, Any]:
        """What a browser answers when a passkey was made."""
        public = self.key.public_key().public_bytes_raw()
        cose = cbor2.dumps({1: 1, 3: -8, -1: 6, -2: public})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        data = self._data(self.flags | ATTESTED) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", challenge)
        return self._answer({"clientDataJSON": client, "attestationObject": made})

    def sign(self, challenge: bytes) -> dict[str, Any]:
        """What a browser answers when somebody signs in."""
        self.count += 1
        data, client = self._data(self.flags), self._client("webauthn.get", challenge)
        signature = self.key.sign(data + hashlib.sha256(client).digest())
        return self._answer(
            {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        )

    def _data(self, flags: int) -> bytes:
        domain = hashlib.sha256(self.domain.encode()).digest()
        return domain + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: bytes) -> bytes:
        told = {"type": kind, "challenge": text_of(challenge), "origin": self.origin}
        return json.dumps(told).encode()

    def _answer(self, parts: dict[str, bytes]) -> dict[str, Any]:
        response = {name: text_of(part) for name, part in parts.items()}
        own = text_of(self.id)
        return {"id": own, "rawId": own, "type": "public-key", "response": response}
