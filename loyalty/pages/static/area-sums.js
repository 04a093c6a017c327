/** How many seats the areas of a list want altogether, beside its quota, while they are typed. */

for (const list of document.querySelectorAll("[data-area-sum]")) {
  const said = list.querySelector("[data-said]");
  if (!said) continue;
  list.addEventListener("input", () => {
    const areas = [...list.querySelectorAll("[data-area]")];
    const wanted = areas.reduce((sum, area) => sum + (Number.parseInt(area.value, 10) || 0), 0);
    const quota = Number.parseInt(list.querySelector("[data-quota]").value, 10) || 0;
    said.textContent = said.dataset.said.replace("{wanted}", wanted).replace("{quota}", quota);
    said.classList.toggle("wrong", wanted > quota);
    said.hidden = wanted === 0;
  });
}
