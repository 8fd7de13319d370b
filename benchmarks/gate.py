"""The gate's phone in a real browser: `python -m benchmarks.gate`.

Three questions.  How long from a scan to a colour with the network gone, on a processor that the
browser slows down four times: reading, verifying, deciding, and the write that is on the disk
before green.  How long from the first picture with a code in it to the colour, out of a camera
whose pictures are made here.  How much goes over the network until the app lies on a phone.

Beside each stands what the browser cannot go below: a bare verification and a bare durable write,
measured in turn with ours under the same brake.  The brake holds the page and not the worker that
reads codes, so the camera is measured without it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import segno

from benchmarks.figures import Figure, figures_table
from benchmarks.machine import Machine

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.gate_app.phone import Phone

SLOWER = 4
SCANS, WARMING = 200, 5
PICTURES = 10
DECISION_MS, CAMERA_MS, LOAD_BYTES = 300, 700, 1_500_000
WIDTH, HEIGHT, RATE = 1280, 720, 10  # of the camera's pictures; pictures a second
BLANK, SHOWN = 50, 15  # pictures without a code, and with it: longer apart than one scan lasts
MODULE = 8  # pixels of a module of the code: about half of the picture's height

SCAN = """async text => {
    const colours = () => performance.getEntriesByName("colour").length;
    const before = colours();
    const start = performance.now();
    for (const key of [...text, "Enter"]) {
        const pressed = { key, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new KeyboardEvent("keydown", pressed));
    }
    while (colours() === before) await new Promise((resolve) => setTimeout(resolve, 0));
    return performance.getEntriesByName("colour").at(-1).startTime - start;
}"""
BARE = """async () => {
    const { verifier, newSigningKey, sign } = await import("/gate/token/ed25519.js");
    const { change, openDatabase } = await import("/gate/keep/database.js");
    const ed25519 = await verifier();
    const pair = await newSigningKey();
    const key = await ed25519.importKey(pair.publicKey);
    const content = new Uint8Array(70);
    const signature = await sign(pair, content);
    const database = await openDatabase();
    const times = { verify: [], write: [] };
    for (let n = 0; n < 100; n += 1) {
        let start = performance.now();
        if (!await ed25519.verify(key, signature, content)) throw new Error("not verified");
        times.verify.push(performance.now() - start);
        start = performance.now();
        await change(database, ["kept"], (at) => void at("kept").put(n, "bare"));
        times.write.push(performance.now() - start);
    }
    return times;
}"""
# Notes when a picture with a code arrives: the pixel in the corner of its border is dark.
WATCH = """at => {
    const video = document.querySelector("video");
    const canvas = new OffscreenCanvas(1, 1);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    let wasDark = true;
    const look = () => {
        if (video.videoWidth > 0) {
            context.drawImage(video, at[0], at[1], 1, 1, 0, 0, 1, 1);
            const isDark = context.getImageData(0, 0, 1, 1).data[0] < 100;
            if (isDark && !wasDark) performance.mark("picture");
            wasDark = isDark;
        }
        video.requestVideoFrameCallback(look);
    };
    look();
}"""
MARKS = """() => ["picture", "colour"].map(
    (name) => performance.getEntriesByName(name).map((mark) => mark.startTime))"""


def percentile(times: Sequence[float], share: float) -> float:
    """The time that so large a share of all stayed below."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


@contextmanager
def phone_of(folder: Path, *more: str) -> Iterator[Phone]:
    """An enrolled phone with a profile of its own, and a server that hears it."""
    from playwright.sync_api import sync_playwright

    from tests.gate_app.issued import knowledge
    from tests.gate_app.phone import held
    from tests.gate_app.post import Post, opened

    with (
        sync_playwright() as driver,
        opened(Post(knowledge())) as post,
        held(driver, post, folder, *more) as phone,
    ):
        phone.enrol()
        phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        yield phone


def decisions(folder: Path, scans: int) -> list[Figure]:
    """Scan to colour with the network gone, four times slower."""
    from tests.gate_app.issued import token

    with phone_of(folder) as phone:
        phone.post.mood = "busy"  # nothing is sent: the queue only grows
        session = phone.page.context.new_cdp_session(phone.page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        phone.page.context.set_offline(True)
        for _ in range(WARMING):
            phone.page.evaluate(SCAN, token(1))
        times = [float(phone.page.evaluate(SCAN, token(1))) for _ in range(scans)]
        bare: dict[str, list[float]] = phone.page.evaluate(BARE)
    floor = percentile(bare["verify"], 0.95) + percentile(bare["write"], 0.95)
    return [
        Figure(
            part="decision",
            what=f"scan to green, offline, {SLOWER}x slower, p95",
            value=percentile(times, 0.95),
            unit="ms",
            goal=DECISION_MS,
            peer="bare verification and durable write, p95",
            peer_value=floor,
            note=f"median {statistics.median(times):.0f} ms of {len(times)}",
        )
    ]


def camera(folder: Path, film: Path) -> list[Figure]:
    """The first picture with a code to the colour."""
    from tests.gate_app.issued import token

    text = token(1)
    corner = write_film(film, text)
    flags = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    with phone_of(folder, *flags) as phone:
        phone.page.wait_for_selector("#camera-notice", state="hidden")
        phone.page.evaluate(WATCH, corner)
        times = watched(phone.page)
    return [
        Figure(
            part="camera",
            what="picture with a code to colour, p95",
            value=percentile(times, 0.95),
            unit="ms",
            goal=CAMERA_MS,
            note=f"median {statistics.median(times):.0f} ms of {len(times)}, {WIDTH}x{HEIGHT}",
        )
    ]


def watched(page: Page) -> list[float]:
    """For each time that the code came into the picture, how long until the colour."""
    end = time.monotonic() + PICTURES * (BLANK + SHOWN) / RATE * 3
    while True:
        pictures, colours = page.evaluate(MARKS)
        found = [min((c for c in colours if c >= at), default=None) for at in pictures]
        times = [c - at for at, c in zip(pictures, found, strict=True) if c is not None]
        if len(times) >= PICTURES or time.monotonic() > end:
            return times
        time.sleep(1)


def write_film(path: Path, text: str) -> list[int]:
    """A film of a code that comes and goes, uncompressed (YUV4MPEG2); where its dark corner is."""
    matrix = [list(row) for row in segno.make(text, error="m", boost_error=False).matrix]
    side = len(matrix) * MODULE
    left, top = (WIDTH - side) // 2, (HEIGHT - side) // 2
    light = bytes([200]) * (WIDTH * HEIGHT)
    shown = bytearray(light)
    for y, row in enumerate(matrix):
        line = b"".join(bytes([40 if dark else 220]) * MODULE for dark in row)
        for n in range(MODULE):
            start = (top + y * MODULE + n) * WIDTH + left
            shown[start : start + side] = line
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for picture in (*[light] * BLANK, *[bytes(shown)] * SHOWN):
            film.write(b"FRAME\n" + picture + grey)
    return [left + MODULE // 2, top + MODULE // 2]


def load(folder: Path) -> list[Figure]:
    """What a phone fetches until the app lies on it, enrolment and all."""
    with phone_of(folder) as phone:
        fetched = phone.post.fetched
    return [
        Figure(
            part="load",
            what="first load, enrolled and kept for the network being gone",
            value=fetched,
            unit="bytes",
            goal=LOAD_BYTES,
            note="everything twice: once for the page, once for the cache that opens it offline",
        )
    ]


def main() -> int:
    """Measure and say it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", default=["decision", "camera", "load"])
    parser.add_argument("--scans", type=int, default=SCANS)
    asked = parser.parse_args()
    parts = asked.parts
    machine = Machine.here()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        if "decision" in parts:
            figures += decisions(folder / "decision", asked.scans)
        if "camera" in parts:
            figures += camera(folder / "camera", folder / "film.y4m")
        if "load" in parts:
            figures += load(folder / "load")
    print(figures_table(figures))
    if not machine.was_quiet:
        busy = machine.load_before[0]
        print(f"The machine was busy (load {busy:.1f}): only the ratios mean something.")
    return int(any(figure.is_met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
