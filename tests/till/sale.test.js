import assert from "node:assert/strict";
import test from "node:test";

import { READY, RIGHT_AFTER, amountsOf, step } from "../../loyalty/till/static/sell/sale.js";

const CARD = "12345678901244";
const KEY = "6f1c0b1e-0000-4000-8000-000000000001";
const FACTS = { honour: "civilized_resident", pay_permille: 850, last4: "1244" };

/** @type {any} */
const WORDS = {
  verdicts: Object.fromEntries(
    ["cannot_verify_offline", "clock_wrong"].map((verdict) => [verdict, { ask_again: true }]),
  ),
  other_verdict: { ask_again: false },
};

/** Return the sale and the last question after some events; an answer answers the last question. */
function course(...events) {
  let sale = READY;
  let asked = null;
  for (const event of events) {
    const turn = asked === null ? 0 : asked.turn;
    const next = step(sale, { turn, ...event }, WORDS);
    sale = next.sale;
    asked = next.ask || asked;
  }
  return { sale, asked };
}

/** @returns {any} */
const answer = (verdict, from, mayRecord, online = true) => ({
  type: "answer",
  online,
  answer: { verdict, card: FACTS, unchecked: [], from, mayRecord },
});
/** @type {{type: "code", code: string}} */
const scan = { type: "code", code: CARD };
const confirm = { type: "confirm", idempotencyKey: KEY };
const valid = answer("ok", "service", true);
const green = answer("ok_offline", "device", true);
const listed = answer("cannot_verify_offline", "device", true);
const settled = { type: "settled" };
const typed = (text) => [...text].map((key) => ({ type: "key", key }));
const quote = { total_fen: 1290, payable_fen: 1096, saved_fen: 194 };
/** @type {any} */
const sold = { type: "outcome", outcome: "recorded", verdict: "ok", receipt: "AB23CD45", quote };

test("a scanned card is asked about at once", () => {
  const { sale, asked } = course(scan);
  assert.equal(sale.phase, "checking");
  assert.deepEqual([asked.do, asked.code], ["check", CARD]);
});

test("a card goes on to the amount exactly if the teller says it may be recorded", () => {
  assert.equal(course(scan, valid).sale.phase, "accepted");
  assert.equal(course(scan, green).sale.phase, "accepted");
  assert.equal(course(scan, answer("expired", "service", false)).sale.phase, "refused");
  assert.equal(course(scan, answer("clock_wrong", "service", false)).sale.phase, "unchecked");
});

test("green and red from the device are told at once", () => {
  assert.equal(course(scan, green).sale.verdict, "ok_offline");
  assert.equal(course(scan, answer("revoked", "device", false)).sale.phase, "refused");
});

test("amber from the device waits for the service, and is told when that is silent", () => {
  assert.equal(course(scan, listed).sale.phase, "checking");
  assert.equal(course(scan, listed, valid).sale.verdict, "ok");
  const { sale } = course(scan, listed, settled);
  assert.deepEqual([sale.phase, sale.verdict], ["accepted", "cannot_verify_offline"]);
});

test("amber is told at once where no service is to be expected", () => {
  const { sale } = course(scan, answer("cannot_verify_offline", "device", false, false));
  assert.deepEqual([sale.phase, sale.verdict], ["unchecked", "cannot_verify_offline"]);
});

test("the service's answer replaces the device's, and keeps what was typed meanwhile", () => {
  const { sale } = course(scan, green, ...typed("12"), valid);
  assert.deepEqual([sale.phase, sale.answer.from, sale.typed], ["accepted", "service", "12"]);
  const refused = course(scan, green, ...typed("12"), answer("revoked", "service", false)).sale;
  assert.deepEqual([refused.phase, refused.verdict], ["refused", "revoked"]);
});

test("the service's answer replaces a red or an amber of the device, until something is done", () => {
  const red = answer("over_limit", "device", false);
  const amber = answer("cannot_verify_offline", "device", false, false);
  for (const before of [red, amber]) {
    assert.equal(course(scan, before, valid).sale.phase, "accepted");
    const { turn } = course(scan).asked;
    const following = course(scan, before, confirm).sale;
    assert.deepEqual(step(following, { ...valid, turn }, WORDS).sale, following);
  }
});

test("a check without any answer is amber, and asking again asks about the same card", () => {
  assert.equal(course(scan, settled).sale.verdict, "cannot_verify_offline");
  const { sale, asked } = course(scan, settled, confirm);
  assert.deepEqual([sale.phase, asked.do, asked.code], ["checking", "check", CARD]);
});

test("the answer to an earlier card is dropped", () => {
  const first = step(READY, scan, WORDS);
  const second = step(first.sale, { type: "code", code: "00000000000098" }, WORDS);
  const late = step(second.sale, { ...valid, turn: first.ask.turn }, WORDS);
  assert.equal(late.sale.phase, "checking");
});

test("digits typed while the card is being checked are the amount", () => {
  assert.equal(course(scan, ...typed("12.9"), valid).sale.typed, "12.9");
});

test("an amount is recorded on a yes", () => {
  const { asked } = course(scan, valid, ...typed("12.9"), confirm);
  const { totalFen, excludedFen, key } = asked;
  assert.deepEqual([asked.do, totalFen, excludedFen, key], ["record", 1290, 0, KEY]);
});

test("the part without discount has its own digits, and comes back to the amount", () => {
  const exclude = { type: "exclude" };
  const amounts = [...typed("50"), exclude, ...typed("12.5"), exclude, ...typed("0")];
  const { sale } = course(scan, valid, ...amounts);
  assert.deepEqual(amountsOf(sale), { totalFen: 50000, excludedFen: 1250 });
});

test("a part without discount that is more than the whole makes no sale", () => {
  const events = [scan, valid, ...typed("5"), { type: "exclude" }, ...typed("5.01")];
  assert.equal(amountsOf(course(...events).sale), null);
  assert.equal(course(...events, confirm).sale.phase, "accepted");
  assert.notEqual(amountsOf(course(...events, { type: "erase" }).sale), null);
});

test("a sale that could not be kept is handed over again with the same key", () => {
  const { sale } = course(scan, valid, ...typed("12.9"), confirm, { type: "failed" });
  assert.equal(sale.phase, "unrecorded");
  const again = step(sale, { type: "confirm", idempotencyKey: "another" }, WORDS);
  assert.ok(again.ask.do === "record");
  assert.deepEqual([again.ask.key, again.ask.totalFen, again.ask.code], [KEY, 1290, CARD]);
});

test("nothing typed belongs to a sale that may have been recorded", () => {
  const failed = { type: "failed" };
  const { sale } = course(scan, valid, ...typed("12.9"), confirm, failed, ...typed("7"));
  assert.deepEqual([sale.phase, sale.sent.totalFen], ["unrecorded", 1290]);
});

test("a recorded sale shows what to take, and forgets the card", () => {
  const { sale } = course(scan, valid, ...typed("12.9"), confirm, sold);
  assert.deepEqual([sale.phase, sale.quote, sale.receipt], ["recorded", quote, "AB23CD45"]);
  assert.deepEqual([sale.code, sale.sent, sale.answer], ["", null, null]);
});

test("a sale kept for later shows what to take, too", () => {
  const kept = { type: "outcome", outcome: "kept", quote };
  const { sale } = course(scan, green, ...typed("12.9"), confirm, kept);
  assert.deepEqual([sale.phase, sale.quote, sale.receipt], ["kept", quote, null]);
});

test("a card refused at the sale says why", () => {
  const refusal = { type: "outcome", outcome: "refused", verdict: "over_limit" };
  const { sale } = course(scan, valid, ...typed("12.9"), confirm, refusal);
  assert.deepEqual([sale.phase, sale.verdict], ["refused", "over_limit"]);
});

test("the next card ends the sale before, but not one that is being recorded", () => {
  const done = course(scan, valid, ...typed("12.9"), confirm, sold, scan).sale;
  assert.deepEqual([done.phase, done.typed, done.quote], ["checking", "", null]);
  const busy = course(scan, valid, ...typed("12.9"), confirm, scan).sale;
  assert.equal(busy.phase, "recording");
});

test("a number is typed without a scanner", () => {
  const { asked } = course(...typed(CARD), confirm);
  assert.deepEqual([asked.do, asked.code], ["check", CARD]);
});

test("confirming without an amount records nothing", () => {
  assert.equal(course(scan, valid, confirm).sale.phase, "accepted");
});

test("a use alone is noted when that is asked for", () => {
  const { sale, asked } = course(scan, valid, { type: "note", idempotencyKey: KEY });
  assert.deepEqual([asked.do, asked.totalFen], ["record", null]);
  const noted = step(sale, { ...sold, turn: asked.turn }, WORDS).sale;
  assert.deepEqual([noted.phase, noted.quote], ["recorded", null]);
});

test("a payment code is amber and leaves no code behind", () => {
  const { sale } = course(scan, valid, { type: "dropped", verdict: "payment_code" });
  assert.deepEqual([sale.phase, sale.code], ["unchecked", ""]);
});

test("clear begins anew", () => {
  const { sale } = course(scan, valid, ...typed("12"), { type: "clear" });
  assert.deepEqual([sale.phase, sale.code, sale.typed], ["ready", "", ""]);
});

const barcode = (at) => ({ type: "dropped", verdict: "bad_code", kind: "goods_barcode", at });

test("a code that is no card is called by its name", () => {
  const { sale } = course(barcode(0));
  assert.deepEqual(
    [sale.phase, sale.verdict, sale.kind],
    ["unchecked", "bad_code", "goods_barcode"],
  );
  const refusal = { verdict: "bad_code", kind: "goods_barcode", unchecked: [], from: "device" };
  const typed = course(scan, { type: "answer", online: false, answer: refusal }).sale;
  assert.equal(typed.kind, "goods_barcode");
});

test("right after a card any other code is ignored, and not later", () => {
  const read = { ...scan, at: 1000 };
  for (const events of [[read], [read, valid], [read, valid, ...typed("12")]]) {
    const { sale } = course(...events);
    assert.deepEqual(course(...events, barcode(1000 + RIGHT_AFTER - 1)).sale, sale);
    assert.equal(course(...events, barcode(1000 + RIGHT_AFTER)).sale.kind, "goods_barcode");
  }
});
