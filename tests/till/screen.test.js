import assert from "node:assert/strict";
import test from "node:test";

import { READY } from "../../loyalty/till/static/sell/sale.js";
import { dayInWords, spokenOf, sentenceOf, toneOf } from "../../loyalty/till/static/sell/screen.js";
import { rateInSpokenWords, chooseVoice } from "../../loyalty/till/static/sell/voice.js";

/** @type {any} */
const WORDS = {
  verdicts: {
    ok: { tone: "yes", word: "valid" },
    revoked: { tone: "no", word: "revoked" },
    over_limit: { tone: "no", word: "over the limit", advice: "full price" },
    cannot_verify_offline: { tone: "unsure", word: "not checked" },
  },
  other_verdict: { tone: "unsure", word: "not understood", advice: "open the page again" },
  limits: {
    uses_per_day: { word: "used up", again: "again tomorrow", over: "never again" },
  },
  phases: {
    ready: { word: "scan" },
    listed: { tone: "unsure", word: "on the list" },
    recorded: { tone: "yes", word: "recorded" },
    noted: { tone: "yes", word: "noted" },
    kept: { tone: "yes", word: "kept" },
  },
  spoken: {
    both: "{word}, {more}",
    digits: "0123456789",
    rate: "pay {percent}%",
    payable: "take {amount}",
  },
};
/** @typedef {import("../../loyalty/till/static/sell/sale.js").Sale} Sale */

/**
 * A sale, of which only the facts that matter are given.
 * @param {Sale["phase"]} phase
 * @param {object} facts
 * @returns {Sale}
 */
const saleIn = (phase, facts = {}) => ({ ...READY, phase, ...facts });
const CARD = { pay_permille: 850 };
const accepted = (verdict) => saleIn("accepted", { verdict, answer: { card: CARD } });

test("an unsigned code is never green, even where it may be recorded", () => {
  assert.equal(toneOf(accepted("cannot_verify_offline"), WORDS), "unsure");
  assert.equal(toneOf(accepted("ok"), WORDS), "yes");
});

test("the voice says the verdict and the one number that matters", () => {
  assert.equal(spokenOf(accepted("ok"), WORDS), "valid, pay 85%");
  assert.equal(spokenOf(saleIn("refused", { verdict: "revoked" }), WORDS), "revoked");
  const quote = { payable_fen: 1096 };
  assert.equal(spokenOf(saleIn("kept", { quote }), WORDS), "kept, take 10.96");
  assert.equal(spokenOf(saleIn("recorded"), WORDS), "noted");
});

test("a verdict of a later day is told in the neutral colour", () => {
  const sale = saleIn("refused", { verdict: "of_a_later_day" });
  assert.equal(toneOf(sale, WORDS), "unsure");
  assert.equal(spokenOf(sale, WORDS), "not understood");
});

test("a limit is told with the day on which the card works again, if there is one", () => {
  const over = saleIn("refused", { verdict: "over_limit" });
  const told = (limit) => sentenceOf({ ...over, limit }, WORDS);
  const kind = "uses_per_day";
  const again = told({ kind, again_from: "2026-12-10" });
  assert.deepEqual([again.tone, again.word], ["no", "used up"]);
  assert.equal(again.advice, "again tomorrow");
  assert.equal(told({ kind, again_from: null }).advice, "never again");
  for (const limit of [null, { kind: "of_a_later_day", again_from: null }]) {
    assert.equal(told(limit).word, "over the limit");
  }
});

test("a rate is spoken digit by digit in Chinese", () => {
  const chinese = { digits: "零一二三四五六七八九", rate: "{digits}折" };
  assert.equal(rateInSpokenWords(850, chinese), "八五折");
  assert.equal(rateInSpokenWords(800, chinese), "八折");
  assert.equal(rateInSpokenWords(825, chinese), "八二五折");
});

test("a voice of the page's language is chosen, one on the device first", () => {
  const voice = (lang, localService) => ({ lang, localService });
  const far = voice("zh-CN", false);
  const voices = [voice("en-US", true), voice("zh-TW", true), far, voice("zh_CN", true)];
  assert.equal(chooseVoice(voices, "zh-Hans"), voices[3]);
  assert.equal(chooseVoice(voices, "zh-Hant"), voices[1]);
  assert.equal(chooseVoice(voices, "en"), voices[0]);
  assert.equal(chooseVoice([voice("de-DE", true)], "zh-Hans"), null);
});

test("a day is told in the language of the page", () => {
  assert.equal(dayInWords("2026-12-31", "zh-Hans"), "12月31日");
  assert.equal(dayInWords("2026-12-01", "en"), "Dec 1");
});
