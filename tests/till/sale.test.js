import assert from "node:assert/strict";
import test from "node:test";

import { READY, step } from "../../loyalty/till/static/sale.js";

const CARD = "12345678901244";
const KEY = "6f1c0b1e-0000-4000-8000-000000000001";

/** Return the sale and the last question after some events; an answer answers the last question. */
function course(...events) {
  let sale = READY;
  let asked = null;
  for (const event of events) {
    const told = event.type === "answered" ? { question: asked, ...event } : event;
    const next = step(sale, told);
    sale = next.sale;
    asked = next.ask || asked;
  }
  return { sale, asked };
}

const scan = { type: "code", code: CARD };
const confirm = { type: "confirm", key: KEY };
const silence = { type: "answered", status: 0, body: null };
const valid = { type: "answered", status: 200, body: { verdict: "ok", card: { last4: "1244" } } };
const typed = (text) => [...text].map((key) => ({ type: "key", key }));
const quote = { total_fen: 1290, payable_fen: 1096, saved_fen: 194 };
const sold = {
  type: "answered",
  status: 201,
  body: { ...quote, verdict: "ok", receipt: "AB23CD45", with_amount: true },
};

test("a scanned card is asked about at once", () => {
  const { sale, asked } = course(scan);
  assert.equal(sale.phase, "checking");
  assert.deepEqual([asked.do, asked.code, asked.amount], ["check", CARD, null]);
});

test("green comes from the service's ok alone", () => {
  for (const status of [0, 400, 404, 422]) {
    const { sale } = course(scan, { type: "answered", status, body: {} });
    assert.equal(sale.phase, "unchecked", String(status));
  }
  assert.equal(course(scan, valid).sale.phase, "accepted");
  const expired = { type: "answered", status: 200, body: { verdict: "expired" } };
  assert.equal(course(scan, expired).sale.phase, "refused");
});

test("no answer is amber, and asking again asks about the same card", () => {
  const { sale, asked } = course(scan, silence, confirm);
  assert.equal(course(scan, silence).sale.verdict, "cannot_verify_offline");
  assert.deepEqual([sale.phase, asked.do, asked.code], ["checking", "check", CARD]);
});

test("the answer to an earlier card is dropped", () => {
  const first = step(READY, scan);
  const second = step(first.sale, { type: "code", code: "00000000000098" });
  const late = step(second.sale, { ...valid, question: first.ask });
  assert.equal(late.sale.phase, "checking");
});

test("an amount is quoted when the typing pauses, and recorded on a yes", () => {
  const quoted = course(scan, valid, ...typed("12.9"), { type: "pause" });
  assert.deepEqual([quoted.asked.do, quoted.asked.amount], ["quote", 1290]);
  const { asked } = course(scan, valid, ...typed("12.9"), confirm);
  assert.deepEqual([asked.do, asked.amount, asked.key], ["record", 1290, KEY]);
});

test("a quote for another amount than the one on the screen is not shown", () => {
  const late = { type: "answered", status: 200, body: { verdict: "ok", quote } };
  const events = [scan, valid, ...typed("12.9"), { type: "pause" }, ...typed("0"), late];
  assert.deepEqual(course(...events).sale.quote, quote);
  const other = [scan, valid, ...typed("12"), { type: "pause" }, ...typed("5"), late];
  assert.equal(course(...other).sale.quote, null);
});

test("a sale without an answer is sent again with the same key", () => {
  const { sale } = course(scan, valid, ...typed("12.9"), confirm, silence);
  assert.equal(sale.phase, "unrecorded");
  const again = step(sale, { type: "confirm", key: "another" });
  assert.deepEqual([again.ask.key, again.ask.amount, again.ask.code], [KEY, 1290, CARD]);
});

test("nothing typed belongs to a sale that may have been recorded", () => {
  const { sale } = course(scan, valid, ...typed("12.9"), confirm, silence, ...typed("7"));
  assert.deepEqual([sale.phase, sale.amount], ["unrecorded", 1290]);
});

test("a recorded sale shows what to take, and forgets the card", () => {
  const { sale } = course(scan, valid, ...typed("12.9"), confirm, sold);
  assert.deepEqual([sale.phase, sale.quote.payable_fen, sale.receipt], ["recorded", 1096, "AB23CD45"]);
  assert.deepEqual([sale.code, sale.key], ["", null]);
});

test("a card refused at the sale says why", () => {
  const refusal = { type: "answered", status: 409, body: { verdict: "over_limit" } };
  const { sale } = course(scan, valid, ...typed("12.9"), confirm, refusal);
  assert.deepEqual([sale.phase, sale.verdict], ["refused", "over_limit"]);
});

test("a revoked till says so, whatever it asked", () => {
  const { sale } = course(scan, { type: "answered", status: 401, body: {} });
  assert.deepEqual([sale.phase, sale.verdict], ["refused", "till_revoked"]);
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
  const { asked } = course(scan, valid, { type: "note", key: KEY });
  assert.deepEqual([asked.do, asked.amount], ["record", null]);
});

test("a payment code is amber and leaves no code behind", () => {
  const { sale } = course(scan, valid, { type: "dropped", verdict: "payment_code" });
  assert.deepEqual([sale.phase, sale.code], ["unchecked", ""]);
});

test("clear begins anew", () => {
  const { sale } = course(scan, valid, ...typed("12"), { type: "clear" });
  assert.deepEqual([sale.phase, sale.code, sale.typed], ["ready", "", ""]);
});
