import assert from "node:assert/strict";
import test from "node:test";

import { TRAINING_NUMBER, createTraining } from "../../loyalty/till/static/sell/training.js";

const asked = [];
/** @type {any} */
const teller = {
  judge: async (code) => asked.push(code),
  check: () => assert.fail("the service is not asked in practice"),
  record: () => assert.fail("nothing is recorded in practice"),
  attentionItems: async () => [{ key: "real" }],
  quote: (card, total) => {
    const payable = Math.floor((total * card.pay_permille) / 1000);
    return { total_fen: total, payable_fen: payable, saved_fen: total - payable };
  },
};

function practice() {
  const now = () => new Date(2026, 1, 10, 12);
  return createTraining({ teller, pack: () => null, now });
}

async function sold(training, totalFen) {
  let card = null;
  await training.teller.check(TRAINING_NUMBER, (answer) => (card = answer.card));
  return training.teller.record({ card, totalFen, excludedFen: 0, key: `key-${totalFen}` });
}

test("the training card is valid this month, at 85 %", async () => {
  let told = null;
  await practice().teller.check(TRAINING_NUMBER, (answer) => (told = answer));
  const { card, mayRecord, verdict } = told;
  assert.deepEqual([verdict, mayRecord, card.pay_permille], ["ok", true, 850]);
  assert.deepEqual([card.valid_from, card.valid_until], ["2026-02-01", "2026-02-28"]);
});

test("the QR of the scanner's test page is the same card", async () => {
  const url = `HTTPS://TRAINING.EXAMPLE/C/CAAAAAAAAAAAADKICE${"A".repeat(102)}`;
  await practice().teller.check(url, ({ verdict }) => assert.equal(verdict, "ok"));
});

test("a real card is judged by what the device holds", async () => {
  await practice().teller.check("12345678901244", () => {});
  assert.deepEqual(asked, ["12345678901244"]);
});

test("a practice sale is answered, listed and voided like a real one", async () => {
  const training = practice();
  const { outcome, quote } = await sold(training, 1290);
  assert.deepEqual([outcome, quote.payable_fen], ["recorded", 1096]);
  const { body } = await training.book.today();
  assert.deepEqual([body.uses, body.payable_fen, body.items[0].with_amount], [1, 1096, true]);
  await training.book.takeBack(body.items[0].id, "slip", "void");
  assert.equal((await training.book.today()).body.uses, 0);
});

test("a real sale that needs attention is not there to be put away", async () => {
  assert.deepEqual(await practice().teller.attentionItems(), []);
});

test("goods come back in practice, but not more than were bought", async () => {
  const training = practice();
  await sold(training, 1000);
  const back = (amount) => training.book.giveBack("key-1000", "", amount, null, "back");
  assert.equal((await back(1001)).status, 409);
  assert.deepEqual(await back(400), { status: 201, body: { payable_fen: -340 } });
  const { body } = await training.book.today();
  assert.deepEqual([body.total_fen, body.payable_fen], [600, 510]);
});

test("goods without discount come back at their full price in practice, too", async () => {
  const mixedTeller = { ...teller, quote: () => null };
  const now = () => new Date(2026, 1, 10, 12);
  const training = createTraining({ teller: mixedTeller, pack: () => null, now });
  /** @type {any} */
  const selling = { card: { pay_permille: 850 }, totalFen: 2000, excludedFen: 1000, key: "mixed" };
  await training.teller.record(selling);
  const back = (amount, excluded = null) =>
    training.book.giveBack("mixed", "", amount, excluded, "back");
  assert.deepEqual(await back(400, 400), { status: 201, body: { payable_fen: -400 } });
  assert.deepEqual(await back(1000), { status: 201, body: { payable_fen: -850 } });
});
