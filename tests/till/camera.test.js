import assert from "node:assert/strict";
import test from "node:test";

import { chooseCode } from "../../loyalty/till/static/scan/camera.js";

const NUMBER = "12345678901244";
const TOKEN = `HTTPS://HOST/C/${"A".repeat(120)}`;
const PAYMENT = "134567890123456789";

test("of the codes on one card the signed one counts", () => {
  assert.deepEqual(chooseCode([NUMBER, TOKEN]), { kind: "token", text: TOKEN });
  assert.deepEqual(chooseCode([TOKEN, NUMBER]), { kind: "token", text: TOKEN });
});

test("a card counts more than what else is in the picture", () => {
  assert.equal(chooseCode(["WXP://PAY", PAYMENT, NUMBER]).kind, "card_number");
  assert.equal(chooseCode(["WXP://PAY", PAYMENT]).kind, "payment_code");
  assert.equal(chooseCode(["WXP://PAY"]).kind, "merchant_qr");
});

test("a picture without a code is nothing", () => assert.equal(chooseCode([]), null));
