import assert from "node:assert/strict";
import test from "node:test";

import { NUMBER, OURS, SERIAL, TOKEN, answersTo, selling, till } from "./counter.js";
import { listOf, numberOf, packOf, tokenOf, town } from "./town.js";

const DAY = 24 * 3600 * 1000;

test("a signed card is green without network, at the shop's own rate", async () => {
  const { teller } = await till();
  const [answer, ...more] = await answersTo(teller, `HTTPS://X.EXAMPLE/C/${TOKEN}`);
  assert.deepEqual(more, []);
  assert.deepEqual(answer, {
    verdict: "ok_offline",
    unchecked: ["other_tills", "list_age"],
    mayRecord: true,
    from: "device",
    limit: null,
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

test("a card of another community, whose key no till takes along, is amber", async () => {
  const { teller } = await till();
  const [answer] = await answersTo(teller, tokenOf(town("elsewhere"), { serial: SERIAL }));
  assert.deepEqual([answer.verdict, answer.mayRecord], ["cannot_verify_offline", false]);
});

test("under a pack of before, with the keys of others, such a card is told so", async () => {
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

test("a signed card is green while the list is younger than a day, then amber", async () => {
  const { teller, world } = await till();
  world.time += DAY - 1;
  assert.equal((await answersTo(teller, TOKEN))[0].verdict, "ok_offline");
  world.time += 1;
  const [answer] = await answersTo(teller, TOKEN);
  assert.deepEqual([answer.verdict, answer.mayRecord], ["cannot_verify_offline", true]);
});

test("a pack lasts seven days after the service has last confirmed it", async () => {
  const { teller, pack, world } = await till();
  world.time += 7 * DAY;
  assert.equal((await answersTo(teller, TOKEN))[0].mayRecord, true);
  world.time += 1;
  assert.equal((await answersTo(teller, TOKEN))[0].mayRecord, false);
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

test("without network no sale goes past what the card may still save in the month", async () => {
  const limits = {
    discountable_per_sale_fen: null,
    uses_per_shop_day: null,
    uses_per_day: null,
    saved_per_month_fen: 466,
  };
  const pack = packOf(OURS, { serials: [SERIAL], policy: { limits } });
  const { teller } = await till(pack);
  const sell = async (key) => {
    const [{ card }] = await answersTo(teller, TOKEN);
    return teller.record(selling(TOKEN, card, key));
  };

  // 12.90 at 820 saves 2.33: two of it reach the limit exactly.
  assert.equal((await sell("key-1")).outcome, "kept");
  assert.equal((await sell("key-2")).outcome, "kept");
  assert.deepEqual(await sell("key-3"), {
    outcome: "refused",
    verdict: "over_limit",
    limit: { kind: "saved_per_month", again_from: null },
  });
  assert.equal((await teller.waitingItems()).length, 2);
});

test("where the service has judged the card, it judges the sale", async () => {
  const limits = {
    discountable_per_sale_fen: null,
    uses_per_shop_day: null,
    uses_per_day: null,
    saved_per_month_fen: 0,
  };
  const { teller } = await till(packOf(OURS, { serials: [SERIAL], policy: { limits } }));
  const [{ card }] = await answersTo(teller, TOKEN);

  const outcome = await teller.record({ ...selling(TOKEN, card), from: "service" });

  assert.equal(outcome.outcome, "kept");
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
  const cases = { "134567890123456789": "payment_code", 12345678901245: "bad_code" };
  for (const [code, expected] of Object.entries(cases)) {
    const answers = await answersTo(teller, code);
    assert.deepEqual(
      answers.map((answer) => answer.verdict),
      [expected],
    );
  }
  assert.deepEqual(
    world.sent.map(([name]) => name),
    ["pack"],
  );
});

test("a sale that waits is taken back on the device, and its use with it", async () => {
  const { teller, store, appraiser } = await till();
  const [{ card }] = await answersTo(teller, TOKEN);
  await teller.record(selling(TOKEN, card));
  const uses = async () => (await store.usesOf(await appraiser.useNameOf(TOKEN))).length;
  assert.equal(await uses(), 1);
  const deed = { key: "void-1", reason: "slip" };
  assert.equal(await teller.takeBackWaiting("key-1", deed), true);
  const [item] = await teller.waitingItems();
  assert.deepEqual([item.taken_back, item.saved_fen], [deed, 0]);
  assert.equal(item.sale.device.number, 1);
  assert.equal(teller.state().waiting, 1);
  assert.equal(await uses(), 0);
});
