import assert from "node:assert/strict";
import test from "node:test";

import { codeInFragment, createPairing } from "../../loyalty/till/static/keep/pairing.js";

function storage() {
  const kept = new Map();
  const place = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  };
  return /** @type {Storage} */ (/** @type {unknown} */ (place));
}

const PAIRING = {
  token: "till_secret",
  till: { id: "1", name: "前台" },
  shop: { name: "百味菜铺", stall: null, plaque_number: null },
  community: { slug: "tianyuan", name: "田园市场", timezone: "Asia/Shanghai" },
};

test("a pairing is kept, and nothing else", () => {
  const place = storage();
  const pairing = createPairing(place);
  const answered = { ...PAIRING, card: "12345678901244" };
  pairing.keep(answered);
  assert.deepEqual(pairing.read(), PAIRING);
  pairing.forget();
  assert.equal(pairing.read(), null);
});

test("a broken memory is none", () => {
  const place = storage();
  place.setItem("loyalty.till", "{");
  assert.equal(createPairing(place).read(), null);
});

test("a link brings its code along", () => {
  assert.equal(codeInFragment("#pair=abcd-2345"), "ABCD-2345");
  for (const after of ["?from=timeline", "&from=x", "%E2%80%AC", "。", "\u202c"]) {
    assert.equal(codeInFragment(`#pair=abcd-2345${after}`), "ABCD-2345");
  }
  assert.equal(codeInFragment("#pair=ａｂｃｄ－2345%"), "ABCD-2345");
  assert.equal(codeInFragment("#pair="), "");
  assert.equal(codeInFragment("#pair=<b>"), "");
  assert.equal(codeInFragment(""), "");
});
