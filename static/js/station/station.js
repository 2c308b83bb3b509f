// The station at the machine. Every tap goes to the queue on the phone first and from there, in order, to the server;
// a tally has a key of its own, so whatever is sent twice counts once. Without this script the forms work by themselves.
import { ageOf, stamp } from "./age.js";
import { newKey } from "./keys.js";
import { forget, known, learn, timeOf } from "./known.js";
import { drop, keep, kept } from "./store.js";

const { state: told, texts } = JSON.parse(document.getElementById("station-data").textContent);
const station = location.pathname;
const BATCH = 50;
const RETRY_MS = 5000;
const UPDATE_MS = 3600 * 1000; // a phone may stay on this page for a shift, or for weeks
const isKept = "kept" in document.body.dataset; // by the worker, from before: not as the server would tell it now
let state = told;
let heardAt = Date.now();
let isHeard = !isKept;
let wasHeard = !isKept; // ever, on this page: whoever goes on here is not to lose it under the hand
let isOld = false; // the page is, beside what the server would show
let sending = false;

if (isKept) {
  document.getElementById("messages").replaceChildren(); // they were read then
  const last = known(station);
  if (last) ({ state, heardAt } = last);
} else {
  learn(station, state);
}

function words(name, values = {}) {
  return texts[name].replace(/%\((\w+)\)s/g, (_, key) => values[key]);
}

function say(text, tone = "warning") {
  const message = document.createElement("div");
  message.className = `m-message m-message--${tone}`;
  message.setAttribute("role", tone === "error" ? "alert" : "status");
  message.textContent = text;
  document.getElementById("messages").replaceChildren(message);
}

function askPin() {
  isHeard = true;
  forget(station);
  navigator.serviceWorker?.controller?.postMessage({ forget: station });
  if (document.querySelector("#messages a")) return; // said already, and read out once
  say(words("pin"), "error");
  const link = document.createElement("a");
  link.href = "pin/";
  link.textContent = words("pinLink");
  document.querySelector("#messages .m-message").append(" ", link);
}

function goodOf(tallies) {
  const undone = new Set(tallies.filter((tally) => tally.kind === "correction").map((tally) => tally.undoes));
  return tallies
    .filter((tally) => ["good", "box"].includes(tally.kind) && !undone.has(tally.key))
    .reduce((sum, tally) => sum + tally.quantity, 0);
}

// A piece of the bar, from its left end.
function piece(name, number) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  drawn.setAttribute("class", name);
  drawn.setAttribute("width", Math.min(100, (100 * number) / state.wanted));
  drawn.setAttribute("height", 1);
  return drawn;
}

async function show() {
  const tallies = await kept(station);
  const waiting = goodOf(tallies);
  document.getElementById("page-title").textContent = state.title;
  document.getElementById("station-progress").textContent = state.progress;
  document.getElementById("station-scrap").textContent = state.scrap;
  document.getElementById("station-waiting").textContent = waiting ? words("waiting", { n: waiting }) : "";
  const bar = document.querySelector(".m-station__bar");
  bar.setAttribute("aria-valuenow", state.good);
  bar.querySelector("svg").replaceChildren(
    piece("m-station__kept", state.good + waiting),
    piece("m-station__good", state.good),
  );
  showQueue(tallies.length);
}

// What waits, and since when there is no network; nothing where all is told. Read out only where it changes.
function showQueue(number) {
  const note = document.getElementById("station-queue");
  const waits = number === 1 ? words("queuedOne") : words("queued", { n: number });
  const since = isHeard ? "" : words("offline", { time: timeOf(heardAt) });
  const text = [number ? waits : "", since].filter(Boolean).join(". ");
  note.hidden = text === "";
  if (note.textContent !== text) note.textContent = text;
}

// The server was heard: what it said counts. A page from before that would look otherwise now is old.
function hear(now) {
  state = now;
  isHeard = true;
  heardAt = Date.now();
  isOld ||= isKept && told.face !== state.face;
  learn(station, state);
}

function miss() {
  isHeard = false;
}

// The last one tapped here that was not taken back: what waits in the queue comes before what the server knows.
async function lastKey() {
  const tallies = await kept(station);
  const undone = new Set(tallies.filter((tally) => tally.kind === "correction").map((tally) => tally.undoes));
  const own = tallies.filter((tally) => tally.kind !== "correction" && !undone.has(tally.key)).at(-1);
  if (own) return own.key;
  return undone.has(state.lastKey) ? "" : state.lastKey;
}

async function tallyOf(tap, form) {
  const base = { station, key: newKey(), quantity: 0, reason: "", undoes: "", ...stamp() };
  if (tap === "undo") {
    const undoes = await lastKey();
    return undoes ? { ...base, kind: "correction", undoes } : words("nothing");
  }
  if (tap === "box") return state.boxSize ? { ...base, kind: "box", quantity: state.boxSize } : words("noBox");
  if (tap === "scrap") {
    return { ...base, kind: "scrap", quantity: Number(form.elements.scrap.value), reason: form.elements.reason.value };
  }
  return { ...base, kind: "good", quantity: Number(tap.split(":")[1]) };
}

async function tapped(event) {
  event.preventDefault();
  const tally = await tallyOf(event.submitter.value, event.target);
  if (typeof tally === "string") {
    say(tally);
    return;
  }
  await keep(tally);
  document.getElementById("messages").replaceChildren();
  navigator.vibrate?.(20);
  await show();
  flushAlone();
}

function body(tallies) {
  return tallies.map((tally) => {
    const { key, kind, quantity, reason, undoes } = tally;
    const said = { key, kind, age_s: ageOf(tally) };
    if (kind === "correction") return { ...said, undoes };
    return kind === "scrap" ? { ...said, quantity, reason } : { ...said, quantity };
  });
}

async function send(tallies) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  return fetch("queue/", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": token ?? document.querySelector("[name=csrfmiddlewaretoken]").value,
    },
    body: JSON.stringify(body(tallies)),
  });
}

// False when there is nothing left to send, or no way to send it now.
async function flushBatch() {
  const tallies = (await kept(station)).slice(0, BATCH);
  if (!tallies.length) return false;
  const answer = await send(tallies);
  if (answer.status === 403 || answer.status === 404) {
    askPin();
    return false;
  }
  if (!answer.ok) {
    miss(); // the server will be back: what is kept stays kept
    return false;
  }
  const { outcomes, state: now } = await answer.json();
  await drop(tallies.map((tally) => tally.id));
  const wasClosed = state.isClosed;
  wasHeard = true;
  hear(now);
  const refused = outcomes.filter((outcome) => outcome.text).map((outcome) => outcome.text);
  const surplus = outcomes.reduce((sum, outcome) => sum + (outcome.surplus ?? 0), 0);
  if (refused.length) say(words("refused", { text: [...new Set(refused)].join(" ") }), "error");
  else if (surplus) say(words("surplus", { n: surplus }));
  if (state.isClosed && !wasClosed && !refused.length) location.reload();
  return true;
}

async function flush() {
  if (sending) return;
  sending = true;
  try {
    while (await flushBatch()) await show();
  } catch {
    miss(); // out of reach: what is kept stays kept
  } finally {
    sending = false;
    await show();
  }
}

// Two tabs of one station send one after the other.
function flushAlone() {
  return navigator.locks ? navigator.locks.request(`station${station}`, flush) : flush();
}

async function look() {
  if ((await kept(station)).length) {
    await flushAlone();
    return;
  }
  try {
    const answer = await fetch("state/", { headers: { "Content-Type": "application/json" } });
    if (answer.ok) {
      hear((await answer.json()).state);
      if (isOld && !wasHeard) location.reload();
      wasHeard = true;
    } else if (answer.status === 403 || answer.status === 404) askPin();
    else miss();
  } catch {
    miss();
  }
  await show();
}

// Only once all is told, the phone is locked: the PIN is asked for again, and nothing of this page stays on it.
async function leave(event) {
  const form = event.target;
  event.preventDefault();
  await look();
  if (!isHeard) say(words("needsNetwork"));
  else if ((await kept(station)).length) say(words("waitsYet"));
  else {
    forget(station);
    form.submit();
  }
}

async function keepPages() {
  const workers = navigator.serviceWorker;
  if (!workers) return; // plain HTTP in a workshop's own network
  if (workers.controller) workers.addEventListener("controllerchange", () => (isOld = true));
  document.addEventListener("visibilitychange", freshen);
  const registration = await workers.register("/w/sw.js", { scope: "/w/", updateViaCache: "none" });
  setInterval(() => registration.update().catch(() => {}), UPDATE_MS);
}

// An old page is loaded anew when nobody looks at it.
async function freshen() {
  if (document.visibilityState !== "hidden" || !isOld || !isHeard) return;
  if (!(await kept(station)).length) location.reload();
}

document.querySelector("[data-taps]")?.addEventListener("submit", tapped);
document.querySelector("[data-leave]").addEventListener("submit", leave);
for (const form of document.querySelectorAll("[data-online]")) {
  form.addEventListener("submit", (event) => {
    if (navigator.onLine && isHeard) return;
    event.preventDefault();
    say(words("needsNetwork"));
  });
}
window.addEventListener("online", look);
window.addEventListener("offline", look);
setInterval(look, RETRY_MS);
keepPages();
navigator.storage?.persist?.();
show();
look();
