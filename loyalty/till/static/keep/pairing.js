/** Which till this device is: kept on the device, with the shop's name, and nothing of a person. */

import { fold } from "../scan/typed_text.js";

/**
 * @typedef {object} Pairing
 * @property {string} token
 * @property {{id: string, name: string}} till
 * @property {{name: string, stall: string | null, plaque_number: string | null}} shop
 * @property {{slug: string, name: string, timezone: string}} community
 */

const KEPT_AS = "loyalty.till";

/**
 * Begin anew when another tab has bound this device or set it free: nothing of an earlier shop is
 * to be judged by.
 * @param {Window} window
 */
export function followPairing(window) {
  window.addEventListener("storage", ({ key }) => {
    if (key === KEPT_AS) window.location.reload();
  });
}

/**
 * Return where the pairing is kept.
 * @param {Storage} storage
 */
export function createPairing(storage) {
  return {
    /** @returns {Pairing | null} */
    read() {
      try {
        return JSON.parse(storage.getItem(KEPT_AS) || "null");
      } catch {
        return null;
      }
    },
    /** @param {Pairing} pairing */
    keep: ({ token, till, shop, community }) =>
      storage.setItem(KEPT_AS, JSON.stringify({ token, till, shop, community })),
    forget: () => storage.removeItem(KEPT_AS),
  };
}

/**
 * Return the pairing code in an address such as /till#pair=ABCD-2345; "" if there is none.
 * @param {string} fragment
 */
export function codeInFragment(fragment) {
  const found = /^#pair=([^&?#]{1,200})/.exec(fragment);
  const code = found === null ? null : /^[0-9A-Z -]+/i.exec(fold(unescapeText(found[1])));
  return code === null ? "" : code[0].replace(/ /g, "").toUpperCase();
}

/** @param {string} text */
function unescapeText(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
