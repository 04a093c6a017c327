/** How many seats the areas of a list want altogether, beside its quota, while they are typed. */

for (const list of document.querySelectorAll("[data-area-sum]")) {
  const said = list.querySelector("[data-said]");
  const seats = list.querySelector("[data-quota]");
  if (!(said instanceof HTMLElement && seats instanceof HTMLInputElement)) continue;
  list.addEventListener("input", () => {
    /** @type {NodeListOf<HTMLInputElement>} */
    const areas = list.querySelectorAll("[data-area]");
    const wanted = [...areas].reduce(
      (sum, area) => sum + (Number.parseInt(area.value, 10) || 0),
      0,
    );
    const quota = Number.parseInt(seats.value, 10) || 0;
    const pattern = said.dataset.said || "";
    said.textContent = pattern
      .replace("{wanted}", String(wanted))
      .replace("{quota}", String(quota));
    said.classList.toggle("wrong", wanted > quota);
    said.hidden = wanted === 0;
  });
}
