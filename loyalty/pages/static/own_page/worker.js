/*
 * Opens the page of the code without network. The service writes `self.shell` before this: the page,
 * and the files that it is made of. Nothing personal passes here: the page is the same for everybody.
 */

const { version, page, files } = self.shell;

const CACHE_PREFIX = "loyalty-own-page-";
const CACHE = CACHE_PREFIX + version;

/** After this the page that is kept is opened, in milliseconds. */
const WAIT_FOR_SERVICE_MS = 3000;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    if (address.pathname === page) event.respondWith(openPage(event.request));
  } else if (files.includes(address.pathname)) {
    event.respondWith(openFile(event.request));
  }
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(files.map((file) => new Request(file, { cache: "reload" })));
  // Without the cookie, so that what the service draws for one person is not kept.
  const answer = await fetch(page, { cache: "reload", credentials: "omit" });
  if (!answer.ok) throw new Error("The service does not answer.");
  await cache.put(page, answer);
  await self.skipWaiting();
}

async function tidy() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/**
 * The page from the service; the kept one if the service is slow or out of reach.
 * @param {Request} request
 */
async function openPage(request) {
  const kept = await (await caches.open(CACHE)).match(page);
  const fresh = fetch(request);
  if (kept === undefined) return fresh;
  /** @type {Promise<Response>} */
  const waitIsOver = new Promise((resolve) => setTimeout(() => resolve(kept), WAIT_FOR_SERVICE_MS));
  return Promise.race([fresh.catch(() => kept), waitIsOver]);
}

/**
 * A file as it was kept; another version of it comes with another worker.
 * @param {Request} request
 */
async function openFile(request) {
  const kept = await (await caches.open(CACHE)).match(request, { ignoreSearch: true });
  return kept || fetch(request);
}
