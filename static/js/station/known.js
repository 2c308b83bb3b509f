// How things stood when the server was last heard, by station: what a page that was kept shows until it is heard again.
const PREFIX = "station:";

export function known(station) {
  return JSON.parse(localStorage.getItem(PREFIX + station));
}

export function learn(station, state) {
  localStorage.setItem(PREFIX + station, JSON.stringify({ state, heardAt: Date.now() }));
}

export function forget(station) {
  localStorage.removeItem(PREFIX + station);
}

export function stations() {
  return Object.keys(localStorage)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => name.slice(PREFIX.length))
    .sort();
}

// The time of day; with its date where that is not today.
export function timeOf(ms) {
  const moment = new Date(ms);
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { month: "short", day: "numeric" };
  return moment.toLocaleString(document.documentElement.lang, { ...day, hour: "2-digit", minute: "2-digit" });
}
