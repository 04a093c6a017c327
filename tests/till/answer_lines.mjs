/** Answers the tests in Python: a question a line on standard input, a line of JSON for each. */

import { createInterface } from "node:readline";

import { canonical } from "../../loyalty/till/static/canonical.js";
import { kindOf, normalise } from "../../loyalty/till/static/codes.js";
import { createDevice } from "../../loyalty/till/static/device.js";
import { quote } from "../../loyalty/till/static/discount.js";
import { memoryStore } from "./memory_store.js";

const store = await memoryStore();
const device = createDevice({ store, subtle: globalThis.crypto.subtle });

const ANSWERS = {
  quote: ({ total, excluded, terms }) => quote(total, excluded, terms),
  canonical: ({ value }) => canonical(value),
  code: ({ text }) => [normalise(text), kindOf(text)],
  codes: ({ texts }) => texts.map(normalise),
  async pair() {
    const key = await device.newKey();
    await device.adopt(key);
    return key.publicKey;
  },
  async seal({ sale }) {
    const sealed = await device.seal(sale);
    await store.write("chain", sealed.after);
    return sealed.sale;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, ...question } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await ANSWERS[ask](question))}\n`);
}
