import assert from "node:assert/strict";
import test from "node:test";

import { createClock, dayAt, MAX_OFF_MS } from "../../loyalty/till/static/shell/clock.js";
import { memoryStore } from "./memory_store.js";

const NOON = Date.parse("2026-12-09T04:00:00Z");
const DATE = "Wed, 09 Dec 2026 04:00:00 GMT";

/**
 * A clock that shows this much too late a time, after one answer that came at once.
 * @param {number} by milliseconds
 * @param {import("../../loyalty/till/static/keep/store.js").Store} [memory]
 */
async function ahead(by, memory) {
  const store = memory || (await memoryStore());
  const clock = createClock({ now: () => NOON + by, store });
  clock.compare({ date: DATE, sentAt: NOON + by, heardAt: NOON + by });
  return clock;
}

test("a clock that is right, as far as whole seconds tell, is left alone", async () => {
  for (const by of [0, 999, 2000, -1000]) assert.equal((await ahead(by)).offMs(), 0);
});

test("a wrong clock is put right, and told past ten minutes", async () => {
  const eleven = 11 * 60 * 1000;
  for (const by of [eleven, -eleven]) {
    const clock = await ahead(by);
    assert.equal(clock.isWrong(), true);
    assert.ok(Math.abs(clock.now() - NOON) < 1000);
    assert.ok(Math.abs(clock.offMs() - by) < 1000);
  }
  assert.equal((await ahead(MAX_OFF_MS)).isWrong(), false);
});

test("a date that a proxy has added is not read", async () => {
  const clock = createClock({ now: () => NOON + MAX_OFF_MS, store: await memoryStore() });
  const [sentAt, heardAt] = [NOON + MAX_OFF_MS, NOON + MAX_OFF_MS];
  clock.compare({ date: `${DATE}, Thu, 10 Dec 2026 04:00:00 GMT`, sentAt, heardAt });
  assert.ok(Math.abs(clock.offMs() - MAX_OFF_MS) < 1000);
});

test("how wrong the clock is outlives the page", async () => {
  const store = await memoryStore();
  await ahead(3_600_000, store);
  const clock = createClock({ now: () => NOON + 3_600_000, store });
  await clock.load();
  assert.equal(clock.isWrong(), true);
});

test("the time on the way is halved, and an answer without a date tells nothing", async () => {
  const clock = createClock({ now: () => NOON, store: await memoryStore() });
  clock.compare({ date: DATE, sentAt: NOON + 10_500, heardAt: NOON + 30_500 });
  assert.equal(clock.offMs(), 20_000);
  clock.compare({ date: null, sentAt: 0, heardAt: 0 });
  assert.equal(clock.offMs(), 20_000);
});

test("an answer during which the device slept, or its clock was set, tells nothing", async () => {
  const clock = createClock({ now: () => NOON, store: await memoryStore() });
  for (const heardAt of [NOON + 14 * 3_600_000, NOON - 1]) {
    clock.compare({ date: DATE, sentAt: NOON, heardAt });
    assert.equal(clock.offMs(), 0);
  }
});

test("the day is the shop's, not the device's", () => {
  assert.equal(dayAt(Date.parse("2026-12-31T15:59:59Z"), "Asia/Shanghai"), "2026-12-31");
  assert.equal(dayAt(Date.parse("2026-12-31T16:00:00Z"), "Asia/Shanghai"), "2027-01-01");
});
