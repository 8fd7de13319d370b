// Where an officer spends the day: the picture of the camera, and four ways on under the thumb.

import { readPicture } from "../see/reader.js";
import { button, h } from "./parts.js";
import { statusLine } from "./status.js";

export function scanScreen(app) {
  const { words, station } = app;
  const notice = h("p", { class: "notice", id: "camera-notice", role: "status" }, words.say("camera.starts"));
  const picture = h("input", {
    type: "file", accept: "image/*", id: "picture", hidden: true, // its button opens it
    onchange: (event) => readFile(app, event.target, notice),
  });
  const element = h(
    "main", { class: "scan" },
    statusLine(app),
    h("header", {},
      h("h1", {}, words.orElse(`station.${station.name}`, station.name)),
      h("bdi", { dir: "ltr", class: "place" }, station.lift ?? station.knowledge.place),
      button(words.say("do.cover"), () => app.cover(), { class: "cover-button", id: "cover" })),
    h("div", { class: "view" }, app.camera.video, h("div", { class: "frame", "aria-hidden": "true" }), notice),
    picture,
    h("nav", { class: "thumb", "aria-label": words.say("do.ways") }, ways(app, picture)),
  );
  return {
    element,
    looks: true,
    started: () => { notice.hidden = true; },
    blind: (why) => {
      notice.hidden = false;
      notice.textContent = words.say(`camera.${why}`);
      notice.dataset.why = why;
    },
  };
}

function ways(app, picture) {
  const { words, station } = app;
  const counts = station.name === "boarding" || station.name === "reception";
  return [
    button(words.say("do.type"), () => app.type(), { id: "type" }),
    button(words.say("do.picture"), () => picture.click()),
    station.givesBands || counts ? button(words.say("do.walkup"), () => app.walkUp(), { id: "walkup" }) : null,
    counts ? button(words.say("do.count"), () => app.count(), { id: "count" }) : null,
    station.refusals.length > 0 ? button(words.say("do.refuse"), () => app.refuse(null), { id: "refuse" }) : null,
  ];
}

async function readFile(app, input, notice) {
  const [file] = input.files;
  if (file === undefined) return;
  const text = await readPicture(app.reader, file).catch(() => null);
  if (text !== null) {
    await app.scanned({ text });
    return;
  }
  input.value = "";
  notice.hidden = false;
  notice.textContent = app.words.say("camera.no-code");
}
