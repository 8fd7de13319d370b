"""Small files that must be there whole or not at all, also after a power cut."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def put(path: Path, text: str) -> None:
    """Write a file beside its place and move it there."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def put_json(path: Path, values: Any) -> None:
    """Write values as JSON, whole or not at all."""
    put(path, json.dumps(values, ensure_ascii=False))


def get_json(path: Path) -> Any:
    """The values of a file; None if there is no such file or it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
