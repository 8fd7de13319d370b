"""The certificate by which phones in a local network reach a gate hub: made by one command.

A browser opens a camera, and keeps an app offline, only for https with a certificate that its phone
believes.  So two certificates are made: a root that is put on the phones once, and the server's,
which the root signs.  The root is good for this server's names only, and its secret half is
forgotten as soon as it has signed: whoever takes the hub can pretend to be this hub, and nobody
else.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from safepassage.model.errors import SafePassageError

VALID = timedelta(days=90)
ROOT, CERTIFICATE, KEY = "root.crt", "server.crt", "server.key"
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62}))*")


class CertificateError(SafePassageError):
    """A certificate that cannot be made or used as it is."""


class Pair(NamedTuple):
    """The files of a server's certificate and its key."""

    certificate: Path
    key: Path


def make_certificate(hosts: Sequence[str], folder: Path, now: datetime) -> Pair:
    """Make a root for phones and a certificate for a server, good for ninety days.

    Args:
        hosts: names or addresses by which phones reach it: ``hub.local``, ``192.168.8.1``.
        folder: where the three files go; none of them may be there.
        now: from when they are good, less a day for clocks that are behind.

    Raises:
        CertificateError: a host is neither name nor address, or a file is there already.
    """
    names = [_general(host) for host in hosts]
    if not names:
        raise CertificateError("say by which name or address phones reach the hub: --host")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = _named("Gate hub root")
    root = (
        _builder(root_name, root_name, root_key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(_constraints(names), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    server = (
        _builder(_named("Gate hub"), root_name, key.public_key(), now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
        .sign(root_key, hashes.SHA256())
    )
    _write(folder / ROOT, root.public_bytes(serialization.Encoding.PEM), 0o644)
    _write(folder / CERTIFICATE, server.public_bytes(serialization.Encoding.PEM), 0o644)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write(folder / KEY, secret, 0o600)
    return Pair(folder / CERTIFICATE, folder / KEY)


def pair_in(folder: Path, now: datetime) -> Pair:
    """The certificate in a folder.

    Raises:
        CertificateError: there is none, it has ended, or others may read its key.
    """
    pair = Pair(folder / CERTIFICATE, folder / KEY)
    try:
        certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
        mode = pair.key.stat().st_mode
    except (OSError, ValueError) as fault:
        raise CertificateError(
            f"{folder} holds no certificate: `safepassage gate certificate` makes one"
        ) from fault
    if mode & 0o077:
        raise CertificateError(f"{pair.key} can be read by others: chmod 600 it")
    if certificate.not_valid_after_utc <= now:
        raise CertificateError(
            f"the certificate in {folder} has ended: make a new one in another folder with"
            " `safepassage gate certificate`"
        )
    return pair


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        pass
    if not _HOST.fullmatch(host.lower()):
        raise CertificateError(f"{host[:60]!r} is neither a name nor an address")
    return x509.DNSName(host.lower())


def _constraints(names: Sequence[x509.GeneralName]) -> x509.NameConstraints:
    """That a root is good for these names only: a kind of which none is named is ruled out."""
    addresses = [n.value for n in names if isinstance(n, x509.IPAddress)]
    permitted: list[x509.GeneralName] = [n for n in names if isinstance(n, x509.DNSName)]
    excluded: list[x509.GeneralName] = [] if permitted else [x509.DNSName("")]
    permitted += [x509.IPAddress(ipaddress.ip_network(address)) for address in addresses]
    if not addresses:
        every = ("0.0.0.0/0", "::/0")
        excluded += [x509.IPAddress(ipaddress.ip_network(network)) for network in every]
    return x509.NameConstraints(permitted, excluded or None)


def _named(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    except FileExistsError:
        raise CertificateError(f"{path} is there already: name another folder") from None
    except OSError as fault:
        raise CertificateError(f"{path} cannot be written: {fault.strerror}") from fault
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
