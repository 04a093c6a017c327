import assert from "node:assert/strict";
import test from "node:test";

import { characterOf } from "../../loyalty/till/static/scan/keys.js";
import { CARD, OTHER, bench, fieldWith } from "./scanner_bench.js";

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

test("a line feed sent as Ctrl+J ends a code, and is a shortcut otherwise", () => {
  const { told, scan, hear, wait } = bench();
  assert.equal(hear(0, { code: "KeyJ", key: "j", ctrlKey: true }), false);
  for (const digit of CARD) hear(5, { code: `Digit${digit}` });
  assert.equal(hear(5, { code: "KeyJ", key: "j", ctrlKey: true }), true);
  wait(6000);
  scan(OTHER);
  assert.equal(hear(5, { code: "KeyJ", key: "j", ctrlKey: true }), true);
  assert.deepEqual(told, [
    ["code", CARD],
    ["code", OTHER],
  ]);
});

test("what a scanner puts in front of a code is left out", () => {
  const { told, hear, scan } = bench();
  for (const [code, shiftKey] of [
    ["BracketRight", false],
    ["KeyC", true],
    ["Digit0", false],
  ]) {
    hear(5, { code, shiftKey });
  }
  scan(CARD);
  assert.deepEqual(told, [["code", CARD]]);
});

test("characters typed by their numbers, with Alt held, are a code", () => {
  const { told, hear } = bench();
  for (const digit of [...CARD, "\r"]) {
    hear(20, { code: "AltLeft", key: "Alt", altKey: true });
    for (const part of String(digit.charCodeAt(0)).padStart(4, "0")) {
      assert.equal(hear(4, { code: `Numpad${part}`, key: "Insert", altKey: true }), true);
    }
    hear(4, { type: "keyup", code: "AltLeft", key: "Alt" });
  }
  assert.deepEqual(told, [["code", CARD]]);
});

test("Alt with a letter, and Alt alone, are nobody's code", () => {
  const { told, hear } = bench();
  assert.equal(hear(0, { code: "AltLeft", key: "Alt", altKey: true }), false);
  assert.equal(hear(5, { code: "KeyF", key: "f", altKey: true }), false);
  assert.equal(hear(5, { type: "keyup", code: "AltLeft", key: "Alt" }), false);
  assert.deepEqual(told, []);
});

test("a keyboard without places is heard by the text it writes", () => {
  const typing = bench();
  for (const digit of CARD) {
    typing.hear(5, { key: "Unidentified" });
    typing.hear(0, { type: "beforeinput", inputType: "insertText", data: digit });
  }
  typing.press("", 5, "Enter");
  const composing = bench();
  composing.hear(5, { type: "compositionstart", data: "" });
  for (let length = 1; length <= CARD.length; length += 1) {
    composing.hear(5, { key: "Unidentified" });
    composing.hear(0, { type: "compositionupdate", data: CARD.slice(0, length) });
  }
  composing.wait(500);
  assert.deepEqual([typing.told, composing.told], [[["code", CARD]], [["code", CARD]]]);
});

test("a key that was read by its place is not read again by its text", () => {
  const { told, hear, press } = bench();
  hear(0, { type: "compositionstart", data: "" });
  for (let length = 1; length <= CARD.length; length += 1) {
    press(`Digit${CARD[length - 1]}`, 5);
    hear(0, { type: "compositionupdate", data: CARD.slice(0, length) });
    hear(0, { type: "beforeinput", inputType: "insertText", data: CARD[length - 1] });
  }
  press("Enter", 5);
  assert.deepEqual(told, [["code", CARD]]);
});

test("a field gets back what it held before the code, though an input method writes later", () => {
  for (const gap of [5, 120]) {
    const { told, hear } = bench();
    const target = fieldWith("12");
    for (const digit of CARD) {
      assert.equal(hear(gap, { code: `Digit${digit}`, target }), false);
      target.value += digit;
    }
    assert.equal(hear(gap, { code: "Enter", target }), true);
    assert.equal(target.value, "12");
    target.value = "12一二三";
    hear(10, { type: "input", target });
    assert.deepEqual([told, target.value], [[["code", CARD]], "12"]);
    hear(1000, { type: "input", target: Object.assign(target, { value: "125" }) });
    assert.equal(target.value, "125");
  }
});

test("what fingers type into a field is the field's", () => {
  const { told, hear, wait } = bench();
  const target = fieldWith("");
  for (const digit of "128") assert.equal(hear(200, { code: `Digit${digit}`, target }), false);
  assert.equal(hear(200, { code: "Enter", target }), false);
  wait(300);
  assert.deepEqual(told, []);
});

test("a key that is held down counts once", () => {
  const { told, hear, wait } = bench();
  hear(0, { code: "Digit0" });
  for (let times = 0; times < 20; times += 1) hear(30, { code: "Digit0", repeat: true });
  wait(200);
  assert.deepEqual(told, [["key", "0"]]);
});

test("a blank presses the button it is on, unless a scanner sends it", () => {
  const { hear, press } = bench();
  assert.equal(hear(500, { code: "Space", key: " " }), false);
  press("Digit1", 5);
  assert.equal(hear(5, { code: "Space", key: " " }), true);
});
