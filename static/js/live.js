// One websocket. Elements declare `data-live-topic="order:ord_… plan:pln_…"`; when the server says "look", each of
// them reads itself again through htmx (`hx-trigger="look"`). A message carries no data: a reload shows the same.
import { readClock } from "./clock.js";
import { settings, text } from "./settings.js";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;
const STALE_AFTER_MS = 5_000; // a drop shorter than this is "reconnecting"
const QUIET_MS = 1_000; // an element reads itself at most once in this time

let socket = null;
let retryMs = FIRST_RETRY_MS;
let lostAt = null;
let wasConnected = false;
const lastLook = new WeakMap();
const pending = new WeakSet();

function badge(state, words) {
  for (const element of document.querySelectorAll("[data-live-badge]")) {
    element.dataset.state = state;
    element.querySelector("[data-live-text]").textContent = words;
  }
}

function elementsOf(topic) {
  return [...document.querySelectorAll("[data-live-topic]")].filter((element) =>
    element.dataset.liveTopic.split(/\s+/).includes(topic),
  );
}

function watched() {
  const elements = [...document.querySelectorAll("[data-live-topic]")];
  return [...new Set(elements.flatMap((element) => element.dataset.liveTopic.split(/\s+/)))].filter(Boolean);
}

function look(element) {
  if (pending.has(element)) return;
  const wait = Math.max(0, (lastLook.get(element) ?? -QUIET_MS) + QUIET_MS - performance.now());
  pending.add(element);
  setTimeout(() => {
    pending.delete(element);
    lastLook.set(element, performance.now());
    if (element.isConnected) window.htmx.trigger(element, "look");
  }, wait);
}

function watch() {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ watch: watched() }));
}

function opened() {
  retryMs = FIRST_RETRY_MS;
  badge("connected", text("connected"));
  watch();
  if (wasConnected) {
    readClock();
    document.querySelectorAll("[data-live-topic]").forEach(look);
  }
  wasConnected = true;
  lostAt = null;
}

function heard(event) {
  const message = JSON.parse(event.data);
  if (message.look) elementsOf(message.look).forEach(look);
}

function lost(event) {
  socket = null;
  lostAt ??= new Date();
  if (event.code === 4401) return; // logged out: a page of the log-in follows the next click
  showLoss();
  setTimeout(connect, retryMs * (0.5 + Math.random()));
  retryMs = Math.min(LAST_RETRY_MS, retryMs * 2);
}

function showLoss() {
  if (lostAt === null) return;
  if (Date.now() - lostAt < STALE_AFTER_MS) {
    badge("reconnecting", text("reconnecting"));
    setTimeout(showLoss, STALE_AFTER_MS);
    return;
  }
  const time = lostAt.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
  badge("stale", text("stale", { time }));
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/ws/`);
  socket.addEventListener("open", opened);
  socket.addEventListener("message", heard);
  socket.addEventListener("close", lost);
}

export function startLive() {
  if (!settings.isLive) return;
  connect();
  document.addEventListener("htmx:after:swap", watch);
}
