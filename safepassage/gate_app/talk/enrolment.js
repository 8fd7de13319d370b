// A phone becomes a gate's phone by a link that works once. Its secret stands behind the "#", where
// no server and no log sees it, and leaves the address bar before anything else is done.

import { measured, readClock } from "../keep/clock.js";
import { mark } from "../keep/room.js";
import { hex } from "../token/bytes.js";
import { newSigningKey } from "../token/ed25519.js";
import { ask, fingerprint, signedValue, UnreachableError } from "./server.js";

// The two parts of a link: the secret, and the fingerprint of the key that signs for the server.
export function linkOf(text) {
  const found = /#enrol=([A-Za-z0-9_-]{16,128})\.([0-9a-f]{16,64})$/.exec(text.trim());
  return found === null ? null : { secret: found[1], fingerprint: found[2], text };
}

export function takeLink() {
  const link = linkOf(location.href);
  if (link !== null) history.replaceState(null, "", location.pathname);
  return link;
}

// Keeps the device, its key and the first list in one write, or nothing.
export async function enrol(link, journal) {
  const key = await newSigningKey();
  const before = readClock();
  const { value } = await ask("api/enrol", { body: { secret: link.secret, public_key: hex(key.publicKey) } });
  const receiptKey = String(value.receipt_key);
  if (!(await fingerprint(receiptKey)).startsWith(link.fingerprint)) throw new UnreachableError("unsigned");
  const knowledge = await signedValue(value, "knowledge", receiptKey);
  const clock = measured(Date.parse(knowledge.server_time), before, readClock(), journal.boot);
  await journal.putAll({
    device: { id: knowledge.device, key, receiptKey },
    knowledge: { value: knowledge, etag: null },
    clock: { ...clock, signed: knowledge.server_time },
    talk: { answeredAt: Date.now(), quarantined: 0 },
    settings: {},
    head: null, // of this device's chain of events
  });
  mark.put(knowledge.device);
}
