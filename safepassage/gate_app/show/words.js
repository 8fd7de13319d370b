// The texts of the app, and how instants and lengths of time are written in them.

const LANGUAGES = { en: "ltr", "fa-AF": "rtl" };
const MINUTE = 60_000;

export class Words {
  constructor(language, texts) {
    this.language = language;
    this.direction = LANGUAGES[language];
    this.texts = texts;
  }

  static languages = Object.keys(LANGUAGES);

  static async load(language) {
    const known = language in LANGUAGES ? language : "en";
    const response = await fetch(new URL(`../text/${known}.json`, import.meta.url));
    return new Words(known, await response.json());
  }

  // The text of a key that may be missing, such as the name of an operation's own station.
  orElse(key, text) {
    return this.texts[key] ?? text;
  }

  say(key, values = {}) {
    const text = this.texts[key];
    if (text === undefined) throw new Error(`no text for ${key}`);
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  // About how long: 3 d 4 h, 5 h 20 min, 12 min, now.
  length(milliseconds) {
    const minutes = Math.floor(Math.abs(milliseconds) / MINUTE);
    const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
    if (days > 0) return this.say("time.days", { days, hours });
    if (hours > 0) return this.say("time.hours", { hours, minutes: String(minutes % 60).padStart(2, "0") });
    return minutes > 0 ? this.say("time.minutes", { minutes }) : this.say("time.moments");
  }
}

// Day, hour and minute in UTC as they are said over a radio: 200912Z.
export function zulu(instant) {
  const [, day, hour, minute] = /^\d{4}-\d\d-(\d\d)T(\d\d):(\d\d)/.exec(new Date(instant).toISOString());
  return `${day}${hour}${minute}Z`;
}
