/** Asks the browser to let this device be told, and hands over what it answers. */

import { canBeTold, subscribe, unsubscribe } from "./device.js";

const board = document.querySelector("[data-push]");
const agreeing = document.querySelector("form[data-push-agree]");
const ending = document.querySelector("form[data-push-end]");

/** @param {string} name of the one sentence that is shown, or "agree" for the form */
function show(name) {
  ["agree", "none", "denied", "failed"].forEach((one) => {
    const part = document.querySelector(`[data-push-${one}]`);
    if (part) part.toggleAttribute("hidden", one !== name);
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {PushSubscription} subscription
 */
function fill(form, subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const told = { endpoint, ...keys };
  Object.entries(told).forEach(([name, value]) => {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value || "";
  });
}

/**
 * @param {HTMLFormElement} form
 * @param {string} worker
 * @param {string} key
 */
async function agree(form, worker, key) {
  if ((await Notification.requestPermission()) !== "granted") return show("denied");
  try {
    fill(form, await subscribe(worker, key));
  } catch (_) {
    return show("failed");
  }
  form.submit();
}

if (board !== null && canBeTold()) {
  const worker = board.getAttribute("data-worker") || "";
  const key = board.getAttribute("data-push") || "";
  if (agreeing instanceof HTMLFormElement) {
    show("agree");
    agreeing.addEventListener("submit", (event) => {
      event.preventDefault();
      agree(agreeing, worker, key);
    });
  }
  if (ending instanceof HTMLFormElement) {
    ending.addEventListener("submit", (event) => {
      event.preventDefault();
      const end = () => ending.submit();
      unsubscribe(worker).then(end, end);
    });
  }
}
