// Ed25519 signatures: the browser's own where it has them, noble-ed25519 where it has not (before
// Safari 17, Firefox 129, Chrome 137). Both refuse the same signatures: the strict reading of
// RFC 8032, not ZIP 215.

import { getPublicKeyAsync, signAsync, utils, verifyAsync } from "../vendor/noble-ed25519.js";

const NAME = "Ed25519";
const PROBE = new Uint8Array(32).fill(0);

export const own = {
  name: "webcrypto",
  importKey: (publicKey) => crypto.subtle.importKey("raw", publicKey, NAME, false, ["verify"]),
  verify: (key, signature, content) => crypto.subtle.verify(NAME, key, signature, content),
};

export const carried = {
  name: "noble-ed25519",
  importKey: async (publicKey) => publicKey,
  async verify(publicKey, signature, content) {
    try {
      return await verifyAsync(signature, content, publicKey, { zip215: false });
    } catch {
      return false; // a key or a signature that is no point of the curve
    }
  },
};

let found;

// Which of the two this browser needs, found out once.
export async function verifier() {
  found ??= (async () => {
    try {
      await crypto.subtle.generateKey(NAME, false, ["sign", "verify"]);
      await own.importKey(PROBE).catch(() => null);
      return own;
    } catch {
      return carried;
    }
  })();
  return found;
}

// The key pair of this phone. Its secret half cannot be taken out of the browser. Where the browser
// has no Ed25519, the seed is kept encrypted under a key that cannot be taken out either; it is in
// memory for as long as a signature takes.
export async function newSigningKey() {
  if ((await verifier()) === own) {
    const pair = await crypto.subtle.generateKey(NAME, false, ["sign", "verify"]);
    const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    return { kind: own.name, publicKey, secret: pair.privateKey };
  }
  const seed = utils.randomSecretKey();
  const publicKey = await getPublicKeyAsync(seed);
  const secret = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, secret, seed));
  seed.fill(0);
  return { kind: carried.name, publicKey, secret, nonce, sealed };
}

export async function sign(key, content) {
  if (key.kind === own.name) {
    return new Uint8Array(await crypto.subtle.sign(NAME, key.secret, content));
  }
  const opening = { name: "AES-GCM", iv: key.nonce };
  const seed = new Uint8Array(await crypto.subtle.decrypt(opening, key.secret, key.sealed));
  const signature = await signAsync(content, seed);
  seed.fill(0);
  return signature;
}
