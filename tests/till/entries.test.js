import assert from "node:assert/strict";
import test from "node:test";

import {
  goodsOf,
  mayBeTakenBack,
  mayBeVoided,
  mayComeBack,
  moreOf,
  reasonInWords,
  sumOf,
  sumOfQueued,
  timeAt,
} from "../../loyalty/till/static/day/entries.js";
import { slipLinesOf, dayInSpokenWords } from "../../loyalty/till/static/day/summary.js";

/** @type {any} */
const WORDS = {
  voided: "voided",
  no_amount: "use only",
  saved: "saved {amount}",
  slip_uses: "uses",
  slip_total: "marked",
  slip_payable: "taken",
  slip_saved: "saved",
  slip_waiting: "waiting",
  spoken: { day: "{count} sales, {payable}, saved {saved}" },
};
const SALE = {
  receipt: "AB23CD45",
  total_fen: 1290,
  payable_fen: 1096,
  saved_fen: 194,
  with_amount: true,
  voided: false,
  happened_at: "2026-12-01T09:00:00+08:00",
  recorded_at: "2026-12-01T10:00:00+08:00",
};
const TAKEN_BACK = { key: "k", reason: "slip" };
const AT = Date.parse(SALE.recorded_at);

test("a sale is voided within ten minutes of its recording, and once", () => {
  assert.equal(mayBeVoided(SALE, AT + 599999), true);
  assert.equal(mayBeVoided(SALE, AT + 600000), false);
  assert.equal(mayBeVoided({ ...SALE, voided: true }, AT), false);
  assert.equal(mayBeVoided({ ...SALE, total_fen: 0 }, AT), false);
  assert.equal(mayBeVoided({ ...SALE, total_fen: 0, with_amount: false }, AT), true);
});

test("goods come back while something is left of the sale", () => {
  assert.equal(mayComeBack(SALE), true);
  assert.equal(mayComeBack({ ...SALE, total_fen: 0 }), false);
  assert.equal(mayComeBack({ ...SALE, with_amount: false }), false);
  assert.equal(mayComeBack({ ...SALE, voided: true }), false);
});

test("what comes back is no more than is left, with discount and without", () => {
  const mixed = { total_fen: 20000, excluded_fen: 10000 };
  const back = (amount, excluded = "") => {
    const goods = goodsOf(mixed, amount, excluded);
    return goods && [goods.amountFen, goods.excludedFen];
  };
  assert.deepEqual(back("200"), [20000, null]);
  assert.equal(back("200.01"), null);
  assert.deepEqual(back("100", "100"), [10000, 10000]);
  assert.deepEqual(back("100", "0"), [10000, 0]);
  assert.deepEqual(back("100", "0.00"), [10000, 0]);
  assert.equal(back("100.01", "0"), null);
  assert.equal(back("150", "100.01"), null);
  assert.equal(back("50", "50.01"), null);
  for (const nothing of ["", "0", "x", "-1"]) assert.equal(back(nothing), null);
  assert.equal(back("100", "x"), null);
});

test("a sale that waits on the device is taken back once", () => {
  assert.equal(mayBeTakenBack({ state: "waiting" }), true);
  assert.equal(mayBeTakenBack({ state: "sent" }), false);
  assert.equal(mayBeTakenBack({ state: "waiting", taken_back: TAKEN_BACK }), false);
  assert.equal(sumOfQueued({ sale: { total_fen: 1290 }, taken_back: TAKEN_BACK }, WORDS), "voided");
});

test("an entry says what was taken and what was saved", () => {
  assert.deepEqual([sumOf(SALE, WORDS), moreOf(SALE, WORDS)], ["10.96", "saved 1.94 · AB23CD45"]);
  const voided = { ...SALE, voided: true };
  assert.deepEqual([sumOf(voided, WORDS), moreOf(voided, WORDS)], ["voided", "AB23CD45"]);
  assert.equal(sumOf({ ...SALE, with_amount: false }, WORDS), "use only");
});

test("a waiting sale shows what was taken, else the marked price, else that there is none", () => {
  assert.equal(sumOfQueued({ sale: { total_fen: 1290, payable_fen: 1096 } }, WORDS), "10.96");
  assert.equal(sumOfQueued({ sale: { total_fen: 1290 } }, WORDS), "12.90");
  assert.equal(sumOfQueued({ sale: {} }, WORDS), "use only");
});

test("a sale that was not recorded says why, and who sees to it", () => {
  /** @type {any} */
  const words = {
    received: "received",
    malformed: "unreadable",
    not_voided: "ask the community",
    attention_reason: "{word}!",
    verdicts: { unknown: { word: "no such card" } },
  };
  /** @type {{reason: "quarantined", verdict: string}} */
  const quarantined = { reason: "quarantined", verdict: "till_revoked" };
  assert.equal(reasonInWords(quarantined, words), "received");
  assert.equal(reasonInWords({ reason: "refused", verdict: "unknown" }, words), "no such card!");
  assert.equal(reasonInWords({ reason: "not_accepted", verdict: null }, words), "unreadable");
  assert.equal(reasonInWords({ reason: "not_voided", verdict: null }, words), "ask the community");
});

test("times are the shop's, not the device's", () => {
  assert.equal(timeAt("2026-12-01T23:30:00+08:00", "Asia/Shanghai"), "23:30");
});

test("the day's slip names what is not in its sums", () => {
  const day = { uses: 3, total_fen: 5000, payable_fen: 4250, saved_fen: 750 };
  const values = slipLinesOf(day, 0, WORDS).map(([, value]) => value);
  assert.deepEqual(values, ["3", "50.00", "42.50", "7.50"]);
  assert.deepEqual(slipLinesOf(day, 2, WORDS).pop(), ["waiting", "2"]);
  assert.equal(dayInSpokenWords(day, WORDS), "3 sales, 42.50, saved 7.50");
});
