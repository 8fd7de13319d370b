// Numbers of wristbands: those that are printed, as safepassage/register/bands.py reads them, and
// those that a phone makes up. The group that a band stands for has one id on phones and at desks.

const EASTERN_DIGIT = /[\u0660-\u0669\u06f0-\u06f9]/gu; // of the keyboards for Arabic, Dari, Pashto
const PRINTED_LETTERS = "ACEFHJKMNPRTX";
const SYMBOLS = `0123456789${PRINTED_LETTERS}`;
const PRINTED = new RegExp(`^([${PRINTED_LETTERS}]{2}\\d{5})([${SYMBOLS}])$`);
const LOOKS_PRINTED = /^[A-Z]{2}\d{5}[0-9A-Z]$/;
const OWN = /^[a-z0-9][a-z0-9-]{0,26}$/;

// The group of a band, as it was keyed or read out; null if a character of it must be wrong.
export function bandGroup(typed) {
  const text = plain(typed);
  if (LOOKS_PRINTED.test(keyed(text))) return scannedBand(text);
  const own = text.toLowerCase();
  return OWN.test(own) ? `band-${own}` : null;
}

// The group of a printed band whose code was scanned; null if it is none.
export function scannedBand(text) {
  const number = keyed(plain(text));
  return isPrinted(number) ? `band-${number}` : null;
}

function plain(typed) {
  return typed.replace(EASTERN_DIGIT, (digit) => String(digit.codePointAt(0) & 0xf)).trim().replace(/^band-/i, "");
}

function keyed(text) {
  return text.replace(/[\s.\-–/]+/g, "").toUpperCase();
}

// The check character is the weighted sum modulo 23, the weights being powers of 5.
function isPrinted(keyed) {
  const [, number, check] = PRINTED.exec(keyed) ?? [];
  if (number === undefined) return false;
  let [sum, weight] = [0, 1];
  for (const symbol of number) {
    weight = (weight * 5) % SYMBOLS.length;
    sum += weight * SYMBOLS.indexOf(symbol);
  }
  return SYMBOLS[sum % SYMBOLS.length] === check;
}

const BAND_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"; // none that a hand or an ear confuses
const BAND_LENGTH = 6;

// What is written on the wristband of people without a pass: by chance, 30^6.
export function newBand() {
  const letters = [];
  while (letters.length < BAND_LENGTH) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 240) letters.push(BAND_LETTERS[byte % BAND_LETTERS.length]); // 240 = 8 * 30: all alike
  }
  return `band-${letters.join("")}`;
}
