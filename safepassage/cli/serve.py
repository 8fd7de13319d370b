"""`safepassage serve`: the board, on this machine only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from safepassage.cli.opened import DEFAULT_STORE, StoreOption

app = typer.Typer(rich_markup_mode=None, add_completion=False)
PORT = 8800
PORT_MAX = 65_535


@app.command()
def serve(
    store: StoreOption = DEFAULT_STORE,
    host: Annotated[str, typer.Option(help="A loopback address, or any with --tls.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=PORT_MAX, help="0 chooses a free one.")] = PORT,
    key_file: Annotated[
        Path | None,
        typer.Option(envvar="SAFEPASSAGE_KEY_FILE", help="Unlocks the register from the start."),
    ] = None,
    tls: Annotated[
        Path | None,
        typer.Option(help="A folder of `gate certificate`: serve https, also to other machines."),
    ] = None,
    channels: Annotated[
        Path | None,
        typer.Option(envvar="SAFEPASSAGE_CHANNELS", help="How those who are called are reached."),
    ] = None,
) -> None:
    """Serve the desks and print a one-time sign-in link. Without --tls on this machine only.

    Example:  safepassage serve --store demo/kabul-2021.db
    """
    serve_store(store, port, host, key_file, tls, channels)


def serve_store(
    store: str,
    port: int,
    host: str = "127.0.0.1",
    key_file: Path | None = None,
    tls: Path | None = None,
    channels: Path | None = None,
) -> None:
    """Serve the board of a store until stopped.

    Raises:
        StoreError: there is no such ledger.
        ServeError: the address is not this machine's own, or the port is taken.
        ProtectionError: the key file does not unlock the register.
    """
    from safepassage.web import server

    server.run(
        store,
        host=host,
        port=port,
        key_file=key_file,
        tls=tls,
        channels=channels,
        say=typer.echo,
    )
