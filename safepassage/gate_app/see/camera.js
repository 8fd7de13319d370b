// The camera: looks until it is told to rest, and says each new code once.

import { pixels } from "./reader.js";

const WANTED = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
const SIDE_MAX = 1280;
const SAME_AGAIN_MS = 4_000; // the same code in view is one scan
const REST_MS = 30; // between two looks: the screen and the battery want some of the time

// Why there is no picture: no-camera, not-allowed, in-use, no-decoder.
export class CameraError extends Error {
  constructor(why, options) {
    super(why, options);
    this.why = why;
  }
}

export class Camera {
  constructor(reader, found) {
    this.reader = reader;
    this.found = found;
    this.stream = null;
    this.last = { text: null, at: 0 };
    this.video = document.createElement("video");
    this.video.playsInline = true;
    this.video.muted = true;
  }

  // Goes on if it looks already; the picture stands still while its element changes place.
  async start() {
    await this.reader.ready.catch((fault) => { throw new CameraError("no-decoder", { cause: fault }); });
    if (navigator.mediaDevices?.getUserMedia === undefined) throw new CameraError("no-camera");
    if (this.stream === null) {
      const stream = await navigator.mediaDevices.getUserMedia({ video: WANTED, audio: false }).catch(refused);
      this.stream = stream;
      this.video.srcObject = stream;
      this.look(stream);
    }
    await this.video.play().catch(() => {}); // the element was moved once more: the next start plays
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  async look(stream) {
    while (this.stream === stream) {
      if (this.video.videoWidth > 0) await this.lookOnce();
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  }

  async lookOnce() {
    const { videoWidth, videoHeight } = this.video;
    const scale = Math.min(1, SIDE_MAX / Math.max(videoWidth, videoHeight));
    const size = [videoWidth, videoHeight].map((side) => Math.round(side * scale));
    const seenAt = performance.now();
    const text = await this.reader.read(pixels(this.video, ...size), "camera").catch(() => null);
    if (text === null || this.stream === null) return;
    const isSame = text === this.last.text && seenAt - this.last.at < SAME_AGAIN_MS;
    this.last = { text, at: seenAt };
    if (!isSame) this.found(text, seenAt);
  }
}

function refused(fault) {
  const why = { NotAllowedError: "not-allowed", NotReadableError: "in-use" }[fault.name] ?? "no-camera";
  throw new CameraError(why, { cause: fault });
}
