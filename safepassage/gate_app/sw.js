// Keeps the whole app on the phone, so that it opens with the network gone. precache.js is written
// by the server: the version, and every file with its hash. A file that is not what the list says is
// not taken, and then the version that is there stays.

importScripts("precache.js");

const { version, files } = self.PRECACHE;
const CACHE = `gate-${version}`;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(files.map(({ path, integrity }) => new Request(path, { integrity, cache: "no-cache" })));
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("gate-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("message", ({ data }) => {
  if (data === "take over") self.skipWaiting();
});

// What is here comes from here, always; only the server's answers come over the network, and they
// are never kept in a cache.
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isFile = event.request.method === "GET" && url.origin === location.origin;
  if (!isFile || url.pathname.startsWith("/gate/api/")) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    const wanted = event.request.mode === "navigate" ? "/gate/" : url.pathname;
    return (await cache.match(wanted)) ?? fetch(event.request);
  })());
});
