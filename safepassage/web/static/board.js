// The board in the browser: the time slider, the live stream, and saying so when it stops.
// The pages work without this file: the slider's form has a date field and a button.

const STALE_AFTER_MS = 40_000; // two heartbeats and some patience
const SLIDE_REST_MS = 150; // a hand on the slider rests this long before the board follows
const MINUTE_MS = 60_000;
const KEYS = { PageUp: 6 * 60, PageDown: -6 * 60 };
const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");

const form = document.getElementById("asof");
const slider = document.getElementById("slider");
const news = document.getElementById("news");
const stale = document.getElementById("stale");
const board = () => document.getElementById("board");

const iso = (time) => new Date(time).toISOString().replace(/\.\d{3}Z$/, "Z");
const two = (n) => String(n).padStart(2, "0");

export function zulu(time) {
  const at = new Date(time);
  const clock = `${two(at.getUTCDate())}${two(at.getUTCHours())}${two(at.getUTCMinutes())}Z`;
  return `${clock} ${MONTHS[at.getUTCMonth()]} ${two(at.getUTCFullYear() % 100)}`;
}

function wall(time, zone, options) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options }).format(time);
}

// What the date field holds: the wall clock of the zone that is chosen beside it.
function wallField(time, zone) {
  const day = wall(time, zone, { year: "numeric", month: "2-digit", day: "2-digit" });
  const [date, month, year] = day.split("/");
  return `${year}-${month}-${date} ${wall(time, zone, { hour: "2-digit", minute: "2-digit" })}`;
}

export function countdown(milliseconds) {
  const minutes = Math.floor(Math.abs(milliseconds) / MINUTE_MS);
  const days = Math.floor(minutes / 1440);
  const clock = `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
  return `T${milliseconds >= 0 ? "−" : "+"}${days ? `${days}d ` : ""}${clock}`;
}

// --- which instant is shown ---------------------------------------------------------------------

const state = {
  isLive: form?.dataset.live === "yes",
  position: Number(board()?.dataset.position ?? 0),
  waiting: 0, // entries that came while somebody was looking at the past or typing
  heardAt: Date.now(),
};

const sliderTime = () => {
  const start = Date.parse(form.dataset.start);
  return Math.min(start + Number(slider.value) * MINUTE_MS, Date.parse(form.dataset.end));
};

function addressOf(time) {
  const query = new URLSearchParams(window.location.search);
  for (const name of ["at", "at_zone", "as_of"]) query.delete(name);
  if (time !== null) query.set("as_of", iso(time));
  const text = query.toString();
  return window.location.pathname + (text ? `?${text}` : "");
}

async function show(address) {
  await window.htmx.ajax("GET", address, { target: "#board", select: "#board", swap: "outerMorph" });
  const shown = board();
  if (!shown) return;
  state.position = Number(shown.dataset.position);
  if (slider !== document.activeElement) setSlider(Date.parse(shown.dataset.asOf));
  tick();
}

function setSlider(time) {
  const start = Date.parse(form.dataset.start);
  if (time > Date.parse(form.dataset.end)) form.dataset.end = iso(time);
  const end = Date.parse(form.dataset.end);
  slider.max = String(Math.max(15, Math.ceil((end - start) / MINUTE_MS / 15) * 15));
  slider.value = String((time - start) / MINUTE_MS);
  sayTime(time);
}

function sayTime(time) {
  slider.setAttribute("aria-valuetext", zulu(time));
  const zone = document.getElementById("at-zone").value;
  document.getElementById("at").value = wallField(time, zone);
}

function goTo(time) {
  state.isLive = false;
  markLive();
  window.history.replaceState(null, "", addressOf(time));
  return show(addressOf(time));
}

function goLive() {
  state.isLive = true;
  state.waiting = 0;
  sayNews();
  markLive();
  window.history.replaceState(null, "", addressOf(null));
  return show(addressOf(null));
}

function markLive() {
  const live = document.getElementById("live");
  if (state.isLive) live.setAttribute("aria-current", "true");
  else live.removeAttribute("aria-current");
}

let resting;
function slide() {
  const time = sliderTime();
  sayTime(time);
  clearTimeout(resting);
  resting = setTimeout(() => goTo(time), SLIDE_REST_MS);
}

function startSlider() {
  slider.addEventListener("input", slide);
  slider.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    if (!step) return;
    event.preventDefault();
    slider.value = String(Number(slider.value) + step);
    slide();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = new URLSearchParams(new FormData(form));
    state.isLive = false;
    markLive();
    window.history.replaceState(null, "", `${window.location.pathname}?${query}`);
    show(`${window.location.pathname}?${query}`);
  });
  document.getElementById("at-zone").addEventListener("change", () => {
    sayTime(Date.parse(board().dataset.asOf));
  });
  document.getElementById("live").addEventListener("click", (event) => {
    event.preventDefault();
    goLive();
  });
  markLive();
}

// --- the live stream ----------------------------------------------------------------------------

const isTyping = () => document.activeElement?.matches("input:not([type=range]), select, textarea");

function sayNews() {
  news.replaceChildren();
  if (!state.waiting) return;
  const button = document.createElement("button");
  const text = state.waiting === 1 ? news.dataset.one : news.dataset.many;
  button.textContent = text.replace("{n}", state.waiting.toLocaleString("en"));
  button.addEventListener("click", goLive);
  news.append(button);
}

function hear(message) {
  state.heardAt = Date.now();
  stale.hidden = true;
  const { seq } = JSON.parse(message.data);
  const fresh = seq - state.position;
  if (fresh === 0) return;
  if (state.isLive && !isTyping()) {
    show(addressOf(null));
  } else if (fresh !== state.waiting) {
    state.waiting = Math.max(fresh, 0);
    sayNews();
  }
}

let stream;
function listen() {
  stream?.close();
  // The browser sends Last-Event-ID when it reconnects by itself; `after` says the same when the
  // stream is opened anew.
  stream = new EventSource(`/events?after=${state.position}`);
  stream.addEventListener("message", hear);
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) refused();
  });
}

// A closed stream was refused, not lost: either the session is over or the server is in between.
async function refused() {
  const answer = await fetch("/events", { method: "HEAD" }).catch(() => null);
  if (answer?.status === 401) {
    stale.textContent = stale.dataset.signedOut;
    stale.hidden = false;
    const link = document.createElement("a");
    link.href = "/sign-in";
    link.textContent = " →";
    stale.append(link);
    return;
  }
  setTimeout(listen, 3000);
}

function startStream() {
  listen();
  // A tab that nobody sees holds no connection: a browser allows only six to one server.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stream.close();
    else listen();
  });
}

// --- what moves by itself -----------------------------------------------------------------------

function duration(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
}

function tick() {
  const silent = Date.now() - state.heardAt;
  if (silent > STALE_AFTER_MS && !document.hidden) {
    const text = stale.dataset.text.replace("{age}", duration(silent));
    stale.textContent = text.replace("{since}", zulu(state.heardAt));
    stale.hidden = false;
  }
  const shown = board();
  if (!shown || shown.dataset.live !== "yes" || shown.dataset.rests === "yes") return;
  const now = Date.now();
  const clock = document.querySelector("#clock bdi");
  if (clock) clock.textContent = zulu(now);
  for (const there of shown.querySelectorAll("[data-clock]")) {
    there.textContent = wall(now, there.dataset.clock, { hour: "2-digit", minute: "2-digit" });
  }
  for (const left of shown.querySelectorAll("[data-deadline]")) {
    left.textContent = countdown(Date.parse(left.dataset.deadline) - now);
  }
}

if (form) {
  startSlider();
  startStream();
  setInterval(tick, 1000);
}
