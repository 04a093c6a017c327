/** Reads the codes of one picture: as it is, and once more in an even light where that showed no card. */

import { kindOf } from "./codes.js";
import { evenLight } from "./evening.js";

/**
 * @typedef {import("./evening.js").Dots} Dots
 * @typedef {import("zxing-wasm/reader").ReaderOptions} Options
 * @typedef {(picture: Dots | Blob, options: Options) => Promise<{isValid: boolean, text: string}[]>} Library
 */

/**
 * A card carries the first two, goods the others; white on black is none of them.
 * @type {Options}
 */
const AS_IT_IS = {
  formats: ["QRCode", "Code128", "EAN13", "EAN8", "UPCA", "UPCE"],
  tryHarder: true,
  tryRotate: true,
  tryInvert: false,
  maxNumberOfSymbols: 4,
};

/**
 * The library looks for the border between black and white line by line, and the edge of a shadow
 * leads it astray; in an even light the border is known.
 * @type {Options}
 */
const IN_EVEN_LIGHT = { ...AS_IT_IS, formats: ["QRCode", "Code128"], binarizer: "FixedThreshold" };

/** Kinds that end a search; goods may lie beside a card. */
const WANTED_KINDS = new Set(["token", "rotating", "card_number", "payment_code"]);

/**
 * Return whether a code is among them that ends the search.
 * @param {readonly string[]} texts
 */
export function hasWanted(texts) {
  return texts.some((text) => WANTED_KINDS.has(kindOf(text)));
}

/**
 * Return what reads pictures.
 * @param {Library} readBarcodes
 * @param {() => number} now in milliseconds
 */
export function createReading(readBarcodes, now) {
  /**
   * Return the texts of the codes in a picture.
   * @param {Dots | Blob} picture
   * @param {number} until there is no second look after this instant
   */
  return async function textsIn(picture, until) {
    const texts = textsOf(await readBarcodes(picture, AS_IT_IS));
    if (hasWanted(texts) || picture instanceof Blob || now() > until) return texts;
    return texts.concat(textsOf(await readBarcodes(evenLight(picture), IN_EVEN_LIGHT)));
  };
}

/** @param {{isValid: boolean, text: string}[]} codes */
function textsOf(codes) {
  return codes.filter(({ isValid }) => isValid).map(({ text }) => text);
}
