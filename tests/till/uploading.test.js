import assert from "node:assert/strict";
import test from "node:test";

import { createDevice } from "../../loyalty/till/static/keep/device.js";
import { createQueue, ORPHANED } from "../../loyalty/till/static/keep/queue.js";
import { createUploader } from "../../loyalty/till/static/keep/uploading.js";
import { memoryStore } from "./memory_store.js";

const { subtle } = globalThis.crypto;
let clock = 1_000_000;

/** Return a sale as it is queued. */
const saleOf = (key) => ({
  idempotency_key: key,
  happened_at: "2026-12-09T05:00:00.000Z",
  code: "12345678901244",
});

/** A till with some sales that wait, and a service that answers as it is told. */
async function till(count, answer) {
  const store = await memoryStore();
  const device = createDevice({ store, subtle });
  await device.adopt(await device.newKey());
  const queue = createQueue({ store, device, now: () => clock });
  for (let number = 1; number <= count; number += 1) {
    clock += 1;
    await queue.add(saleOf(`key-${number}`), 10);
    await queue.keep(`key-${number}`);
  }
  const sent = [];
  const api = /** @type {any} */ ({
    async sync(sales) {
      sent.push(sales.map((sale) => sale.idempotency_key));
      return answer(sales);
    },
  });
  const heard = [];
  const answered = async (key, result) => void heard.push([key, result.outcome]);
  const uploader = createUploader({ api, queue, locks: undefined, answered });
  const keys = (items) => items.map((item) => item.key);
  return {
    ...{ api, store, queue, uploader, sent, heard },
    waiting: async () => keys(await queue.waiting()),
    attention: async () => keys(await queue.attention()),
  };
}

const silence = { status: 0, body: null };
const results = (outcome) => (sales) => ({
  status: 200,
  body: {
    results: sales.map(({ idempotency_key }) => ({ idempotency_key, outcome, verdict: "ok" })),
  },
});
const ALL = ["key-1", "key-2", "key-3"];

test("a sale leaves on a receipt, oldest first", async () => {
  for (const outcome of ["recorded", "replayed", "flagged"]) {
    const { uploader, sent, waiting, attention } = await till(3, results(outcome));
    await uploader.upload();
    assert.deepEqual(sent, [ALL]);
    assert.deepEqual([await waiting(), await attention()], [[], []]);
  }
});

test("a refused sale is kept for somebody to look at, and not sent again", async () => {
  const { uploader, sent, waiting, attention } = await till(3, results("refused"));
  await uploader.upload();
  await uploader.upload();
  assert.deepEqual([await waiting(), await attention()], [[], ALL]);
  assert.equal(sent.length, 1);
});

for (const [name, answer] of Object.entries({
  nothing: silence,
  403: { status: 403, body: {} },
  404: { status: 404, body: {} },
  409: { status: 409, body: {} },
  "an empty 200": { status: 200, body: null },
  "a 200 of something else": { status: 200, body: { results: "none" } },
  "results of others": { status: 200, body: { results: [null, { idempotency_key: "x" }] } },
  "an outcome nobody knows": {
    status: 200,
    body: { results: [{ idempotency_key: "key-1", outcome: "lost" }] },
  },
})) {
  test(`${name} leaves everything waiting, and it is sent again`, async () => {
    let now = answer;
    const { uploader, sent, waiting } = await till(3, (sales) =>
      now === null ? results("recorded")(sales) : now,
    );
    await uploader.upload();
    assert.deepEqual(await waiting(), ALL);
    now = null;
    await uploader.upload();
    assert.deepEqual(sent, [ALL, ALL]);
    assert.deepEqual(await waiting(), []);
  });
}

for (const status of [400, 413, 422]) {
  test(`${status} puts aside the one sale that is meant, and records the others`, async () => {
    const { uploader, queue, waiting, attention } = await till(9, (sales) =>
      sales.some((sale) => sale.idempotency_key === "key-4")
        ? { status, body: {} }
        : results("recorded")(sales),
    );
    await uploader.upload();
    assert.deepEqual([await waiting(), await attention()], [[], ["key-4"]]);
    await queue.tryAgain();
    assert.deepEqual([await waiting(), await attention()], [["key-4"], []]);
  });
}

test("what a service answers half is sent again by half", async () => {
  let first = true;
  const { uploader, sent } = await till(3, (sales) => {
    const answer = results("recorded")(first ? sales.slice(0, 1) : sales);
    first = false;
    return answer;
  });
  await uploader.upload();
  await uploader.upload();
  assert.deepEqual(sent, [ALL, ["key-2", "key-3"]]);
});

test("a revoked till shows what the community has taken in, and keeps the rest", async () => {
  const { uploader, sent, waiting, attention } = await till(3, () => ({
    status: 401,
    body: { kept: ["key-1", "key-3"] },
  }));
  await uploader.upload();
  assert.deepEqual([await waiting(), await attention()], [["key-2"], ["key-1", "key-3"]]);
  assert.equal(uploader.revoked(), true);
  await uploader.upload();
  assert.deepEqual(sent.at(-1), ["key-2"]);
});

test("a till nobody knows stops asking, until it is paired anew", async () => {
  const { uploader, sent, waiting } = await till(3, () => ({ status: 401, body: {} }));
  await uploader.upload();
  await uploader.upload();
  assert.deepEqual([sent.length, await waiting()], [1, ALL]);
  uploader.renew();
  await uploader.upload();
  assert.equal(sent.length, 2);
});

test("two calls at once upload once", async () => {
  const { uploader, sent } = await till(3, results("recorded"));
  await Promise.all([uploader.upload(), uploader.upload()]);
  assert.equal(sent.length, 1);
});

test("five hundred sales go in pieces, each once", async () => {
  const { uploader, sent, waiting } = await till(501, results("recorded"));
  await uploader.upload();
  assert.deepEqual(
    sent.map((batch) => batch.length),
    [200, 200, 101],
  );
  assert.equal(new Set(sent.flat()).size, 501);
  assert.deepEqual(await waiting(), []);
});

test("what a closed page has left is sealed and sent, but not while it is awaited", async () => {
  const { queue, uploader, sent } = await till(0, results("recorded"));
  await queue.add(saleOf("left"), 0);
  await uploader.upload();
  assert.deepEqual(sent, []);
  clock += ORPHANED + 1;
  await uploader.upload();
  assert.deepEqual(sent, [["left"]]);
});

test("the chain has no gap and no fork, however many sales are sealed at once", async () => {
  const { store, queue } = await till(0, results("recorded"));
  const keys = Array.from({ length: 20 }, (_, number) => `sale-${number}`);
  for (const key of keys) await queue.add(saleOf(key), 0);
  await Promise.all(keys.map((key) => queue.keep(key)));
  const links = (await store.items()).map((item) => item.sale.device);
  assert.deepEqual(
    links.map((link) => link.number).sort((one, other) => one - other),
    keys.map((_, number) => number + 1),
  );
  assert.equal(new Set(links.map((link) => link.previous)).size, keys.length);
});

test("a sale that was answered meanwhile is not sealed and brought back", async () => {
  const { store, queue } = await till(0, results("recorded"));
  await queue.add(saleOf("answered"), 0);
  await Promise.all([queue.keep("answered"), queue.settle("answered")]);
  assert.deepEqual(await store.items(), []);
  assert.equal((await store.read("chain")).number, 0);
});

/** Three waiting sales of which the second is taken back here; voids are answered as told. */
async function takenBack(voids, answer = results("recorded")) {
  const world = await till(3, (sales) => {
    const { status, body } = answer(sales);
    const named = body.results.map((one) => ({
      ...one,
      redemption_id: `id-${one.idempotency_key}`,
    }));
    return { status, body: { results: named } };
  });
  const deeds = [];
  world.api.takeBack = async (...deed) => {
    deeds.push(deed);
    return { status: voids.shift(), body: {} };
  };
  assert.equal(await world.queue.takeBack("key-2", { key: "void-2", reason: "slip" }), true);
  return { ...world, deeds };
}

test("a sale taken back here is sent under its number, then voided, before the next", async () => {
  const { uploader, sent, deeds, waiting } = await takenBack([201]);
  await uploader.upload();
  assert.deepEqual(sent, [["key-1", "key-2"], ["key-3"]]);
  assert.deepEqual(deeds, [["id-key-2", "slip", "void-2"]]);
  assert.deepEqual(await waiting(), []);
});

test("a void without answer is sent again under its key, and nothing overtakes it", async () => {
  const { uploader, sent, deeds, waiting } = await takenBack([0, 200]);
  await uploader.upload();
  assert.deepEqual(await waiting(), ["key-2", "key-3"]);
  await uploader.upload();
  assert.deepEqual(sent, [["key-1", "key-2"], ["key-2"], ["key-3"]]);
  assert.deepEqual(deeds[0], deeds[1]);
  assert.deepEqual(await waiting(), []);
});

test("a void that is refused is shown to somebody", async () => {
  const { uploader, queue, attention } = await takenBack([409]);
  await uploader.upload();
  assert.deepEqual(await attention(), ["key-2"]);
  assert.equal((await queue.attention())[0].reason, "not_voided");
});

test("a sale taken back that was refused needs no void", async () => {
  const { uploader, deeds, attention } = await takenBack([], results("refused"));
  await uploader.upload();
  assert.deepEqual([deeds, await attention()], [[], ALL]);
});

test("only a sale that waits is taken back here, and once", async () => {
  const { queue } = await till(1, silence);
  await queue.add(saleOf("at the counter"), 0);
  const deed = { key: "void", reason: "slip" };
  assert.equal(await queue.takeBack("at the counter", deed), false);
  assert.equal(await queue.takeBack("gone", deed), false);
  assert.deepEqual(
    [await queue.takeBack("key-1", deed), await queue.takeBack("key-1", deed)],
    [true, false],
  );
  assert.equal((await queue.waiting())[0].saved_fen, 0);
});
