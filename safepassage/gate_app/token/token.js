// The pass: a signed token that says when, where and how many, and nothing of who. The same reader
// as safepassage/secure/token.py, held to it by conformance/token/. There are exactly two forms, of
// 119 and 120 bytes; the reader compares with them and parses nothing else, so no part of a general
// CBOR reader is ever shown a stranger's bytes.

import { decode } from "./base45.js";
import { fromHex, hex, isSame, joined, utf8 } from "./bytes.js";

const PREFIX = "SP1:";
const TEXT_MAX = PREFIX.length + 180; // characters: 120 bytes
const ANY_VERSION = /^SP[0-9]{1,3}:/;
const KEY_ID_BYTES = 4;
const START = fromHex("d28449a201270444"); // COSE_Sign1, a header of 9 bytes: {1: -8, 4: ...}
const HEADER = fromHex("a201270444");
const SIGNED = joined(fromHex("846a"), utf8("Signature1"), fromHex("49")); // RFC 9052, 4.4
const PAYLOAD_AT = START.length + KEY_ID_BYTES + 3;
const SIGNATURE_BYTES = 64;
const SHORT = 38; // bytes of the claims
const LONG = 39;
const FIRST = Date.UTC(2000, 0, 1) / 1000;
const LAST = Date.UTC(2100, 0, 1) / 1000;

export class TokenError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

// What a pass says, once it is sure that we said it. `keys` is a Map of key id to issuing key, as
// `issuingKey` makes them.
export async function read(text, keys) {
  const { keyId, payload, signature } = takenApart(bytesOf(text));
  const claims = claimsOf(payload);
  const key = keys.get(hex(keyId));
  if (key === undefined) throw new TokenError("unknown-key");
  const signed = joined(SIGNED, HEADER, keyId, fromHex("4058"), [payload.length], payload);
  if (!(await key.hasSigned(signature, signed))) throw new TokenError("forged");
  if (claims.from < key.from || claims.until > key.until) throw new TokenError("outside-key");
  return claims;
}

// A key that signs passes from one instant to another, in milliseconds, as whoever checks holds it.
export async function issuingKey(publicKey, from, until, ed25519) {
  const imported = await ed25519.importKey(publicKey);
  return { from, until, hasSigned: (signature, content) => ed25519.verify(imported, signature, content) };
}

function bytesOf(text) {
  if (!text.startsWith(PREFIX)) {
    throw new TokenError(ANY_VERSION.test(text) ? "other-version" : "not-a-pass");
  }
  if (text.length > 2 * TEXT_MAX || Array.from(text).length > TEXT_MAX) throw new TokenError("oversized");
  try {
    return decode(text.slice(PREFIX.length));
  } catch {
    throw new TokenError("damaged");
  }
}

function takenApart(whole) {
  const signatureAt = whole.length - SIGNATURE_BYTES;
  const keyId = whole.subarray(START.length, START.length + KEY_ID_BYTES);
  const payload = whole.subarray(PAYLOAD_AT, signatureAt - 2);
  const isOurs =
    (payload.length === SHORT || payload.length === LONG) &&
    isSame(whole.subarray(0, START.length), START) &&
    isSame(whole.subarray(START.length + KEY_ID_BYTES, PAYLOAD_AT), [0xa0, 0x58, payload.length]) &&
    isSame(whole.subarray(signatureAt - 2, signatureAt), [0x58, 0x40]);
  if (!isOurs) throw new TokenError("damaged");
  return { keyId, payload, signature: whole.subarray(signatureAt) };
}

// {4: until, 5: from, 7: pass id, -1: heads, -2: gate mark}, compared piece by piece.
function claimsOf(payload) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const until = view.getUint32(3);
  const from = view.getUint32(9);
  const isLong = payload.length === LONG; // heads from 24 on take a byte of their own
  const headsAt = isLong ? 33 : 32;
  const heads = payload[headsAt];
  const isOurs =
    isSame(payload.subarray(0, 3), [0xa5, 0x04, 0x1a]) &&
    isSame(payload.subarray(7, 9), [0x05, 0x1a]) &&
    isSame(payload.subarray(13, 15), [0x07, 0x50]) &&
    isSame(payload.subarray(31, headsAt), isLong ? [0x20, 0x18] : [0x20]) &&
    (isLong ? heads >= 24 : heads > 0 && heads < 24) &&
    isSame(payload.subarray(headsAt + 1, headsAt + 3), [0x21, 0x43]) &&
    FIRST <= from && from < until && until < LAST;
  if (!isOurs) throw new TokenError("damaged");
  return {
    passId: hex(payload.subarray(15, 31)),
    gate: hex(payload.subarray(headsAt + 3)),
    from: from * 1000,
    until: until * 1000,
    heads,
  };
}
