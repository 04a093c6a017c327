/** What the tests of the teller share: a till without page and service, and a card. */

import assert from "node:assert/strict";

import { createAppraiser } from "../../loyalty/till/static/judge/appraising.js";
import { createClock } from "../../loyalty/till/static/shell/clock.js";
import { createDevice } from "../../loyalty/till/static/keep/device.js";
import { createPack } from "../../loyalty/till/static/keep/pack.js";
import { createQueue } from "../../loyalty/till/static/keep/queue.js";
import { createStanding } from "../../loyalty/till/static/keep/standing.js";
import { createTeller } from "../../loyalty/till/static/sell/teller.js";
import { createUploader } from "../../loyalty/till/static/keep/uploading.js";
import { createVerifier } from "../../loyalty/till/static/judge/verify.js";
import { memoryStore } from "./memory_store.js";
import { numberOf, packOf, tokenOf, town } from "./town.js";

/** What the page says of verdicts, as far as the device acts by it. */
const ABOUT_US = /** @type {any} */ ({ names_card: true });
const DISOWNED = /** @type {any} */ ({ names_card: false });
const WORDS = {
  verdicts: /** @type {any} */ ({ forged: DISOWNED, other_community: DISOWNED }),
  other_verdict: ABOUT_US,
};

export const SILENCE = Object.freeze({ status: 0, body: null, etag: null });
export const OURS = town();
export const SERIAL = "123456789012";
export const NUMBER = numberOf(SERIAL);
export const TOKEN = tokenOf(OURS, { serial: SERIAL });

/** A till with a pack; the service gives the answers that are set, else none. */
export async function till(document = packOf(OURS, { serials: [SERIAL] }), subtle = crypto.subtle) {
  /** @type {{time: number, answers: Record<string, any>, sent: any[], forgotten?: boolean}} */
  const world = { time: Date.parse("2026-12-09T05:00:00Z"), answers: {}, sent: [] };
  const store = await memoryStore();
  const clock = createClock({ now: () => world.time, store });
  const verifier = createVerifier({ subtle, noble: () => assert.fail("not needed") });
  const answer =
    (name) =>
    async (...what) => {
      world.sent.push([name, ...what]);
      return world.answers[name] || SILENCE;
    };
  const calls = ["pack", "check", "record", "sync", "pair"];
  const api = /** @type {any} */ (Object.fromEntries(calls.map((name) => [name, answer(name)])));
  const device = createDevice({ store, subtle });
  await device.adopt(await device.newKey());
  const pack = createPack({ api, store, clock, subtle, verifier });
  const appraiser = createAppraiser({ pack, store, clock, subtle, verifier, words: WORDS });
  const queue = createQueue({ store, device, now: clock.now });
  const uploader = createUploader({ api, queue, locks: undefined, answered: async () => {} });
  const standing = createStanding({ pack, queue, clock, revoked: uploader.revoked });
  const pairing = { read: () => null, keep: () => {}, forget: () => (world.forgotten = true) };
  const meet = async () => {};
  world.answers.pack = { status: 200, body: document, etag: '"1"' };
  if (document !== null) await pack.refresh();
  const parts = { api, store, device, pack, appraiser, queue, uploader, clock, standing };
  return { world, ...parts, teller: createTeller({ ...parts, pairing, meet }) };
}

/** Return all that the teller answers to a code, in its order. */
export async function answersTo(teller, code) {
  const answers = [];
  await teller.check(code, (answer) => answers.push(answer));
  return answers;
}

const BASKET = Object.freeze({ totalFen: 1290, excludedFen: 0 });

/**
 * Return a sale of 12.90 to a card, all of it at a discount.
 * @returns {import("../../loyalty/till/static/sell/teller.js").Selling}
 */
export const selling = (code, card, key = "key-1") => ({
  code,
  card,
  from: "device",
  key,
  ...BASKET,
});
