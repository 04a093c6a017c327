import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

import { evenLight } from "../../loyalty/till/static/scan/evening.js";
import { createReading, hasWanted } from "../../loyalty/till/static/scan/reading.js";

const NUMBER = "12345678901244";
/** The same as Code 128, a letter a bar as narrow as the narrowest: `code128_modules` draws it. */
const BARS =
  "1101001110010110011100100010110001110001011011000010100110111101101011001110010001101110110111011101100011101011";
const MODULE = 4;
const QUIET = 10;
const HEIGHT = 60;

const library = new URL(
  "../../node_modules/zxing-wasm/dist/reader/zxing_reader.wasm",
  import.meta.url,
);
prepareZXingModule({ overrides: { wasmBinary: readFileSync(library).buffer } });

/**
 * Return the picture of a barcode.
 * @param {(share: number) => number} lightAt of 255, by how far a dot is from the left edge
 * @param {string} [bars]
 */
function pictureOf(lightAt, bars = BARS) {
  const width = (bars.length + 2 * QUIET) * MODULE;
  const data = new Uint8ClampedArray(width * HEIGHT * 4).fill(255);
  for (let at = 0; at < width * HEIGHT; at += 1) {
    const place = at % width;
    const isInk = bars[Math.floor(place / MODULE) - QUIET] === "1";
    data.fill(lightAt(place / width) * (isInk ? 0.1 : 1), at * 4, at * 4 + 3);
  }
  return { data, width, height: HEIGHT };
}

const inTheSun = () => 250;
/** The edge of the shadow is a fifth of the picture wide. */
const halfInShadow = (share) => 250 - 160 * Math.min(1, Math.max(0, (share - 0.4) / 0.2));

/** Return what reads, and how often the library was asked. */
function reading(now = () => 0) {
  const asked = [];
  const read = createReading((picture, options) => {
    asked.push(options.binarizer);
    return readBarcodes(/** @type {ImageData} */ (picture), options);
  }, now);
  return { read, asked };
}

test("a barcode in good light is read at the first look, and there is no second", async () => {
  const { read, asked } = reading();
  assert.deepEqual(await read(pictureOf(inTheSun), 0), [NUMBER]);
  assert.equal(asked.length, 1);
});

test("a barcode half in shadow is read at the second look", async () => {
  const { read, asked } = reading();
  assert.deepEqual(await read(pictureOf(halfInShadow), 0), [NUMBER]);
  assert.deepEqual(asked, [undefined, "FixedThreshold"]);
});

test("there is no second look once the time for it is over", async () => {
  const { read, asked } = reading(() => 301);
  assert.deepEqual(await read(pictureOf(halfInShadow), 300), []);
  assert.equal(asked.length, 1);
});

test("where there is no code, two looks find none", async () => {
  const { read, asked } = reading();
  assert.deepEqual(await read(pictureOf(halfInShadow, "0".repeat(BARS.length)), 0), []);
  assert.equal(asked.length, 2);
});

test("in an even light paper is white and ink is not, wherever they lie", () => {
  const { data, width } = evenLight(pictureOf(halfInShadow));
  for (let place = 0; place < width; place += 1) {
    const isInk = BARS[Math.floor(place / MODULE) - QUIET] === "1";
    assert.equal(data[4 * place] < 127, isInk, `at ${place}`);
  }
});

test("in the dark nothing becomes paper", () => {
  const { data } = evenLight(pictureOf(() => 5));
  assert.equal(data.filter((value, at) => at % 4 === 0 && value > 127).length, 0);
});

test("goods beside a card do not end the search, a card does", () => {
  assert.equal(hasWanted(["6901234567892"]), false);
  assert.equal(hasWanted(["6901234567892", NUMBER]), true);
  assert.equal(hasWanted([]), false);
});
