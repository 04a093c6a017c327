import assert from "node:assert/strict";
import test from "node:test";

import { createAppraiser } from "../../loyalty/till/static/appraising.js";
import { createClock } from "../../loyalty/till/static/clock.js";
import { createDevice } from "../../loyalty/till/static/device.js";
import { createPack } from "../../loyalty/till/static/pack.js";
import { createQueue } from "../../loyalty/till/static/queue.js";
import { createStanding } from "../../loyalty/till/static/standing.js";
import { createTeller } from "../../loyalty/till/static/teller.js";
import { createUploader } from "../../loyalty/till/static/uploading.js";
import { createVerifier } from "../../loyalty/till/static/verify.js";
import { memoryStore } from "./memory_store.js";
import { listOf, numberOf, packOf, tokenOf, town } from "./town.js";

const DAY = 24 * 3600 * 1000;
const SILENCE = { status: 0, body: null, etag: null };
const OURS = town();
const SERIAL = "123456789012";
const NUMBER = numberOf(SERIAL);
const TOKEN = tokenOf(OURS, { serial: SERIAL });

/** A till with a pack; the service gives the answers that are set, else none. */
async function till(document = packOf(OURS, { serials: [SERIAL] }), subtle = crypto.subtle) {
  const world = { time: Date.parse("2026-12-09T05:00:00Z"), answers: {}, sent: [] };
  const store = memoryStore();
  const clock = createClock({ now: () => world.time, store });
  const verifier = createVerifier({ subtle, noble: () => assert.fail("not needed") });
  const answer = (name) => async (...what) => {
    world.sent.push([name, ...what]);
    return world.answers[name] || SILENCE;
  };
  const calls = ["pack", "check", "record", "sync", "pair"];
  const api = Object.fromEntries(calls.map((name) => [name, answer(name)]));
  const device = createDevice({ store, subtle });
  await device.adopt(await device.newKey());
  const pack = createPack({ api, store, clock, subtle, verifier });
  const appraiser = createAppraiser({ pack, store, clock, subtle, verifier });
  const queue = createQueue({ store, device, now: clock.now });
  const uploader = createUploader({ api, queue, locks: undefined, answered: async () => {} });
  const standing = createStanding({ pack, queue, clock, revoked: uploader.revoked });
  const pairing = { keep: () => {}, forget: () => (world.forgotten = true) };
  const meet = async () => {};
  world.answers.pack = { status: 200, body: document, etag: '"1"' };
  if (document !== null) await pack.refresh();
  const parts = { api, store, device, pack, appraiser, queue, uploader, clock, standing };
  return { world, ...parts, teller: createTeller({ ...parts, pairing, meet }) };
}

async function answersTo(teller, code) {
  const answers = [];
  await teller.check(code, (answer) => answers.push(answer));
  return answers;
}

const BASKET = Object.freeze({ totalFen: 1290, excludedFen: 0 });
const selling = (code, card, key = "key-1") => ({ code, card, key, ...BASKET });

test("a signed card is green without network, at the shop's own rate", async () => {
  const { teller } = await till();
  const [answer, ...more] = await answersTo(teller, `HTTPS://X.EXAMPLE/C/${TOKEN}`);
  assert.deepEqual(more, []);
  assert.deepEqual(answer, {
    verdict: "ok_offline",
    unchecked: ["other_tills", "list_age"],
    mayRecord: true,
    from: "device",
    card: {
      honour: "civilized_resident",
      pay_permille: 820,
      valid_from: "2026-12-01",
      valid_until: "2026-12-31",
      last4: NUMBER.slice(-4),
    },
  });
});

test("a number is amber without network, on the roster or not", async () => {
  const { teller } = await till();
  const [known] = await answersTo(teller, NUMBER);
  const [unknown] = await answersTo(teller, numberOf("000000000001"));
  assert.deepEqual([known.verdict, known.mayRecord], ["cannot_verify_offline", true]);
  assert.deepEqual([unknown.verdict, unknown.mayRecord], ["cannot_verify_offline", false]);
});

test("a stranger's signature under our key's name is red", async () => {
  const stranger = { ...town(), keyId: OURS.keyId };
  const { teller } = await till();
  const [answer] = await answersTo(teller, tokenOf(stranger, { serial: SERIAL }));
  assert.deepEqual([answer.verdict, answer.card], ["forged", null]);
});

test("a card of a key that is not known here is amber", async () => {
  const { teller } = await till();
  const [answer] = await answersTo(teller, tokenOf(town("elsewhere"), { serial: SERIAL }));
  assert.deepEqual([answer.verdict, answer.mayRecord], ["cannot_verify_offline", false]);
});

test("a card of another community whose key is known is told so", async () => {
  const other = town("boshan");
  const { teller } = await till(packOf(OURS, { keys: [OURS, other] }));
  const [answer] = await answersTo(teller, tokenOf(other, { serial: SERIAL }));
  assert.equal(answer.verdict, "other_community");
});

test("a listed card is red by token and by number", async () => {
  const list = listOf(OURS, 2, { [SERIAL]: "revoked" });
  const { teller } = await till(packOf(OURS, { serials: [SERIAL], list }));
  for (const code of [TOKEN, NUMBER]) {
    assert.equal((await answersTo(teller, code))[0].verdict, "revoked");
  }
});

test("an older list, or one nobody of ours has signed, leaves the last good one", async () => {
  const { teller, pack, world } = await till(
    packOf(OURS, { list: listOf(OURS, 2, { [SERIAL]: "revoked" }) }),
  );
  const forged = { ...listOf(OURS, 3, {}), signature: listOf(town(), 3, {}).signature };
  for (const list of [listOf(OURS, 1, {}), forged, { list: null }, null]) {
    world.answers.pack = { status: 200, body: packOf(OURS, { list }), etag: '"2"' };
    assert.equal(await pack.refresh(), true);
    assert.equal((await answersTo(teller, TOKEN))[0].verdict, "revoked");
  }
  world.answers.pack.body = packOf(OURS, { list: listOf(OURS, 3, {}) });
  await pack.refresh();
  assert.equal((await answersTo(teller, TOKEN))[0].verdict, "ok_offline");
});

test("a pack lasts seven days after the service has last confirmed it", async () => {
  const { teller, pack, world } = await till();
  world.time += 7 * DAY;
  assert.equal((await answersTo(teller, TOKEN))[0].verdict, "ok_offline");
  world.time += 1;
  assert.equal((await answersTo(teller, TOKEN))[0].verdict, "cannot_verify_offline");
  assert.equal(teller.state().needsNetwork, true);
  world.answers.pack = { status: 304, body: null, etag: '"1"' };
  await pack.refresh();
  assert.equal((await answersTo(teller, TOKEN))[0].verdict, "ok_offline");
});

test("a clock before the pack was made cannot be trusted with a date", async () => {
  const { teller, world } = await till();
  world.time -= 2 * 3600 * 1000;
  assert.equal((await answersTo(teller, TOKEN))[0].verdict, "clock_wrong");
});

test("nor can one before the service has last confirmed the pack", async () => {
  const { teller, pack, world } = await till();
  world.time += 3 * DAY;
  world.answers.pack = { status: 304, body: null, etag: '"1"' };
  await pack.refresh();
  world.time -= 2 * DAY;
  assert.equal((await answersTo(teller, TOKEN))[0].verdict, "clock_wrong");
});

test("a till that knows that it is revoked says so itself", async () => {
  const { teller, uploader } = await till();
  uploader.refused();
  for (const code of [TOKEN, NUMBER]) {
    const [answer] = await answersTo(teller, code);
    assert.deepEqual([answer.verdict, answer.mayRecord], ["till_revoked", false]);
  }
});

const TOLD = Object.freeze({
  last4: NUMBER.slice(-4),
  honour: "civilized_resident",
  pay_permille: 820,
  valid_from: "2026-12-01",
  valid_until: "2026-12-31",
});

test("the service's answer comes second, and the serial in it goes no further", async () => {
  const { teller, world } = await till();
  world.answers.check = { status: 200, body: { verdict: "ok", card: { serial: SERIAL, ...TOLD } } };
  const [device, service] = await answersTo(teller, NUMBER);
  assert.deepEqual([device.from, device.verdict], ["device", "cannot_verify_offline"]);
  assert.deepEqual([service.from, service.verdict, service.mayRecord], ["service", "ok", true]);
  assert.deepEqual(service.card, TOLD);
});

test("a page without HTTPS judges nothing, and sells with the service's word", async () => {
  const { teller, queue, world } = await till(packOf(OURS, { serials: [SERIAL] }), null);
  world.answers.check = { status: 200, body: { verdict: "ok", card: { serial: SERIAL, ...TOLD } } };
  const [device, service] = await answersTo(teller, TOKEN);
  assert.deepEqual([device.verdict, device.mayRecord], ["cannot_verify_offline", false]);
  assert.equal(service.mayRecord, true);
  assert.equal(teller.quote(service.card, 1290, 0).payable_fen, 1057);
  assert.equal((await teller.record(selling(TOKEN, service.card))).outcome, "kept");
  const [item] = await queue.waiting();
  assert.equal(item.sale.device, undefined);
  assert.equal(teller.state().needsNetwork, false);
});

test("a definite no of the service goes before the device's yes", async () => {
  const { teller, world } = await till();
  world.answers.check = { status: 200, body: { verdict: "revoked" }, etag: null };
  assert.equal((await answersTo(teller, TOKEN))[1].verdict, "revoked");
  world.answers.check = { status: 401, body: {}, etag: null };
  assert.equal((await answersTo(teller, TOKEN))[1].verdict, "till_revoked");
});

test("what is no code of a card is told so, and sent nowhere", async () => {
  const { teller, world } = await till();
  const cases = { "134567890123456789": "payment_code", "12345678901245": "bad_code" };
  for (const [code, expected] of Object.entries(cases)) {
    const answers = await answersTo(teller, code);
    assert.deepEqual(answers.map((answer) => answer.verdict), [expected]);
  }
  assert.deepEqual(world.sent.map(([name]) => name), ["pack"]);
});

test("a sale without answer is kept, signed, and counts against the allowance", async () => {
  const { teller, queue, standing } = await till();
  const [{ card }] = await answersTo(teller, TOKEN);
  const { outcome, quote } = await teller.record(selling(TOKEN, card));
  assert.deepEqual([outcome, quote.payable_fen], ["kept", 1057]);
  await teller.record(selling(TOKEN, card));
  const [item, ...more] = await queue.waiting();
  assert.deepEqual(more, []);
  assert.equal(item.sale.device.number, 1);
  await standing.recount();
  assert.deepEqual(teller.state().allowanceLeft, { sales: 499, saved_fen: 200000 - 233 });
});

test("an answer about the sale ends its waiting; any other keeps it", async () => {
  const sale = { id: "id", receipt: "AB23CD45", verdict: "ok", with_amount: true };
  const cases = [
    [{ status: 201, body: sale }, "recorded", 0],
    [{ status: 200, body: sale }, "recorded", 0],
    [{ status: 409, body: { verdict: "over_limit" } }, "refused", 0],
    [{ status: 401, body: {} }, "refused", 0],
    [{ status: 200, body: {} }, "kept", 1],
    [{ status: 200, body: null }, "kept", 1],
    [{ status: 409, body: null }, "kept", 1],
    [{ status: 422, body: {} }, "kept", 1],
    [{ status: 403, body: {} }, "kept", 1],
    [SILENCE, "kept", 1],
  ];
  for (const [answer, expected, left] of cases) {
    const { teller, world } = await till();
    world.answers.record = answer;
    const [{ card }] = await answersTo(teller, TOKEN);
    const { outcome } = await teller.record(selling(TOKEN, card));
    assert.deepEqual([outcome, (await teller.waitingItems()).length], [expected, left]);
  }
});

test("a basket of nothing but excluded goods is no sale with the card", async () => {
  const { teller, world } = await till();
  const [{ card }] = await answersTo(teller, TOKEN);
  const told = await teller.record({ ...selling(TOKEN, card), excludedFen: 1290 });
  assert.deepEqual(told, { outcome: "refused", verdict: "nothing_discountable" });
  assert.deepEqual(await teller.waitingItems(), []);
  assert.deepEqual(world.sent.map(([name]) => name), ["pack", "check"]);
});

test("uses on this device count, until they are taken back", async () => {
  const { teller, store } = await till();
  const [{ card }] = await answersTo(teller, TOKEN);
  for (const key of ["1", "2", "3"]) await teller.record(selling(TOKEN, card, key));
  assert.equal((await answersTo(teller, TOKEN))[0].verdict, "over_limit");
  assert.equal((await answersTo(teller, NUMBER))[0].verdict, "over_limit");
  await store.nameUse("3", "id-of-3");
  await store.dropUse("id-of-3");
  assert.equal((await answersTo(teller, TOKEN))[0].verdict, "ok_offline");
});

test("a till that has used its allowance up asks for the network", async () => {
  const offline = { days: 7, sales: 1, saved_fen: null };
  const { teller } = await till(packOf(OURS, { policy: { offline } }));
  const [{ card }] = await answersTo(teller, TOKEN);
  await teller.record(selling(TOKEN, card));
  assert.equal(teller.state().needsNetwork, true);
  const [answer] = await answersTo(teller, TOKEN);
  assert.deepEqual([answer.verdict, answer.mayRecord], ["cannot_verify_offline", false]);
});

test("a till with sales on it is not signed out, unless it is revoked", async () => {
  const { teller, uploader, world } = await till();
  const [{ card }] = await answersTo(teller, TOKEN);
  await teller.record(selling(TOKEN, card));
  assert.deepEqual([await teller.unpair(), world.forgotten], [false, undefined]);
  uploader.refused();
  assert.deepEqual([await teller.unpair(), world.forgotten], [true, true]);
  assert.equal((await teller.waitingItems()).length, 1);
});

test("a revoked till hands its sales in before it is signed out", async () => {
  const { teller, uploader, world } = await till();
  const [{ card }] = await answersTo(teller, TOKEN);
  await teller.record(selling(TOKEN, card));
  uploader.refused();
  world.answers.sync = { status: 401, body: { kept: ["key-1"] } };
  await teller.unpair();
  assert.deepEqual(await teller.waitingItems(), []);
});

test("an amount that does not agree has the till ask for the rules in force", async () => {
  const { teller, pack, world } = await till();
  const [{ card }] = await answersTo(teller, TOKEN);
  world.answers.record = { status: 409, body: { verdict: "amount_mismatch" } };
  const jiao = { ...packOf(OURS).policy, rounding: "jiao" };
  world.answers.pack = { status: 200, body: packOf(OURS, { policy: jiao }), etag: '"2"' };
  assert.equal((await teller.record(selling(TOKEN, card))).outcome, "refused");
  while (pack.current().policy.rounding === "fen") await new Promise(setImmediate);
  assert.equal(teller.quote(card, 1290, 0).payable_fen, 1050);
});

test("only what somebody can look at is put away", async () => {
  const { teller, queue } = await till();
  const [{ card }] = await answersTo(teller, TOKEN);
  await teller.record(selling(TOKEN, card));
  await teller.dismiss("key-1");
  const [item] = await teller.waitingItems();
  assert.equal(item.key, "key-1");
  await queue.setAside(item, "refused", "unknown");
  await teller.dismiss("key-1");
  assert.deepEqual(await teller.attentionItems(), []);
});

test("the file of last resort has every sale that has no receipt", async () => {
  const { teller } = await till();
  const [{ card }] = await answersTo(teller, TOKEN);
  await teller.record(selling(TOKEN, card));
  const { items } = JSON.parse(await (await teller.exportQueue()).text());
  assert.deepEqual(items.map((item) => item.sale.code), [TOKEN]);
});
