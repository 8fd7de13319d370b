// A screen that says nothing. One touch on its button, two fingers put down anywhere, or Escape
// twice puts it up; holding the clock for two seconds takes it away. Nobody who takes the phone out
// of a hand sees more than the time.

import { h } from "./parts.js";

const HOLD_MS = 2_000;
const TWICE_MS = 600;

export class Cover {
  constructor(app) {
    this.app = app;
    this.element = null;
    let lastEscape = 0;
    addEventListener("touchstart", (event) => event.touches.length === 2 && this.put(), { passive: true });
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (event.timeStamp - lastEscape < TWICE_MS) this.put();
      lastEscape = event.timeStamp;
    });
  }

  get isOn() {
    return this.element !== null;
  }

  put() {
    if (this.isOn) return;
    const clock = h("time", { class: "cover-clock" });
    const tell = () => { clock.textContent = new Date().toTimeString().slice(0, 5); };
    tell();
    this.ticking = setInterval(tell, 1000);
    this.element = h("div", { class: "cover" }, clock);
    this.app.show({ element: this.element }); // whatever was on the screen is gone, the camera too
    let holding = null;
    clock.addEventListener("pointerdown", () => { holding = setTimeout(() => this.take(), HOLD_MS); });
    for (const end of ["pointerup", "pointerleave", "pointercancel"]) {
      clock.addEventListener(end, () => clearTimeout(holding));
    }
  }

  take() {
    clearInterval(this.ticking);
    this.element = null;
    this.app.home();
  }
}
