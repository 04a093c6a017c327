/*
 * Opens the till without network. The service writes `self.shell` before this: which page and which
 * files belong together. Sales, packs and answers are none of its business: it keeps nothing of /api.
 */

const { version, page, files, heavy } = self.shell;

const CACHE_PREFIX = "loyalty-till-";
const CACHE = CACHE_PREFIX + version;

/** After this the page that is kept is opened, in milliseconds. */
const WAIT_FOR_SERVICE_MS = 1500;

/** A page that is open may still need a file of its own version. */
const VERSIONS_KEPT = 2;

const KEPT = new Set([...files, ...heavy]);

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => {
  event.waitUntil(tidy());
  // Not waited for: the first page must not wait for a megabyte.
  keepHeavy();
});
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    // Messengers add a slash to an address they pass on.
    if (address.pathname.replace(/\/$/, "") === page) event.respondWith(openPage(event));
  } else if (KEPT.has(address.pathname) || address.pathname.startsWith(`${page}/assets/`)) {
    event.respondWith(openFile(event.request));
  }
});

/** Keep the page and its files, all of them or none. */
async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(files.map((file) => new Request(file, { cache: "reload" })));
  const response = await fetch(page, { cache: "reload", credentials: "same-origin" });
  if (versionOf(response) !== version) throw new Error("The service has changed meanwhile.");
  await cache.put(page, response);
  await self.skipWaiting();
}

async function tidy() {
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX));
  const earlier = names.filter((name) => name !== CACHE);
  const old = earlier.slice(0, earlier.length - (VERSIONS_KEPT - 1));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function keepHeavy() {
  const cache = await caches.open(CACHE);
  for (const file of heavy) {
    if ((await cache.match(file)) === undefined) await cache.add(file).catch(() => {});
  }
}

/**
 * The page from the service; the kept one if the service is slow, broken or out of reach.
 * @param {FetchEvent} event
 */
async function openPage(event) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(page);
  const fresh = fetch(event.request).then((response) => {
    if (versionOf(response) === version) event.waitUntil(cache.put(page, response.clone()));
    return versionOf(response) === null && kept ? kept : response;
  });
  event.waitUntil(fresh.then(keepHeavy, () => {}));
  if (kept === undefined) return fresh;
  /** @type {Promise<Response>} */
  const waitIsOver = new Promise((resolve) => setTimeout(() => resolve(kept), WAIT_FOR_SERVICE_MS));
  return Promise.race([fresh.catch(() => kept), waitIsOver]);
}

/**
 * A file never changes under its address, and those of the page's frame go with its version.
 * @param {Request} request
 */
async function openFile(request) {
  const own = await caches.open(CACHE);
  return (await own.match(request)) || (await caches.match(request)) || fetch(request);
}

/**
 * Which version of the till a page is; null if it is none of ours, such as a hotel's.
 * @param {Response} response
 */
function versionOf(response) {
  return response.ok ? response.headers.get("Till-Version") : null;
}
