// What an officer hears and feels: a colour that is not looked at is still noticed. Two notes that
// rise, one note twice, one low and long; the same rhythms for the hand.

const NOTES = {
  green: [[660, 0, 0.09], [990, 0.1, 0.16]],
  amber: [[520, 0, 0.12], [520, 0.2, 0.12]],
  red: [[150, 0, 0.55]],
};
const RHYTHMS = { green: [60], amber: [70, 90, 70], red: [450] };
const LOUDNESS = 0.4;

let audio = null;

// Browsers let a page sound only after a touch: the first one opens it.
export function awaken() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}

export function signal(colour, { isQuiet }) {
  navigator.vibrate?.(RHYTHMS[colour]);
  if (isQuiet || audio === null || audio.state !== "running") return;
  for (const [pitch, after, length] of NOTES[colour]) play(pitch, audio.currentTime + after, length);
}

function play(pitch, start, length) {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.type = "square";
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(LOUDNESS, start);
  volume.gain.exponentialRampToValueAtTime(0.001, start + length);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + length);
}
