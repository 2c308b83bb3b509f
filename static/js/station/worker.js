// The station's page and what it is made of, for when there is no network. Nothing else goes through here.
const CACHE = "station-1";
const WAIT_MS = 4000;
const MODULES = ["age.js", "keys.js", "store.js"];

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(tidy()));

async function tidy() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
  for (const client of await self.clients.matchAll({ type: "window" })) await takeAlong(client.url);
}

// The page that was open when the worker came, with what it loaded before.
async function takeAlong(url) {
  const page = await fetch(url, { credentials: "same-origin" });
  if (!isStation(new URL(page.url)) || !page.ok) return;
  const cache = await caches.open(CACHE);
  await cache.put(url, page.clone());
  const found = [...(await page.text()).matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((match) => match[1]);
  const script = found.find((path) => path.includes("/js/station/")) ?? "";
  const modules = MODULES.map((name) => script.replace(/[^/]+$/, name));
  await Promise.allSettled([...found, ...modules].map((path) => cache.add(path)));
}

function isStation(url) {
  return url.origin === location.origin && /^\/w\/[^/]+\/$/.test(url.pathname);
}

function inTime(request) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("slow")), WAIT_MS);
    fetch(request).then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

// From the network, and kept; where that is out of reach or slow, as it was kept.
async function freshOrKept(request, mayKeep) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await inTime(request);
    if (answer.ok && mayKeep(answer)) await cache.put(request.url, answer.clone());
    return answer;
  } catch {
    return (await cache.match(request.url)) ?? Response.error();
  }
}

const isPage = (answer) => !answer.redirected && isStation(new URL(answer.url));
const isFile = () => true;

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET") return;
  if (event.request.mode === "navigate" && isStation(url)) event.respondWith(freshOrKept(event.request, isPage));
  else if (url.origin === location.origin && url.pathname.startsWith("/static/")) {
    event.respondWith(freshOrKept(event.request, isFile));
  }
});
