import assert from "node:assert/strict";
import test from "node:test";

import { createDevice } from "../../loyalty/till/static/keep/device.js";
import { memoryStore } from "./memory_store.js";

test("the private half of the device's key cannot leave the browser", async () => {
  const { subtle } = globalThis.crypto;
  const { keys, publicKey } = await createDevice({ store: await memoryStore(), subtle }).newKey();
  assert.equal(keys.privateKey.extractable, false);
  await assert.rejects(subtle.exportKey("pkcs8", keys.privateKey));
  assert.match(publicKey, /^[A-Za-z0-9_-]{87}$/);
});

test("without WebCrypto a sale stays as it is, and is sent without a proof", async () => {
  const device = createDevice({ store: await memoryStore(), subtle: undefined });
  assert.equal(await device.newKey(), null);
  await device.adopt(null);
  assert.deepEqual((await device.seal({ code: "1" })).sale, { code: "1" });
});
