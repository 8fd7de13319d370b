// A pass without paper: a spoken code and a word kept in mind, as safepassage/secure/spoken.py makes
// them. The phone knows digests only.

import { hex, utf8 } from "./bytes.js";

const ALPHABET = "34679ACDEFGHJKMNPQRTWXY";
const LENGTH = 10;
const TYPED_MAX = 40;
const ROUNDS = 10_000;
const BETWEEN = /[ \-.\u00a0\u200c\u200e\u200f]/gu;
const EASTERN_DIGIT = /[\u0660-\u0669\u06f0-\u06f9]/gu; // of the keyboards for Arabic, Dari, Pashto
const SAME_LETTERS = { "ي": "ی", "ى": "ی", "ك": "ک", "ۀ": "ه", "ة": "ه", "آ": "ا", "أ": "ا" };

// The code that somebody typed, null if it is none. No character is guessed.
export function typedCode(text) {
  if (Array.from(text).length > TYPED_MAX) return null;
  const code = text
    .replace(BETWEEN, "")
    .replace(EASTERN_DIGIT, (digit) => String(digit.codePointAt(0) & 0xf))
    .replace(/[a-z]/g, (letter) => letter.toUpperCase());
  const values = Array.from(code, (letter) => ALPHABET.indexOf(letter));
  if (values.length !== LENGTH || values.includes(-1)) return null;
  const sum = values.reduce((total, value, place) => total + (LENGTH - place) * value, 0);
  return sum % ALPHABET.length === 0 ? code : null;
}

export function codeDigest(code, gate) {
  return digest(code, `safe-passage-code-1\n${gate}`);
}

export function wordDigest(number, pass) {
  return digest(String(number), `safe-passage-word-1\n${pass}`);
}

async function digest(content, salt) {
  const key = await crypto.subtle.importKey("raw", utf8(content), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: utf8(salt), iterations: ROUNDS };
  return hex(new Uint8Array(await crypto.subtle.deriveBits(how, key, 128)));
}

// The list of words: a number for each, the same in all languages.
export class WordList {
  constructor(words) {
    this.words = words;
    this.numbers = new Map();
    for (const [number, forms] of words.entries()) {
      for (const form of Object.values(forms)) this.numbers.set(folded(form), number);
    }
  }

  static async load() {
    const response = await fetch(new URL("../words.json", import.meta.url));
    return new WordList((await response.json()).words);
  }

  // The number of a typed word, undefined if the list has none such.
  number(typed) {
    return this.numbers.get(folded(typed));
  }

  inLanguage(language) {
    return this.words.map((forms) => forms[language] ?? forms.en);
  }
}

function folded(text) {
  return Array.from(text.toLowerCase().replace(BETWEEN, ""), (letter) => SAME_LETTERS[letter] ?? letter).join("");
}
