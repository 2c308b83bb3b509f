// Starts the shared modules of every page; those of drawings, maps and rows come when a page first needs them.
import { startAges } from "./ages.js";
import { startCommandMenu } from "./command_menu.js";
import { startConfirmations } from "./confirm.js";
import { startCopy } from "./copy.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startTables } from "./tables.js";
import { startThemeSwitch } from "./theme_switch.js";

const LATER = [
  ["[data-zones]", async () => (await import("./zones.js")).offerZones()],
  ["[data-chart]", async () => (await import("./charts.js")).startCharts()],
  ["[data-twin]", async () => (await import("./twins.js")).startTwins()],
  ["[data-place-picker]", async () => (await import("./place_picker.js")).startPlacePickers()],
  ["[data-scan]", async () => (await import("./scan.js")).startScans()],
  ["[data-choice-search]", async () => (await import("./choice_search.js")).startChoiceSearches()],
  ["[data-tell-later]", async () => (await import("./tell_later.js")).startTellingLater()],
  ["[data-row-set]", async () => (await import("./row_sets.js")).startRowSets()],
];

function startLater() {
  for (const entry of LATER.splice(0)) {
    if (document.querySelector(entry[0])) entry[1]();
    else LATER.push(entry);
  }
}

startThemeSwitch();
startMenus();
startCommandMenu();
startConfirmations();
startAges();
startLive();
startTables();
startCopy();
startLater();
document.addEventListener("htmx:after:swap", startLater);
