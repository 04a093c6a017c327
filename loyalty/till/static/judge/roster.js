/**
 * Finds the number of a card among the marks of a pack, by the law of docs/offline.md. A mark tells
 * too little of its number to name it, and one byte that nobody kept has to be tried.
 */

import { bytesOf, fromBase64, hexOf, joinBytes } from "./bytes.js";

const MARK_BYTES = 4;
const NAME_BYTES = 8;
const UNKEPT = 256;

/**
 * @typedef {object} RosterGroup the cards of one honour, rate and validity
 * @property {string} honour
 * @property {number} pay_permille
 * @property {string} valid_from
 * @property {string} valid_until
 *
 * @typedef {RosterGroup & {marks?: string}} MarkedGroup as the pack has it; one that was kept
 *   before there were marks has none
 *
 * @typedef {object} Roster
 * @property {import("./bytes.js").Bytes} salt
 * @property {Map<number, RosterGroup | null>} groups by mark; null where two groups have it
 */

/**
 * @param {string | undefined} salt in base64; missing in a pack that was kept before
 * @param {readonly MarkedGroup[]} marked
 * @returns {Roster}
 */
export function readRoster(salt, marked) {
  /** @type {Roster["groups"]} */
  const groups = new Map();
  for (const group of marked) {
    const bytes = fromBase64(group.marks || "");
    for (let at = 0; at + MARK_BYTES <= bytes.length; at += MARK_BYTES) {
      const mark = markAt(bytes, at);
      const other = groups.get(mark);
      groups.set(mark, other === undefined || other === group ? group : null);
    }
  }
  return { salt: fromBase64(salt || ""), groups };
}

/**
 * Return all marks that a serial may have, joined.
 * @param {SubtleCrypto} subtle
 * @param {Roster} roster
 * @param {string} serial
 */
export async function marksOf(subtle, { salt }, serial) {
  const named = bytesOf(serial);
  const digests = await Promise.all(
    Array.from({ length: UNKEPT }, (_, unkept) =>
      subtle.digest("SHA-256", joinBytes(named, Uint8Array.of(unkept), salt)),
    ),
  );
  return joinBytes(...digests.map((digest) => new Uint8Array(digest, 0, MARK_BYTES)));
}

/**
 * Return the group of a card; null if it is not on the roster, or if it could be of two groups, for
 * then nobody knows its rate.
 * @param {Roster} roster
 * @param {import("./bytes.js").Bytes} marks from `marksOf`
 */
export function findOnRoster({ groups }, marks) {
  const found = new Set();
  for (let at = 0; at < marks.length; at += MARK_BYTES) {
    const group = groups.get(markAt(marks, at));
    if (group !== undefined) found.add(group);
  }
  const [only] = found;
  return found.size === 1 ? /** @type {RosterGroup | null} */ (only) : null;
}

/**
 * Return a name for a card from which its number is as dear to guess as from the roster, and by
 * which it is known on this device alone; "" under a pack without salt.
 * @param {SubtleCrypto} subtle
 * @param {Roster} roster
 * @param {import("./bytes.js").Bytes} marks from `marksOf`
 */
export async function nameOf(subtle, { salt }, marks) {
  if (salt.length === 0) return "";
  return hexOf(new Uint8Array(await subtle.digest("SHA-256", marks), 0, NAME_BYTES));
}

/**
 * @param {import("./bytes.js").Bytes} bytes
 * @param {number} at
 */
function markAt(bytes, at) {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
}
