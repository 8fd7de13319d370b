// The line that never lies: how old the list is, what is not sent, when the server last answered.

import { h, ltr, sentence } from "./parts.js";
import { zulu } from "./words.js";

const SILENT_MS = 10 * 60_000; // without an answer for so long is worth a warning

export function statusLine(app) {
  const { words, station, sync } = app;
  const { now, uncertain } = station.time();
  const age = now - station.knowledge.serverTime;
  const silent = sync.answeredAt === null ? Infinity : Date.now() - sync.answeredAt;
  return h(
    "button", { type: "button", class: "status", id: "status", onclick: () => app.menu() },
    part(age > station.knowledge.goodFor, sentence(words.say("status.list"), {
      at: ltr(zulu(station.knowledge.serverTime)), age: words.length(age),
    })),
    part(sync.unsent > 0 && silent > SILENT_MS, unsentText(app)),
    part(silent > SILENT_MS, serverText(app, silent)),
    ...warnings(app, uncertain).map((text) => part(true, text)),
  );
}

function part(isWarning, ...content) {
  return h("span", { class: isWarning ? "part warning" : "part" }, ...content);
}

function unsentText({ words, sync }) {
  return words.say(sync.unsent > 0 ? "status.unsent" : "status.sent", { count: sync.unsent });
}

function serverText({ words, sync }, silent) {
  if (sync.isRefused) return words.say("status.refused");
  if (sync.answeredAt === null) return words.say("status.never");
  return words.say("status.server", { age: words.length(silent) });
}

function warnings({ words, sync, room }, uncertain) {
  return [
    uncertain > 120_000 ? words.say("status.clock", { uncertain: words.length(uncertain) }) : null,
    room?.isNearlyFull ? words.say("status.room", { share: Math.round(room.share * 100) }) : null,
    sync.quarantined > 0 ? words.say("status.quarantined", { count: sync.quarantined }) : null,
  ].filter((text) => text !== null);
}
