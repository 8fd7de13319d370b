"""The peer of the board: the same server and the same bytes, but nothing is asked or laid out.

`python -m benchmarks.still STORE FOLDER` serves the files of FOLDER under /still/ and prints a
sign-in link, as `safepassage serve` does.
"""

from __future__ import annotations

import sys

import uvicorn
from starlette.staticfiles import StaticFiles

from safepassage.store import open_store
from safepassage.web.app import create_app
from safepassage.web.records import StoreRecords
from safepassage.web.server import LOOPBACK, Server, listen, origin_of
from safepassage.web.settings import Settings


def main() -> None:
    """Serve until interrupted."""
    address, folder = sys.argv[1:]
    with open_store(address) as store:
        listener = listen(LOOPBACK, 0)
        settings = Settings(records=StoreRecords(store), origin=origin_of(listener))
        app = create_app(settings)
        app.mount("/still", StaticFiles(directory=folder, html=True))
        print(f"  {settings.origin}/sign-in#{app.state.desk.links.issue()}", flush=True)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, proxy_headers=False
        )
        Server(config, app.state.desk.watch).run(sockets=[listener])


if __name__ == "__main__":
    main()
