import assert from "node:assert/strict";
import test from "node:test";

import { ratesOf, rulesOf } from "../../loyalty/till/static/day/shop.js";
import { honourName } from "../../loyalty/till/static/keep/pack.js";

/** @type {any} */
const WORDS = new Proxy(
  {
    categories: { tobacco: "smokes" },
    list_comma: ", ",
    per_sale: "{amount}",
    uses_per_shop_day: "{count} here",
  },
  { get: (known, name) => (name in known ? known[name] : String(name)) },
);
const NO_LIMITS = {
  discountable_per_sale_fen: null,
  uses_per_shop_day: null,
  uses_per_day: null,
  saved_per_month_fen: null,
};
/** @type {import("../../loyalty/till/static/keep/pack.js").Policy} */
const OPEN = {
  rounding: "fen",
  limits: NO_LIMITS,
  excluded_categories: [],
  offline: { days: 7, sales: null, saved_fen: null },
};

test("an empty list of exclusions is said to exclude nothing", () => {
  assert.deepEqual(rulesOf(OPEN, WORDS), [
    ["rule_excluded", "rule_nothing_excluded"],
    ["rule_rounding", "rounding_fen"],
    ["rule_offline", "offline_days"],
  ]);
});

test("each limit that is set is told in words", () => {
  const limits = { ...NO_LIMITS, discountable_per_sale_fen: 50000, uses_per_shop_day: 3 };
  const goods = ["tobacco", "own_code"];
  /** @type {typeof OPEN} */
  const policy = { ...OPEN, rounding: "jiao", limits, excluded_categories: goods };
  const rules = new Map(rulesOf(policy, WORDS));
  assert.equal(rules.get("rule_excluded"), "smokes, own_code");
  assert.equal(rules.get("rule_rounding"), "rounding_jiao");
  assert.equal(rules.get("rule_per_sale"), "500.00");
  assert.equal(rules.get("rule_uses"), "3 here");
});

/** @type {any} */
const PACK = {
  shop: { terms: { household_head: 800, star: 850 } },
  honour_names: { household_head: { zh_Hans: "联户长", zh_Hant: "聯戶長", en: "Household head" } },
};
const RATE = { ...WORDS, rate: "{percent}%" };

test("a rate is told by the name that the community gave the honour, in the page's language", () => {
  const [first, unnamed] = ratesOf(PACK, RATE, "en");
  assert.deepEqual(first, ["Household head", "80%"]);
  assert.deepEqual(unnamed, ["star", "85%"]);
  assert.equal(ratesOf(PACK, RATE, "zh-Hant")[0][0], "聯戶長");
  assert.equal(ratesOf(PACK, RATE, "ug")[0][0], "联户长");
});

test("a shop without an agreement of its own gives what each card says", () => {
  const pack = { ...PACK, shop: { terms: {} } };
  assert.deepEqual(ratesOf(pack, WORDS, "en"), [["every_honour", "rates_of_cards"]]);
});

test("a device without a pack, or with one of before, knows no honour by name", () => {
  assert.equal(honourName(null, "star", "en"), "");
  assert.equal(honourName({ ...PACK, honour_names: undefined }, "household_head", "en"), "");
  assert.equal(honourName(PACK, null, "en"), "");
  assert.equal(honourName(PACK, "household_head", "en"), "Household head");
});
