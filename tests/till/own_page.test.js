/** The code on a resident's phone: made and drawn as the service makes and draws it. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";

import { drawBars, widthsOf } from "../../loyalty/pages/static/own_page/bars.js";
import { drawQr, modulesOf } from "../../loyalty/pages/static/own_page/qr.js";
import { makeRotatingCode, stepAt } from "../../loyalty/pages/static/own_page/rotating.js";
import { kindOf } from "../../loyalty/till/static/scan/codes.js";

const vectors = JSON.parse(readFileSync("docs/rotating-code-vectors.json", "utf8"));

for (const { secret, handle, step, code } of vectors.codes) {
  test(`the code of half minute ${step} is the service's, and no card, money or goods`, async () => {
    const sign = async (said) => {
      const digest = createHmac("sha256", Buffer.from(secret, "hex")).update(said).digest();
      return new Uint8Array(digest).buffer;
    };
    assert.equal(await makeRotatingCode(sign, handle, step), code);
    assert.equal(kindOf(code), "rotating");
  });
}

for (const { digits, qr, bars } of vectors.drawn) {
  test(`${digits} is drawn as the service draws it`, () => {
    assert.deepEqual(
      modulesOf(digits).map((row) => row.join("")),
      qr,
    );
    const drawn = widthsOf(digits).map((width, place) => String((place + 1) % 2).repeat(width));
    assert.equal(drawn.join(""), bars);
  });
}

test("a code keeps its white", () => {
  const [{ digits }] = vectors.drawn;
  assert.equal(drawQr(digits).width, 29);
  assert.equal(drawBars(digits).width, 156 + 20);
  assert.ok(drawBars(digits).path.startsWith("M10 0h2"));
});

test("a half minute begins with its first millisecond", () => {
  assert.equal(stepAt(29999), 0);
  assert.equal(stepAt(30000), 1);
});

for (const text of [
  "1".repeat(22),
  `99${"0".repeat(20)}`,
  "99".repeat(10),
  `28${"0".repeat(20)}`,
]) {
  test(`${text} only looks like one`, () => assert.notEqual(kindOf(text), "rotating"));
}
