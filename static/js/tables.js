// Tables sort by their headings, filter as one types, and export as CSV what they show. What a reader chose stays when
// a live page reads the table again. On a phone a long table shows its first rows, and of each what matters.
import { text } from "./settings.js";

const LEAST_GROUPED = 6; // characters; fewer would be found by chance
const RISKY = /^[=+\-@\t\r\n＝＋－＠]/; // a spreadsheet would run a cell that begins like this
const FOLDED_ROWS = 20; // as in components.css
const sortedBy = new Map(); // table id → {column, direction}
const unfolded = new Set(); // ids of tables that show all rows
const opened = new Set(); // rows that show all cells, see keyOf

function valueOf(cell) {
  if (cell.dataset.value !== undefined) return cell.dataset.value;
  const more = cell.querySelector(".m-table__more");
  return (more ? cell.textContent.slice(0, -more.textContent.length) : cell.textContent).trim();
}

function compare(a, b) {
  const [x, y] = [Number(a), Number(b)];
  if (a !== "" && b !== "" && Number.isFinite(x) && Number.isFinite(y)) return x - y;
  return a.localeCompare(b, document.documentElement.lang, { numeric: true });
}

function bodyRows(table) {
  return [...table.tBodies].flatMap((body) => [...body.rows]);
}

function choose(table, column) {
  const before = sortedBy.get(table.id);
  const direction = before?.column === column ? -before.direction : 1;
  sortedBy.set(table.id, { column, direction });
  sort(table);
}

function sort(table) {
  const order = sortedBy.get(table.id);
  if (!order) return;
  const { column, direction } = order;
  for (const heading of table.tHead.rows[0].cells) heading.removeAttribute("aria-sort");
  table.tHead.rows[0].cells[column].setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort((a, b) => direction * compare(valueOf(a.cells[column]), valueOf(b.cells[column]))));
}

function makeSortable(table) {
  for (const heading of table.tHead?.rows[0]?.cells ?? []) {
    if (heading.dataset.unsorted !== undefined || heading.querySelector("button") || !heading.textContent.trim()) continue;
    if (heading.querySelector(".visually-hidden")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "m-table__sort";
    button.append(...heading.childNodes);
    heading.append(button);
  }
}

/* A reference that is shown in groups is found as well as it is typed in one go. */
function hasGrouped(row, wanted) {
  const packed = wanted.replace(/\s/g, "");
  if (packed.length < LEAST_GROUPED) return false;
  return [...row.cells].some((cell) => cell.textContent.replace(/\s/g, "").toLowerCase().includes(packed));
}

function filter(frame, table) {
  const field = frame.querySelector("[data-table-filter]");
  if (!field) return;
  const wanted = field.value.trim().toLowerCase();
  const rows = bodyRows(table);
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted) && !hasGrouped(row, wanted);
  const shown = rows.filter((row) => !row.hidden).length;
  const words = shown ? text("rowsShown", { shown, total: rows.length }) : text("noRows");
  frame.querySelector("[data-table-count]").textContent = wanted ? words : "";
}

function csvCell(value) {
  const safe = RISKY.test(value) && !Number.isFinite(Number(value)) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csvOf(table) {
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

function keyOf(table, row) {
  return `${table.id} ${row.querySelector("a")?.getAttribute("href") ?? row.cells[0].textContent}`;
}

// Rows with cells of less weight (data-more) get a button that shows these on a phone.
function makeOpenable(frame, table) {
  for (const row of bodyRows(table)) {
    if (!row.querySelector("td[data-more]")) continue;
    frame.classList.add("m-table--brief");
    let button = row.querySelector(".m-table__more");
    const key = button?.dataset.key ?? keyOf(table, row);
    if (!button) {
      button = document.createElement("button");
      button.type = "button";
      button.className = "m-table__more btn btn-sm";
      button.dataset.key = key;
      row.cells[0].append(button);
    }
    const isOpen = opened.has(key);
    row.classList.toggle("is-open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
    button.textContent = text(isOpen ? "less" : "more");
  }
}

function fold(frame, table) {
  const total = bodyRows(table).length;
  const isLong = table.classList.contains("m-table--stack") && total > FOLDED_ROWS;
  const isFiltered = Boolean(frame.querySelector("[data-table-filter]")?.value.trim());
  const isFolded = isLong && !unfolded.has(table.id) && !isFiltered;
  frame.classList.toggle("m-table--folded", isFolded);
  let button = frame.querySelector(".m-table__all");
  if (isFolded && !button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "m-table__all btn";
    frame.append(button);
  }
  if (button) button.textContent = text("showAll", { total });
}

// Again after the rows of a table have changed.
export function arrangeTable(frame) {
  const table = frame.querySelector("table");
  makeSortable(table);
  sort(table);
  filter(frame, table);
  makeOpenable(frame, table);
  fold(frame, table);
}

function clicked(event) {
  const frame = event.target.closest("[data-table]");
  if (!frame) return;
  const table = frame.querySelector("table");
  const heading = event.target.closest(".m-table__sort")?.parentElement;
  const csv = event.target.closest("[data-table-csv]");
  const more = event.target.closest(".m-table__more");
  if (more) {
    if (!opened.delete(more.dataset.key)) opened.add(more.dataset.key);
    makeOpenable(frame, table);
  }
  if (event.target.closest(".m-table__all")) {
    unfolded.add(table.id);
    fold(frame, table);
    table.tBodies[0].rows[FOLDED_ROWS]?.querySelector("a, button")?.focus();
  }
  if (heading) choose(table, heading.cellIndex);
  if (csv) exportCsv(table, csv.dataset.tableCsv);
}

function typed(event) {
  if (!event.target.matches("[data-table-filter]")) return;
  const frame = event.target.closest("[data-table]");
  filter(frame, frame.querySelector("table"));
  fold(frame, frame.querySelector("table"));
}

export function startTables() {
  const arrangeAll = () => document.querySelectorAll("[data-table]").forEach(arrangeTable);
  arrangeAll();
  document.addEventListener("click", clicked);
  document.addEventListener("input", typed);
  document.addEventListener("htmx:after:swap", arrangeAll);
}
