// Tables sort by their headings, filter as one types, and export as CSV what they show.
import { text } from "./settings.js";

const RISKY = /^[=+\-@\t\r]/; // a spreadsheet would run a cell that begins like this

function valueOf(cell) {
  return cell.dataset.value ?? cell.textContent.trim();
}

function compare(a, b) {
  const [x, y] = [Number(a), Number(b)];
  if (a !== "" && b !== "" && Number.isFinite(x) && Number.isFinite(y)) return x - y;
  return a.localeCompare(b, document.documentElement.lang, { numeric: true });
}

function bodyRows(table) {
  return [...table.tBodies].flatMap((body) => [...body.rows]);
}

function sort(table, heading) {
  const direction = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
  const body = table.tBodies[0];
  const column = heading.cellIndex;
  const rows = [...body.rows].sort((a, b) => direction * compare(valueOf(a.cells[column]), valueOf(b.cells[column])));
  body.append(...rows);
}

function makeSortable(table) {
  for (const heading of table.tHead?.rows[0]?.cells ?? []) {
    if (heading.dataset.unsorted !== undefined || heading.querySelector("button") || !heading.textContent.trim()) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "m-table__sort";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(table, heading));
    heading.append(button);
  }
}

function filter(frame, table) {
  const wanted = frame.querySelector("[data-table-filter]").value.trim().toLowerCase();
  const rows = bodyRows(table);
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  const shown = rows.filter((row) => !row.hidden).length;
  const words = shown ? text("rowsShown", { shown, total: rows.length }) : text("noRows");
  frame.querySelector("[data-table-count]").textContent = wanted ? words : "";
}

function csvCell(value) {
  const safe = RISKY.test(value) && !Number.isFinite(Number(value)) ? `'${value}` : value;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(table) {
  const rows = [table.tHead.rows[0], ...bodyRows(table).filter((row) => !row.hidden)];
  return rows.map((row) => [...row.cells].map((cell) => csvCell(valueOf(cell))).join(",")).join("\r\n");
}

function exportCsv(table, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", csvOf(table)], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function start(frame) {
  const table = frame.querySelector("table");
  makeSortable(table);
  if (frame.dataset.started) return;
  frame.dataset.started = "yes";
  frame.querySelector("[data-table-filter]")?.addEventListener("input", () => filter(frame, table));
  frame.querySelector("[data-table-csv]")?.addEventListener("click", (event) => exportCsv(table, event.currentTarget.dataset.tableCsv));
}

export function startTables() {
  const startAll = () => document.querySelectorAll("[data-table]").forEach(start);
  startAll();
  document.addEventListener("htmx:after:swap", startAll);
}
