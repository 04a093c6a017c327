/** Shows the code of the half minute, and goes on without network. */

import { drawBars } from "./bars.js";
import { keep, readKept } from "./kept.js";
import { drawQr } from "./qr.js";
import { makeRotatingCode, STEP_MS, stepAt } from "./rotating.js";

/** How often is looked whether the half minute is over, in milliseconds. */
const LOOK_MS = 250;
/** How long the service is waited for where a key is kept, in milliseconds. */
const PATIENCE_MS = 3000;

/** @param {string} name of a part of the page */
function part(name) {
  const found = document.querySelector(`[data-${name}]`);
  if (found === null) throw new Error(`The page lacks ${name}.`);
  return found;
}

/**
 * Return the key anew from the service, if somebody is signed in and it can be reached.
 * @param {boolean} hurry there is another to go by, so that it is not waited for as long
 * @returns {Promise<import("./kept.js").Kept | null>}
 */
async function fetchKey(hurry) {
  const stop = new AbortController();
  // No longer than what the service has drawn beside it is good for.
  setTimeout(() => stop.abort(), hurry ? PATIENCE_MS : STEP_MS);
  const answer = await fetch(part("board").getAttribute("data-key") || "", {
    signal: stop.signal,
    redirect: "error",
  });
  if (!answer.ok) return null;
  const { handle, secret, now } = await answer.json();
  const raw = Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0));
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", raw, how, false, ["sign"]);
  return { handle, key, behind: now - Date.now() };
}

/** Return the key to go by: the service's, else the one that is kept. */
async function findKey() {
  const kept = await readKept().catch(() => undefined);
  const fresh = await fetchKey(kept !== undefined).catch(() => null);
  // A device whose memory is shut shows the code as long as the page is open.
  if (fresh !== null) await keep(fresh).catch(() => {});
  return fresh || kept || null;
}

/** @param {string} digits */
function draw(digits) {
  const qr = drawQr(digits);
  const bars = drawBars(digits);
  const [square, strip] = [part("qr"), part("bars")];
  square.setAttribute("viewBox", `0 0 ${qr.width} ${qr.width}`);
  strip.setAttribute("viewBox", `0 0 ${bars.width} 1`);
  fitToDots(strip, bars.width);
  part("qr-path").setAttribute("d", qr.path);
  part("bars-path").setAttribute("d", bars.path);
  part("digits").textContent = digits.replace(/(.{4})(?=.)/g, "$1 ");
}

/**
 * Give the bars whole dots of the screen, as many as there is room for.
 * @param {Element} strip
 * @param {number} modules
 */
function fitToDots(strip, modules) {
  const dots = window.devicePixelRatio || 1;
  const room = /** @type {Element} */ (strip.parentElement).clientWidth;
  const whole = Math.max(1, Math.floor((room * dots) / modules));
  strip.setAttribute("width", String((whole * modules) / dots));
}

/** @param {import("./kept.js").Kept} kept */
function run({ handle, key, behind }) {
  /** @param {Uint8Array<ArrayBuffer>} said */
  const sign = (said) => crypto.subtle.sign("HMAC", key, said);
  const left = /** @type {HTMLProgressElement} */ (part("left"));
  let shown = NaN;

  async function look() {
    const now = Date.now() + behind;
    const step = stepAt(now);
    left.value = STEP_MS - (now % STEP_MS);
    if (step === shown) return;
    shown = step;
    const digits = await makeRotatingCode(sign, handle, step);
    // Before it is drawn: what is hidden has no width to fit the bars to.
    part("board").removeAttribute("hidden");
    draw(digits);
  }

  look();
  setInterval(look, LOOK_MS);
  window.addEventListener("resize", () => {
    shown = NaN;
  });
}

async function start() {
  if (!window.isSecureContext) {
    // Such a page keeps nothing; what the service has drawn is drawn anew.
    setTimeout(() => location.reload(), STEP_MS / 2);
    return;
  }
  const kept = await findKey();
  document.querySelectorAll("[data-drawn]").forEach((drawn) => {
    drawn.remove();
  });
  if (kept === null) part("none").removeAttribute("hidden");
  else run(kept);
  if ("serviceWorker" in navigator) {
    const worker = part("board").getAttribute("data-worker") || "";
    navigator.serviceWorker.register(worker).catch(() => {});
  }
}

start();
