import assert from "node:assert/strict";
import test from "node:test";

import { judge, isOverOwnLimit, validityOf } from "../../loyalty/till/static/judge/judging.js";

/** A genuine token of a card that works, shown to a till that knows all a till can know. */
const GOOD = Object.freeze({
  readable: true,
  equipped: true,
  signed: true,
  genuine: true,
  ours: true,
  onRoster: false,
  listed: null,
  listFresh: true,
  clockWrong: false,
  today: "2026-12-09",
  validFrom: "2026-12-01",
  validUntil: "2026-12-31",
  certified: true,
  overLimit: false,
});
const UNSIGNED = Object.freeze({ signed: false, genuine: false, ours: false });
const NUMBER = Object.freeze({ ...GOOD, ...UNSIGNED, onRoster: true });

const verdict = (facts) => judge(facts).verdict;

test("a genuine token is green, and what no device can know is said", () => {
  assert.deepEqual(judge(GOOD), {
    verdict: "ok_offline",
    unchecked: ["other_tills", "list_age"],
    mayRecord: true,
  });
});

test("a genuine token under a list of yesterday is amber, and may be sold to", () => {
  assert.deepEqual(judge({ ...GOOD, listFresh: false }), {
    verdict: "cannot_verify_offline",
    unchecked: ["other_tills", "list_age"],
    mayRecord: true,
  });
});

test("a number on the roster is amber, and may be sold to", () => {
  assert.deepEqual(judge(NUMBER), {
    verdict: "cannot_verify_offline",
    unchecked: ["signature", "other_tills", "list_age"],
    mayRecord: true,
  });
});

test("a number that is not on the roster may be new: neither yes nor no", () => {
  const { verdict: said, mayRecord } = judge({ ...NUMBER, onRoster: false, validUntil: null });
  assert.deepEqual([said, mayRecord], ["cannot_verify_offline", false]);
});

test("without a pack, or with an old one, nothing is said of any card", () => {
  for (const facts of [GOOD, NUMBER, { ...GOOD, genuine: false }, { ...GOOD, listed: "revoked" }]) {
    const { verdict: said, mayRecord } = judge({ ...facts, equipped: false });
    assert.deepEqual([said, mayRecord], ["cannot_verify_offline", false]);
  }
});

/** @type {Record<string, Partial<import("../../loyalty/till/static/judge/judging.js").Facts>>} */
const REASONS = {
  forged: { genuine: false },
  other_community: { ours: false },
  revoked: { listed: "revoked" },
  suspended: { listed: "suspended" },
  expired: { today: "2027-01-01" },
  not_yet_valid: { today: "2026-11-30" },
  shop_not_certified: { certified: false },
  over_limit: { overLimit: true },
  clock_wrong: { clockWrong: true },
};
for (const [reason, facts] of Object.entries(REASONS)) {
  test(`a token is told ${reason}, and nothing is recorded`, () => {
    assert.equal(verdict({ ...GOOD, ...facts }), reason);
    assert.equal(judge({ ...GOOD, ...facts }).mayRecord, false);
  });
}

test("the first and the last day of a card are days of it", () => {
  for (const today of ["2026-12-01", "2026-12-31"]) {
    assert.equal(verdict({ ...GOOD, today }), "ok_offline");
  }
});

/** Every till that can be thought of. */
function* everything() {
  const truths = ["readable", "equipped", "signed", "genuine", "ours", "onRoster"];
  const choices = [...truths, "listFresh", "clockWrong", "certified", "overLimit"];
  for (let bits = 0; bits < 1 << choices.length; bits += 1) {
    const facts = { ...GOOD };
    for (const [at, name] of choices.entries()) facts[name] = Boolean(bits & (1 << at));
    for (const listed of [null, "revoked", "suspended"]) {
      for (const today of ["2026-11-30", "2026-12-09", "2027-01-01"]) {
        yield { ...facts, listed, today };
      }
    }
  }
}

test("no unsigned or forged code is ever called valid", () => {
  for (const facts of everything()) {
    const green = verdict(facts) === "ok_offline";
    const judged = facts.signed && facts.genuine && facts.ours && facts.equipped;
    assert.ok(!green || (judged && facts.listFresh), JSON.stringify(facts));
  }
});

test("red needs something that is known", () => {
  const KNOWN = {
    bad_code: (facts) => !facts.readable,
    forged: (facts) => facts.signed && !facts.genuine,
    other_community: (facts) => facts.signed && !facts.ours,
    revoked: (facts) => facts.listed === "revoked",
    suspended: (facts) => facts.listed === "suspended",
    expired: (facts) => facts.today > facts.validUntil && !facts.clockWrong,
    not_yet_valid: (facts) => facts.today < facts.validFrom && !facts.clockWrong,
    shop_not_certified: (facts) => !facts.certified,
    over_limit: (facts) => facts.overLimit,
  };
  for (const facts of everything()) {
    const said = verdict(facts);
    if (said in KNOWN) assert.ok(KNOWN[said](facts), JSON.stringify({ said, facts }));
    if (said in KNOWN && said !== "bad_code") assert.ok(facts.equipped);
    if (!facts.signed && !facts.onRoster && facts.listed === null && facts.readable) {
      assert.equal(said, "cannot_verify_offline");
    }
  }
});

test("own uses up to a limit are within it, what this sale saves included", () => {
  const limits = { uses_per_shop_day: 3, uses_per_day: null, saved_per_month_fen: 1000 };
  const use = (day, saved) => ({ day, saved_fen: saved });
  const today = "2026-12-09";
  const over = (uses, saving) => isOverOwnLimit(limits, uses, today, saving);
  assert.equal(over([use(today, 0), use(today, 0)], 0), false);
  assert.equal(over([use(today, 0), use(today, 0), use(today, 0)], 0), true);
  assert.equal(over([use("2026-12-08", 1), use(today, 900)], 99), false);
  assert.equal(over([use("2026-12-08", 1), use(today, 900)], 100), true);
  assert.equal(over([use("2026-11-30", 5000)], 1000), false);
});

test("a card works for whole months, leap years and year's ends included", () => {
  const until = (month, months) => validityOf(month, months).validUntil;
  assert.equal(validityOf("2026-12", 1).validFrom, "2026-12-01");
  assert.equal(until("2026-12", 1), "2026-12-31");
  assert.equal(until("2026-12", 3), "2027-02-28");
  assert.equal(until("2027-12", 3), "2028-02-29");
  assert.equal(until("2027-01", 12), "2027-12-31");
});
