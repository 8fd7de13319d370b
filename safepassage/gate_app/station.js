// One officer's post: what it decides, and what it writes down. Every colour that lets somebody on
// is on the disk before it is on the screen.

import { decide } from "./admission.js";
import { newBand } from "./band.js";
import { reckoned, readClock } from "./keep/clock.js";
import { Knowledge } from "./knowledge.js";

const KINDS = { gate: "admit", boarding: "board", reception: "alight" };
const GIVES_BANDS = new Set(["gate", "registration"]);
const WITH_LIFT = new Set(["boarding", "reception"]);
const SAME_REFUSAL_MS = 60_000; // a refused pass that is held up again is one refusal

// Red, and nothing is known of who stands there: scanning again is the remedy, so nothing is
// written down. All other reasons for red are facts.
const REFUSALS = {
  "unknown-key": "unknown-key",
  forged: "forged",
  "outside-key": "forged",
  "not-on-list": "not-on-list",
  "wrong-word": "papers",
  revoked: "revoked",
  "already-used": "already-used",
  expired: "expired",
  "wrong-gate": "wrong-gate",
  "gate-closed": "gate-closed",
  "too-early": "too-early",
};

// What an officer may choose from, in the order in which a gate needs it.
const REASONS = [
  "not-on-list", "papers", "security", "medical", "family-incomplete", "wrong-gate", "too-early",
  "expired", "already-used", "gate-closed", "capacity", "forged", "unknown-key", "revoked", "other",
];

export class Station {
  constructor(journal, wordList) {
    this.journal = journal;
    this.wordList = wordList;
    this.boot = journal.boot;
    this.lastRefusal = { key: "", at: -Infinity };
  }

  // What this phone knows of itself. False: it was not enrolled, or has forgotten.
  async load() {
    const names = ["device", "knowledge", "clock", "settings"];
    const [device, kept, clock, settings] = await Promise.all(names.map((name) => this.journal.get(name)));
    this.device = device ?? null;
    this.clock = clock ?? null;
    this.settings = settings ?? {};
    this.knowledge = kept === undefined ? null : await Knowledge.read(kept.value, this.wordList);
    return this.device !== null && this.knowledge !== null;
  }

  get name() {
    return this.settings.station ?? this.knowledge.station;
  }

  // Heads that board or get off do so from an aircraft, a bus, a ship: one of those that are known.
  get needsLift() {
    return WITH_LIFT.has(this.name) && !this.knowledge.lifts.some(({ lift }) => lift === this.settings.lift);
  }

  // The lift that is boarded or got off here; null at other stations.
  get lift() {
    return WITH_LIFT.has(this.name) ? (this.settings.lift ?? null) : null;
  }

  // The reasons with which this station may refuse, by the operation; none: it refuses nobody.
  get refusals() {
    return REASONS.filter((reason) => this.knowledge.mayRefuse(this.name, reason));
  }

  async set(changes) {
    this.settings = { ...this.settings, ...changes };
    await this.journal.put("settings", this.settings);
  }

  time() {
    return reckoned(this.clock, readClock(), this.boot);
  }

  async decide(scan, { present = null, acknowledged = new Set() } = {}) {
    const admitted = { has: (pass) => this.seen?.pass === pass, get: () => this.seen?.heads };
    const here = { station: this.name, ...this.time(), admitted, present, acknowledged };
    this.seen = null;
    const first = await decide(scan, this.knowledge, here);
    if (first.pass === undefined) return first;
    const seen = await this.journal.admitted(this.name, first.pass);
    if (seen === null) return first;
    this.seen = { pass: first.pass, ...seen };
    return { ...(await decide(scan, this.knowledge, here)), before: seen };
  }

  // Write down that a pass was let on; kept when the promise is. More heads than the pass has are
  // walk-ups beside it.
  async letOn(admission, present, ack = null) {
    const heads = Math.min(present, admission.expected);
    const isSplit = this.name === "gate" && heads < admission.expected;
    await this.write({
      kind: isSplit ? "split" : (KINDS[this.name] ?? "note-station"),
      pass: admission.pass,
      group: admission.group,
      heads,
      expected: admission.heads,
      ack,
    });
    if (present > heads) await this.walkUp(present - heads, newBand(), ack);
  }

  // A red screen is a fact too, once for each time that somebody stands there.
  async noteRed(admission) {
    const reason = REFUSALS[admission.reason];
    const key = `${admission.pass}/${admission.reason}`;
    const { mono } = readClock();
    if (reason === undefined) return;
    if (key === this.lastRefusal.key && mono - this.lastRefusal.at < SAME_REFUSAL_MS) return;
    this.lastRefusal = { key, at: mono };
    await this.refuse(reason, admission.heads ?? 1, admission);
  }

  refuse(reason, heads, { pass = null, group = null, heads: expected = null } = {}) {
    return this.write({ kind: "refuse", reason, heads, pass, group, expected });
  }

  // Whether people without a pass get their band here; elsewhere they have one.
  get givesBands() {
    return GIVES_BANDS.has(this.name);
  }

  // People with a band: counted in where they get it, passed on everywhere else.
  banded(heads, band) {
    const kind = this.givesBands ? "walkup" : (KINDS[this.name] ?? "note-station");
    return this.write({ kind, heads, group: band });
  }

  walkUp(heads, band, ack = null) {
    return this.write({ kind: "walkup", heads, group: band, ack });
  }

  countHeads(heads) {
    return this.write({ kind: "count", heads });
  }

  write(what) {
    const { wall, mono } = readClock();
    return this.journal.append({
      device: this.device.id,
      at: new Date(wall).toISOString(),
      mono: Math.round(mono),
      server_time: this.clock === null ? null : this.clock.signed,
      station: this.name,
      place: this.knowledge.place,
      pass: null,
      group: null,
      heads: null,
      expected: null,
      reason: null,
      lift: this.lift,
      to: null,
      ack: null,
      ...what,
    });
  }
}
