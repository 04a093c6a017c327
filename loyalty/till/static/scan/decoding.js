/**
 * Reads the codes in pictures, in a thread of its own so that the keys stay quick. Pictures stay on
 * the device: what was read goes back to the page, and the picture is forgotten.
 */

import { createReading, hasWanted } from "./reading.js";
import { prepareZXingModule, readBarcodes } from "../vendor/zxing/reader/index.js";

/** Left to itself the library asks a server of strangers for this. */
const LIBRARY = new URL("../vendor/zxing/zxing_reader.wasm", import.meta.url).href;

/**
 * Tilts of a picture that are tried in turn, in degrees: the library turns a barcode by 90° only,
 * and a line across it leaves its 12 mm at 13°. A QR is read at any tilt.
 */
const TILTS = [0, 22, 0, -22];

/** Longest sides a photograph is tried in, in dots: small is quick, large shows a small code. */
const PHOTO_SIDES = [1280, 2560];

const loading = prepareZXingModule({
  overrides: { locateFile: () => LIBRARY },
  fireImmediately: true,
});

/** How long after a picture came a second look at it may begin, in milliseconds: the next one waits. */
const PATIENCE = 300;

/** The same of a photograph, which somebody has taken for it and waits. */
const PATIENCE_WITH_PHOTO = 5000;

const textsIn = createReading(
  (picture, options) => readBarcodes(/** @type {ImageData | Blob} */ (picture), options),
  () => performance.now(),
);

let seen = 0;

/**
 * Return the dots of a picture.
 * @param {ImageBitmap} picture
 * @param {number} tilt degrees to turn it by; its corners are cut off
 * @param {number} [longest] of the sides, in dots; larger pictures are made smaller
 */
function dotsOf(picture, tilt, longest = Infinity) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const width = Math.round(picture.width * scale);
  const height = Math.round(picture.height * scale);
  const canvas = new OffscreenCanvas(width, height);
  const drawing = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  drawing.translate(width / 2, height / 2);
  drawing.rotate((tilt * Math.PI) / 180);
  drawing.drawImage(picture, -width / 2, -height / 2, width, height);
  return drawing.getImageData(0, 0, width, height);
}

/** @param {Blob} photo */
async function textsOnPhoto(photo) {
  const until = performance.now() + PATIENCE_WITH_PHOTO;
  // Without the browser's own reader of pictures the library has one, for JPEG and PNG.
  if (!self.createImageBitmap || !self.OffscreenCanvas) return textsIn(photo, until);
  const picture = await createImageBitmap(photo);
  /** @type {string[]} */
  let others = [];
  for (const side of PHOTO_SIDES) {
    for (const tilt of new Set(TILTS)) {
      const texts = await textsIn(dotsOf(picture, tilt, side), until);
      if (hasWanted(texts)) return texts;
      others = others.concat(texts);
    }
  }
  return others;
}

/** @param {ImageBitmap | ImageData | Blob} picture */
async function textsOf(picture) {
  if (picture instanceof Blob) return textsOnPhoto(picture);
  const until = performance.now() + PATIENCE;
  if (picture instanceof ImageData) return textsIn(picture, until);
  const dots = dotsOf(picture, TILTS[seen % TILTS.length]);
  seen += 1;
  picture.close();
  return textsIn(dots, until);
}

self.addEventListener("message", async ({ data: { number, picture } }) => {
  try {
    await loading;
  } catch {
    self.postMessage({ number, fault: "broken" });
    return;
  }
  try {
    self.postMessage({ number, texts: await textsOf(picture) });
  } catch {
    self.postMessage({ number, fault: "unreadable" });
  }
});
