/**
 * Redo a draw from its published record alone, by the law of docs/lottery.md. It shares no code
 * with the service, so that a mistake in one shows against the other.
 */

/** @typedef {{reference: string, area: string | null, household: string, score: number, awards: number, lot: string}} Candidate */
/** @typedef {{round: string, quota: number, area_minimums: Record<string, number>, candidates: Candidate[]}} List */
/** @typedef {{reference: string, lot: string}} Place */
/** @typedef {{round: string, selected: Place[], reserves: Place[]}} Result */
/** @typedef {{hash: string, seed: string, source?: {source: string} | null, lines: {text: string, sha256: string}[], results: Result[]}} DrawRecord */
/** @typedef {(text: string) => Promise<string>} Digest SHA-256 of a text in UTF-8, in hexadecimal */

/**
 * What is not right: the hash of the whole text, a line (from 1), that the seed is not of the
 * source named in the text, or a place (from 1) of a list.
 * @typedef {{what: "hash"} | {what: "line", line: number} | {what: "seed"} | {what: "place", at: string}} Fault
 */

/**
 * By source: how a seed is written.
 * @type {Record<string, RegExp>}
 */
const SEEDS = {
  dice: /^[1-6]( [1-6]){4}$/,
  double_colour_ball: /^[0-9]{2}( [0-9]{2}){6}$/,
  super_lotto: /^[0-9]{2}( [0-9]{2}){6}$/,
  pick_five: /^[0-9]( [0-9]){4}$/,
  drand: /^[0-9a-f]{64}$/,
};

/**
 * By lottery: how many numbers each part has, and the largest; in a part they rise from 1 on.
 * @type {Record<string, [number, number][]>}
 */
const PARTS = {
  double_colour_ball: [
    [6, 33],
    [1, 16],
  ],
  super_lotto: [
    [5, 35],
    [2, 12],
  ],
};

/**
 * The digest of this browser; null where it has none, which is so on every page without https.
 * @type {Digest | null}
 */
export const sha256 = globalThis.crypto && crypto.subtle ? subtleDigest : null;

/**
 * Compute the hashes, and from the lines they vouch for the places; name everything not right.
 * @param {DrawRecord} record as it is published after the draw
 * @param {Digest} digest
 * @returns {Promise<{results: Result[], faults: Fault[]}>} results as computed; none of wrong lines
 */
export async function verify(record, digest) {
  /** @type {Fault[]} */
  const faults = [];
  const whole = record.lines.map((line) => `${line.text}\n`).join("");
  if ((await digest(whole)) !== record.hash) faults.push({ what: "hash" });
  for (const [index, line] of record.lines.entries()) {
    if ((await digest(line.text)) !== line.sha256) faults.push({ what: "line", line: index + 1 });
  }
  if (faults.length > 0) return { results: [], faults };
  if (!isOfItsSource(record)) faults.push({ what: "seed" });
  const results = await draw(listsIn(record.lines), record.seed, digest);
  const [published, computed] = [placesOf(record.results), placesOf(results)];
  for (const at of new Set([...published.keys(), ...computed.keys()])) {
    if (published.get(at) !== computed.get(at)) faults.push({ what: "place", at });
  }
  return { results, faults };
}

/**
 * Whether the seed is what the source in the frozen text can give; older texts name none.
 * @param {DrawRecord} record
 */
function isOfItsSource({ seed, source, lines }) {
  const frozen = lines.length > 0 ? JSON.parse(lines[0].text).source : undefined;
  if (frozen === undefined) return !source;
  return source?.source === frozen && isGivenBy(frozen, seed);
}

/**
 * @param {string} source
 * @param {string} seed
 */
function isGivenBy(source, seed) {
  if (!SEEDS[source]?.test(seed)) return false;
  const numbers = seed.split(" ").map(Number);
  return (PARTS[source] ?? []).every(([count, largest]) => {
    const part = [0, ...numbers.splice(0, count), largest + 1];
    return part.every((one, place) => place === 0 || part[place - 1] < one);
  });
}

/**
 * @param {{text: string}[]} lines
 * @returns {List[]}
 */
function listsIn(lines) {
  const lists = [];
  for (const members of lines.map((line) => JSON.parse(line.text))) {
    if ("source" in members) continue;
    if ("round" in members) lists.push({ ...members, candidates: [] });
    else lists[lists.length - 1].candidates.push(members);
  }
  return lists;
}

/**
 * @param {List[]} lists
 * @param {string} seed
 * @param {Digest} digest
 * @returns {Promise<Result[]>}
 */
async function draw(lists, seed, digest) {
  const winners = new Set();
  /** @type {Place[][]} */
  const selected = [];
  for (const { round, quota, area_minimums: minimums, candidates } of lists) {
    for (const one of candidates) one.lot = await digest(`${seed}|${round}|${one.reference}`);
    candidates.sort(compare);
    selected.push(seat(candidates, quota, new Map(Object.entries(minimums)), winners));
  }
  return lists.map(({ round, quota, candidates }, index) => ({
    round,
    selected: selected[index],
    reserves: seat(candidates, quota, new Map(), new Set(winners)),
  }));
}

/**
 * @param {Candidate} one
 * @param {Candidate} other
 */
function compare(one, other) {
  const byPoints = other.score - one.score || one.awards - other.awards;
  if (byPoints !== 0) return byPoints;
  return one.lot + one.reference < other.lot + other.reference ? -1 : 1;
}

/**
 * Give the seats to the best, first those of an area's minimum; one of a household.
 * @param {Candidate[]} inOrder
 * @param {number} quota
 * @param {Map<string | null, number>} minimums
 * @param {Set<string>} taken households that have won; those seated here join them
 * @returns {Place[]}
 */
function seat(inOrder, quota, minimums, taken) {
  /** @type {Set<Candidate>} */
  const seated = new Set();
  for (const openToAll of [false, true]) {
    for (const one of inOrder) {
      const left = minimums.get(one.area) || 0;
      if (seated.size < quota && !taken.has(one.household) && (openToAll || left > 0)) {
        minimums.set(one.area, left - 1);
        taken.add(one.household);
        seated.add(one);
      }
    }
  }
  const places = inOrder.filter((one) => seated.has(one));
  return places.map(({ reference, lot }) => ({ reference, lot }));
}

/**
 * @param {Result[]} results
 * @returns {Map<string, string>} list, role and place → reference and lot
 */
function placesOf(results) {
  const places = new Map();
  for (const { round, selected, reserves } of results) {
    for (const [role, people] of Object.entries({ selected, reserves })) {
      for (const [index, { reference, lot }] of people.entries()) {
        places.set(`${round} ${role} ${index + 1}`, `${reference} ${lot}`);
      }
    }
  }
  return places;
}

/**
 * @param {string} text
 */
async function subtleDigest(text) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
