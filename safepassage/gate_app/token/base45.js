// Base45 (RFC 9285), strict: every byte string has one text and every other text is refused. The
// space is a character of the alphabet, also at the end, so nothing is ever trimmed.

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const VALUES = new Map(Array.from(ALPHABET, (character, value) => [character, value]));

export class Base45Error extends Error {}

export function decode(text) {
  const values = Array.from(text, valueOf);
  if (values.length % 3 === 1) throw new Base45Error("no bytes have a text of this length");
  const found = [];
  for (let at = 0; at < values.length; at += 3) {
    const group = values.slice(at, at + 3);
    const number = group.reduceRight((sum, value) => sum * 45 + value, 0);
    if (number >= 256 ** (group.length - 1)) throw new Base45Error("characters that exceed their bytes");
    if (group.length === 3) found.push(number >> 8);
    found.push(number & 0xff);
  }
  return Uint8Array.from(found);
}

function valueOf(character) {
  const value = VALUES.get(character);
  if (value === undefined) throw new Base45Error("a character that is not of the alphabet");
  return value;
}
