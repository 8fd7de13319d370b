"""Fetch the files of other projects that the desks use, unchanged, and write down what they are.

For contributors who raise a version; nobody else needs node. Edit PINNED, run
``python scripts/vendor_assets.py``, look at the difference, credit the package in NOTICE.
Files are taken from the published package with ``npm pack``; nothing is built, and no script of
the package runs. Each folder gets a MANIFEST.json with the hash that the tests compare.
"""

import hashlib
import json
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "safepassage" / "web" / "static" / "vendor"
GATE = ROOT / "safepassage" / "gate_app" / "vendor"
TESTS_ONLY = ROOT / "tests" / "web" / "vendor"  # stays out of the wheel


@dataclass(frozen=True)
class Pin:
    """One file of one published package."""

    package: str
    version: str
    licence: str
    inside: str  # where the file is in the package
    folder: Path
    kept_as: str = ""  # where its files import each other by path, the path

    @property
    def file(self) -> str:
        """The name under which we keep it."""
        return self.kept_as or Path(self.inside).name


PINNED = (
    Pin("htmx.org", "4.0.1", "0BSD", "dist/htmx.min.js", SHIPPED),
    Pin("world-atlas", "2.0.2", "ISC", "countries-50m.json", SHIPPED),
    Pin("zxing-wasm", "3.1.6", "MIT", "dist/es/reader/index.js", GATE, "zxing/reader/index.js"),
    Pin("zxing-wasm", "3.1.6", "MIT", "dist/es/share.js", GATE, "zxing/share.js"),
    Pin("zxing-wasm", "3.1.6", "MIT", "dist/reader/zxing_reader.wasm", GATE),
    Pin("@noble/ed25519", "3.2.0", "MIT", "index.js", GATE, "noble-ed25519.js"),
    Pin("axe-core", "4.14.1", "MPL-2.0", "axe.min.js", TESTS_ONLY),
)


def fetch(pin: Pin, folder: Path) -> bytes:
    """The content of a pinned file, from the package as it was published."""
    command = ["npm", "pack", "--silent", "--ignore-scripts", f"{pin.package}@{pin.version}"]
    packed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    archive = folder / packed.stdout.split()[-1]
    with tarfile.open(archive) as package:
        member = package.extractfile(f"package/{pin.inside}")
        if member is None:
            raise FileNotFoundError(f"{pin.package} {pin.version} has no file {pin.inside}")
        return member.read()


def entry(pin: Pin, content: bytes) -> dict[str, str]:
    """What the manifest says about a file."""
    return {
        "file": pin.file,
        "package": pin.package,
        "version": pin.version,
        "licence": pin.licence,
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def main() -> None:
    """Fetch every pinned file and write the manifests."""
    for folder in dict.fromkeys(pin.folder for pin in PINNED):
        folder.mkdir(parents=True, exist_ok=True)
        manifest = []
        for pin in (p for p in PINNED if p.folder == folder):
            with tempfile.TemporaryDirectory() as scratch:
                content = fetch(pin, Path(scratch))
            (folder / pin.file).parent.mkdir(parents=True, exist_ok=True)
            (folder / pin.file).write_bytes(content)
            manifest.append(entry(pin, content))
            print(f"{pin.package} {pin.version}: {pin.file}, {len(content):,} bytes")
        text = json.dumps(manifest, indent=2) + "\n"
        (folder / "MANIFEST.json").write_text(text)


if __name__ == "__main__":
    main()
