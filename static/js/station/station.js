// The station at the machine. Every tap goes to the queue on the phone first and from there, in order, to the server;
// a tally has a key of its own, so whatever is sent twice counts once. Without this script the forms work by themselves.
import { ageOf, stamp } from "./age.js";
import { newKey } from "./keys.js";
import { drop, keep, kept } from "./store.js";

const { state: told, texts } = JSON.parse(document.getElementById("station-data").textContent);
const station = location.pathname;
const BATCH = 50;
const RETRY_MS = 5000;
let state = told;
let sending = false;

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
  const note = document.getElementById("station-queue");
  note.hidden = tallies.length === 0;
  const number = tallies.length === 1 ? words("queuedOne") : words("queued", { n: tallies.length });
  note.textContent = navigator.onLine ? number : `${number}. ${words("offline")}`;
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
  if (!answer.ok) return false; // the server will be back: what is kept stays kept
  const { outcomes, state: now } = await answer.json();
  await drop(tallies.map((tally) => tally.id));
  const wasClosed = state.isClosed;
  state = now;
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
    // out of reach: what is kept stays kept
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
    if (answer.ok) state = (await answer.json()).state;
  } catch {
    return;
  }
  await show();
}

document.querySelector("[data-taps]")?.addEventListener("submit", tapped);
for (const form of document.querySelectorAll("[data-online]")) {
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    say(words("needsNetwork"));
  });
}
window.addEventListener("online", look);
window.addEventListener("offline", show);
setInterval(look, RETRY_MS);
navigator.serviceWorker?.register("/w/sw.js", { scope: "/w/" });
navigator.storage?.persist?.();
show();
flushAlone();
