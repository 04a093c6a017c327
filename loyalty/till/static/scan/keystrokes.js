/** Keys in the order they came: where among them a code stands, and how that was sent. */

import { kindOf, stripPrefix } from "./codes.js";

/** Keys closer together than this come from a machine, in milliseconds. */
export const BURST_GAP = 60;
/** A scanner that stumbles goes on within this time, in milliseconds. */
export const STUMBLE = 300;
/** No amount is as long as the shortest thing a scanner reads. */
export const SHORTEST_CODE = 8;

/** Kinds that nothing longer begins with. */
const WHOLE = new Set(["token", "rotating", "payment_code"]);
/** How payment codes begin, and the code on a resident's phone. */
const LIKE_LONGER = /^(?:1[0-5]|2[5-9]|30|99)/;

/**
 * @typedef {object} Key one key that was pressed
 * @property {string} character
 * @property {number} at
 * @property {string} written the letter as the browser has read it, small or capital
 * @property {boolean} capsLock
 * @property {import("./fields.js").Field | null} field the text field it went into
 *
 * @typedef {object} Manner how a code was sent
 * @property {import("./codes.js").CodeKind} kind
 * @property {string} text as it came, with what the scanner put in front; "" for a payment code
 * @property {number} length
 * @property {import("./keys.js").End | ""} end
 * @property {number} pace milliseconds from one key to the next, on average
 * @property {"capital" | "small" | "mixed" | "none"} letters as the browser has read them
 * @property {boolean} capsLock
 */

/**
 * Return how many of the last keys are a code; 0 if none are. What came without a rest counts
 * before what came in one burst: the end of a payment code is no card.
 * @param {{keys: readonly Key[], waiting: number, lastAt: number}} state keys so far, how many
 *   of the last came in one burst, and when the last one came
 * @param {number} at
 */
export function countOfCode({ keys, waiting, lastAt }, at) {
  const burst = waiting >= SHORTEST_CODE && at - lastAt <= BURST_GAP * 4 ? waiting : 0;
  const known = [countSinceRest(keys), burst, keys.length].find(
    (count) => count >= SHORTEST_CODE && kindOfLast(keys, count) !== "bad",
  );
  return known || burst;
}

/**
 * Return how many keys came one soon after the other, up to the last.
 * @param {readonly Key[]} keys
 */
function countSinceRest(keys) {
  let count = Math.min(keys.length, 1);
  while (count < keys.length && follows(keys, keys.length - count)) count += 1;
  return count;
}

/**
 * @param {readonly Key[]} keys
 * @param {number} place
 */
function follows(keys, place) {
  return keys[place].at - keys[place - 1].at <= STUMBLE;
}

/**
 * Return whether the last keys may be the beginning of something longer, sent by a scanner that
 * stumbles: a card's number that begins like a longer code may be the beginning of one.
 * @param {readonly Key[]} keys
 * @param {number} count
 */
export function mayGoOn(keys, count) {
  const text = stripPrefix(textOf(keys.slice(-count)));
  const kind = kindOf(text);
  return kind === "card_number" ? LIKE_LONGER.test(text) : !WHOLE.has(kind);
}

/**
 * @param {readonly Key[]} keys
 * @param {number} count
 */
function kindOfLast(keys, count) {
  return kindOf(stripPrefix(textOf(keys.slice(-count))));
}

/** @param {readonly Key[]} keys */
export function textOf(keys) {
  return keys.map(({ character }) => character).join("");
}

/**
 * @param {readonly Key[]} keys of a code
 * @param {import("./codes.js").CodeKind} kind
 * @param {Manner["end"]} end
 * @returns {Manner}
 */
export function mannerOf(keys, kind, end) {
  // A card's address begins in small letters; what is signed is in capitals alone.
  const signed = keys.map(({ character }) => character).lastIndexOf("/") + 1;
  const letters = keys
    .slice(signed)
    .map(({ written }) => written)
    .join("")
    .replace(/[^A-Za-z]/g, "");
  /** @type {[RegExp, Manner["letters"]][]} */
  const cases = [
    [/^$/, "none"],
    [/^[A-Z]+$/, "capital"],
    [/^[a-z]+$/, "small"],
  ];
  const found = cases.find(([test]) => test.test(letters));
  return {
    kind,
    text: kind === "payment_code" ? "" : textOf(keys),
    length: keys.length,
    end,
    pace: (keys[keys.length - 1].at - keys[0].at) / Math.max(keys.length - 1, 1),
    letters: found === undefined ? "mixed" : found[1],
    capsLock: keys.some(({ capsLock }) => capsLock),
  };
}
