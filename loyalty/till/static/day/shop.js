/** My shop: plaque, agreed rates, and the rules of the day; from what the device holds. */

import { findAll, findOne, createPartFinder } from "../shell/page.js";
import { rateInWords, formatYuan } from "../sell/money.js";
import { dayInWords } from "../sell/screen.js";
import { honourName } from "../keep/pack.js";

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {Words} world.words
 * @param {() => void} world.print
 */
export function createShop({ page, words, print }) {
  const part = createPartFinder(findOne(page, "[data-screen=shop]"));

  /**
   * @param {import("../keep/pairing.js").Pairing} pairing
   * @param {import("../keep/pack.js").Pack | null} pack null while the device has none
   */
  function draw({ shop, community, till }, pack) {
    const current = pack === null ? shop : { ...shop, ...pack.shop };
    for (const place of findAll(page, "[data-shop]")) place.textContent = current.name;
    findOne(page, "[data-till-name]").textContent = till.name;
    part("community").textContent = community.name;
    part("plaque").textContent = current.plaque_number || words.no_plaque;
    part("stall").textContent = shop.stall || words.none;
    part("no-pack").hidden = pack !== null;
    if (pack === null) return;
    part("certified").textContent = certifiedOf(pack.shop, words, page.documentElement.lang);
    write(part("rates"), ratesOf(pack, words, page.documentElement.lang));
    write(part("rules"), rulesOf(pack.policy, words));
  }

  /**
   * @param {HTMLElement} facts
   * @param {readonly [string, string][]} pairs
   */
  function write(facts, pairs) {
    facts.textContent = "";
    for (const pair of pairs) {
      pair.forEach((text, place) => {
        const element = page.createElement(place === 0 ? "dt" : "dd");
        element.textContent = text;
        facts.append(element);
      });
    }
  }

  part("print-shop").addEventListener("click", print);
  return { draw };
}

/**
 * @param {import("../keep/pack.js").PackShop} shop
 * @param {Words} words
 * @param {string} language
 */
function certifiedOf(shop, words, language) {
  if (!shop.certified) return words.not_certified;
  if (shop.certified_until === null) return words.none;
  return dayInWords(shop.certified_until, language, { year: "numeric" });
}

/**
 * @param {import("../keep/pack.js").PackBasis} pack
 * @param {Words} words
 * @param {string} language
 * @returns {[string, string][]}
 */
export function ratesOf(pack, words, language) {
  const { terms } = pack.shop;
  // Without an agreement of its own the shop gives what each card says.
  if (Object.keys(terms).length === 0) return [[words.every_honour, words.rates_of_cards]];
  return Object.entries(terms).map(([honour, pay]) => [
    honourName(pack, honour, language) || honour,
    rateInWords(pay, words.rate),
  ]);
}

/**
 * Return the rules of the shop in words, those that are set.
 * @param {import("../keep/pack.js").Policy} policy
 * @param {Words} words
 * @returns {[string, string][]}
 */
export function rulesOf(policy, words) {
  const { limits, offline } = policy;
  const goods = policy.excluded_categories.map((code) => words.categories[code] || code);
  return /** @type {[string, string][]} */ ([
    [words.rule_excluded, goods.join(words.list_comma) || words.rule_nothing_excluded],
    [words.rule_rounding, policy.rounding === "jiao" ? words.rounding_jiao : words.rounding_fen],
    [words.rule_per_sale, formatMoney(words.per_sale, limits.discountable_per_sale_fen)],
    [
      words.rule_uses,
      [
        formatCount(words.uses_per_shop_day, limits.uses_per_shop_day),
        formatCount(words.uses_per_day, limits.uses_per_day),
      ]
        .filter(Boolean)
        .join(words.list_comma),
    ],
    [words.rule_saved, formatMoney(words.saved_per_month, limits.saved_per_month_fen)],
    [
      words.rule_offline,
      [
        formatCount(words.offline_days, offline.days),
        formatCount(words.offline_sales, offline.sales),
        formatMoney(words.offline_saved, offline.saved_fen),
      ]
        .filter(Boolean)
        .join(words.list_comma),
    ],
  ]).filter(([, text]) => text !== "");
}

/**
 * @param {string} pattern
 * @param {number | null} number
 */
function formatCount(pattern, number) {
  return number === null ? "" : pattern.replace("{count}", String(number));
}

/**
 * @param {string} pattern
 * @param {number | null} fen
 */
function formatMoney(pattern, fen) {
  return fen === null ? "" : pattern.replace("{amount}", formatYuan(fen));
}
