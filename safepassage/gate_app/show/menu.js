// What this phone knows and has, and how it is set. All of it truthful: also what is bad news.

import { room } from "../keep/room.js";
import { updateIsReady, applyUpdate } from "../update.js";
import { button, h, ltr, sentence } from "./parts.js";
import { Words, zulu } from "./words.js";

const THEMES = ["day", "sun", "night"];
const SOUNDS = ["on", "off"];

export function menuScreen(app) {
  const { words } = app;
  const element = h(
    "main", { class: "sheet menu" },
    h("h1", {}, words.say("menu.title")),
    sending(app),
    facts(app),
    station(app),
    ...dress(app),
    updateIsReady() ? button(words.say("menu.update"), applyUpdate, { class: "main", id: "update" }) : null,
    button(words.say("do.back"), () => app.home(), { id: "back" }),
  );
  return { element };
}

// How the phone looks and sounds.
function dress(app) {
  const { words, station: { settings } } = app;
  const chosen = { language: words.language, theme: settings.theme ?? "day", sound: settings.isQuiet ? "off" : "on" };
  const change = (settled) => app.station.set(settled).then(() => app.menu());
  return [
    choice(app, "language", Words.languages, chosen.language, async (language) => {
      await app.station.set({ language });
      location.reload();
    }),
    choice(app, "theme", THEMES, chosen.theme, (theme) => {
      document.documentElement.dataset.theme = theme;
      return change({ theme });
    }),
    choice(app, "sound", SOUNDS, chosen.sound, (sound) => change({ isQuiet: sound === "off" })),
  ];
}

function sending(app) {
  const { words, sync } = app;
  const send = button(words.say("menu.send", { count: sync.unsent }), async () => {
    send.disabled = true;
    await sync.now({ wantsList: true });
    if (send.isConnected) app.menu(); // or somebody went on in the meantime
  }, { class: "main", id: "send" });
  const why = sync.trouble === null ? null : `trouble.${sync.trouble}`;
  return h("section", {}, send, why === null ? null : h("p", { class: "warning", id: "trouble" }, words.say(why)));
}

function facts(app) {
  const { words, station, sync } = app;
  const { now, uncertain } = station.time();
  const list = h("dl", { class: "facts" });
  const fact = (name, ...value) => list.append(h("div", {}, h("dt", {}, words.say(name)), h("dd", {}, ...value)));
  fact("fact.device", ltr(station.device.id));
  fact("fact.list", ...sentence(words.say("fact.list.value"), {
    at: ltr(zulu(station.knowledge.serverTime)),
    age: words.length(now - station.knowledge.serverTime),
    count: station.knowledge.passes.size,
  }));
  fact("fact.answered", sync.answeredAt === null ? words.say("status.never") : ltr(zulu(sync.answeredAt)));
  fact("fact.unsent", String(sync.unsent));
  fact("fact.quarantined", String(sync.quarantined));
  fact("fact.clock", ...sentence(words.say("fact.clock.value"), {
    at: ltr(zulu(now)),
    uncertain: words.length(uncertain),
  }));
  const kept = h("dd", {});
  list.append(h("div", {}, h("dt", {}, words.say("fact.room")), kept));
  room().then(({ share, isKept }) => {
    const key = isKept ? "fact.room.kept" : "fact.room.not-kept";
    kept.textContent = words.say(key, { share: Math.round(share * 100) });
  });
  return list;
}

function station(app) {
  const { knowledge, settings, name } = app.station;
  const stations = choice(app, "station", knowledge.stations, name, (each) =>
    app.station.set({ station: each }).then(() => app.menu()));
  if (name !== "boarding" && name !== "reception") return stations;
  const change = button(app.words.say("menu.lift", { lift: settings.lift ?? "…" }), async () => {
    await app.station.set({ lift: null });
    app.home();
  }, { id: "change-lift" });
  return [stations, change];
}

// One of several; nothing where there is no choice. What each is called is `about.value`.
function choice(app, about, values, chosen, choose) {
  const { words } = app;
  if (values.length < 2 && values[0] === chosen) return null;
  const buttons = values.map((value) => button(words.orElse(`${about}.${value}`, value), () => choose(value), {
    "aria-pressed": String(value === chosen),
    "data-value": value,
  }));
  return h("fieldset", {}, h("legend", {}, words.say(`menu.${about}`)), h("div", { class: "choices" }, buttons));
}
