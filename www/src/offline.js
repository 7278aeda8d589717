// The service worker of the page: keeps the page's own files and answers with them, so that the page opens without a
// network. It answers nothing else, and fetches nothing that it has.

const FILES = __FILES__;
const CACHE = `cxvars-${__VERSION__}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const old = caches
    .keys()
    .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  // The page is kept under the address of its folder, and may be opened under its own as well.
  const isPage = event.request.mode === "navigate" && new URL(event.request.url).pathname.endsWith("/index.html");
  const wanted = isPage ? "./" : event.request;
  event.respondWith(caches.match(wanted, { ignoreSearch: true }).then((kept) => kept ?? fetch(event.request)));
});
