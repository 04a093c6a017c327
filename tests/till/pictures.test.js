import assert from "node:assert/strict";
import test from "node:test";

import { createReader } from "../../loyalty/till/static/scan/pictures.js";

/** Return a reader, and its thread as the browser shows it. */
function reading() {
  const thread = /** @type {Worker} */ (new EventTarget());
  const posted = [];
  thread.postMessage = (message) => posted.push(message);
  const answer = (data) => thread.dispatchEvent(Object.assign(new Event("message"), { data }));
  return { reader: createReader(() => thread), thread, posted, answer };
}

test("a picture is answered with the texts in it", async () => {
  const { reader, posted, answer } = reading();
  const texts = reader.read(new Blob());
  answer({ number: posted[0].number, texts: ["A"] });
  assert.deepEqual(await texts, ["A"]);
});

test("a late answer to an earlier picture is dropped", async () => {
  const { reader, posted, answer } = reading();
  reader.read(new Blob());
  const texts = reader.read(new Blob());
  answer({ number: posted[0].number, texts: ["OLD"] });
  answer({ number: posted[1].number, texts: ["NEW"] });
  assert.deepEqual(await texts, ["NEW"]);
});

test("a picture that is none is told apart from a thread that cannot read", async () => {
  const { reader, posted, answer } = reading();
  const texts = reader.read(new Blob());
  answer({ number: posted[0].number, fault: "unreadable" });
  await assert.rejects(texts, { message: "unreadable" });
});

test("a thread that could not be loaded fails now and later", async () => {
  const { reader, thread } = reading();
  const texts = reader.read(new Blob());
  thread.dispatchEvent(new Event("error"));
  await assert.rejects(texts, { message: "broken" });
  await assert.rejects(reader.read(new Blob()), { message: "broken" });
});
