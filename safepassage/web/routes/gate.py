"""The gate's phone as a web app: its files, and the list by which a phone keeps all of them.

/gate/               the app
/gate/precache.js    every file with its hash; a phone that finds another list here has an update
/gate/...            the files, each with its hash as ETag, packed if the phone takes that

Nobody signs in: the files hold nothing but the program.  What a phone is told and tells goes over
`/gate/api/`.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

router = APIRouter()
START = "index.html"
LIST = "precache.js"
WORKER = "sw.js"  # fetched by the browser itself, which keeps it apart
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wasm": "application/wasm",
}
PACKED = frozenset({".html", ".js", ".css", ".json", ".webmanifest", ".svg", ".wasm"})
NOT_SERVED = frozenset({"MANIFEST.json"})


@dataclass(frozen=True, slots=True)
class AppFile:
    """A file of the app, with what is sent of it."""

    content: bytes
    packed: bytes | None  # gzip, where it is worth it
    kind: str
    digest: bytes  # SHA-256

    @property
    def etag(self) -> str:
        """Its name in the browser's own cache."""
        return f'"{self.digest.hex()[:32]}"'

    @property
    def integrity(self) -> str:
        """As a browser checks it: Subresource Integrity."""
        return f"sha256-{base64.b64encode(self.digest).decode()}"


@cache
def app_files() -> Mapping[str, AppFile]:
    """Every file by its path below /gate/, read once: a server serves one version until it ends."""
    found = {path: app_file(path, file.read_bytes()) for path, file in _below(_folder(), "")}
    words = files("safepassage.secure") / "words.json"  # the words that passes are known by
    found["words.json"] = app_file("words.json", words.read_bytes())
    found[LIST] = app_file(LIST, precache(found))
    return found


def app_file(path: str, content: bytes) -> AppFile:
    """A file with all that is worked out of it once."""
    suffix = PurePosixPath(path).suffix
    packed = gzip.compress(content, 9, mtime=0) if suffix in PACKED else None
    return AppFile(content, packed, KINDS[suffix], hashlib.sha256(content).digest())


def precache(found: Mapping[str, AppFile]) -> bytes:
    """The list that the service worker reads: what belongs to this version of the app."""
    kept = [
        {"path": "/gate/" if path == START else f"/gate/{path}", "integrity": file.integrity}
        for path, file in sorted(found.items())
        if path != WORKER
    ]
    version = hashlib.sha256(json.dumps(kept).encode() + found[WORKER].digest).hexdigest()[:16]
    listed = {"version": version, "files": kept}
    return f"self.PRECACHE = {json.dumps(listed, indent=1)};\n".encode()


def _folder() -> Traversable:
    return files("safepassage") / "gate_app"


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for each in sorted(folder.iterdir(), key=lambda found: found.name):
        if each.is_dir():
            yield from _below(each, f"{path}{each.name}/")
        elif each.name not in NOT_SERVED:
            yield f"{path}{each.name}", each


@router.get("/gate")
def gate() -> Response:
    """The app's address without its last stroke."""
    return RedirectResponse("/gate/", 308)


@router.get("/gate/{path:path}")
def app(request: Request, path: str) -> Response:
    """A file of the app."""
    file = app_files().get(path or START)
    if file is None:
        raise HTTPException(404, "the gate's app has no such file")
    headers = {"ETag": file.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == file.etag:
        return Response(status_code=304, headers=headers)
    takes_packed = "gzip" in request.headers.get("accept-encoding", "")
    if file.packed is not None and takes_packed:
        headers["Content-Encoding"] = "gzip"
        return Response(file.packed, media_type=file.kind, headers=headers)
    return Response(file.content, media_type=file.kind, headers=headers)
