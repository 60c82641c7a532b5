// Keeps the door pages, their style and their script, so that a page opens where there is no network. The newest always
// comes first; what is kept is only for when nothing comes. Ballots are the page's business, not this script's.
const KEPT = "door-1";
const BASE = "{{base}}";
const ours = (address) => address.pathname.startsWith(`${BASE}/door/`) || address.pathname.startsWith(`${BASE}/static/`);

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const wanted = event.data?.keep ?? [];
  event.waitUntil(
    caches.open(KEPT).then((kept) =>
      Promise.all(
        wanted.map(async (address) => {
          const answer = await fetch(address).catch(() => null);
          if (answer?.ok && !answer.redirected) await kept.put(address, answer);
          else if (answer) await kept.delete(address);
          return Boolean(answer?.ok);
        }),
      ),
    ).then((all) => event.source?.postMessage({ kept: all.every(Boolean) })),
  );
});

// The pages hold names. Whoever is signed out, or may not see them any more, finds none of them here either.
async function forget() {
  const kept = await caches.open(KEPT);
  const pages = (await kept.keys()).filter((page) => new URL(page.url).pathname.startsWith(`${BASE}/door/`));
  await Promise.all(pages.map((page) => kept.delete(page)));
}

async function newestOrKept(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) (await caches.open(KEPT)).put(request, answer.clone());
    // A page that is asked for in a window is led on by the window itself, so that its redirect is opaque here.
    else if (answer.redirected || answer.type === "opaqueredirect" || [401, 403].includes(answer.status)) await forget();
    return answer;
  } catch (fault) {
    const kept = await caches.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw fault;
  }
}

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin || !ours(address)) return;
  event.respondWith(newestOrKept(event.request));
});
