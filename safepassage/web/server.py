"""Start the desks: on this machine only, with a sign-in link on the terminal.

An open live stream would keep the server from stopping, because it waits for answers to end before
anything else hears of the stop.  The signal therefore ends the streams first.
"""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import os
import resource
import socket
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from safepassage.control.channels.file import channels_of
from safepassage.control.gates import Gates
from safepassage.control.keys import root_of, trusted
from safepassage.model.errors import SafePassageError
from safepassage.model.operation import Operation
from safepassage.planner.planner import Planner, folder_beside
from safepassage.planner.signing import Signing
from safepassage.registrar.opening import open_registrar
from safepassage.secure.audit import Entry, Kind
from safepassage.secure.errors import WrongKeyError
from safepassage.secure.roles import COMMAND_LINE
from safepassage.secure.token import IssuingKey
from safepassage.secure.unlock import Way, unlock_with_key_file
from safepassage.store import Store, open_store
from safepassage.store.beside import Beside
from safepassage.store.pen import Pen
from safepassage.store.protection import Protection
from safepassage.store.register_place import RegisterPlace
from safepassage.web.app import create_app
from safepassage.web.calling import CallDesk
from safepassage.web.live import Watch
from safepassage.web.page import Desk
from safepassage.web.quiet_log import keep_quiet
from safepassage.web.records import StoreRecords
from safepassage.web.settings import Settings, utc_now
from safepassage.web.sites import origin_for_passkeys
from safepassage.web.tls import Pair, pair_in

LOOPBACK = "127.0.0.1"
PORT = 8800
PORT_MAX = 65535
STOP_SECONDS = 10
BACKLOG = 128


class ServeError(SafePassageError):
    """The desks cannot be started as asked."""


class Server(uvicorn.Server):
    """A server whose live streams end when it is told to stop."""

    def __init__(self, config: uvicorn.Config, watch: Watch) -> None:
        super().__init__(config)
        self._watch = watch

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop the streams, then everything else."""
        self._watch.stopping.set()
        super().handle_exit(sig, frame)


def run(
    store_url: str,
    *,
    host: str = LOOPBACK,
    port: int = PORT,
    key_file: Path | None = None,
    tls: Path | None = None,
    channels: Path | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the desks of a ledger until interrupted; `say` gets the sign-in link.

    Args:
        store_url: the ledger.
        host: a loopback address; with `tls` any address of this machine.
        port: 0 takes any that is free.
        key_file: unlocks the register from the start; without it a custodian unlocks it.
        tls: a folder with a certificate; None: plain http.
        channels: the channel file; None: whoever is called is told by a person.
        say: hears what an operator should read.

    Raises:
        ServeError: the address is not this machine's own, or the port is taken.
        StoreError: there is no ledger to read, or it has no operation file.
        WrongKeyError: the key file is not this register's.
        KeyFileError: the key file cannot be used as it is.
        CertificateError: the folder holds no certificate that is good now.
    """
    pair = pair_for(host, tls)
    leave_no_core()
    with (
        open_store(store_url) as store,
        RegisterPlace(store_url) as place,
        Protection(store_url, utc_now) as protection,
        closing(Pen(store_url)) as pen,
        Beside(store_url) as beside,
    ):
        records = StoreRecords(store)
        operation = records.operation()
        listener = listen(host, port)
        settings = Settings(
            records=records,
            origin=origin_of(listener, "http" if pair is None else "https"),
            sessions_path=sessions_path(store.where),
            protection=protection,
            register=lambda vault: open_registrar(place, vault, protection.trail, utc_now),
            planner=Planner(plans_folder(store.where), utc_now),
            signing=Signing(store, pen.borrowed, protection),
            pen=pen,
            calls=CallDesk(store, place, pen, channels_of(channels), utc_now),
            gates=Gates(store, pen, beside, utc_now, partial(trusted_now, store, beside)),
        )
        app = create_app(settings)
        if key_file is not None:
            unlock(app.state.desk, protection, key_file)
        greet(app.state.desk, operation, protection, say)
        # The server raises Ctrl-C again when it has stopped; it is how one is meant to stop it.
        with contextlib.suppress(KeyboardInterrupt):
            Server(quiet_config(app, pair), app.state.desk.watch).run(sockets=[listener])


def pair_for(host: str, tls: Path | None) -> Pair | None:
    """The certificate by which others reach this server; without one only this machine does.

    Raises:
        ServeError: without one, the address is not this machine's own.
        CertificateError: the folder holds no certificate that is good now.
    """
    if tls is not None:
        return pair_in(tls, utc_now())
    check_loopback(host)
    return None


def trusted_now(store: Store, beside: Beside) -> Mapping[str, IssuingKey]:
    """The issuing keys whose passes gates take now."""
    return trusted(beside.reading, root_of(store), utc_now())


def greet(
    desk: Desk, operation: Operation, protection: Protection, say: Callable[[str], None]
) -> None:
    """Tell the operator where the desks are, and how to come in."""
    origin = desk.settings.origin
    reach = "over https" if desk.settings.secure else "on this machine only"
    say(f"{operation.name}: the desks are at {origin}/ {reach}.")
    say("Sign in, once, within 15 minutes:")
    say(f"  {origin}/sign-in#{desk.links.issue()}")
    if protection.accounts.has_administrator():
        say(f"With an account: {origin_for_passkeys(desk.settings) or origin}/sign-in")
    else:
        say(f"Then make the first administrator: {origin}/accounts")
    say("Stop with Ctrl-C. Starting again prints a new link; who is signed in stays so.")


def quiet_config(app: FastAPI, pair: Pair | None = None) -> uvicorn.Config:
    """How the server runs: it writes down neither what was looked at nor what a fault was about."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # addresses say what somebody looked at
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        ssl_certfile=None if pair is None else str(pair.certificate),
        ssl_keyfile=None if pair is None else str(pair.key),
    )
    keep_quiet()
    return config


def unlock(desk: Desk, protection: Protection, key_file: Path) -> None:
    """Unlock the register with a key file, for as long as the server runs.

    Raises:
        WrongKeyError: the register has no key yet, or this is not its key file.
        KeyFileError: the key file cannot be used as it is.
    """
    lock = protection.lock.get()
    if lock is None:
        raise WrongKeyError(
            "the register has no key yet: `safepassage account unlock-file` makes one"
        )
    desk.register_key.put(unlock_with_key_file(lock, key_file, protection.path), stays=True)
    detail: dict[str, str | int] = {"way": Way.KEY_FILE.value}
    protection.note(Entry(kind=Kind.UNLOCKED, account=COMMAND_LINE, at=utc_now(), detail=detail))


def leave_no_core() -> None:
    """Keep what is in memory out of core dumps: the register's key and opened records are there."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_loopback(host: str) -> None:
    """Refuse an address that others could reach.

    Raises:
        ServeError: it is one; the message says what to do instead.
    """
    try:
        is_own = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_own = host == "localhost"
    if not is_own:
        raise ServeError(
            f"{host} can be reached from other machines, and this server speaks plain http:"
            " codes and cookies could be read on the way. Serve on 127.0.0.1 and come in through"
            " an encrypted tunnel, for example: ssh -L 8800:127.0.0.1:8800 THIS-MACHINE; or make"
            " a certificate with `safepassage gate certificate` and give it with --tls"
        )


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes any that is free.

    Raises:
        ServeError: the port is taken, or there is none of that number.
    """
    if not 0 <= port <= PORT_MAX:
        raise ServeError(
            f"{port} is not a port: choose one from 1 to {PORT_MAX} with --port; --port 0 takes any"
            " that is free"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)  # now: whoever opens the printed link at once waits, and gets in
    except OSError as fault:
        listener.close()
        raise ServeError(
            f"port {port} on {host} cannot be used: {fault.strerror}. Choose another with --port;"
            " --port 0 takes any that is free"
        ) from fault
    return listener


def origin_of(listener: socket.socket, scheme: str = "http") -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def state_of(where: str, what: str) -> Path:
    """Where something that belongs to a ledger lies with this user's program state."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    name = hashlib.sha256(where.encode()).hexdigest()[:16]
    return Path(base) / "safepassage" / f"{what}-{name}"


def sessions_path(where: str) -> Path:
    """Where the hashes of the sessions of a ledger's desks lie."""
    return state_of(where, "sessions").with_suffix(".json")


def plans_folder(where: str) -> Path:
    """Where scenarios and plans lie: beside the ledger if it is a file of this machine."""
    file = Path(where)
    return folder_beside(file) if file.is_file() else state_of(where, "plans")
