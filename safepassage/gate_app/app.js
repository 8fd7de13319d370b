// The app, from one screen to the next. What is decided and written down is the station's
// (station.js); here stands who sees what, and when.

import { askToKeep, room } from "./keep/room.js";
import { scannedBand } from "./band.js";
import { StorageError } from "./keep/database.js";
import { Camera } from "./see/camera.js";
import { listen } from "./see/keyboard.js";
import { codeScreen, wordScreen } from "./show/code.js";
import { Cover } from "./show/cover.js";
import { menuScreen } from "./show/menu.js";
import { noticeScreen } from "./show/notices.js";
import { h, ltr, sentence } from "./show/parts.js";
import { resultScreen } from "./show/result.js";
import { scanScreen } from "./show/scan.js";
import { countSheet, liftSheet, refuseSheet, walkUpSheet, whoSheet } from "./show/sheets.js";
import { awaken, signal } from "./show/signals.js";
import { statusLine } from "./show/status.js";
import { Sync } from "./talk/sync.js";

const STATUS_EVERY_MS = 10_000;
const ANSWER_STANDS_MS = 3600_000;
const LOOK_AT_IT_MS = 1_500; // so long a colour stays before the camera may bring the next one

export class App {
  constructor(root, { station, words, wordList, reader }) {
    Object.assign(this, { root, station, words, wordList, reader });
    this.screen = {};
    this.room = null;
    this.answeredFor = null;
    this.sync = new Sync(station, () => this.refreshStatus());
    this.cover_ = new Cover(this);
    this.camera = new Camera(reader, (text) => this.seen(text));
    listen(document, (text) => this.scanned({ text }));
    addEventListener("pointerdown", awaken);
    setInterval(() => this.refreshStatus(), STATUS_EVERY_MS);
  }

  async start(first) {
    await askToKeep();
    this.room = await room();
    if (first === "menu") this.menu();
    else this.home();
    await this.sync.start();
  }

  // A screen may look through the camera (`looks`), and hears whether it sees anything.
  show(screen) {
    this.screen = { shownAt: performance.now(), ...screen };
    this.root.replaceChildren(screen.element);
    if (screen.looks) this.look(this.screen);
    else this.camera.stop();
    screen.entered?.();
  }

  async look(screen) {
    try {
      await this.camera.start();
      screen.started?.();
    } catch (fault) {
      screen.blind?.(fault.why ?? "no-camera");
    }
    if (!this.screen.looks) this.camera.stop(); // another screen came before it had started
  }

  // The camera brings the next pass without a touch, but takes no question from under an officer's
  // thumb, and no colour that was not looked at.
  seen(text) {
    const { looks, asks, colour, shownAt } = this.screen;
    const isLookedAt = colour === undefined || performance.now() - shownAt > LOOK_AT_IT_MS;
    if (looks && !asks && isLookedAt) this.scanned({ text });
  }

  home() {
    if (this.station.needsLift) this.show(liftSheet(this));
    else this.show(scanScreen(this));
  }

  cover() {
    this.cover_.put();
  }

  menu() {
    this.show(menuScreen(this));
  }

  type() {
    this.show(codeScreen(this));
  }

  refuse(admission) {
    this.show(refuseSheet(this, admission));
  }

  walkUp(band = null) {
    this.show(walkUpSheet(this, band));
  }

  count() {
    this.show(countSheet(this));
  }

  // A pass is before the officer. `answers` are what was said about it yet: heads that are present,
  // reasons that somebody answers for, and who.
  async scanned(scan, answers = {}) {
    if (this.cover_.isOn || this.isDeciding) return;
    const band = scan.text === undefined ? null : scannedBand(scan.text);
    if (band !== null) {
      this.walkUp(band);
      return;
    }
    this.isDeciding = true;
    try {
      await this.decideAndShow(scan, { present: null, ...this.standing, ...answers });
    } catch (fault) {
      this.failed(fault);
    } finally {
      this.isDeciding = false;
    }
  }

  // Whoever answered for an old list has answered for the passes of an hour.
  get standing() {
    const isFresh = this.answeredFor !== null && performance.now() - this.answeredFor.at < ANSWER_STANDS_MS;
    return isFresh ? this.answeredFor : { acknowledged: new Set(), ack: null };
  }

  async decideAndShow(scan, answers) {
    const { present, acknowledged, ack } = answers;
    const admission = await this.station.decide(scan, { present, acknowledged });
    if (admission.reason === "ask-word") {
      this.show(wordScreen(this, { code: scan.code, expected: admission.expected }));
      return;
    }
    const heads = present ?? admission.expected;
    if (admission.colour === "green") await this.station.letOn(admission, heads, ack);
    if (admission.colour === "red") await this.station.noteRed(admission).catch((fault) => this.isFull(fault));
    const again = (more) => this.scanned(scan, { present, acknowledged, ack, ...more });
    this.showResult(admission, heads, {
      count: (counted) => again({ present: counted }),
      answer: (reason, by) => this.answered(reason, by, acknowledged, again),
      retry: () => this.show(wordScreen(this, { code: scan.code, expected: "" })),
    });
  }

  answered(reason, by, acknowledged, again) {
    const more = new Set([...acknowledged, reason]);
    if (!by) {
      again({ acknowledged: more });
      return;
    }
    const said = this.words.say(`who.${reason}`);
    this.show(whoSheet(this, said, (ack) => {
      if (reason === "knowledge-old") {
        this.answeredFor = { acknowledged: new Set([reason]), ack, at: performance.now() };
      }
      again({ acknowledged: more, ack });
    }));
  }

  showResult(admission, present, answers) {
    signal(admission.colour, { isQuiet: this.station.settings.isQuiet === true });
    const { colour } = admission;
    const element = resultScreen(this, { admission, present, ...answers });
    element.prepend(statusLine(this));
    element.append(h("div", { class: "visually-hidden", "aria-hidden": "true" }, this.camera.video));
    const entered = () => element.querySelector(".main")?.focus({ preventScroll: true });
    this.show({ element, entered, looks: true, colour, asks: colour === "amber" });
    performance.mark("colour");
    this.sendSoon();
  }

  sendSoon() {
    this.sync.recount();
    setTimeout(() => this.sync.now(), 0);
  }

  noteRefusal(reason, heads, admission) {
    return this.keep(() => this.station.refuse(reason, heads, admission ?? {}), "kept.refusal");
  }

  noteWalkUp(heads, band) {
    return this.keep(() => this.station.banded(heads, band), "kept.walkup", { heads: String(heads), band: ltr(band) });
  }

  noteCount(heads) {
    return this.keep(() => this.station.countHeads(heads), "kept.count", { heads: String(heads) });
  }

  async keep(write, said, values = {}) {
    try {
      await write();
    } catch (fault) {
      this.failed(fault);
      return;
    }
    signal("green", { isQuiet: this.station.settings.isQuiet === true });
    this.show(noticeScreen(this, { kind: "kept", title: sentence(this.words.say(said), values), again: () => this.home() }));
    this.sendSoon();
  }

  // Nothing was written down: that is said in red, and never looks like a decision about a pass.
  failed(fault) {
    const isFull = this.isFull(fault);
    signal("red", { isQuiet: false });
    const kind = isFull ? "full" : "fault";
    this.show(noticeScreen(this, {
      kind,
      title: this.words.say(`notice.${kind}`),
      text: this.words.say(`notice.${kind}.help`, { fault: String(fault) }),
      again: () => this.home(),
    }));
    if (isFull) this.sync.now();
  }

  isFull(fault) {
    if (!(fault instanceof StorageError)) return false;
    this.room = { ...this.room, isNearlyFull: true, share: 1 };
    return true;
  }

  async refreshStatus() {
    const line = document.getElementById("status");
    if (line !== null && this.station.knowledge !== null) line.replaceWith(statusLine(this));
  }
}
