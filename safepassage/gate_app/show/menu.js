// What this phone knows and has, and how it is set. All of it truthful: also what is bad news.

import { room } from "../keep/room.js";
import { updateIsReady, applyUpdate } from "../update.js";
import { button, h, ltr, sentence } from "./parts.js";
import { Words, zulu } from "./words.js";

const THEMES = ["day", "sun", "night"];

export function menuScreen(app) {
  const { words } = app;
  const element = h(
    "main", { class: "sheet menu" },
    h("h1", {}, words.say("menu.title")),
    sending(app),
    facts(app),
    station(app),
    choice(app, "menu.language", Words.languages, app.words.language, (language) => words.say(`language.${language}`), (language) => setAndReload(app, { language })),
    choice(app, "menu.theme", THEMES, app.station.settings.theme ?? "day", (theme) => words.say(`theme.${theme}`), (theme) => {
      document.documentElement.dataset.theme = theme;
      return app.station.set({ theme }).then(() => app.menu());
    }),
    choice(app, "menu.sound", ["on", "off"], app.station.settings.isQuiet ? "off" : "on", (state) => words.say(`sound.${state}`), (state) =>
      app.station.set({ isQuiet: state === "off" }).then(() => app.menu())),
    updateIsReady() ? button(words.say("menu.update"), applyUpdate, { class: "main", id: "update" }) : null,
    button(words.say("do.back"), () => app.home(), { id: "back" }),
  );
  return { element };
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
  fact("fact.clock", ...sentence(words.say("fact.clock.value"), { at: ltr(zulu(now)), uncertain: words.length(uncertain) }));
  const kept = h("dd", {});
  list.append(h("div", {}, h("dt", {}, words.say("fact.room")), kept));
  room().then(({ share, isKept }) => {
    kept.textContent = words.say(isKept ? "fact.room.kept" : "fact.room.not-kept", { share: Math.round(share * 100) });
  });
  return list;
}

function station(app) {
  const { knowledge, settings, name } = app.station;
  const stations = choice(app, "menu.station", knowledge.stations, name, (each) => app.words.say(`station.${each}`), (each) =>
    app.station.set({ station: each }).then(() => app.menu()));
  if (name !== "boarding" && name !== "reception") return stations;
  const change = button(app.words.say("menu.lift", { lift: settings.lift ?? "…" }), async () => {
    await app.station.set({ lift: null });
    app.home();
  }, { id: "change-lift" });
  return [stations, change];
}

function choice(app, title, values, chosen, nameOf, choose) {
  if (values.length < 2 && values[0] === chosen) return null;
  const buttons = values.map((value) => button(nameOf(value), () => choose(value), { "aria-pressed": String(value === chosen), "data-value": value }));
  return h("fieldset", {}, h("legend", {}, app.words.say(title)), h("div", { class: "choices" }, buttons));
}

async function setAndReload(app, settings) {
  await app.station.set(settings);
  location.reload();
}
