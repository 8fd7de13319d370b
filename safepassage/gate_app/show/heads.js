// How many heads: one large number with a minus and a plus that a gloved thumb finds.

import { button, h } from "./parts.js";

const HEADS_MAX = 999;

export function stepper(words, start, changed = () => {}, least = 1) {
  let heads = start;
  const shown = h("output", { class: "heads", "aria-live": "polite" }, String(heads));
  const step = (by) => () => {
    heads = Math.min(HEADS_MAX, Math.max(least, heads + by));
    shown.textContent = String(heads);
    changed(heads);
  };
  const element = h(
    "div", { class: "stepper", dir: "ltr" },
    button("−", step(-1), { "aria-label": words.say("heads.fewer"), class: "step" }),
    shown,
    button("+", step(1), { "aria-label": words.say("heads.more"), class: "step" }),
  );
  return { element, value: () => heads };
}
