/*
 * Opens the page of the code without network, and shows what the resident is told by web push. The
 * service writes `self.shell` before this: the page, the files that it is made of, and the words of
 * what is told. The page is the same for everybody; what is told is shown, and kept nowhere.
 */

const { version, page, files, home, language, told, other } = self.shell;

const CACHE_PREFIX = "loyalty-own-page-";
const CACHE = CACHE_PREFIX + version;

/** After this the page that is kept is opened, in milliseconds. */
const WAIT_FOR_SERVICE_MS = 3000;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(home));
});
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

/**
 * Show a message. Whatever it is, something is shown: browsers end what tells nothing.
 * @param {PushMessageData | null} sent
 */
function show(sent) {
  const message = read(sent);
  const { title, text } = told[message.type] || other;
  return self.registration.showNotification(title, {
    body: fill(text, message.data || {}),
    // The same message once more takes the place of the first.
    tag: message.id,
    lang: language,
  });
}

/** @param {PushMessageData | null} sent */
function read(sent) {
  try {
    return sent === null ? {} : sent.json();
  } catch (_) {
    return {};
  }
}

/**
 * @param {string} text with what is to be put in, in braces
 * @param {{ shop?: string, happened_at?: string }} data
 */
function fill(text, { shop, happened_at }) {
  return text.replace("{shop}", () => shop || "").replace("{time}", () => timeOf(happened_at));
}

/**
 * Return an instant as the clock of the community shows it.
 * @param {string | undefined} written such as "2026-12-09T12:00:00+08:00"
 */
function timeOf(written) {
  if (written === undefined) return "";
  const onTheWall = new Date(`${written.slice(0, 19)}Z`);
  const shown = new Intl.DateTimeFormat(language, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    timeZone: "UTC",
  });
  return shown.format(onTheWall);
}
