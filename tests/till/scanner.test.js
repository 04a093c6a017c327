import assert from "node:assert/strict";
import test from "node:test";

import { SAME_CODE, characterOf, createScanner } from "../../loyalty/till/static/scanner.js";

const CARD = "12345678901244";
const OTHER = "00000000000098";

/** Return a scanner on a bench: what it reports, and a hand and a machine that press keys. */
function bench() {
  const told = [];
  const timers = [];
  let at = 0;
  const scanner = createScanner({
    onCode: (code) => told.push(["code", code]),
    onDropped: (verdict) => told.push(["dropped", verdict]),
    onKey: (key) => told.push(["key", key]),
    onEnter: () => told.push(["enter"]) > 0,
    later: (work, wait) => timers.push({ work, due: at + wait }),
  });

  function wait(milliseconds) {
    at += milliseconds;
    while (timers.length > 0 && timers[0].due <= at) timers.shift().work();
  }

  function press(code, gap, key = "Process", shiftKey = false) {
    wait(gap);
    return scanner.hear({ code, key, shiftKey, timeStamp: at });
  }

  return {
    told,
    wait,
    press,
    scan(digits, { gap = 5, end = "Enter" } = {}) {
      for (const digit of digits) press(`Digit${digit}`, gap);
      return end === "" ? wait(200) : press(end, gap);
    },
    type(digits, gap = 200) {
      for (const digit of digits) press(`Numpad${digit}`, gap);
      wait(200);
    },
  };
}

test("a scan is one code, and its Enter is swallowed", () => {
  const { told, scan } = bench();
  assert.equal(scan(CARD), true);
  assert.deepEqual(told, [["code", CARD]]);
});

test("a scan that ends with Tab, or with nothing, is a code too", () => {
  const first = bench();
  assert.equal(first.scan(CARD, { end: "Tab" }), true);
  const second = bench();
  second.scan(CARD, { end: "" });
  assert.deepEqual([first.told, second.told], [[["code", CARD]], [["code", CARD]]]);
});

test("what fingers type arrives key by key, and Enter confirms", () => {
  const { told, type, press } = bench();
  type("12");
  press("Enter", 300);
  assert.deepEqual(told, [["key", "1"], ["key", "2"], ["enter"]]);
});

test("two quick fingers are not a scanner", () => {
  const { told, type } = bench();
  type("128", 30);
  assert.deepEqual(told, [["key", "1"], ["key", "2"], ["key", "8"]]);
});

test("a slow scanner is known by the length of its line", () => {
  const { told, scan } = bench();
  scan(CARD, { gap: 120 });
  assert.deepEqual(told.at(-1), ["code", CARD]);
});

test("the same code again within five seconds is the same look", () => {
  const { told, scan, wait } = bench();
  scan(CARD);
  wait(1000);
  scan(CARD);
  wait(SAME_CODE + 1);
  scan(CARD);
  assert.deepEqual(told, [["code", CARD], ["code", CARD]]);
});

test("another code within five seconds counts", () => {
  const { told, scan, wait } = bench();
  scan(CARD);
  wait(500);
  scan(OTHER);
  assert.deepEqual(told, [["code", CARD], ["code", OTHER]]);
});

test("a payment code is dropped on the device, and never told", () => {
  const { told, scan } = bench();
  scan("134567890123456789");
  assert.deepEqual(told, [["dropped", "payment_code"]]);
});

test("a goods barcode is no card", () => {
  const { told, scan } = bench();
  scan("6901234567892");
  assert.deepEqual(told, [["dropped", "bad_code"]]);
});

test("Tab without a code moves the focus as everywhere", () => {
  assert.equal(bench().press("Tab", 500), false);
});

test("keys are read by their place, under an input method and full width", () => {
  const key = (code, key, shiftKey = false) => characterOf({ code, key, shiftKey });
  assert.equal(key("Digit7", "Process"), "7");
  assert.equal(key("Numpad7", "Process"), "7");
  assert.equal(key("KeyA", "a"), "A");
  assert.equal(key("Semicolon", "Process", true), ":");
  assert.equal(key("Slash", "Process"), "/");
  assert.equal(key("", "７"), "7");
  assert.equal(key("F5", "F5"), "");
  assert.equal(key("ShiftLeft", "Shift", true), "");
});
