import assert from "node:assert/strict";
import test from "node:test";

import { findPassedLimit } from "../../loyalty/till/static/judge/limits.js";

const LIMITS = { uses_per_shop_day: 3, uses_per_day: null, saved_per_month_fen: 1000 };
const TODAY = "2026-12-09";
const use = (day, saved) => ({ day, saved_fen: saved });
const passed = (uses, { today = TODAY, limits = LIMITS, until = "2027-12-31", saving = 0 } = {}) =>
  findPassedLimit(limits, uses, today, saving, until);

test("own uses up to a limit are within it", () => {
  assert.equal(passed([use(TODAY, 0), use(TODAY, 0)]), null);
  assert.equal(passed([use("2026-12-08", 0), use(TODAY, 1000)]), null);
  assert.equal(passed([use("2026-11-30", 5000)]), null);
  assert.equal(passed([use("2026-12-08", 900)], { saving: 100 }), null);
  assert.equal(passed([use("2026-12-08", 900)], { saving: 101 }).kind, "saved_per_month");
});

test("a limit of the day is over with the day, one of the month with the month", () => {
  const often = [use(TODAY, 0), use(TODAY, 0), use(TODAY, 0)];
  assert.deepEqual(passed(often), { kind: "uses_per_shop_day", again_from: "2026-12-10" });
  const limits = { ...LIMITS, uses_per_day: 3 };
  assert.equal(passed(often, { limits }).kind, "uses_per_day");
  const much = [use("2026-12-08", 1), use(TODAY, 1000)];
  assert.deepEqual(passed(much), { kind: "saved_per_month", again_from: "2027-01-01" });
  assert.equal(passed([...often, ...much]).kind, "saved_per_month");
});

test("no day is named on which the card has run out", () => {
  const last = { today: "2026-12-31", until: "2026-12-31" };
  const often = [1, 2, 3].map(() => use(last.today, 0));
  assert.equal(passed(often, last).again_from, null);
  assert.equal(passed(often, { ...last, until: "2027-01-01" }).again_from, "2027-01-01");
});
