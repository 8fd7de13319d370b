// Sends what was not sent, asks for what is new. It tries when the app opens, when the network says
// that it is back, when somebody looks at the phone again, and every quarter of a minute. Nothing
// that it does can keep an officer from scanning.

import { measured, readClock } from "../keep/clock.js";
import { Knowledge } from "../knowledge.js";
import { base64url, utf8 } from "../token/bytes.js";
import { sign } from "../token/ed25519.js";
import { ask, RefusedError, signedValue, UnreachableError } from "./server.js";

const BATCH = 200;
const EVERY_MS = 15_000;
const LIST_EVERY_MS = 60_000;
const RENEW_MS = 5 * 60_000;
const TOO_LONG = 413;

export class Sync {
  constructor(station, changed) {
    this.station = station;
    this.changed = changed;
    this.journal = station.journal;
    this.answeredAt = null; // by this phone's clock
    this.listAt = -Infinity;
    this.unsent = 0;
    this.quarantined = 0;
    this.trouble = null; // why the last try brought no answer
    this.ledger = null; // epoch and size of the server's ledger, as last receipted
    this.running = null; // while it is at work
    this.isWanted = false;
    this.wantsList = false; // also if the last one is young
  }

  async start() {
    const kept = (await this.journal.get("talk")) ?? {};
    this.answeredAt = kept.answeredAt ?? null;
    this.quarantined = kept.quarantined ?? 0;
    this.ledger = kept.ledger ?? null;
    await this.recount();
    addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => document.hidden || this.now());
    setInterval(() => this.now(), EVERY_MS);
    await this.now();
  }

  async recount() {
    this.unsent = await this.journal.unsentCount();
    this.changed();
  }

  // Send everything, then look for a new list. Never throws: what went wrong is kept to be shown.
  // Whoever asks while it is at work is served by one more round, and waits for that.
  now({ wantsList = false } = {}) {
    this.isWanted = true;
    this.wantsList ||= wantsList;
    this.running ??= this.rounds().finally(() => { this.running = null; });
    return this.running;
  }

  async rounds() {
    do {
      this.isWanted = false;
      await this.round();
      await this.recount();
    } while (this.isWanted && this.trouble === null);
  }

  async round() {
    try {
      await this.sendAll();
      if (this.wantsList || performance.now() - this.listAt > LIST_EVERY_MS) await this.fetchList();
      this.trouble = null;
    } catch (fault) {
      this.trouble = troubleOf(fault);
    }
  }

  get isRefused() {
    return this.trouble === "refused";
  }

  async sendAll() {
    let most = BATCH;
    for (;;) {
      const rows = await this.journal.unsent(most);
      if (rows.length === 0) return;
      try {
        await this.send(rows);
      } catch (fault) {
        if (fault.status !== TOO_LONG || rows.length === 1) throw fault;
        most = Math.ceil(rows.length / 2);
      }
    }
  }

  async send(rows) {
    const { device } = this.station;
    const sentAt = new Date().toISOString();
    const signature = await this.signed("safe-passage-batch-1", sentAt, ...rows.map((row) => row.hash));
    const events = rows.map((row) => JSON.parse(row.text));
    const unsent = (await this.journal.unsentCount()) - rows.length;
    const before = readClock();
    const body = { device: device.id, events, sent_at: sentAt, signature, unsent };
    const answer = await ask("api/events", { body });
    const receipt = await signedValue(answer.value, "receipt", device.receiptKey);
    if (receipt.device !== device.id) throw new UnreachableError("not-ours");
    // A receipt that names nothing of this batch would have it sent for ever.
    if ((await this.journal.settle(receipt, Date.now())) === 0) throw new UnreachableError("not-ours");
    this.quarantined += receipt.results.filter((result) => result.state === "quarantined").length;
    await this.setClock(receipt.server_time, before);
    await this.compareLedger(receipt.epoch, receipt.size);
  }

  async fetchList() {
    const { device, knowledge } = this.station;
    const kept = await this.journal.get("knowledge");
    const asked = new Date().toISOString();
    const headers = {
      "Safe-Passage-Device": device.id,
      "Safe-Passage-Time": asked,
      "Safe-Passage-Signature": await this.signed("safe-passage-knowledge-1", asked),
    };
    // "Nothing new" is not signed and counts as no answer; so now and then the list itself is
    // wanted, as of now.
    const isYoung = this.station.time().now - knowledge.serverTime < RENEW_MS;
    if (kept.etag !== null && isYoung) headers["If-None-Match"] = kept.etag;
    const before = readClock();
    const answer = await ask("api/knowledge", { headers });
    if (answer.status !== 304) {
      const value = await signedValue(answer.value, "knowledge", device.receiptKey);
      if (value.device !== device.id) throw new UnreachableError("not-ours");
      const read = await Knowledge.read(value, this.station.wordList);
      await this.journal.put("knowledge", { value, etag: answer.etag });
      this.station.knowledge = read;
      await this.setClock(value.server_time, before);
      await this.compareLedger(value.epoch);
    }
    this.listAt = performance.now();
    this.wantsList = false;
  }

  async signed(kind, at, ...lines) {
    const { device } = this.station;
    return base64url(await sign(device.key, utf8([kind, device.id, at, ...lines].join("\n"))));
  }

  // Another epoch, or a ledger that has become shorter: the server was restored from a copy, and
  // lost what came after it.
  async compareLedger(epoch, size = Infinity) {
    const { ledger } = this;
    const isRestored = ledger !== null && (ledger.epoch !== epoch || size < ledger.size);
    if (isRestored) await this.journal.takeBack(epoch, size);
    const known = isRestored ? 0 : (ledger?.size ?? 0);
    this.ledger = { epoch, size: size === Infinity ? known : size };
    await this.noteAnswer();
  }

  async setClock(serverTime, before) {
    const clock = measured(Date.parse(serverTime), before, readClock(), this.station.boot);
    this.station.clock = { ...clock, signed: serverTime };
    await this.journal.put("clock", this.station.clock);
  }

  async noteAnswer() {
    this.answeredAt = Date.now();
    const { answeredAt, quarantined, ledger } = this;
    await this.journal.put("talk", { answeredAt, quarantined, ledger });
  }
}

// In a word of the catalogue. What is no fault of the line is the program's own, and is told as such.
function troubleOf(fault) {
  if (fault instanceof UnreachableError) return fault.why;
  if (fault instanceof RefusedError) return fault.status === 401 ? "refused" : "not-understood";
  console.error(fault);
  return "own";
}
