import assert from "node:assert/strict";
import test from "node:test";

import {
  findOnRoster,
  marksOf,
  nameOf,
  readRoster,
} from "../../loyalty/till/static/judge/roster.js";
import { answersTo, NUMBER, OURS, SERIAL, till } from "./counter.js";
import { hashOf, markOf, packOf } from "./town.js";

const { subtle } = globalThis.crypto;
const SALT = Buffer.alloc(2048, 7);
const ELSE = "123456789013";

const group = (pay, ...serials) => ({
  honour: "civilized_resident",
  pay_permille: pay,
  valid_from: "2026-12-01",
  valid_until: "2026-12-31",
  marks: Buffer.concat(serials.map((serial) => markOf(serial, SALT))).toString("base64"),
});
const find = async (roster, serial) => findOnRoster(roster, await marksOf(subtle, roster, serial));
const rosterOf = (...groups) => readRoster(SALT.toString("base64"), groups);

test("a card is found with its group, whatever its unkept byte is", async () => {
  const groups = [group(850, SERIAL), group(800, ELSE)];
  const roster = rosterOf(...groups);
  assert.equal(await find(roster, SERIAL), groups[0]);
  assert.equal(await find(roster, ELSE), groups[1]);
});

test("a card that is not among them is not found", async () => {
  assert.equal(await find(rosterOf(group(850, ELSE)), SERIAL), null);
  assert.equal(await find(rosterOf(), SERIAL), null);
});

test("a mark of one salt is none of another", async () => {
  const roster = readRoster(Buffer.alloc(2048, 8).toString("base64"), [group(850, SERIAL)]);
  assert.equal(await find(roster, SERIAL), null);
});

test("a mark that two cards of a group share is of that group", async () => {
  const shared = group(850, SERIAL, SERIAL);
  assert.equal(await find(rosterOf(shared), SERIAL), shared);
});

test("a number that could be of two groups has no rate", async () => {
  const same = rosterOf(group(850, SERIAL), group(800, SERIAL));
  assert.equal(await find(same, SERIAL), null);

  const other = { ...group(800), marks: markOf(SERIAL, SALT, 255).toString("base64") };
  const crossed = rosterOf(group(850, SERIAL), other);
  assert.equal(await find(crossed, SERIAL), null);
});

test("under a pack that was kept before there were marks, a number is not known", async () => {
  const pack = /** @type {any} */ (packOf(OURS));
  delete pack.roster_salt;
  delete pack.roster[0].marks;
  pack.roster[0].hashes = hashOf(OURS.slug, SERIAL).toString("base64");
  const { teller } = await till(pack);
  const [answer] = await answersTo(teller, NUMBER);
  assert.deepEqual([answer.verdict, answer.mayRecord], ["cannot_verify_offline", false]);
});

test("a card has a name of its own on a device, which the list does not have", async () => {
  const roster = rosterOf(group(850, SERIAL));
  const name = async (of, serial) => nameOf(subtle, of, await marksOf(subtle, of, serial));
  const own = await name(roster, SERIAL);
  assert.match(own, /^[0-9a-f]{16}$/);
  assert.equal(await name(rosterOf(), SERIAL), own);
  assert.notEqual(await name(roster, ELSE), own);
  assert.notEqual(own, hashOf(OURS.slug, SERIAL).toString("hex"));
  assert.equal(await name(readRoster(undefined, []), SERIAL), "");
});
