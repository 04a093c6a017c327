import assert from "node:assert/strict";
import test from "node:test";

import { IDBFactory } from "fake-indexeddb";

import { openStore, STEPS } from "./memory_store.js";

const SALE = /** @type {any} */ ({ key: "key-1", state: "kept", sale: { code: "1" } });
const USE = { key: "key-1", card: "931a844b90e827ae", day: "2026-12-09", saved_fen: 100 };

test("a memory of before keeps its sales, and forgets uses by hashes that are soon guessed", async () => {
  globalThis.indexedDB = new IDBFactory();
  const before = await openStore({ steps: STEPS.slice(0, 1) });
  await before.add(SALE);
  await before.noteUse(USE);
  before.close();

  const after = await openStore();

  assert.deepEqual(await after.items(), [SALE]);
  assert.deepEqual(await after.usesOf(USE.card), []);
});
