/** Size of the text and darkness of the page, as this device is set, also without network. */

/**
 * Return how the page came: as its reader has chosen elsewhere, else as the system is.
 * @param {Document} page
 */
export function lookOf(page) {
  const { text, theme } = page.documentElement.dataset;
  const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  return { large: text === "large", dark: theme === "dark" || (theme === "auto" && systemIsDark) };
}

/**
 * @param {Document} page
 * @param {import("./choices.js").KeptChoices} choices
 * @param {URLSearchParams} asked of the page's address: a link may have just chosen
 */
export function followLook(page, choices, asked) {
  const came = lookOf(page);
  if (asked.has("text")) choices.change({ large: came.large });
  if (asked.has("theme")) choices.change({ dark: came.dark });
  choices.follow(({ large, dark }) => {
    page.documentElement.dataset.text = large ? "large" : "normal";
    page.documentElement.dataset.theme = dark ? "dark" : "light";
  });
}
