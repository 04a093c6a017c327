/** The print button, which needs a script; without one the browser's own menu prints. */

/** @type {HTMLButtonElement} */
const button = document.querySelector("[data-print]");
button.hidden = false;
button.addEventListener("click", () => window.print());
