import assert from "node:assert/strict";
import test from "node:test";

import { adviceOn } from "../../loyalty/till/static/scan/scanner_test.js";

const NUMBER = "00000000000098";
const URL = `HTTPS://TRAINING.EXAMPLE/C/CAAAAAAAAAAAADKICE${"A".repeat(102)}`;

/** @type {import("../../loyalty/till/static/scan/keystrokes.js").Manner} */
const right = {
  kind: "token",
  text: URL,
  length: URL.length,
  end: "Enter",
  pace: 4,
  letters: "capital",
  capsLock: false,
};

/** @type {[string, Partial<import("../../loyalty/till/static/scan/keystrokes.js").Manner>, string[]][]} */
const CASES = [
  ["a right scan", {}, ["good"]],
  ["a number has no letters", { kind: "card_number", text: NUMBER, letters: "none" }, ["good"]],
  ["an end by Tab", { end: "Tab" }, ["good"]],
  ["no end", { end: "" }, ["no_end"]],
  ["at the edge of slowness", { pace: 60 }, ["good"]],
  ["slow", { pace: 61 }, ["slow"]],
  ["converted letters", { letters: "small" }, ["converted"]],
  ["letters under CapsLock", { letters: "small", capsLock: true }, ["caps_lock"]],
  ["CapsLock that did no harm", { capsLock: true }, ["good"]],
  ["something in front", { text: `]Q1${URL}` }, ["prefix"]],
  ["lost digits", { kind: "goods_barcode", text: "0000000000098" }, ["dropped"]],
  ["lost letters", { kind: "bad", text: URL.replace("TRAIN", "TRIN") }, ["dropped"]],
  ["a French scanner", { text: URL.replace(/A/g, "Q") }, ["layout"]],
  ["somebody's card", { text: `HTTPS://LOYALTY.SOMEWHERE/C/${"B".repeat(120)}` }, ["good"]],
  ["goods", { kind: "goods_barcode", text: "6901234567892" }, ["other"]],
  ["anything", { kind: "bad", text: "HELLO WORLD" }, ["other"]],
  ["money", { kind: "payment_code", text: "", end: "", pace: 100 }, ["payment"]],
];

for (const [name, change, advice] of CASES) {
  test(`the test page on ${name}`, () => {
    assert.deepEqual(adviceOn({ ...right, ...change }, [NUMBER, URL]), advice);
  });
}
