// The one way to speak with the server. What is not a signed answer of ours is no answer: a hotel's
// or an airport's page that says 200 to everything leaves this phone offline.

import { verifier } from "../token/ed25519.js";
import { canonical, fromBase64url, fromHex, hex, sha256, utf8 } from "../token/bytes.js";

const PATIENCE_MS = 8_000;

// No answer of ours: why is one of no-network, no-server, not-ours, unsigned, busy.
export class UnreachableError extends Error {
  constructor(why, options) {
    super(why, options);
    this.why = why;
  }
}

// The server answered, and will not do it: revoked, spent, malformed. `code` is its own word for it.
export class RefusedError extends Error {
  constructor(status, code) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

export async function ask(path, { body, headers = {} } = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const response = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }), ...headers },
      body: body && JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: stop.signal,
    });
    return await answered(response);
  } catch (fault) {
    if (fault instanceof UnreachableError || fault instanceof RefusedError) throw fault;
    throw new UnreachableError(navigator.onLine ? "no-server" : "no-network", { cause: fault });
  } finally {
    clearTimeout(timer);
  }
}

async function answered(response) {
  if (response.status === 304) return { status: 304, value: null, etag: null };
  if (response.status >= 500) throw new UnreachableError("busy");
  const isJson = (response.headers.get("Content-Type") ?? "").startsWith("application/json");
  if (!isJson) throw new UnreachableError("not-ours");
  const value = await response.json();
  if (!response.ok) throw new RefusedError(response.status, String(value?.error ?? ""));
  return { status: response.status, value, etag: response.headers.get("ETag") };
}

// The value under `name` of an answer, once the server's signature over it was found right.
export async function signedValue(answer, name, receiptKey) {
  const value = answer?.[name];
  if (typeof value !== "object" || value === null || typeof answer.signature !== "string") {
    throw new UnreachableError("not-ours");
  }
  const ed25519 = await verifier();
  const key = await ed25519.importKey(fromHex(receiptKey));
  const signature = fromBase64url(answer.signature);
  if (!(await ed25519.verify(key, signature, utf8(canonical(value))))) throw new UnreachableError("unsigned");
  return value;
}

export async function fingerprint(publicKeyHex) {
  return hex(await sha256(fromHex(publicKeyHex)));
}
