// Opens what lies on this phone, and shows the screen that is true of it.

import { App } from "./app.js";
import { Journal } from "./keep/journal.js";
import { mark } from "./keep/room.js";
import { CodeReader } from "./see/reader.js";
import { enrolScreen } from "./show/enrol.js";
import { noticeScreen } from "./show/notices.js";
import { Words } from "./show/words.js";
import { Station } from "./station.js";
import { takeLink } from "./talk/enrolment.js";
import { WordList } from "./token/spoken.js";
import { keepForTheNetworkBeingGone } from "./update.js";

const root = document.getElementById("app");

async function open() {
  const link = takeLink();
  const kept = keepForTheNetworkBeingGone();
  const [journal, fault] = await Journal.open().then((found) => [found, null], (thrown) => [null, thrown]);
  if (journal === null) {
    const words = dressed(await Words.load(navigator.language), {});
    const text = words.say("notice.storage.help", { fault: String(fault) });
    root.replaceChildren(noticeScreen({ words }, { kind: "fault", title: words.say("notice.storage"), text }).element);
    return;
  }
  const settings = (await journal.get("settings")) ?? {};
  const [words, wordList] = await Promise.all([Words.load(settings.language ?? languageOfPhone()), WordList.load()]);
  dressed(words, settings);
  const station = new Station(journal, wordList);
  const reader = new CodeReader();
  const isEnrolled = await station.load();
  // Browsers write such a mark down when they like: what was killed soon after enrolment has none.
  if (isEnrolled) mark.put(station.device.id);
  // A phone that still holds something unsent stays who it is: another device could not sign for it.
  const isFree = !isEnrolled || (link !== null && (await journal.unsentCount()) === 0);
  if (isFree) enrolFirst({ words, reader, journal, link });
  else await new App(root, { station, words, wordList, reader }).start(link === null ? null : "menu");
  await kept;
}

function enrolFirst(parts) {
  const wiped = parts.link === null ? mark.get() : null;
  root.replaceChildren(enrolScreen({ ...parts, wiped, done: () => location.reload() }));
}

function languageOfPhone() {
  return /^(fa|prs)/.test(navigator.language) ? "fa-AF" : "en";
}

function dressed(words, { theme = "day" }) {
  document.documentElement.lang = words.language;
  document.documentElement.dir = words.direction;
  document.documentElement.dataset.theme = theme;
  return words;
}

open();
