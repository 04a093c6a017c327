import assert from "node:assert/strict";
import test from "node:test";

import { createApi, newKey } from "../../loyalty/till/static/api.js";

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

const json = (status, body) => async () => ({ status, json: async () => body });
const dead = async () => {
  throw new TypeError("Failed to fetch");
};
const silent = (request) =>
  new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(new Error())));

test("the till's token goes along, and the amount if there is one", async () => {
  const { api, sent } = service([json(200, { verdict: "ok" })]);
  await api.check("CODE", 1290);
  await api.check("CODE", null);
  assert.equal(sent[0].headers.Authorization, "Bearer till_secret");
  assert.deepEqual(JSON.parse(sent[0].body), { code: "CODE", total_fen: 1290 });
  assert.deepEqual(JSON.parse(sent[1].body), { code: "CODE" });
});

test("a sale without an answer is sent once more with the same key", async () => {
  const { api, sent } = service([dead, json(200, { receipt: "AB23CD45" })]);
  const answer = await api.record("CODE", 1290, "KEY");
  assert.equal(answer.status, 200);
  assert.deepEqual(
    sent.map((request) => request.headers["Idempotency-Key"]),
    ["KEY", "KEY"],
  );
});

test("busy, broken and garbage are no answers", async () => {
  const garbage = async () => ({
    status: 200,
    json: async () => JSON.parse("<html>"),
  });
  for (const answer of [dead, garbage, json(429, {}), json(500, {}), json(503, {})]) {
    const { api } = service([answer]);
    assert.equal((await api.check("CODE", null)).status, 0);
  }
});

test("a refusal is an answer", async () => {
  const { api, sent } = service([json(409, { verdict: "over_limit" })]);
  assert.equal((await api.record("CODE", 1, "KEY")).body.verdict, "over_limit");
  assert.equal(sent.length, 1);
});

test("patience ends", async () => {
  const { api } = service([silent], 20);
  assert.equal((await api.check("CODE", null)).status, 0);
});

test("a key is a version 4 UUID, also where the browser makes none", () => {
  const key = newKey((bytes) => bytes.fill(255));
  assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
