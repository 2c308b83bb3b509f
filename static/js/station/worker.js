// Stations open where there is no network: their pages as they last were, and the files they are made of. `TOLD`
// stands before this script: the release, its files, and the page that says there is no network.
//
// A page is kept only if its answer says so, which is so for phones that are in, and no longer than they are. Whatever
// shows that a phone is out (the PIN is asked, the link is gone) drops it. Each release has a cache of its own; pages
// of an older one stay with their files until they were fetched anew.
const PREFIX = "station-";
const CACHE = PREFIX + TOLD.release;
const WAIT_MS = 4000;
const STATION = /^\/w\/[^/]+\/$/;
const PIN = /^(\/w\/[^/]+\/)pin\/$/;
const NOT_KEPT = ["content-encoding", "content-length", "vary"]; // they speak of bytes that are unpacked by now
const cacheOf = new Map(); // by client: the cache that its page was taken from

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    if (url.pathname !== TOLD.shell) event.respondWith(page(event, url));
  } else if (TOLD.files.includes(url.pathname) || cacheOf.has(event.clientId)) {
    if (url.pathname.startsWith("/w/")) return;
    event.respondWith(file(event));
  }
});
self.addEventListener("message", (event) => {
  if (event.data?.forget) event.waitUntil(forget(new URL(event.data.forget, location.origin).pathname));
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...TOLD.files, TOLD.shell].map((path) => new Request(path, { cache: "reload" })));
  await self.skipWaiting();
}

// Pages that are open, and those an older release kept, are fetched anew; where that fails they stay as they were.
async function activate() {
  await self.clients.claim();
  const open = (await self.clients.matchAll({ type: "window" })).map((client) => new URL(client.url).pathname);
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  for (const path of new Set(open)) if (STATION.test(path)) await take(path);
  for (const name of older) {
    const left = await Promise.all((await pagesIn(name)).map(take));
    if (left.every(Boolean)) await caches.delete(name);
  }
}

async function pagesIn(name) {
  const requests = await (await caches.open(name)).keys();
  return requests.map((request) => new URL(request.url).pathname).filter((path) => STATION.test(path));
}

// False where the server could not be heard.
async function take(path) {
  try {
    const answer = await inTime(new Request(path, { credentials: "same-origin", redirect: "manual" }));
    await note(answer, path);
    return answer.status < 500;
  } catch {
    return false;
  }
}

async function page(event, url) {
  try {
    const answer = await inTime(event.request);
    if (answer.status < 500) {
      event.waitUntil(note(answer.clone(), url.pathname));
      return answer;
    }
    return (await keptPage(event, url.pathname)) ?? answer;
  } catch {
    return (await keptPage(event, url.pathname)) ?? (await shell(event)) ?? Response.error();
  }
}

function inTime(request) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("slow")), WAIT_MS);
    fetch(request).then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

// What an answer of the server means for the page kept of this station.
async function note(answer, path) {
  const asked = path.match(PIN);
  if (asked) await forget(asked[1]);
  if (!STATION.test(path)) return;
  if (answer.headers.has("Station-Open-For")) await keep(answer, path);
  else if (answer.status < 500) await forget(path);
}

// A page of another release waits for its own worker, which knows its files.
async function keep(answer, path) {
  if (answer.headers.get("Station-Release") !== TOLD.release) {
    await self.registration.update();
    return;
  }
  const headers = new Headers(answer.headers);
  NOT_KEPT.forEach((name) => headers.delete(name));
  headers.set("Kept-At", Date.now());
  const text = (await answer.text()).replace("<body ", "<body data-kept ");
  await forget(path);
  await (await caches.open(CACHE)).put(path, new Response(text, { headers }));
}

async function forget(path) {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX)) await (await caches.open(name)).delete(path);
}

async function keptPage(event, path) {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  for (const name of [CACHE, ...names]) {
    const answer = await (await caches.open(name)).match(path);
    if (!answer) continue;
    if (Date.now() - answer.headers.get("Kept-At") < 1000 * answer.headers.get("Station-Open-For")) {
      cacheOf.set(event.resultingClientId, name);
      return answer;
    }
    await forget(path);
  }
  return undefined;
}

async function shell(event) {
  cacheOf.set(event.resultingClientId, CACHE);
  return (await caches.open(CACHE)).match(TOLD.shell, { ignoreVary: true });
}

// A page that was kept takes its files from beside it; others from the server, and from here where it is not heard.
async function file(event) {
  const name = cacheOf.get(event.clientId);
  const beside = name && (await (await caches.open(name)).match(event.request, { ignoreVary: true }));
  if (beside) return beside;
  try {
    return await fetch(event.request);
  } catch {
    return (await (await caches.open(CACHE)).match(event.request, { ignoreVary: true })) ?? Response.error();
  }
}
