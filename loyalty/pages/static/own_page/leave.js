/** Signing out takes the code from the device, too. */

import { forget } from "./kept.js";

const form = document.querySelector("form[data-sign-out]");
if (form instanceof HTMLFormElement) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const leave = () => form.submit();
    forget().then(leave, leave);
  });
}
