/** Brings the till's modules together on its page. */

import { createApi, newKey } from "./api.js";
import { codeInFragment, createPairing } from "./pairing.js";
import { createSale } from "./selling.js";
import { createScreen } from "./screen.js";
import { createShop } from "./shop.js";
import { createSounds } from "./sounds.js";
import { createToday } from "./today.js";

/** How long an answer may take before it counts as none, in milliseconds. */
const PATIENCE = 8000;

const words = JSON.parse(document.getElementById("words").textContent);
const pairing = createPairing(localStorage);
const api = createApi({
  fetch: window.fetch.bind(window),
  token: () => (pairing.read() || { token: null }).token,
  patience: PATIENCE,
});
const sounds = createSounds(() => new AudioContext());
const shop = createShop({ page: document, words, api });
const today = createToday({
  page: document,
  words,
  api,
  now: Date.now,
  timezone: () => pairing.read().community.timezone,
  heard,
});
const sale = createSale({
  page: document,
  words,
  api,
  screen: createScreen(document, words),
  rates: shop.rates,
  newKey: () => newKey((bytes) => crypto.getRandomValues(bytes)),
  heard,
  sound: (tone) => soundOn.checked && sounds.play(tone),
});
const soundOn = document.querySelector("[data-sound]");
const tabs = document.querySelector("[data-tabs]");

/** Show whether the service answers. */
function heard({ status }) {
  const contact = document.querySelector(".contact");
  contact.dataset.contact = status === 0 ? "off" : "on";
  contact.textContent = status === 0 ? words.offline : words.online;
}

function open(name) {
  for (const screen of document.querySelectorAll("[data-screen]")) {
    screen.hidden = screen.dataset.screen !== name;
  }
  for (const tab of tabs.children) {
    if (tab.dataset.open === name) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  sale.listen(name === "sell");
  if (name === "today") today.open();
}

function start() {
  const paired = pairing.read();
  document.body.classList.toggle("paired", paired !== null);
  document.querySelector("[data-line]").hidden = paired === null;
  tabs.hidden = paired === null;
  open(paired === null ? "pair" : "sell");
  if (paired === null) offerCode(codeInFragment(location.hash));
  else shop.open(paired);
}

/** A link brings the code along; one tap is left to do. */
function offerCode(code) {
  const form = document.querySelector("[data-pair-form]");
  form.code.value = code;
  (code === "" ? form.code : form.querySelector("button")).focus();
}

async function pair(event) {
  event.preventDefault();
  const fault = document.querySelector("[data-pair-fault]");
  const answer = await api.pair(event.target.code.value);
  fault.hidden = answer.status === 201;
  fault.textContent = answer.status === 0 ? words.pairing_silent : words.pairing_refused;
  if (answer.status !== 201) return;
  pairing.keep(answer.body);
  // The code is spent; out of the address it goes.
  history.replaceState(null, "", location.pathname);
  heard(answer);
  start();
}

function unpair({ target }) {
  if (target.classList.contains("sure")) {
    pairing.forget();
    location.reload();
    return;
  }
  target.classList.add("sure");
  target.textContent = words.unpair_sure;
}

const MUTED = "loyalty.muted";
soundOn.checked = localStorage.getItem(MUTED) === null;
soundOn.addEventListener("change", () => {
  if (soundOn.checked) localStorage.removeItem(MUTED);
  else localStorage.setItem(MUTED, "1");
});
document.querySelector("[data-pair-form]").addEventListener("submit", pair);
document.querySelector("[data-unpair]").addEventListener("click", unpair);
tabs.addEventListener("click", ({ target }) => {
  const tab = target.closest("[data-open]");
  if (tab !== null) open(tab.dataset.open);
});
window.addEventListener("hashchange", start);
start();
