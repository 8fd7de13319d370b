// Asks the decoder, one picture at a time.

export class CodeReader {
  constructor() {
    this.worker = new Worker(new URL("decoder.js", import.meta.url), { type: "module" });
    this.waiting = new Map();
    this.count = 0;
    this.ready = new Promise((resolve, reject) => {
      this.worker.onerror = (event) => reject(new Error(event.message ?? "the decoder did not start"));
      this.worker.onmessage = ({ data }) => {
        if (data.isReady === undefined) this.hear(data);
        else if (data.isReady) resolve();
        else reject(new Error(data.fault));
      };
    });
    this.ready.catch(() => {}); // whoever waits for it hears of it
  }

  hear({ id, text, fault }) {
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    if (fault === undefined) resolve(text);
    else reject(new Error(fault));
  }

  // The text of the code in a picture, null if there is none to be read.
  async read(image, from) {
    await this.ready;
    this.count += 1;
    const id = this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, image, from }, [image.data.buffer]);
    });
  }
}

const SIDE_MAX = 1600; // pixels: enough for a code that fills a tenth of a photograph

// The text of the code in a picture file.
export async function readPicture(reader, file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
  const image = pixels(picture, Math.round(picture.width * scale), Math.round(picture.height * scale));
  picture.close();
  return reader.read(image, "picture");
}

const canvas = document.createElement("canvas");
const context = canvas.getContext("2d", { willReadFrequently: true });

export function pixels(source, width, height) {
  canvas.width = width;
  canvas.height = height;
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
