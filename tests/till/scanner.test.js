import assert from "node:assert/strict";
import test from "node:test";

import { characterOf } from "../../loyalty/till/static/keys.js";
import { SAME_CODE, createScanner } from "../../loyalty/till/static/scanner.js";

const CARD = "12345678901244";
const OTHER = "00000000000098";

/** Return a text field that holds a value. */
const fieldWith = (value) => ({ tagName: "INPUT", type: "text", value });

/** Return a scanner on a bench: what it reports, and a hand and a machine that press keys. */
function bench() {
  const told = [];
  const manners = [];
  const timers = [];
  let at = 0;
  const scanner = createScanner({
    onCode: (code, manner) => told.push(["code", code]) && manners.push(manner),
    onDropped: (verdict, manner) => told.push(["dropped", verdict]) && manners.push(manner),
    onKey: (key) => told.push(["key", key]),
    onEnter: () => told.push(["enter"]) > 0,
    later: (work, wait) => timers.push({ work, due: at + wait }),
  });

  function wait(milliseconds) {
    for (const until = at + milliseconds; at < until; at += 1) {
      const due = timers.filter((timer) => timer.due <= at);
      for (const timer of due) timers.splice(timers.indexOf(timer), 1)[0].work();
    }
  }

  function hear(gap, event) {
    wait(gap);
    return scanner.hear({ key: "Process", code: "", shiftKey: false, timeStamp: at, ...event });
  }

  function press(code, gap, key = "Process", shiftKey = false) {
    return hear(gap, { code, key, shiftKey });
  }

  return {
    told,
    manners,
    wait,
    hear,
    press,
    scan(digits, { gap = 5, end = "Enter" } = {}) {
      for (const digit of digits) press(`Digit${digit}`, gap);
      return end === "" ? wait(500) : press(end, gap);
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

test("an Enter that comes late, or twice, still belongs to the code", () => {
  const { told, scan, press } = bench();
  for (const digit of OTHER) press(`Digit${digit}`, 5);
  assert.equal(press("Enter", 150), true);
  scan(CARD);
  assert.equal(press("NumpadEnter", 30), true);
  press("Enter", 1000);
  assert.deepEqual(told, [["code", OTHER], ["code", CARD], ["enter"]]);
});

test("a line feed sent as Ctrl+J ends a code, and is a shortcut otherwise", () => {
  const { told, scan, hear, wait } = bench();
  assert.equal(hear(0, { code: "KeyJ", key: "j", ctrlKey: true }), false);
  for (const digit of CARD) hear(5, { code: `Digit${digit}` });
  assert.equal(hear(5, { code: "KeyJ", key: "j", ctrlKey: true }), true);
  wait(6000);
  scan(OTHER);
  assert.equal(hear(5, { code: "KeyJ", key: "j", ctrlKey: true }), true);
  assert.deepEqual(told, [["code", CARD], ["code", OTHER]]);
});

test("what a scanner puts in front of a code is left out", () => {
  const { told, hear, scan } = bench();
  for (const [code, shiftKey] of [["BracketRight", false], ["KeyC", true], ["Digit0", false]]) {
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

test("how a code was sent is told along with it", () => {
  const { manners, hear, press } = bench();
  const capsLock = { getModifierState: (name) => name === "CapsLock" };
  for (const [code, key] of [["KeyA", "a"], ["KeyB", "b"]]) hear(4, { code, key, ...capsLock });
  for (const digit of CARD) press(`Digit${digit}`, 4);
  press("Tab", 4);
  const [manner] = manners;
  assert.deepEqual(manner, {
    kind: "card_number",
    text: `AB${CARD}`,
    length: 16,
    end: "Tab",
    pace: 4,
    letters: "small",
    capsLock: true,
  });
});

test("of a payment code nothing is told but that it was one", () => {
  const { manners, scan, wait } = bench();
  scan("134567890123456789");
  wait(100);
  assert.deepEqual([manners[0].kind, manners[0].text], ["payment_code", ""]);
  assert.equal(JSON.stringify(manners).includes("1345"), false);
});

test("a scanner that stumbles in the middle of a code is understood", () => {
  for (const [place, end] of [[3, "Enter"], [10, "Enter"], [13, "Enter"], [3, ""]]) {
    const { told, scan, press, wait } = bench();
    for (const digit of CARD.slice(0, place)) press(`Digit${digit}`, 5);
    wait(150);
    scan(CARD.slice(place), { end });
    wait(400);
    assert.deepEqual(told.at(-1), ["code", CARD]);
    assert.equal(told.filter(([what]) => what === "dropped").length, 0);
  }
});

test("the beginning of a payment code is no card, though its check digits fit", () => {
  const { told, scan, press, wait } = bench();
  for (const digit of CARD) press(`Digit${digit}`, 5);
  wait(200);
  scan("5678", { end: "" });
  wait(400);
  assert.equal(told.some(([what]) => what === "code"), false);
  assert.deepEqual(told.at(-1), ["key", "8"]);
});

test("the end of a payment code is no card, though its check digits fit", () => {
  const { told, scan, press } = bench();
  for (const digit of "1312") press(`Digit${digit}`, 5);
  press("Digit3", 200);
  scan(CARD.slice(3));
  assert.deepEqual(told.at(-1)[0], "dropped");
});

test("an amount that was typed before a scan is no part of it", () => {
  const { told, type, scan, wait } = bench();
  type("25");
  wait(400);
  scan(CARD);
  assert.deepEqual(told, [["key", "2"], ["key", "5"], ["code", CARD]]);
});
