/** Pictures from the camera, and the thread that reads them; there is never more than one on its way. */

/** How long a browser that does not tell of new pictures is left before the next, in milliseconds. */
const NEXT_PICTURE = 80;

/**
 * Return once the camera has a new picture.
 * @param {HTMLVideoElement} view
 */
export function waitForPicture(view) {
  return new Promise((resolve) => {
    if (view.requestVideoFrameCallback) view.requestVideoFrameCallback(resolve);
    else setTimeout(resolve, NEXT_PICTURE);
  });
}

/**
 * Return what the camera shows now, as cheaply as this browser can.
 * @param {HTMLVideoElement} view
 * @returns {Promise<ImageBitmap | ImageData>}
 */
export async function pictureOf(view) {
  if ("OffscreenCanvas" in window && "createImageBitmap" in window) return createImageBitmap(view);
  const canvas = document.createElement("canvas");
  canvas.width = view.videoWidth;
  canvas.height = view.videoHeight;
  const drawing = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  drawing.drawImage(view, 0, 0);
  return drawing.getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * Return what has pictures read in a thread of its own.
 * @param {() => Worker} openWorker
 */
export function createReader(openWorker) {
  const worker = openWorker();
  let number = 0;
  let broken = false;
  /** @type {{resolve: (texts: string[]) => void, reject: (fault: Error) => void}} */
  let settle = { resolve() {}, reject() {} };

  worker.addEventListener("message", ({ data }) => {
    if (data.number !== number) return;
    if (data.fault) settle.reject(new Error(data.fault));
    else settle.resolve(data.texts);
  });
  // A thread that could not even be loaded.
  worker.addEventListener("error", () => {
    broken = true;
    settle.reject(new Error("broken"));
  });

  return {
    /**
     * Return the texts of the codes in a picture.
     * @param {ImageBitmap | ImageData | Blob} picture given away, not to be used any more
     * @returns {Promise<string[]>} fails with "broken" if pictures cannot be read here at all, and
     *   with "unreadable" if this one is no picture
     */
    read(picture) {
      if (broken) return Promise.reject(new Error("broken"));
      number += 1;
      const answer = new Promise((resolve, reject) => {
        settle = { resolve, reject };
      });
      worker.postMessage({ number, picture }, transferablesOf(picture));
      return answer;
    },
    close: () => worker.terminate(),
  };
}

/**
 * Return what of a picture changes hands instead of being copied.
 * @param {ImageBitmap | ImageData | Blob} picture
 * @returns {Transferable[]}
 */
function transferablesOf(picture) {
  if (picture instanceof Blob) return [];
  return [picture instanceof ImageData ? picture.data.buffer : picture];
}

/** @returns {Worker} */
export function openReaderThread() {
  return new Worker(new URL("./decoding.js", import.meta.url), { type: "module" });
}
