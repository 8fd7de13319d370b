// What time it is, and how sure that is. The phone's own clock may be hours off, set back, or stand
// at 1970 after its battery died; what is trusted is the last instant that the server signed, plus
// the time that has gone by since.

const DRIFT = 1e-4; // of a quartz in heat and cold: 9 s a day
const UNWATCHED_MS = 60_000; // since this app was opened nobody saw whether the clock was set
const UNKNOWN_MS = 24 * 3600_000;

// After an answer of the server: how far this clock is behind it, at most how wrong that is.
export function measured(serverTime, sent, received, boot) {
  return {
    offset: serverTime - (sent.wall + received.wall) / 2,
    error: (received.mono - sent.mono) / 2 + 500, // the server says whole seconds
    wall: received.wall,
    mono: received.mono,
    boot,
    serverTime,
  };
}

// The instant, and by how many milliseconds it may be wrong either way.
export function reckoned(clock, reading, boot) {
  if (clock === null || clock === undefined) return { now: reading.wall, uncertain: UNKNOWN_MS };
  const byWall = reading.wall + clock.offset;
  if (clock.boot !== boot) {
    const elapsed = reading.wall - clock.wall;
    if (elapsed < 0) return { now: Math.max(byWall, clock.serverTime), uncertain: UNKNOWN_MS };
    return { now: byWall, uncertain: clock.error + UNWATCHED_MS + elapsed * DRIFT };
  }
  // A clock that was set since then disagrees with the one that only counts; so does one of a
  // phone that slept, where counting stood still. The truth is with one of the two.
  const counted = reading.mono - clock.mono;
  const byCount = clock.wall + clock.offset + counted;
  const apart = Math.abs(byWall - byCount);
  const now = apart > 2_000 ? (byWall + byCount) / 2 : byWall;
  return { now, uncertain: clock.error + Math.max(0, counted) * DRIFT + (apart > 2_000 ? apart / 2 : apart) };
}

export function readClock() {
  return { wall: Date.now(), mono: performance.now() };
}
