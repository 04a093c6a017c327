/** Says of a file that is too large when it is chosen, before it is sent and what was typed is lost. */

/**
 * Let a field refuse files that are too large: its form is not sent while one is chosen.
 * @param {HTMLInputElement} field
 */
function judge(field) {
  const largest = Number(field.dataset.largest);
  const isTooLarge = [...(field.files ?? [])].some((file) => file.size > largest);
  const fault = isTooLarge ? (field.dataset.tooLarge ?? "") : "";
  field.setCustomValidity(fault);
  tell(field, fault);
}

/**
 * Tell beside a field what is wrong with it.
 * @param {HTMLInputElement} field
 * @param {string} fault
 */
function tell(field, fault) {
  const place = field.parentElement?.querySelector("[data-told]") ?? placeBeside(field);
  place.textContent = fault;
  place.toggleAttribute("hidden", fault === "");
}

/** @param {HTMLInputElement} field */
function placeBeside(field) {
  const place = document.createElement("p");
  place.className = "wrong";
  place.dataset.told = "";
  place.setAttribute("role", "alert");
  field.after(place);
  return place;
}

for (const field of document.querySelectorAll("input[data-largest]")) {
  if (!(field instanceof HTMLInputElement)) continue;
  field.addEventListener("change", () => judge(field));
  // A field in a part that is folded up cannot be shown as the one to be put right.
  field.addEventListener("invalid", () => field.closest("details")?.setAttribute("open", ""));
}
