// The decision at a gate: green, amber or red, and the one reason that is shown. The same as
// safepassage/operate/admission.py, which argues for the order; conformance/admission/ is the table
// that holds the two together. Instants are milliseconds since 1970.

import { gateMark } from "./knowledge.js";
import { read, TokenError } from "./token/token.js";

const GATE = "gate";
const MOVES_HEADS = new Set([GATE, "boarding", "reception"]);
const ACKNOWLEDGED_BY_AN_OFFICER = new Set([
  "clock-uncertain", "knowledge-old", "family-incomplete", "more-heads",
]);

// scan: {text} or {code, word}; word null while it was not asked for.
// here: {station, now, uncertain, admitted: Map of pass to heads, present, acknowledged: Set}.
export async function decide(scan, knowledge, here) {
  if (here.present !== null && !(here.present >= 1)) throw new RangeError("a pass without people");
  const shown = await shownPass(scan, knowledge);
  if (typeof shown === "string") return { colour: "red", reason: shown };
  const mark = await gateMark(knowledge.place);
  const expected = expectedHeads(shown, here);
  const refused = refusedFor(shown, knowledge, here, expected, mark);
  const reason = refused ?? askedOf(shown, knowledge, here, expected) ?? "admit";
  const colour = refused === null ? "amber" : "red";
  return {
    colour: reason === "admit" ? "green" : colour,
    reason,
    pass: shown.pass,
    group: shown.group,
    gate: shown.gate,
    heads: shown.heads, // what the pass says
    expected, // those of them that are not in yet
    from: shown.from,
    until: shown.until,
  };
}

async function shownPass(scan, knowledge) {
  if (scan.text === undefined) return typed(scan, knowledge);
  try {
    const claims = await read(scan.text, knowledge.keys);
    const group = knowledge.passes.get(claims.passId)?.group ?? null;
    return { ...claims, pass: claims.passId, group, needsWord: false };
  } catch (fault) {
    if (fault instanceof TokenError) return fault.code;
    throw fault;
  }
}

async function typed(scan, knowledge) {
  const listed = await knowledge.byCode(scan.code);
  if (listed === undefined) return "bad-code";
  if (listed === null) return "not-on-list";
  const hasWord = scan.word !== null && scan.word !== undefined;
  if (hasWord && !(await knowledge.isWord(listed, scan.word))) return "wrong-word";
  return { ...listed, gate: await gateMark(listed.gate), needsWord: !hasWord };
}

function expectedHeads(shown, here) {
  if (!MOVES_HEADS.has(here.station)) return shown.heads;
  return Math.max(0, shown.heads - (here.admitted.get(shown.pass) ?? 0));
}

function first(reasons) {
  return Object.keys(reasons).find((reason) => reasons[reason]) ?? null;
}

function refusedFor(shown, knowledge, here, expected, mark) {
  const atGate = here.station === GATE;
  const seenElsewhere = knowledge.seen.has(shown.pass) && !here.admitted.has(shown.pass);
  return first({
    revoked: knowledge.isRevoked(shown.pass),
    "already-used": expected === 0 || (atGate && seenElsewhere),
    expired: atGate && here.now - here.uncertain >= shown.until,
    "wrong-gate": atGate && shown.gate !== mark,
    "gate-closed": atGate && !knowledge.isOpen,
    "too-early": atGate && here.now + here.uncertain < shown.from,
  });
}

function askedOf(shown, knowledge, here, expected) {
  if (shown.needsWord) return "ask-word";
  const present = here.present ?? expected;
  const reasons = {
    "clock-uncertain": clockDecides(shown, knowledge, here),
    "knowledge-old": here.now - knowledge.serverTime > knowledge.goodFor,
    "rest-of-family": here.present === null && expected < shown.heads,
    "count-heads": here.present === null && expected > 1,
    "family-incomplete": present < expected,
    "more-heads": present > expected,
  };
  for (const reason of here.acknowledged) {
    if (ACKNOWLEDGED_BY_AN_OFFICER.has(reason)) reasons[reason] = false;
  }
  return first(reasons);
}

// Whether the colour depends on how wrong this clock is. It is wrong for sure when it says that the
// list is not made yet.
function clockDecides(shown, knowledge, here) {
  const earliest = here.now - here.uncertain;
  const latest = here.now + here.uncertain;
  if (latest < knowledge.serverTime) return true;
  return here.station === GATE && (earliest < shown.from || latest >= shown.until);
}
