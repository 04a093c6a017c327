/**
 * What this device keeps of an own page, so that its code is shown without network: a key that signs
 * and cannot be read out, the handle, and by how much the clock is behind. Nobody's name or number.
 */

const DATABASE = "loyalty-own-page";
const STORE = "kept";
const NAME = "code";

/**
 * @typedef {object} Kept
 * @property {string} handle
 * @property {CryptoKey} key
 * @property {number} behind how far this device's clock is behind the service's, in milliseconds
 */

/** @returns {Promise<Kept | undefined>} */
export function readKept() {
  return run("readonly", (store) => store.get(NAME));
}

/** @param {Kept} kept */
export function keep(kept) {
  return run("readwrite", (store) => store.put(kept, NAME));
}

/** Forget it: whoever opens this device later shows no code. */
export function forget() {
  return run("readwrite", (store) => store.delete(NAME));
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} deed
 * @returns {Promise<any>}
 */
async function run(mode, deed) {
  const database = await answerOf(open());
  try {
    return await answerOf(deed(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function open() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return request;
}

/**
 * @template Answer
 * @param {IDBRequest<Answer>} request
 * @returns {Promise<Answer>}
 */
function answerOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
