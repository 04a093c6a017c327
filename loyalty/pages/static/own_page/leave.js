/** Signing out takes the code from the device, too, and lets nothing be told there any more. */

import { unsubscribe } from "./device.js";
import { forget } from "./kept.js";

const form = document.querySelector("form[data-sign-out]");
if (form instanceof HTMLFormElement) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const leave = () => form.submit();
    const worker = form.getAttribute("data-worker") || "";
    Promise.all([forget(), unsubscribe(worker)]).then(leave, leave);
  });
}
