// Reads QR codes beside the page, so that the screen never stands still. The decoder lies beside
// this file: a phone at a gate has nothing to fetch one from.

import { prepareZXingModule, readBarcodes } from "../vendor/zxing/reader/index.js";

const WASM = new URL("../vendor/zxing_reader.wasm", import.meta.url).href;
const QR = { formats: ["QRCode"], maxNumberOfSymbols: 1 };
const OPTIONS = {
  camera: { ...QR, tryHarder: true, tryInvert: false },
  picture: { ...QR, tryHarder: true, tryInvert: true, tryRotate: true },
};

const ready = prepareZXingModule({
  overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? WASM : prefix + path) },
  fireImmediately: true,
});

self.onmessage = async ({ data: { id, image, from } }) => {
  try {
    await ready;
    const [found] = await readBarcodes(image, OPTIONS[from]);
    self.postMessage({ id, text: found?.isValid ? found.text : null });
  } catch (fault) {
    self.postMessage({ id, text: null, fault: String(fault) });
  }
};

ready.then(
  () => self.postMessage({ isReady: true }),
  (fault) => self.postMessage({ isReady: false, fault: String(fault) }),
);
