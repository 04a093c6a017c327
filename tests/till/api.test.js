import assert from "node:assert/strict";
import test from "node:test";

import { createApi, makeKey } from "../../loyalty/till/static/keep/api.js";

const SALE = { code: "CODE", happened_at: "2026-12-09T05:00:00.000Z" };

/** Return calls to a service that gives these answers in turn, and what it was sent. */
function service(answers, patience = 1000) {
  const sent = [];
  const api = createApi({
    fetch: async (path, request) => {
      sent.push({ path, ...request });
      const answer = answers[Math.min(sent.length, answers.length) - 1];
      return answer(request);
    },
    token: () => "till_secret",
    patience,
  });
  return { api, sent };
}

/** An answer as the service gives it, or as something in between does. */
const json =
  (status, body, kind = "application/json") =>
  async () =>
    new Response(status === 304 ? null : JSON.stringify(body), {
      status,
      headers: { "Content-Type": kind, ETag: '"7"', Date: "Wed, 09 Dec 2026 04:00:00 GMT" },
    });
const dead = async () => {
  throw new TypeError("Failed to fetch");
};
const silent = (request) =>
  new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(new Error())));

test("the till's token goes along with a card's code", async () => {
  const { api, sent } = service([json(200, { verdict: "ok" })]);
  await api.check("CODE");
  assert.equal(sent[0].headers.Authorization, "Bearer till_secret");
  assert.deepEqual(JSON.parse(sent[0].body), { code: "CODE" });
});

test("a sale goes under its key, without the proof that is for late ones", async () => {
  const { api, sent } = service([json(201, { receipt: "AB23CD45" })]);
  const device = { number: 1, previous: "", signature: "" };
  const answer = await api.record({ idempotency_key: "KEY", ...SALE, device });
  assert.equal(answer.status, 201);
  assert.equal(sent[0].headers["Idempotency-Key"], "KEY");
  assert.deepEqual(JSON.parse(sent[0].body), SALE);
});

test("busy, broken and garbage are no answers", async () => {
  const broken = async () => new Response("{", { headers: { "Content-Type": "application/json" } });
  const hotel = json(200, "sign in", "text/html");
  for (const answer of [dead, broken, hotel, json(429, {}), json(500, {}), json(503, {})]) {
    const { api } = service([answer]);
    assert.equal((await api.check("CODE")).status, 0);
  }
});

test("a proxy that finds a request too large is understood without JSON", async () => {
  const { api } = service([json(413, "too large", "text/html")]);
  assert.equal((await api.sync([])).status, 413);
});

test("the pack is asked for by its tag, and may be as it was", async () => {
  const { api, sent } = service([json(304, null)]);
  assert.deepEqual(await api.pack('"7"'), { status: 304, body: null, etag: '"7"' });
  await api.pack(null);
  assert.equal(sent[0].headers["If-None-Match"], '"7"');
  assert.equal("If-None-Match" in sent[1].headers, false);
});

test("every answer tells the time, and silence is told too", async () => {
  const contacts = [];
  const onContact = (contact) => contacts.push(contact);
  const answers = [json(200, {}), dead];
  const api = createApi({
    fetch: () => answers.shift()(),
    token: () => null,
    patience: 1000,
    now: () => 5,
    onContact,
  });
  await api.today();
  await api.today();
  const date = "Wed, 09 Dec 2026 04:00:00 GMT";
  assert.deepEqual(contacts, [
    { status: 200, date, sentAt: 5, heardAt: 5 },
    { status: 0, date: null, sentAt: 5, heardAt: 5 },
  ]);
});

test("a refusal is an answer", async () => {
  const { api, sent } = service([json(409, { verdict: "over_limit" }, "application/problem+json")]);
  assert.equal((await api.record({ idempotency_key: "KEY", ...SALE })).body.verdict, "over_limit");
  assert.equal(sent.length, 1);
});

test("patience ends", async () => {
  const { api } = service([silent], 20);
  assert.equal((await api.today()).status, 0);
});

test("a key is a version 4 UUID, also where the browser makes none", () => {
  const key = makeKey((bytes) => bytes.fill(255));
  assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
