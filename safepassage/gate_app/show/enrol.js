// A phone that is nobody's yet: it scans the code of the desk, or the link is opened or pasted.

import { Camera } from "../see/camera.js";
import { enrol, linkOf } from "../talk/enrolment.js";
import { RefusedError, UnreachableError } from "../talk/server.js";
import { button, h } from "./parts.js";

export function enrolScreen({ words, reader, journal, done, wiped, link }) {
  const first = words.say(wiped === null ? "enrol.help" : "enrol.wiped", { device: wiped });
  const help = h("p", { id: "enrol-help", role: "status" }, first);
  if (wiped !== null) help.classList.add("warning");
  const field = h("input", { id: "link", dir: "ltr", autocomplete: "off", spellcheck: "false", type: "url" });
  let isTrying = false;
  const attempt = async (given) => {
    if (isTrying) return;
    isTrying = true;
    help.textContent = words.say("enrol.trying");
    try {
      await enrol(given, journal);
      camera.stop();
      done();
    } catch (fault) {
      help.textContent = said(words, fault);
      help.classList.add("warning");
    } finally {
      isTrying = false;
    }
  };
  const take = (text) => {
    const given = linkOf(text);
    if (given !== null) attempt(given);
    else help.textContent = words.say("enrol.not-a-link");
  };
  const camera = new Camera(reader, take);
  const view = h("div", { class: "view", hidden: true }, camera.video); // nothing to see: no black box
  const look = async () => {
    try {
      await camera.start();
      view.hidden = false;
    } catch (fault) {
      help.textContent = words.say(`camera.${fault.why}`);
    }
  };
  const element = h(
    "main", { class: "sheet", "data-notice": wiped === null ? "enrol" : "wiped" },
    h("h1", {}, words.say("enrol.title")), help,
    view,
    h("label", { for: "link" }, words.say("enrol.link")), field,
    h("div", { class: "thumb" },
      button(words.say("enrol.go"), () => take(field.value), { class: "main", id: "go" }),
      button(words.say("enrol.camera"), look)),
  );
  if (link !== null) attempt(link);
  return element;
}

function said(words, fault) {
  if (fault instanceof RefusedError) return words.say("enrol.refused");
  if (fault instanceof UnreachableError) return words.say(`trouble.${fault.why}`);
  return words.say("notice.fault.help", { fault: String(fault) });
}
