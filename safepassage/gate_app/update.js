// A new version of the app waits until somebody takes it, at the change of a shift: never under an
// officer's hand.

let waiting = null;

export async function keepForTheNetworkBeingGone() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("sw.js", { scope: "./", updateViaCache: "none" });
  const note = () => { if (navigator.serviceWorker.controller !== null) waiting = registration.waiting; };
  note();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", note));
}

export function updateIsReady() {
  return waiting !== null;
}

export function applyUpdate() {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
  waiting.postMessage("take over");
}
