// Serves the shell from its own cache, and nothing else: never a change, never /sync/, never a page of the desk.
const BUILD = "fieldapp-{{ build }}-{{ language }}";
const FILES = {{ files|tojson }};
const SHELLS = {{ shells|tojson }};
let held = null;  // the phone's key, from one page to the next; it is written down nowhere

addEventListener("install", (event) => event.waitUntil(fill()));
addEventListener("activate", (event) => event.waitUntil(clear().then(() => clients.claim())));
addEventListener("message", (event) => {
  const { data } = event;
  if (data === "take-over") event.waitUntil(takeOver());
  if (data.hold !== undefined) held = data.hold && data;
  if (data.lend) event.ports[0].postMessage(held && Date.now() < held.until ? held.hold : null);
});
addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin || url.searchParams.has("plain")) return;
  const shop = event.request.mode === "navigate" && url.pathname.match(/^\/at\/([0-9a-f-]{36})$/)?.[1];  // a sticker at a door
  if (shop) return event.respondWith(Response.redirect(`/visits/new?shop=${shop}`, 303));
  const shell = SHELLS.includes(url.pathname) && (event.request.mode === "navigate" || url.pathname === "/today/lock");
  if (shell || url.pathname.startsWith("{{ prefix }}")) event.respondWith(answer(event.request, shell ? url.pathname : url.href));
});

// All of it or nothing: neither a portal's page nor a file of another build is ever taken for one of ours.
async function fill() {
  const cache = await caches.open(BUILD);
  await Promise.all([...FILES, ...SHELLS].map(async (path) => {
    const response = await fetch(path, { cache: "no-cache", credentials: "same-origin" });
    if (!response.ok || response.redirected || response.headers.get("{{ build_header }}") !== "{{ build }}") throw new Error(`${path}: ${response.status}`);
    await cache.put(path, response);
  }));
}

// Not while a form is open in any tab: what it has yet to load stands in the old cache alone.
async function takeOver() {
  const tabs = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!tabs.some((tab) => new URL(tab.url).pathname === "/visits/new")) await skipWaiting();
}

async function clear() {
  const old = (await caches.keys()).filter((name) => name.startsWith("fieldapp-") && name !== BUILD);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function answer(request, key) {
  const kept = await (await caches.open(BUILD)).match(key);
  return kept ?? fetch(request);
}
