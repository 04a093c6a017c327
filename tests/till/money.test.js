import assert from "node:assert/strict";
import test from "node:test";

import {
  MAX_FEN,
  fenOf,
  rateInWords,
  addKey,
  formatYuan,
} from "../../loyalty/till/static/sell/money.js";

test("what is typed becomes whole fen", () => {
  assert.equal(fenOf("12.9"), 1290);
  assert.equal(fenOf("12.90"), 1290);
  assert.equal(fenOf("0.01"), 1);
  assert.equal(fenOf("8."), 800);
  assert.equal(fenOf("100000"), MAX_FEN);
});

test("what is no amount of a sale is none", () => {
  for (const typed of ["", "0", "0.00", "100000.01", "1.234", "x", "-1"]) {
    assert.equal(fenOf(typed), null, typed);
  }
});

test("no fen is lost for any amount of two decimals", () => {
  for (let fen = 1; fen <= 20000; fen += 1) assert.equal(fenOf(formatYuan(fen)), fen);
});

test("a key that makes no sense changes nothing", () => {
  assert.equal(addKey("12.34", "5"), "12.34");
  assert.equal(addKey("12.3", "."), "12.3");
  assert.equal(addKey("100000", "0"), "100000");
  assert.equal(addKey("0", "5"), "5");
  assert.equal(addKey("", "."), "0.");
});

test("a rate is said both ways, without idle zeros", () => {
  const pattern = "{fold} · 付{percent}% ({off}%)";
  assert.equal(rateInWords(850, pattern), "8.5折 · 付85% (15%)");
  assert.equal(rateInWords(800, pattern), "8折 · 付80% (20%)");
  assert.equal(rateInWords(825, pattern), "8.25折 · 付82.5% (17.5%)");
});

test("amounts taken back have their sign", () => {
  assert.equal(formatYuan(-5), "-0.05");
  assert.equal(formatYuan(-1290), "-12.90");
});
