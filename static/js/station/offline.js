// There is no network, and this page was not kept: what else waits or opens on this phone. Looks for the server by itself.
import { forget, known, stations, timeOf } from "./known.js";
import { all } from "./store.js";

const texts = JSON.parse(document.getElementById("offline-texts").textContent);
const RETRY_MS = 5000;

function line(station, num) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const { state, heardAt } = known(station);
  link.href = station;
  link.className = "btn m-station__wide";
  link.textContent = state.title;
  const note = document.createElement("p");
  note.textContent = texts.asOf.replace("%(time)s", timeOf(heardAt)) + waits(num);
  item.append(link, note);
  return item;
}

function waits(num) {
  if (!num) return "";
  return ` · ${num === 1 ? texts.waitsOne : texts.waits.replace("%(n)s", num)}`;
}

// Whether the worker would open it: its page is kept, and the phone is still in.
async function opens(station) {
  const page = await caches.match(station, { ignoreVary: true });
  return page && Date.now() - page.headers.get("Kept-At") < 1000 * page.headers.get("Station-Open-For");
}

async function show() {
  const tallies = await all();
  const count = (station) => tallies.filter((tally) => tally.station === station).length;
  const here = location.pathname.replace(/pin\/$/, "");
  document.getElementById("offline-waiting").textContent = count(here) ? waits(count(here)).slice(3) : "";
  const others = [];
  for (const station of stations()) {
    if (!(await opens(station))) forget(station);
    else if (station !== here) others.push(station);
  }
  document.getElementById("offline-stations").replaceChildren(...others.map((one) => line(one, count(one))));
  document.getElementById("offline-others").hidden = others.length === 0;
}

async function look() {
  try {
    await fetch(location.href, { method: "HEAD", redirect: "manual" });
  } catch {
    return;
  }
  location.reload();
}

window.addEventListener("online", look);
setInterval(look, RETRY_MS);
show();
