/** The list of the day, and taking a sale back in two taps. */

import { yuan } from "./money.js";

/** How long a till may take a sale back itself, in milliseconds. */
export const VOID_WITHIN = 10 * 60 * 1000;

/**
 * Return whether a sale of the list can still be taken back here.
 * @param {{voided: boolean, happened_at: string}} entry
 * @param {number} now milliseconds
 */
export function mayBeVoided(entry, now) {
  return !entry.voided && now - Date.parse(entry.happened_at) < VOID_WITHIN;
}

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {any} world.words
 * @param {any} world.api
 * @param {() => number} world.now milliseconds
 * @param {() => string} world.timezone of the community
 * @param {(answer: {status: number}) => void} world.heard tells whether the service answers
 */
export function createToday({ page, words, api, now, timezone, heard }) {
  const screen = page.querySelector("[data-screen=today]");
  const part = (name) => screen.querySelector(`[data-${name}]`);
  const list = part("entries");

  async function open() {
    const answer = await api.today();
    heard(answer);
    if (answer.status !== 200) return say(words.void_silent, "unsure");
    say(answer.body.items.length === 0 ? words.nothing_today : "", "");
    part("count").textContent = String(answer.body.uses);
    part("sum-payable").textContent = yuan(answer.body.payable_fen);
    part("sum-saved").textContent = yuan(answer.body.saved_fen);
    list.textContent = "";
    list.append(...answer.body.items.map(row));
  }

  function row(entry) {
    const item = part("entry").content.firstElementChild.cloneNode(true);
    const inside = (name) => item.querySelector(`[data-${name}]`);
    inside("time").textContent = new Date(entry.happened_at).toLocaleTimeString("en-GB", {
      timeZone: timezone(),
      hour: "2-digit",
      minute: "2-digit",
    });
    inside("sum").textContent = sum(entry);
    inside("more").textContent = more(entry);
    item.classList.toggle("taken-back", entry.voided);
    const button = inside("void");
    button.hidden = !mayBeVoided(entry, now());
    button.addEventListener("click", () => press(button, entry));
    return item;
  }

  function sum(entry) {
    if (entry.voided) return words.voided;
    return entry.with_amount ? yuan(entry.payable_fen) : words.no_amount;
  }

  function more(entry) {
    if (entry.voided || !entry.with_amount) return entry.receipt;
    return `${words.saved.replace("{amount}", yuan(entry.saved_fen))} · ${entry.receipt}`;
  }

  /** The first tap asks, the second does it. */
  async function press(button, entry) {
    if (!button.classList.contains("sure")) {
      button.classList.add("sure");
      button.textContent = words.void_sure;
      return;
    }
    button.disabled = true;
    const answer = await api.takeBack(entry.id, words.void_reason);
    heard(answer);
    await open();
    if (answer.status === 0) say(words.void_silent, "unsure");
    else if (answer.status === 201) say(words.voided, "yes");
    else say(words.void_refused, "no");
  }

  function say(sentence, tone) {
    const said = part("today-said");
    said.textContent = sentence;
    said.className = `notice ${tone}`;
    said.hidden = sentence === "";
  }

  return { open };
}
