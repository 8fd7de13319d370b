// How much room this phone has left, and whether the browser has promised to keep what is here.

const NEARLY_FULL = 0.8;

export async function room() {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {};
  const share = quota > 0 ? usage / quota : 0;
  const isKept = (await navigator.storage?.persisted?.()) ?? false;
  return { share, isNearlyFull: share >= NEARLY_FULL, isKept };
}

export async function askToKeep() {
  return (await navigator.storage?.persist?.()) ?? false;
}

// A mark outside of the database: whoever finds the mark and no database knows that it was wiped.
const MARK = "gate-device";

export const mark = {
  get: () => localStorage.getItem(MARK),
  put: (device) => localStorage.setItem(MARK, device),
  remove: () => localStorage.removeItem(MARK),
};
