import assert from "node:assert/strict";
import test from "node:test";

import {
  characterOf,
  createNumberedKeys,
  endOf,
  cleanText,
} from "../../loyalty/till/static/scan/keys.js";

const under = (code, shiftKey = false) => characterOf({ code, key: "Process", shiftKey });

test("under an input method every mark of an address is read by its place", () => {
  /** @type {[string, boolean, string][]} */
  const places = [
    ["Semicolon", true, ":"],
    ["Slash", false, "/"],
    ["Period", false, "."],
    ["Minus", false, "-"],
    ["Minus", true, "_"],
    ["BracketRight", false, "]"],
    ["NumpadDivide", false, "/"],
    ["NumpadDecimal", true, "."],
  ];
  for (const [code, shift, character] of places) assert.equal(under(code, shift), character);
});

test("a mark the browser has read is believed, on whatever layout", () => {
  assert.equal(characterOf({ code: "Period", key: ":", shiftKey: true }), ":");
  assert.equal(characterOf({ code: "Slash", key: "：", shiftKey: true }), ":");
});

test("letters are capitals, however they come", () => {
  assert.equal(characterOf({ code: "KeyB", key: "b", shiftKey: true }), "B");
  assert.equal(characterOf({ code: "", key: "ｂ", shiftKey: false }), "B");
  assert.equal(cleanText("ｈｔｔｐｓ：１２中"), "HTTPS:12");
});

test("Enter and Tab end a code, by whatever name", () => {
  /** @type {[{code: string, key: string, ctrlKey?: boolean}, string][]} */
  const ends = [
    [{ code: "Enter", key: "Process" }, "Enter"],
    [{ code: "NumpadEnter", key: "Enter" }, "Enter"],
    [{ code: "Tab", key: "Tab" }, "Tab"],
    [{ code: "", key: "Enter" }, "Enter"],
    [{ code: "KeyM", key: "m", ctrlKey: true }, "Enter"],
    [{ code: "KeyM", key: "m" }, ""],
    [{ code: "Escape", key: "Escape" }, ""],
  ];
  for (const [event, end] of ends) assert.equal(endOf(event), end);
});

test("Alt and 0049 are a 1, and Alt and 013 an Enter", () => {
  const keys = createNumberedKeys();
  const enter = (digits) => {
    for (const digit of digits) keys.gathers({ code: `Numpad${digit}`, altKey: true });
    return keys.release({ code: "AltLeft" });
  };
  assert.deepEqual(enter("0049"), { character: "1", end: "" });
  assert.deepEqual(enter("49"), { character: "1", end: "" });
  assert.deepEqual(enter("013"), { character: "", end: "Enter" });
  assert.deepEqual(enter("9"), { character: "", end: "Tab" });
  assert.deepEqual(enter(""), { character: "", end: "" });
  keys.gathers({ code: "Numpad1", altKey: true });
  keys.gathers({ code: "KeyA", altKey: true });
  assert.deepEqual(keys.release({ code: "AltRight" }), { character: "", end: "" });
});
