// What the phone has to say of itself: kept, full, wiped, open twice.

import { button, h, shape } from "./parts.js";

export function noticeScreen(app, { kind, title, text = null, again = null, extra = null }) {
  const { words } = app;
  const next = button(words.say("do.next"), again, { class: "main", id: "next" });
  const element = h(
    "main", { class: `notice-screen ${kind}`, "data-notice": kind },
    kind === "kept" ? shape("green") : null,
    h("h1", { role: "alert" }, title),
    text === null ? null : h("p", {}, text),
    extra,
    again === null ? null : h("div", { class: "thumb" }, next),
  );
  return { element, entered: () => element.querySelector(".main")?.focus() };
}
