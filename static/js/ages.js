// Ages, countdowns and the clock tick by themselves; the words are those the server would write.
import { businessNowMs, readClock } from "./clock.js";
import { text } from "./settings.js";

const TICK_MS = 1000;
const CLOCK_AGAIN_MS = 60_000;
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

export function ageText(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < MINUTE_S) return text("secondsAgo", { n: s });
  if (s < HOUR_S) return text("minutesAgo", { n: Math.floor(s / MINUTE_S) });
  if (s < DAY_S) return text("hoursAgo", { n: Math.floor(s / HOUR_S) });
  const days = Math.floor(s / DAY_S);
  return text(days === 1 ? "dayAgo" : "daysAgo", { n: days });
}

export function untilText(seconds) {
  const minutes = Math.floor(seconds / MINUTE_S);
  if (minutes <= 0) return text("due");
  if (minutes >= 1440) return text("inDays", { n: Math.floor(minutes / 1440), h: Math.floor((minutes % 1440) / 60) });
  if (minutes >= 60) return text("inHours", { n: Math.floor(minutes / 60), m: minutes % 60 });
  return text("inMinutes", { n: minutes });
}

function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function tick() {
  const now = businessNowMs();
  for (const element of document.querySelectorAll("time[data-age]")) {
    const seconds = (now - Date.parse(element.dateTime)) / 1000;
    put(element, ageText(seconds));
    const limit = Number(element.dataset.limit);
    if (limit) element.classList.toggle("m-age--stale", seconds > limit);
  }
  for (const element of document.querySelectorAll("time[data-until]")) {
    put(element, untilText((Date.parse(element.dateTime) - now) / 1000));
  }
  for (const element of document.querySelectorAll("time[data-clock]")) showClock(element, now);
}

function showClock(element, now) {
  const language = document.documentElement.lang === "zh-hans" ? "zh-CN" : "en-GB";
  const zone = element.dataset.zone || undefined;
  const day = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short", timeZone: zone });
  const hours = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", timeZone: zone });
  put(element, `${day.format(now).replace(",", "")} ${hours.format(now)}`);
  element.dateTime = new Date(now).toISOString();
}

export function startAges() {
  tick();
  setInterval(tick, TICK_MS);
  setInterval(readClock, CLOCK_AGAIN_MS);
  document.addEventListener("htmx:after:swap", tick);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) readClock().then(tick);
  });
}
