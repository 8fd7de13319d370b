// What this phone knows: keys, revocations, the passes of its gate. The document that the server
// signed, made ready to be asked; safepassage/operate/knowledge.py reads the same.

import { fromHex, hex, sha256, utf8 } from "./token/bytes.js";
import { verifier } from "./token/ed25519.js";
import { codeDigest, typedCode, wordDigest } from "./token/spoken.js";
import { issuingKey } from "./token/token.js";

const GOOD_FOR_S = 12 * 3600;
const PREFIX_DIGITS = 16; // of a revoked pass's id

// What a pass says of its gate, so that a found pass names no place.
export async function gateMark(place) {
  return hex(await sha256(utf8(`safe-passage-gate-1\n${place}`))).slice(0, 6);
}

export class Knowledge {
  // `words` is needed for spoken words only.
  static async read(document, words = null) {
    const knowledge = new Knowledge(document, words);
    const ed25519 = await verifier();
    for (const each of document.keys) {
      const within = [Date.parse(each.valid_from), Date.parse(each.valid_until)];
      knowledge.keys.set(each.key_id, await issuingKey(fromHex(each.public_key), ...within, ed25519));
    }
    for (const place of [document.place, ...(document.gates ?? [])]) {
      knowledge.marks.set(await gateMark(place), place);
    }
    return knowledge;
  }

  constructor(document, words) {
    this.words = words;
    this.keys = new Map();
    this.marks = new Map();
    this.place = document.place;
    this.station = document.station;
    this.stations = document.stations ?? [document.station];
    this.refuses = document.refuses ?? {};
    this.lifts = (document.lifts ?? []).map((each) => (typeof each === "string" ? { lift: each } : each));
    this.epoch = document.epoch;
    this.serverTime = Date.parse(document.server_time);
    this.goodFor = (document.good_for_s ?? GOOD_FOR_S) * 1000;
    this.passes = new Map(document.passes.map((each) => [each.pass, listed(each)]));
    this.codes = new Map(document.passes.map((each) => [each.code, each.pass]));
    this.revoked = new Set(document.revoked.map((pass) => pass.slice(0, PREFIX_DIGITS)));
    this.seen = new Set(document.seen);
    this.isOpen = document.opened?.includes(document.place) ?? true;
  }

  // Whether a station of that name may refuse somebody for a reason.
  mayRefuse(station, reason) {
    return this.refuses[station]?.includes(reason) ?? true;
  }

  isRevoked(pass) {
    return this.revoked.has(pass.slice(0, PREFIX_DIGITS));
  }

  gateName(mark) {
    return this.marks.get(mark);
  }

  // The pass of this gate with a spoken code: undefined if that is no code, null if no pass has it.
  async byCode(typed) {
    const code = typedCode(typed);
    if (code === null) return undefined;
    return this.passes.get(this.codes.get(await codeDigest(code, this.place))) ?? null;
  }

  async isWord(pass, typed) {
    const number = this.words.number(typed);
    return number !== undefined && (await wordDigest(number, pass.pass)) === pass.word;
  }
}

function listed(each) {
  return { ...each, from: Date.parse(each.from), until: Date.parse(each.until) };
}
