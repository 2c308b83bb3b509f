// Starts the shared modules of every page.
import { startAges } from "./ages.js";
import { startCharts } from "./charts.js";
import { startCommandMenu } from "./command_menu.js";
import { startConfirmations } from "./confirm.js";
import { startCopy } from "./copy.js";
import { startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startPlacePickers } from "./place_picker.js";
import { startRowSets } from "./row_sets.js";
import { startTables } from "./tables.js";
import { startThemeSwitch } from "./theme_switch.js";

startThemeSwitch();
startMenus();
startCommandMenu();
startConfirmations();
startAges();
startLive();
startTables();
startCharts();
startCopy();
startPlacePickers();
startRowSets();
