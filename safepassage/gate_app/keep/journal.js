// What happened at this phone, one event after the other, each chained to the one before. An event
// is on the disk before anybody sees a colour, and leaves it only when the server has signed for it.

import { canonical, hex, randomHex, sha256, utf8 } from "../token/bytes.js";
import { answer, change, EVENTS, KEPT, look, openDatabase, SEEN, SENT } from "./database.js";

const NOBODY_BEFORE = "0".repeat(64);
const KEEP_SENT_MS = 48 * 3600 * 1000; // a server that is restored from a copy wants them again
const MOVES = new Set(["admit", "split", "board", "alight"]);
const TRIES = 5;

export class Journal {
  constructor(database, boot) {
    this.database = database;
    this.boot = boot;
  }

  static async open() {
    return new Journal(await openDatabase(), randomHex(8));
  }

  get(name) {
    return look(this.database, KEPT, (store) => store.get(name));
  }

  put(name, value) {
    return change(this.database, [KEPT], (at) => void at(KEPT).put(value, name));
  }

  putAll(values) {
    return change(this.database, [KEPT], (at) => {
      for (const [name, value] of Object.entries(values)) at(KEPT).put(value, name);
    });
  }

  // Write down an event and what follows from it. Kept when the promise is, else a StorageError.
  // Two windows of one phone may write at once: whoever finds another head tries again.
  async append(what) {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const head = (await this.get("head")) ?? { seq: 0, hash: NOBODY_BEFORE };
      const event = { v: 1, id: randomHex(16), boot: this.boot, seq: head.seq + 1, prev: head.hash, ...what };
      const text = canonical(event);
      const hash = hex(await sha256(utf8(text)));
      if (await this.chain(head, event, { text, hash, id: event.id })) return event;
    }
    throw new Error("another window of this phone writes at the same time");
  }

  chain(head, event, row) {
    return change(this.database, [KEPT, EVENTS, SEEN], async (at) => {
      const newest = await answer(at(KEPT).get("head"));
      if ((newest?.seq ?? 0) !== head.seq) return false;
      at(EVENTS).put(row, event.seq);
      at(KEPT).put({ seq: event.seq, hash: row.hash }, "head");
      if (event.pass !== null && MOVES.has(event.kind)) {
        const key = seenKey(event.station, event.pass);
        const before = (await answer(at(SEEN).get(key)))?.heads ?? 0;
        at(SEEN).put({ heads: before + event.heads, at: event.at }, key);
      }
      return true;
    });
  }

  // How many heads of a pass were let through at a station, and when the last of them.
  async admitted(station, pass) {
    return (await look(this.database, SEEN, (store) => store.get(seenKey(station, pass)))) ?? null;
  }

  unsentCount() {
    return look(this.database, EVENTS, (store) => store.count());
  }

  unsent(count) {
    return look(this.database, EVENTS, (store) => store.getAll(null, count));
  }

  // Let go of what a receipt names. The server's signature on it was verified before.
  settle(receipt, now) {
    const named = new Set(receipt.results.map((result) => result.id));
    return change(this.database, [EVENTS, SENT], async (at) => {
      let settled = 0;
      await eachRow(at(EVENTS), (cursor) => {
        if (!named.has(cursor.value.id)) return;
        const kept = { ...cursor.value, epoch: receipt.epoch, size: receipt.size, at: now };
        at(SENT).put(kept, cursor.key);
        cursor.delete();
        settled += 1;
      });
      await eachRow(at(SENT), (cursor) => {
        if (now - cursor.value.at > KEEP_SENT_MS) cursor.delete();
      });
      return settled;
    });
  }

  // A server that was restored has lost what came after its copy was made: it is sent once more.
  takeBack(epoch, size) {
    return change(this.database, [EVENTS, SENT], async (at) => {
      let taken = 0;
      await eachRow(at(SENT), (cursor) => {
        const { text, hash, id, ...when } = cursor.value;
        if (when.epoch === epoch && when.size <= size) return;
        at(EVENTS).put({ text, hash, id }, cursor.key);
        cursor.delete();
        taken += 1;
      });
      return taken;
    });
  }
}

function seenKey(station, pass) {
  return `${station}/${pass}`;
}

function eachRow(store, visit) {
  return new Promise((resolve, reject) => {
    const request = store.openCursor();
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor === null) {
        resolve();
        return;
      }
      visit(cursor);
      cursor.continue();
    };
  });
}
