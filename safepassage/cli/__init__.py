"""The command line: `safepassage ...`.  Each command lives in a file of its name."""

from __future__ import annotations

from safepassage.cli.app import app, main

__all__ = ["app", "main"]
