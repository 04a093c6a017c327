import assert from "node:assert/strict";
import test from "node:test";

import { findOne, findOneOf, createPartFinder } from "../../loyalty/till/static/shell/page.js";

class HTMLElement {}
class HTMLInputElement extends HTMLElement {}
Object.assign(globalThis, { HTMLElement });

const typed = new HTMLInputElement();
const title = new HTMLElement();
const held = new Map([
  ["[data-typed]", typed],
  ["[data-slip-title]", title],
]);
/** @type {any} */
const page = { querySelector: (selector) => held.get(selector) || null };
/** @type {any} */
const Input = HTMLInputElement;

test("what the page holds is found, by its kind and by its name", () => {
  assert.equal(findOne(page, "[data-typed]"), typed);
  assert.equal(findOneOf(Input, page, "[data-typed]"), typed);
  assert.equal(createPartFinder(page, "slip-")("title"), title);
});

test("what the page lacks is named", () => {
  assert.throws(() => findOne(page, "[data-gone]"), /no HTMLElement for \[data-gone\]/);
  assert.throws(() => createPartFinder(page)("title"), /for \[data-title\]/);
  assert.throws(() => findOneOf(Input, page, "[data-slip-title]"), /no HTMLInputElement for/);
});
