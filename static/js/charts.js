// Draws every [data-chart] from the JSON beside it, again when the JSON changes, the theme or the size.
// ECharts is loaded only by a page that has a drawing. The element keeps its height: nothing shifts.
import { coastFor } from "./coast.js";
import { ganttOption } from "./gantt.js";
import { mapOption, mapWindow } from "./flow_map.js";
import { palette } from "./palette.js";
import { seriesOption } from "./series.js";
import { settings } from "./settings.js";

let loading = null;
const drawn = new WeakMap(); // element → the JSON it shows

export function loadECharts() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = settings.echarts;
    script.addEventListener("load", () => resolve(window.echarts));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return loading;
}

async function optionFor(kind, data, element) {
  const colours = palette();
  if (kind === "gantt") return ganttOption(data, colours, element.clientHeight);
  if (kind === "series") return seriesOption(data, colours);
  const view = mapWindow(data.points, element.clientWidth, element.clientHeight);
  return mapOption(data, colours, view, await coastFor(view));
}

export function chartOf(echarts, element) {
  const existing = echarts.getInstanceByDom(element);
  if (existing) return existing;
  const locale = document.documentElement.lang.startsWith("zh") ? "ZH" : "EN";
  const chart = echarts.init(element, null, { locale, useCoarsePointer: true });
  new ResizeObserver(() => {
    chart.resize();
    if (element.dataset.chart === "map") redraw(element);
  }).observe(element);
  return chart;
}

async function draw(element) {
  const json = document.getElementById(element.dataset.chartData).textContent;
  if (drawn.get(element) === json || element.clientWidth === 0) return;
  drawn.set(element, json);
  const echarts = await loadECharts();
  const option = await optionFor(element.dataset.chart, JSON.parse(json), element);
  chartOf(echarts, element).setOption(option, { replaceMerge: ["series"] });
}

function redraw(element) {
  drawn.delete(element);
  return draw(element);
}

function drawAll() {
  for (const element of document.querySelectorAll("[data-chart]")) draw(element);
}

export function startCharts() {
  drawAll();
  document.addEventListener("htmx:after:swap", drawAll);
  document.addEventListener("theme", () => document.querySelectorAll("[data-chart]").forEach(redraw));
}
