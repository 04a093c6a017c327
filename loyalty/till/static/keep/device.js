/** The device's own key, and the chain of its sales: numbered, each naming the one before. */

import { bytesOf, hexOf, joinBytes, toBase64url } from "../judge/bytes.js";
import { canonicalize } from "../judge/canonical.js";

const PURPOSE = bytesOf("loyalty sale v1\0");
const CURVE = Object.freeze({ name: "ECDSA", namedCurve: "P-256" });
const SIGNING = Object.freeze({ name: "ECDSA", hash: "SHA-256" });

/**
 * @typedef {object} Chain
 * @property {number} number of the last sealed sale; 0 before the first
 * @property {string} digest of its signed bytes in hex, of 64 digits
 *
 * @typedef {object} Proof that a sale is the device's, and which one
 * @property {number} number
 * @property {string} previous digest of the sale before it
 * @property {string} signature
 *
 * @typedef {object} DeviceKey
 * @property {CryptoKeyPair} keys
 * @property {string} publicKey the raw point in base64url
 *
 * @typedef {ReturnType<typeof createDevice>} Device
 */

/** @type {Chain} */
const START = Object.freeze({ number: 0, digest: "0".repeat(64) });

/**
 * @param {object} world
 * @param {import("./store.js").Store} world.store
 * @param {SubtleCrypto | undefined} world.subtle missing on a page without HTTPS: nothing is sealed
 */
export function createDevice({ store, subtle }) {
  return {
    /**
     * Make a new key, for a new pairing; the private half can never leave the browser.
     * @returns {Promise<DeviceKey | null>}
     */
    async newKey() {
      if (!subtle) return null;
      const keys = await subtle.generateKey(CURVE, false, ["sign", "verify"]);
      const raw = new Uint8Array(await subtle.exportKey("raw", keys.publicKey));
      return { keys, publicKey: toBase64url(raw) };
    },

    /** @param {DeviceKey | null} key for the sales from now on */
    adopt: (key) => store.writeAll({ device: key, chain: START }),

    /**
     * Return a sale with the device's proof, and the links of the chain before and after it; as it
     * is where the device has no key.
     * @template {object} Request
     * @param {Request} sale as the service expects it
     * @returns {Promise<{sale: Request & {device?: Proof}, before: Chain, after: Chain}>}
     */
    async seal(sale) {
      const key = await store.read("device");
      const before = (await store.read("chain")) || START;
      if (!key || !subtle) return { sale, before, after: before };
      const link = { number: before.number + 1, previous: before.digest };
      const signed = joinBytes(PURPOSE, bytesOf(canonicalize({ ...sale, device: link })));
      const made = await subtle.sign(SIGNING, key.keys.privateKey, signed);
      const signature = toBase64url(new Uint8Array(made));
      const digest = hexOf(new Uint8Array(await subtle.digest("SHA-256", signed)));
      return {
        sale: { ...sale, device: { ...link, signature } },
        before,
        after: { number: link.number, digest },
      };
    },
  };
}
