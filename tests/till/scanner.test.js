import assert from "node:assert/strict";
import test from "node:test";

import { mannerOf } from "../../loyalty/till/static/scan/keystrokes.js";
import { SAME_CODE } from "../../loyalty/till/static/scan/scanner.js";
import { CARD, OTHER, bench } from "./scanner_bench.js";

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
  assert.deepEqual(told, [
    ["key", "1"],
    ["key", "2"],
    ["key", "8"],
  ]);
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
  assert.deepEqual(told, [
    ["code", CARD],
    ["code", CARD],
  ]);
});

test("another code within five seconds counts", () => {
  const { told, scan, wait } = bench();
  scan(CARD);
  wait(500);
  scan(OTHER);
  assert.deepEqual(told, [
    ["code", CARD],
    ["code", OTHER],
  ]);
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

test("an Enter that comes late, or twice, still belongs to the code", () => {
  const { told, scan, press } = bench();
  for (const digit of OTHER) press(`Digit${digit}`, 5);
  assert.equal(press("Enter", 150), true);
  scan(CARD);
  assert.equal(press("NumpadEnter", 30), true);
  press("Enter", 1000);
  assert.deepEqual(told, [["code", OTHER], ["code", CARD], ["enter"]]);
});

test("how a code was sent is told along with it", () => {
  const { manners, hear, press } = bench();
  const capsLock = { getModifierState: (name) => name === "CapsLock" };
  for (const [code, key] of [
    ["KeyA", "a"],
    ["KeyB", "b"],
  ])
    hear(4, { code, key, ...capsLock });
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

test("whether capitals come is told by a card's token, not by its host", () => {
  for (const [token, letters] of [
    ["CAFE", "capital"],
    ["cafe", "small"],
    ["CaFE", "mixed"],
  ]) {
    const keys = [...`https://a.example/C/${token}`].map((written, at) => ({
      character: written.toUpperCase(),
      written,
      at,
      capsLock: false,
      field: null,
    }));
    assert.equal(mannerOf(keys, "token", "Enter").letters, letters);
  }
});

test("of a payment code nothing is told but that it was one", () => {
  const { manners, scan, wait } = bench();
  scan("134567890123456789");
  wait(100);
  assert.deepEqual([manners[0].kind, manners[0].text], ["payment_code", ""]);
  assert.equal(JSON.stringify(manners).includes("1345"), false);
});

test("a scanner that stumbles in the middle of a code is understood", () => {
  /** @type {[number, string][]} */
  const stumbles = [
    [3, "Enter"],
    [10, "Enter"],
    [13, "Enter"],
    [3, ""],
  ];
  for (const [place, end] of stumbles) {
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
  assert.equal(
    told.some(([what]) => what === "code"),
    false,
  );
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
  assert.deepEqual(told, [
    ["key", "2"],
    ["key", "5"],
    ["code", CARD],
  ]);
});

test("an Enter that comes while the till still waits for more tells the code once", () => {
  const till = bench();
  for (const digit of CARD) till.press(`Digit${digit}`, 5);
  till.press("Enter", 200);
  till.wait(500);
  assert.deepEqual(till.told, [["code", CARD]]);
});

test("a second Enter soon after a code belongs to it, but not one after an amount", () => {
  const till = bench();
  till.scan(CARD);
  till.press("Enter", 20);
  assert.deepEqual(till.told, [["code", CARD]]);
  till.press("Digit9", 90);
  till.press("Enter", 90);
  assert.deepEqual(till.told.slice(1), [["key", "9"], ["enter"]]);
});

test("what was typed is not lost, however soon a key of another kind follows; a code's part is", () => {
  const till = bench();
  for (const digit of "129") till.press(`Digit${digit}`, 5);
  till.goOn();
  assert.deepEqual(till.told, [
    ["key", "1"],
    ["key", "2"],
    ["key", "9"],
  ]);
  for (const digit of CARD.slice(0, 9)) till.press(`Digit${digit}`, 5);
  till.goOn();
  till.wait(500);
  assert.equal(till.told.length, 3);
});
