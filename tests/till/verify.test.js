import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import {
  createVerifier,
  keyIdOf,
  readToken,
  tokenIn,
} from "../../loyalty/till/static/judge/verify.js";

const VECTORS = JSON.parse(
  readFileSync(new URL("../../docs/card-format-vectors.json", import.meta.url), "utf8"),
);
const { subtle } = globalThis.crypto;
const noble = () => import("@noble/ed25519");

/** A browser of before 2025: all of WebCrypto but Ed25519. */
const OLDER = {
  digest: subtle.digest.bind(subtle),
  importKey: async () => {
    throw new DOMException("Unrecognized name", "NotSupportedError");
  },
};

async function found(token, publicKey, world) {
  const claims = readToken(token);
  if (claims === null) return "bad_token";
  if ((await keyIdOf(world, publicKey)) !== claims.keyId) return "forged";
  const verifier = createVerifier({ subtle: world, noble });
  return (await verifier.isGenuine(claims, publicKey)) ? "ok" : "forged";
}

for (const [name, world] of Object.entries({ "the browser itself": subtle, noble: OLDER })) {
  test(`${name} agrees with every vector of the card format`, async () => {
    assert.equal(VECTORS.length, 60);
    for (const vector of VECTORS) {
      const publicKey = Uint8Array.from(Buffer.from(vector.public_key, "hex"));
      assert.equal(await found(vector.token, publicKey, world), vector.expect, vector.name);
    }
  });
}

test("the fields of a token are read right", () => {
  for (const { token, claims } of VECTORS.filter((vector) => vector.expect === "ok")) {
    const read = readToken(token);
    assert.deepEqual(
      [read.keyId, read.serial, read.pay, read.honour, read.months],
      [claims.key_id, claims.serial, claims.pay_permille, claims.honour_number, claims.months],
    );
  }
});

test("a token is found at the end of an address, and nowhere else", () => {
  const token = "C".repeat(120);
  assert.equal(tokenIn(token), token);
  assert.equal(tokenIn(`HTTPS://LOYALTY.EXAMPLE/C/${token}`), token);
  assert.equal(tokenIn(`https://loyalty.example/c/${token}`), token);
  assert.equal(tokenIn(`${token}/more`), "");
});
