import assert from "node:assert/strict";
import test from "node:test";

import { NUMBER, OURS, SILENCE, TOKEN, answersTo, selling, till } from "./counter.js";
import { packOf } from "./town.js";

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

test("a refusal takes back no sale that was sealed meanwhile: its number would be missing", async () => {
  const { teller, api, queue } = await till();
  api.record = async ({ idempotency_key: key }) => {
    await queue.keep(key);
    return { status: 409, body: { verdict: "over_limit" } };
  };
  const [{ card }] = await answersTo(teller, TOKEN);
  assert.equal((await teller.record(selling(TOKEN, card))).outcome, "refused");
  assert.deepEqual(
    (await queue.waiting()).map((item) => item.key),
    ["key-1"],
  );
});

test("a basket of nothing but excluded goods is no sale with the card", async () => {
  const { teller, world } = await till();
  const [{ card }] = await answersTo(teller, TOKEN);
  const told = await teller.record({ ...selling(TOKEN, card), excludedFen: 1290 });
  assert.deepEqual(told, { outcome: "refused", verdict: "nothing_discountable" });
  assert.deepEqual(await teller.waitingItems(), []);
  assert.deepEqual(
    world.sent.map(([name]) => name),
    ["pack", "check"],
  );
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
  assert.deepEqual(
    items.map((item) => item.sale.code),
    [TOKEN],
  );
});
