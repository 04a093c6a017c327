/** The till's own memory, for tests outside a browser: on an IndexedDB that lives in this process. */

import "fake-indexeddb/auto";

import { IDBFactory } from "fake-indexeddb";
import { register } from "node:module";

// A page finds the library at the address under which the service serves it.
register("./vendor_hook.mjs", import.meta.url);
export const { openStore, STEPS } = await import("../../loyalty/till/static/keep/store.js");

/** @returns {Promise<import("../../loyalty/till/static/keep/store.js").Store>} a memory with nothing in it */
export function memoryStore() {
  globalThis.indexedDB = new IDBFactory();
  return openStore();
}
