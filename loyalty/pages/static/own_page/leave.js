/** Signing out takes the code from the device, too, and lets nothing be told there any more. */

import { unsubscribe } from "./device.js";
import { forget } from "./kept.js";

/** @param {Element} part names the worker */
function leave(part) {
  return Promise.all([forget(), unsubscribe(part.getAttribute("data-worker") || "")]);
}

const form = document.querySelector("form[data-sign-out]");
if (form instanceof HTMLFormElement) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const go = () => form.submit();
    leave(form).then(go, go);
  });
}

// Whoever pressed before this was there has signed out without it; it is done on the next page.
const left = document.querySelector("[data-left]");
if (left !== null) leave(left).catch(() => {});
