// The table twin of a drawing, written from the drawing's own data when somebody opens it.
import { arrangeTable } from "./tables.js";

const written = new WeakMap(); // details → the JSON it shows

function moment(ms) {
  const language = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en-GB";
  const options = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC" };
  return new Intl.DateTimeFormat(language, options).format(ms).replace(",", "");
}

const time = (ms) => ({ text: moment(ms), value: ms });
const degrees = (value) => ({ text: `${value.toFixed(2)}°`, value });
const plain = (value) => ({ text: value ?? "–" });

const ROWS = {
  gantt: (data) =>
    data.bars
      .toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
      .map(([row, from, to, group, label, state]) => [
        plain(data.rows[row]),
        plain(data.groups[group]),
        plain(label),
        time(from),
        time(to),
        plain(data.states[state] ?? "–"),
      ]),
  map: (data) =>
    data.flows.length
      ? data.flows
          .toSorted((a, b) => b[2] - a[2])
          .map(([from, to, weight, label]) => [plain(data.points[from][4]), plain(data.points[to][4]), { text: label, value: weight }])
      : data.points.map(([lon, lat, , , label]) => [plain(label), degrees(lat), degrees(lon)]),
  series: (data) =>
    data.x.map((x, i) => [data.isTime ? time(x) : plain(x), ...data.series.map((series) => plain(series.values[i]))]),
};

function cellOf({ text, value }) {
  const cell = document.createElement("td");
  cell.textContent = text;
  if (value !== undefined) cell.dataset.value = value;
  return cell;
}

function write(details) {
  const json = document.getElementById(details.dataset.twin).textContent;
  if (!details.open || written.get(details) === json) return;
  written.set(details, json);
  const rows = ROWS[details.dataset.twinKind](JSON.parse(json)).map((cells) => {
    const row = document.createElement("tr");
    row.append(...cells.map(cellOf));
    return row;
  });
  details.querySelector("tbody").replaceChildren(...rows);
  arrangeTable(details.querySelector("[data-table]"));
}

export function startTwins() {
  document.addEventListener("toggle", (event) => event.target.matches?.("[data-twin]") && write(event.target), true);
  document.addEventListener("htmx:after:swap", () => document.querySelectorAll("[data-twin]").forEach(write));
}
