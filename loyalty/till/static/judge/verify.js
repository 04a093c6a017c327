/** Reads the token of a card and checks its signature, by the law of docs/card-format.md. */

import { bytesOf, fromBase32, fromBase64, hexOf, joinBytes } from "./bytes.js";

const PURPOSE = bytesOf("loyalty card v1\0");
const PAYLOAD_BYTES = 11;
const VERSION = 1n;
const TOKEN = /^[A-Z2-7]{120}$/;
const WHERE_A_TOKEN_STANDS = /(?:^|\/[Cc]\/)([A-Z2-7]{120})$/;

/** A public key that is known to be one (RFC 8032, 7.1), to ask a browser what it can do. */
const SAMPLE_KEY = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/**
 * @typedef {import("./bytes.js").Bytes} Bytes
 *
 * @typedef {ReturnType<typeof createVerifier>} Verifier
 *
 * @typedef {object} Claims what a token says, not yet believed
 * @property {string} keyId six hexadecimal digits
 * @property {string} serial twelve digits
 * @property {number} pay permille of the price that is paid
 * @property {number} honour the community's number of it
 * @property {number} months
 * @property {Bytes} payload
 * @property {Bytes} signature
 */

/**
 * Return the token in a text that is one, or an address that ends with one.
 * @param {string} code normalised
 */
export function tokenIn(code) {
  const found = WHERE_A_TOKEN_STANDS.exec(code);
  return found === null ? "" : found[1];
}

/**
 * Return what a token says; null if it is none of a version we know, whoever signed it.
 * @param {string} token
 * @returns {Claims | null}
 */
export function readToken(token) {
  if (!TOKEN.test(token)) return null;
  const raw = fromBase32(token);
  const payload = raw.slice(0, PAYLOAD_BYTES);
  const bits = BigInt(`0x${hexOf(payload)}`);
  /**
   * @param {number} shift
   * @param {number} width in bits
   */
  const field = (shift, width) => Number((bits >> BigInt(shift)) & ((1n << BigInt(width)) - 1n));
  const claims = {
    keyId: field(60, 24).toString(16).padStart(6, "0"),
    serial: String(field(20, 40)).padStart(12, "0"),
    pay: field(10, 10),
    honour: field(4, 6),
    months: field(0, 4),
    payload,
    signature: raw.slice(PAYLOAD_BYTES),
  };
  const within =
    bits >> 84n === VERSION &&
    claims.serial.length === 12 &&
    isBetween(1, claims.pay, 1000) &&
    isBetween(1, claims.honour, 63) &&
    isBetween(1, claims.months, 12);
  return within ? claims : null;
}

/**
 * @param {number} least
 * @param {number} value
 * @param {number} most
 */
function isBetween(least, value, most) {
  return least <= value && value <= most;
}

/**
 * Return the id of a key: the first three bytes of the hash of its public half, in hex.
 * @param {SubtleCrypto} subtle
 * @param {Bytes} publicKey raw
 */
export async function keyIdOf(subtle, publicKey) {
  const digest = await subtle.digest("SHA-256", publicKey);
  return hexOf(new Uint8Array(digest, 0, 3));
}

/**
 * Return what checks Ed25519: the browser itself, or noble's code where it cannot.
 * @param {object} world
 * @param {SubtleCrypto} world.subtle
 * @param {() => Promise<Pick<typeof import("@noble/ed25519"), "verifyAsync">>} world.noble loads it
 */
export function createVerifier({ subtle, noble }) {
  /** @type {Promise<boolean> | null} */
  let native = null;

  /** @param {Bytes} raw */
  const asKey = (raw) => subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);

  function isNative() {
    native =
      native ||
      asKey(fromBase64(SAMPLE_KEY)).then(
        () => true,
        () => false,
      );
    return native;
  }

  /**
   * Return whether the private half of a key has signed these bytes.
   * @param {Bytes} publicKey raw
   * @param {Bytes} signed
   * @param {Bytes} signature
   * @returns {Promise<boolean>}
   */
  async function hasSigned(publicKey, signed, signature) {
    try {
      if (await isNative()) {
        return await subtle.verify("Ed25519", await asKey(publicKey), signature, signed);
      }
      const { verifyAsync } = await noble();
      return await verifyAsync(signature, signed, publicKey, { zip215: false });
    } catch {
      // Bytes that are no point of the curve are nobody's key or signature.
      return false;
    }
  }

  return {
    hasSigned,
    /**
     * @param {Claims} claims
     * @param {Bytes} publicKey raw
     */
    isGenuine: (claims, publicKey) =>
      hasSigned(publicKey, joinBytes(PURPOSE, claims.payload), claims.signature),
  };
}
