/** Which of the till's screens is in front. */

import { findAll, findOne } from "./page.js";

/** @typedef {ReturnType<typeof createTabs>} Tabs */

/**
 * @param {Document} page
 * @param {(name: string) => void} opened told which screen has come to the front
 */
export function createTabs(page, opened) {
  const tabs = findOne(page, "[data-tabs]");

  /** @param {string} name */
  function open(name) {
    for (const screen of findAll(page, "[data-screen]")) {
      screen.hidden = screen.dataset.screen !== name;
    }
    for (const tab of /** @type {HTMLCollectionOf<HTMLElement>} */ (tabs.children)) {
      if (tab.dataset.open === name) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    // The next key belongs to the screen, not to the tab that opened it.
    const main = findOne(page, "main");
    main.scrollTop = 0;
    main.focus({ preventScroll: true });
    opened(name);
  }

  page.addEventListener("click", ({ target }) => {
    /** @type {HTMLElement | null} */
    const opener = /** @type {Element} */ (target).closest("[data-open]");
    if (opener !== null) open(String(opener.dataset.open));
  });

  return { open };
}
