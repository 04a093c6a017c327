/** Answers the tests in Python: a question a line on standard input, a line of JSON for each. */

import { createInterface } from "node:readline";

import { canonicalize } from "../../loyalty/till/static/judge/canonical.js";
import { kindOf, normalise } from "../../loyalty/till/static/scan/codes.js";
import { createDevice } from "../../loyalty/till/static/keep/device.js";
import { quote } from "../../loyalty/till/static/judge/discount.js";
import { judge, isOverOwnLimit, validityOf } from "../../loyalty/till/static/judge/judging.js";
import { readRevocations } from "../../loyalty/till/static/judge/revocations.js";
import { findOnRoster, marksOf, readRoster } from "../../loyalty/till/static/judge/roster.js";
import { createVerifier } from "../../loyalty/till/static/judge/verify.js";
import { READY, step } from "../../loyalty/till/static/sell/sale.js";
import { sentenceOf } from "../../loyalty/till/static/sell/screen.js";
import { memoryStore } from "./memory_store.js";

const store = await memoryStore();
const { subtle } = globalThis.crypto;
const device = createDevice({ store, subtle });
const verifier = createVerifier({ subtle, noble: () => Promise.reject(new Error("not needed")) });

const ANSWERS = {
  quote: ({ total, excluded, terms }) => quote(total, excluded, terms),
  canonical: ({ value }) => canonicalize(value),
  code: ({ text }) => [normalise(text), kindOf(text)],
  codes: ({ texts }) => texts.map(normalise),
  judge: ({ facts }) => judge(facts),
  refusal({ verdict, words }) {
    const answer = { verdict, from: "service", mayRecord: false };
    const { sale } = step(READY, { type: "answer", turn: READY.turn, answer }, words);
    const { tone, word } = sentenceOf(sale, words);
    return { phase: sale.phase, tone, word };
  },
  overLimit: ({ limits, uses, today, saving }) => isOverOwnLimit(limits, uses, today, saving),
  validity: ({ month, months }) => validityOf(month, months),
  async revocations({ document, slug, key_id: id, public_key: hex }) {
    const keys = new Map([[id, { community: slug, raw: Buffer.from(hex, "hex") }]]);
    const read = await readRevocations(document, slug, keys, verifier.hasSigned);
    return read && { number: read.number, states: Object.fromEntries(read.states) };
  },
  async roster({ salt, groups, serials }) {
    const roster = readRoster(salt, groups);
    const marks = await Promise.all(serials.map((serial) => marksOf(subtle, roster, serial)));
    return marks.map((all) => findOnRoster(roster, all)).map((group) => group && group.honour);
  },
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
