import assert from "node:assert/strict";
import test from "node:test";

import { createChoices } from "../../loyalty/till/static/shell/choices.js";
import { createSignals } from "../../loyalty/till/static/sell/signals.js";

const LOOK = { large: false, dark: true };
const ALONE = /** @type {Window} */ (new EventTarget());

/** @param {Record<string, string>} kept */
function storage(kept = {}) {
  const getItem = (name) => kept[name] || null;
  const setItem = (name, value) => (kept[name] = value);
  return /** @type {Storage} */ (/** @type {unknown} */ ({ getItem, setItem }));
}

test("a new device is loud, and looks as its page came", () => {
  const chosen = createChoices(storage(), LOOK, ALONE).read();
  assert.deepEqual([chosen.sound, chosen.voice, chosen.vibration], [true, true, true]);
  assert.deepEqual([chosen.large, chosen.dark, chosen.training], [false, true, false]);
});

test("a choice is kept, and told to whoever follows", () => {
  const place = storage();
  const choices = createChoices(place, LOOK, ALONE);
  const told = [];
  choices.follow(({ dark }) => told.push(dark));
  choices.change({ dark: false });
  assert.deepEqual(told, [true, false]);
  assert.equal(createChoices(place, LOOK, ALONE).read().dark, false);
});

test("what another tab has changed is told as well", () => {
  const place = storage();
  const window = /** @type {Window} */ (new EventTarget());
  const told = [];
  createChoices(place, LOOK, window).follow(({ training }) => told.push(training));
  createChoices(place, LOOK, ALONE).change({ training: true });
  for (const key of ["another", "loyalty.choices"]) {
    window.dispatchEvent(Object.assign(new Event("storage"), { key }));
  }
  assert.deepEqual(told, [false, true]);
});

test("a broken memory gives the usual choices", () => {
  const place = storage({ "loyalty.choices": "{" });
  assert.equal(createChoices(place, LOOK, ALONE).read().roll, "58");
});

test("sound, voice and vibration are switched off one by one", () => {
  const told = [];
  const heardWith = (chosen) => {
    told.length = 0;
    const signals = createSignals({
      sounds: { play: (name) => told.push(name) },
      voice: { say: (text) => told.push(text) },
      vibrate: () => told.push("buzz"),
      choices: () => ({ sound: true, voice: true, vibration: true, ...chosen }),
    });
    signals.scanned();
    signals.verdict("no", "revoked");
    return [...told];
  };
  assert.deepEqual(heardWith({}), ["scanned", "no", "buzz", "revoked"]);
  assert.deepEqual(heardWith({ sound: false }), ["buzz", "revoked"]);
  assert.deepEqual(heardWith({ voice: false }), ["scanned", "no", "buzz"]);
  assert.deepEqual(heardWith({ vibration: false }), ["scanned", "no", "revoked"]);
});
