/** My shop: plaque, agreed rates, this device. */

import { rateInWords } from "./money.js";

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {any} world.words
 * @param {any} world.api
 */
export function createShop({ page, words, api }) {
  const part = (name) => page.querySelector(`[data-screen=shop] [data-${name}]`);
  /** @type {Record<string, number>} permille by honour */
  const rates = {};

  /** @param {import("./pairing.js").Pairing} pairing */
  async function open(pairing) {
    const { shop, community, till } = pairing;
    for (const element of page.querySelectorAll("[data-shop]")) element.textContent = shop.name;
    part("community").textContent = community.name;
    part("plaque").textContent = shop.plaque_number || words.no_plaque;
    part("stall").textContent = shop.stall || words.none;
    part("till-name").textContent = till.name;
    if (!shop.plaque_number) return;
    const answer = await api.shop(community.slug, shop.plaque_number);
    if (answer.status !== 200) return;
    for (const term of answer.body.terms) rates[term.honour] = term.pay_permille;
    part("rates").textContent = "";
    part("rates").append(...answer.body.terms.flatMap(fact));
  }

  function fact({ honour, pay_permille: pay }) {
    const name = page.createElement("dt");
    name.textContent = words.honours[honour] || honour;
    const rate = page.createElement("dd");
    rate.textContent = rateInWords(pay, words.rate);
    return [name, rate];
  }

  return { open, rates };
}
