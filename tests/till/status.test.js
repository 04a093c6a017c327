import assert from "node:assert/strict";
import test from "node:test";

import { ageInWords, warningOf } from "../../loyalty/till/static/shell/status.js";

/** @type {any} */
const WORDS = {
  no_list: "none",
  list_fresh: "fresh",
  list_minutes: "{count} min",
  list_hours: "{count} h",
  list_days: "{count} d",
  revoked: "revoked",
  clock_behind: "behind {count}",
  clock_ahead: "ahead {count}",
  list_too_old: "old",
  list_missing: "missing",
  allowance_used: "used up",
};
const MINUTE = 60000;
const HOUR = 60 * MINUTE;
const FINE = {
  online: true,
  listAgeMs: 0,
  waiting: 0,
  attention: 0,
  clockOffMs: 0,
  revoked: false,
  allowanceLeft: { sales: 500, saved_fen: null },
  needsNetwork: false,
};

test("the age of the list is told in the unit that fits", () => {
  const told = [null, 0, 2 * MINUTE, HOUR - 1, 3 * HOUR, 48 * HOUR - 1, 48 * HOUR];
  const words = ["none", "fresh", "2 min", "59 min", "3 h", "47 h", "2 d"];
  assert.deepEqual(
    told.map((age) => ageInWords(age, WORDS)),
    words,
  );
});

test("nothing is warned of while all is well", () => {
  assert.equal(warningOf(FINE, WORDS), "");
  assert.equal(warningOf({ ...FINE, online: false, waiting: 40 }, WORDS), "");
});

test("a clock is told from more than ten minutes on, with by how much and which way", () => {
  assert.equal(warningOf({ ...FINE, clockOffMs: 10 * MINUTE }, WORDS), "");
  assert.equal(warningOf({ ...FINE, clockOffMs: 11 * MINUTE }, WORDS), "ahead 11");
  assert.equal(warningOf({ ...FINE, clockOffMs: -25 * MINUTE }, WORDS), "behind 25");
});

test("needing the network is told with its reason", () => {
  assert.equal(warningOf({ ...FINE, needsNetwork: true }, WORDS), "old");
  const allowanceLeft = { sales: 3, saved_fen: 0 };
  assert.equal(warningOf({ ...FINE, needsNetwork: true, allowanceLeft }, WORDS), "used up");
});

test("a list that never came is missed without network alone", () => {
  const bare = { ...FINE, listAgeMs: null, needsNetwork: true };
  assert.equal(warningOf(bare, WORDS), "");
  assert.equal(warningOf({ ...bare, online: false }, WORDS), "missing");
});

test("the gravest warning comes first", () => {
  const grave = { ...FINE, revoked: true, attention: 2, clockOffMs: HOUR };
  assert.equal(warningOf(grave, WORDS), "revoked");
});
