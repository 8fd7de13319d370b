// What an officer writes down without a pass: a refusal and its reason, people who walk up, heads
// that are counted, and who takes the responsibility for an answer to amber.

import { bandGroup, newBand } from "../band.js";
import { stepper } from "./heads.js";
import { button, h, ltr } from "./parts.js";

const FIELD = { dir: "ltr", autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: "32" };
const WHO = /^[a-z0-9][a-z0-9-]{0,31}$/;

export function refuseSheet(app, admission) {
  const { words } = app;
  const heads = stepper(words, admission?.expected || 1);
  const choices = app.station.refusals.map((reason) => {
    const note = () => app.noteRefusal(reason, heads.value(), admission);
    return button(words.say(`refusal.${reason}`), note, { "data-refusal": reason });
  });
  return sheet(app, words.say("refuse.title"), heads.element, h("div", { class: "choices" }, choices));
}

export function walkUpSheet(app, scanned = null) {
  const { words, station } = app;
  const heads = stepper(words, 1);
  const field = h("input", { ...FIELD, id: "band", value: scanned ?? (station.givesBands ? newBand() : "") });
  const help = h("p", { id: "band-help", role: "status" }, words.say("walkup.help"));
  const keep = () => {
    const band = bandGroup(field.value);
    if (band !== null) app.noteWalkUp(heads.value(), band);
    else {
      help.textContent = words.say("walkup.wrong");
      help.classList.add("warning");
    }
  };
  return sheet(
    app, words.say("walkup.title"), heads.element,
    h("label", { for: "band" }, words.say("walkup.band")), field, help,
    mainButton(words.say("do.keep"), keep, "keep"),
  );
}

// Heads at the door of an aircraft, lap children too: one touch for each, and the sum beside it.
export function countSheet(app) {
  const { words, station } = app;
  const heads = stepper(words, 0, (value) => { big.firstChild.textContent = String(value); }, 0);
  const plus = heads.element.querySelector("button:last-child");
  const big = h("button", { type: "button", class: "count", id: "plus-one", onclick: () => plus.click() },
    h("span", {}, "0"), h("small", {}, words.say("count.touch")));
  const lift = station.settings.lift;
  return sheet(
    app, words.say("count.title"),
    h("p", {}, words.say("count.help"), " ", lift ? ltr(lift) : null),
    big,
    button(words.say("count.minus"), () => heads.element.querySelector("button").click()),
    mainButton(words.say("do.keep"), () => app.noteCount(heads.value()), "keep"),
  );
}

// Which lift is boarded or got off: asked before the first scan, and changed in the menu.
export function liftSheet(app) {
  const { words, station } = app;
  const choices = station.knowledge.lifts.map(({ lift, call_sign: name }) =>
    button(ltr(name ?? lift), () => station.set({ lift }).then(() => app.home()), { "data-lift": lift }));
  const help = choices.length === 0 ? h("p", { class: "warning" }, words.say("lift.none")) : null;
  return sheet(app, words.say("lift.title"), help, h("div", { class: "choices" }, choices));
}

// Whoever answers for what the phone may not decide is written down by the number of their role.
export function whoSheet(app, said, answered) {
  const { words, station } = app;
  const field = h("input", { ...FIELD, id: "who", value: station.settings.who ?? "" });
  const help = h("p", { role: "status" }, words.say("who.help"));
  const keep = async () => {
    const who = field.value.trim().toLowerCase();
    if (WHO.test(who)) {
      await station.set({ who });
      answered(who);
    } else {
      help.textContent = words.say("who.wrong");
      help.classList.add("warning");
      field.focus();
    }
  };
  const screen = sheet(
    app, words.say("who.title"), h("p", { class: "said" }, said),
    h("label", { for: "who" }, words.say("who.label")), field, help,
    mainButton(words.say("who.yes"), keep, "take"),
  );
  // Known already: one touch of the thumb. Else the keyboard comes by itself.
  return { ...screen, entered: () => (field.value === "" ? field : screen.element.querySelector("#take")).focus() };
}

function mainButton(text, act, id) {
  return button(text, act, { class: "main low", id });
}

function sheet(app, title, ...content) {
  const leave = () => (app.station.needsLift ? app.menu() : app.home());
  const back = button(app.words.say("do.back"), leave, { id: "back" });
  return { element: h("main", { class: "sheet" }, h("h1", {}, title), ...content, back) };
}
