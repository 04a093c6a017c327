/** A community with a key, as the service packs it: nothing of it shares code with the till. */

import { createHash, generateKeyPairSync, sign } from "node:crypto";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** @param {string} slug */
export function town(slug = "tianyuan") {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const keyId = createHash("sha256").update(raw).digest("hex").slice(0, 6);
  return { slug, privateKey, raw, keyId };
}

export function hashOf(slug, serial) {
  return createHash("sha256").update(`loyalty serial|${slug}|${serial}`).digest().subarray(0, 8);
}

const SALT = createHash("sha256").update("a market's salt").digest();

/** The mark of a serial; its unkept byte is its last digit unless another is given. */
export function markOf(serial, salt = SALT, unkept = Number(serial.slice(-1))) {
  const named = Buffer.concat([Buffer.from(serial), Buffer.from([unkept]), salt]);
  return createHash("sha256").update(named).digest().subarray(0, 4);
}

export function numberOf(serial) {
  return serial + String(98n - ((BigInt(serial) * 100n) % 97n)).padStart(2, "0");
}

export function tokenOf({ keyId, privateKey }, { serial, pay = 850, honour = 1, months = 1 }) {
  const terms = [
    [pay, 10],
    [honour, 6],
    [months, 4],
  ];
  const fields = [[1, 4], [parseInt(keyId, 16), 24], [Number(serial), 40], ...terms];
  const bits = fields.map(([value, width]) => value.toString(2).padStart(width, "0")).join("");
  const payload = Buffer.from(BigInt(`0b${bits}`).toString(16).padStart(22, "0"), "hex");
  const signed = Buffer.concat([Buffer.from("loyalty card v1\0"), payload]);
  const signature = sign(null, signed, privateKey);
  const all = [...payload, ...signature].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return all.replace(/.{5}/g, (five) => BASE32[parseInt(five, 2)]);
}

/**
 * @param {Pick<ReturnType<typeof town>, "slug" | "keyId" | "privateKey">} signer
 * @param {number} number
 * @param {Record<string, string>} states by serial
 */
export function listOf({ slug, keyId, privateKey }, number, states) {
  const entries = Object.entries(states)
    .map(([serial, state]) => ({ serial_hash: hashOf(slug, serial).toString("hex"), state }))
    .sort((one, other) => (one.serial_hash < other.serial_hash ? -1 : 1));
  const list = { community: slug, entries, issued_at: "2026-12-01T08:00:00+08:00", number };
  const signed = Buffer.from(`loyalty revocations v1\0${JSON.stringify(list)}`);
  return { list, key_id: keyId, signature: sign(null, signed, privateKey).toString("base64url") };
}

export function packOf(ours, how = {}) {
  const { serials = [], list = null, shop = {}, policy = {}, keys = [ours] } = how;
  const marks = serials.map((serial) => markOf(serial)).sort(Buffer.compare);
  return {
    issued_at: "2026-12-09T12:00:00+08:00",
    community: { slug: ours.slug, name: "田园市场", timezone: "Asia/Shanghai" },
    shop: {
      name: "百味菜铺",
      plaque_number: null,
      certified: true,
      certified_until: null,
      terms: { civilized_resident: 820 },
      ...shop,
    },
    policy: {
      rule_version: 3,
      rounding: "fen",
      limits: {
        discountable_per_sale_fen: null,
        uses_per_shop_day: 3,
        uses_per_day: null,
        saved_per_month_fen: null,
      },
      excluded_categories: [],
      offline: { days: 7, sales: 500, saved_fen: 200000 },
      ...policy,
    },
    honours: { 1: "civilized_resident", 2: "household_head" },
    honour_names: {
      civilized_resident: { zh_Hans: "文明居民", zh_Hant: "文明居民", en: "Civilized resident" },
    },
    keys: keys.map((key) => ({
      kty: "OKP",
      kid: key.keyId,
      x: key.raw.toString("base64url"),
      community: key.slug,
      month: "2026-12",
      timezone: "Asia/Shanghai",
    })),
    revocations: list,
    roster_salt: SALT.toString("base64"),
    roster: [
      {
        honour: "civilized_resident",
        pay_permille: 850,
        valid_from: "2026-12-01",
        valid_until: "2026-12-31",
        hashes: "",
        marks: Buffer.concat(marks).toString("base64"),
      },
    ],
  };
}
