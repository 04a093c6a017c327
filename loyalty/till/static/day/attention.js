/** Sales that could not be recorded: told one by one, put away in two taps, saved to a file. */

import { findOne, findOneOf, createPartFinder } from "../shell/page.js";
import { reasonInWords } from "./entries.js";
import { askForSecondTap } from "./pressing.js";
import { makeQueuedRow } from "./rows.js";

/**
 * @param {object} world
 * @param {Document} world.page
 * @param {Words} world.words
 * @param {() => import("../sell/teller.js").Teller} world.teller
 * @param {() => string} world.timezone of the community
 * @param {(file: Blob, name: string) => void} world.save
 */
export function createAttention({ page, words, teller, timezone, save }) {
  const screen = findOne(page, "[data-screen=today]");
  const part = createPartFinder(screen);
  const template = findOneOf(HTMLTemplateElement, screen, "[data-attention-entry]");

  async function open() {
    const items = await teller().attentionItems();
    part("attention").hidden = items.length === 0;
    part("attention-entries").textContent = "";
    part("attention-entries").append(...items.map(makeRow));
    part("export").hidden = items.length + teller().state().waiting === 0;
  }

  /** @param {import("../keep/queue.js").Queued} item */
  function makeRow(item) {
    const more = reasonInWords(item, words);
    const { row: made, inside } = makeQueuedRow(template, item, more, { words, timezone });
    askForSecondTap(inside("dismiss"), words.sure, async () => {
      await teller().dismiss(item.key);
      await open();
    });
    return made;
  }

  part("export").addEventListener("click", async () => {
    save(await teller().exportQueue(), words.export_name);
  });

  return { open };
}

/**
 * Return what saves a file the way browsers let a page do it.
 * @param {Document} page
 */
export function createSaver(page) {
  /**
   * @param {Blob} file
   * @param {string} name
   */
  return (file, name) => {
    const link = page.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = name;
    link.click();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
}
