// The colour. It fills the screen: a shape, a word, one reason, at most five fields, and under the
// thumb what can be done next.

import { stepper } from "./heads.js";
import { button, h, ltr, sentence, shape } from "./parts.js";
import { zulu } from "./words.js";

// What an officer may answer to amber; `by` asks who takes the responsibility.
const ANSWERS = {
  "clock-uncertain": { text: "answer.clock", by: true },
  "knowledge-old": { text: "answer.old", by: true },
  "family-incomplete": { text: "answer.split", by: true },
  "more-heads": { text: "answer.more", by: false },
};
const COUNTED = new Set(["count-heads", "rest-of-family"]);

export function resultScreen(app, { admission, present, answer, count, retry }) {
  const { words } = app;
  const { colour, reason } = admission;
  return h(
    "main", { class: `result ${colour}`, "aria-live": "assertive" },
    h("div", { class: "verdict" },
      shape(colour),
      h("h1", {}, words.say(`colour.${colour}`)),
      h("p", { class: "reason", id: "reason", "data-reason": reason }, reasonText(app, admission, present))),
    fields(app, admission, present),
    h("div", { class: "thumb" }, actions(app, { admission, present, answer, count, retry })),
  );
}

function reasonText(app, admission, present) {
  const { words } = app;
  const now = app.station.time().now;
  const values = {
    expected: admission.expected,
    present,
    from: admission.from && ltr(zulu(admission.from)),
    until: admission.until && ltr(zulu(admission.until)),
    wait: admission.from && words.length(admission.from - now),
    late: admission.until && words.length(now - admission.until),
    age: words.length(now - app.station.knowledge.serverTime),
    gate: ltr(app.station.knowledge.gateName(admission.gate) ?? words.say("gate.another")),
    before: admission.before?.heads,
    at: admission.before && ltr(zulu(Date.parse(admission.before.at))),
  };
  const here = admission.reason === "already-used" && admission.before !== undefined;
  return sentence(words.say(here ? "reason.already-used-here" : `reason.${admission.reason}`), values);
}

function fields(app, { colour, pass, heads, expected, until, reason }, present) {
  const { words } = app;
  if (pass === undefined || COUNTED.has(reason)) return null;
  const counted = { green: present, amber: expected, red: heads }[colour]; // red: as the pass says
  const rows = [
    [words.say("field.heads"), String(counted)],
    [words.say("field.until"), ltr(zulu(until))],
    [words.say("field.pass"), ltr(`…${pass.slice(-6)}`)],
  ];
  const shown = rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
  return h("dl", { class: "fields" }, shown);
}

function actions(app, { admission, present, answer, count, retry }) {
  const { words } = app;
  const { colour, reason, expected } = admission;
  const next = button(words.say("do.next"), () => app.home(), { class: "main", id: "next" });
  if (colour === "green") return [next];
  if (colour === "red") {
    return [next, reason === "wrong-word" ? button(words.say("do.word-again"), retry) : null];
  }
  const mayRefuse = app.station.refusals.length > 0;
  const refuse = mayRefuse ? button(words.say("do.refuse"), () => app.refuse(admission)) : null;
  // What is safe is the large button: a family waits for its others, everything else is answered.
  const isFamily = reason === "family-incomplete";
  const [large, small] = [{ class: "main" }, {}];
  const wait = button(words.say(isFamily ? "do.wait" : "do.not-now"), () => app.home(), {
    id: "wait", ...(isFamily ? large : small),
  });
  if (COUNTED.has(reason)) return [...counting(app, expected, count), wait, refuse];
  const { text, by } = ANSWERS[reason];
  const yes = button(words.say(text, { present, expected }), () => answer(reason, by), {
    id: "answer", ...(isFamily ? small : large),
  });
  return isFamily ? [wait, yes, refuse] : [yes, wait, refuse];
}

// How many are here: all with one touch, fewer or more with the stepper.
function counting(app, expected, count) {
  const { words } = app;
  const heads = stepper(words, expected, (value) => {
    all.textContent = words.say("do.here", { heads: value });
  });
  const text = words.say("do.here", { heads: expected });
  const all = button(text, () => count(heads.value()), { class: "main", id: "all-here" });
  return [heads.element, all];
}
