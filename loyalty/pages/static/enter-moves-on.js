/** Enter goes to the next field of a long form, as in a spreadsheet; in the last one it sends. */

for (const form of document.querySelectorAll("[data-enter-moves-on]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  form.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key !== "Enter" || !(target instanceof HTMLInputElement)) return;
    /** @type {NodeListOf<HTMLInputElement>} */
    const fields = form.querySelectorAll("input:not([type=hidden])");
    const next = fields[[...fields].indexOf(target) + 1];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.select();
  });
}
