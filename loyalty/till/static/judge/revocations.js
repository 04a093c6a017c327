/** The signed list of the cards that stopped working: see docs/card-format.md. */

import { bytesOf, fromBase64, joinBytes, toBase64url } from "./bytes.js";
import { canonicalize } from "./canonical.js";

const PURPOSE = bytesOf("loyalty revocations v1\0");
const HASH = /^[0-9a-f]{16}$/;
const STATES = new Set(["revoked", "suspended"]);

/**
 * @typedef {import("./bytes.js").Bytes} Bytes
 *
 * @typedef {{community: string, raw: Bytes}} Key public half, and whose it is
 *
 * @typedef {(key: Bytes, signed: Bytes, signature: Bytes) => Promise<boolean>} HasSigned
 *
 * @typedef {object} Revocations
 * @property {number} number only grows
 * @property {Map<string, "revoked" | "suspended">} states by serial hash
 */

/**
 * Return the list of a document; null unless a key of the community has signed exactly this.
 * @param {any} document not yet believed
 * @param {string} slug of the community
 * @param {ReadonlyMap<string, Key>} keys by id
 * @param {HasSigned} hasSigned
 * @returns {Promise<Revocations | null>}
 */
export async function readRevocations(document, slug, keys, hasSigned) {
  if (!isOneOf(document, slug)) return null;
  const key = keys.get(document.key_id);
  if (key === undefined || key.community !== slug) return null;
  const signature = readSignature(document.signature);
  const signed = joinBytes(PURPOSE, bytesOf(canonicalize(document.list)));
  if (signature === null || !(await hasSigned(key.raw, signed, signature))) return null;
  const states = new Map();
  for (const entry of document.list.entries) states.set(entry.serial_hash, entry.state);
  return { number: document.list.number, states };
}

/**
 * @param {any} document
 * @param {string} slug
 */
function isOneOf(document, slug) {
  if (!hasExactly(document, ["key_id", "list", "signature"])) return false;
  const { list } = document;
  return (
    hasExactly(list, ["community", "entries", "issued_at", "number"]) &&
    list.community === slug &&
    Number.isSafeInteger(list.number) &&
    list.number >= 1 &&
    typeof list.issued_at === "string" &&
    Array.isArray(list.entries) &&
    list.entries.every(isEntry) &&
    list.entries.every(isAfterTheOneBefore)
  );
}

/** @param {any} entry */
function isEntry(entry) {
  return (
    hasExactly(entry, ["serial_hash", "state"]) &&
    HASH.test(entry.serial_hash) &&
    STATES.has(entry.state)
  );
}

/**
 * @param {{serial_hash: string}} entry
 * @param {number} at
 * @param {readonly {serial_hash: string}[]} entries
 */
function isAfterTheOneBefore(entry, at, entries) {
  return at === 0 || entries[at - 1].serial_hash < entry.serial_hash;
}

/**
 * @param {unknown} value
 * @param {readonly string[]} names sorted
 */
function hasExactly(value, names) {
  return (
    value !== null && typeof value === "object" && Object.keys(value).sort().join() === names.join()
  );
}

/**
 * A signature has one spelling; another is refused.
 * @param {string} spelled
 */
function readSignature(spelled) {
  try {
    const bytes = fromBase64(spelled);
    return toBase64url(bytes) === spelled ? bytes : null;
  } catch {
    return null;
  }
}
