/** Enter goes to the next field of a long form, as in a spreadsheet; in the last one it sends. */

for (const form of document.querySelectorAll("[data-enter-moves-on]")) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    const fields = [...form.querySelectorAll("input:not([type=hidden])")];
    const next = fields[fields.indexOf(event.target) + 1];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.select();
  });
}
