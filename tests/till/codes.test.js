import assert from "node:assert/strict";
import test from "node:test";

import {
  groupDigits,
  isTrainingCode,
  kindOf,
  maskCode,
  normalise,
  stripPrefix,
} from "../../loyalty/till/static/scan/codes.js";

const TOKEN = "A".repeat(120);

const KINDS = [
  ["12345678901244", "card_number"],
  ["1234 5678 9012 44", "card_number"],
  ["１２３４５６７８９０１２４４", "card_number"],
  ["١٢٣٤٥٦٧٨٩٠١٢٤٤", "card_number"],
  ["1234 5678 9012 44\n来自iPhone", "card_number"],
  ["12345678901244abc", "bad"],
  ["1234-5678-9012-44", "card_number"],
  ["12345678901245", "bad"],
  ["00000000000098", "card_number"],
  ["00000000000001", "bad"],
  ["100000000000000000", "payment_code"],
  ["159999999999999999", "payment_code"],
  ["160000000000000000", "bad"],
  ["2500000000000000", "payment_code"],
  ["309999999999999999999999", "payment_code"],
  ["3100000000000000", "bad"],
  ["6901234567892", "goods_barcode"],
  ["12345678", "goods_barcode"],
  [TOKEN, "token"],
  [`HTTPS://HOST/C/${TOKEN}`, "token"],
  [`http://host:8000/C/${TOKEN}`, "token"],
  [`HTTPS://HOST/C/${TOKEN}?X`, "token"],
  [`HTTPS://HOST/C/${TOKEN}X`, "web_address"],
  [`HTTPS://HOST/X/${TOKEN}`, "web_address"],
  ["WXP://F2F0A1B2", "merchant_qr"],
  ["\u202d12345678901244\u202c", "card_number"],
  [TOKEN.toLowerCase(), "bad"],
  ["1".repeat(120), "bad"],
  ["", "bad"],
];

for (const [text, kind] of KINDS) {
  test(`${text.slice(0, 30)} is ${kind}`, () => assert.equal(kindOf(text), kind));
}

test("every wrong digit of a number is noticed", () => {
  const number = "12345678901244";
  for (let place = 0; place < number.length; place += 1) {
    for (let digit = 0; digit < 10; digit += 1) {
      const other = number.slice(0, place) + digit + number.slice(place + 1);
      assert.equal(kindOf(other) === "card_number", other === number, other);
    }
  }
});

test("a text keeps its blanks unless it is a number", () => {
  assert.equal(normalise(" 12 34 "), "1234");
  assert.equal(normalise("a b"), "a b");
});

test("a number is grouped while it is typed", () => {
  assert.equal(groupDigits("1234567"), "1234 567");
  assert.equal(groupDigits("12345678901244"), "1234 5678 9012 44");
});

test("what a scanner puts in front is cut off, and never a digit of a number", () => {
  const url = `HTTPS://HOST/C/${TOKEN}`;
  for (const prefix of ["", "]C1", "]Q1", "*", "~#", "SN-"]) {
    assert.equal(stripPrefix(`${prefix}12345678901244`), "12345678901244");
    assert.equal(stripPrefix(prefix + url), url);
  }
  assert.equal(stripPrefix("CODE12345678901244"), "CODE12345678901244");
  assert.equal(kindOf(stripPrefix("]C1134567890123456789")), "payment_code");
  assert.equal(kindOf(stripPrefix("A99912345678901244")), "bad");
});

test("a masked text shows its ends, and nothing of what may pay", () => {
  assert.equal(maskCode("HTTPS://HOST"), "HT…ST");
  assert.equal(maskCode("12345678901244"), "12…44");
  for (const text of ["123456789012345", "X134567890123456", "1234567", ""]) {
    assert.equal(maskCode(text), "…");
  }
});

test("the card of the exercises is known by its number and by its token", () => {
  const token = `CAAAAAAAAAAAADKICE${"A".repeat(102)}`;
  for (const code of ["00000000000098", "0000 0000 0000 98", token, `HTTPS://HOST/C/${token}`]) {
    assert.equal(isTrainingCode(code), true, code);
    assert.notEqual(kindOf(code), "bad");
  }
  assert.equal(isTrainingCode("12345678901244"), false);
  assert.equal(isTrainingCode(`HTTPS://HOST/C/${TOKEN}`), false);
});
