// Machines by rows, runs as bars, goods under way as thin lines, now in ink, due in red.
import { businessNowMs } from "./clock.js";
import { axisStyle, readableOn, timeLabels, tooltipStyle } from "./palette.js";
import { settings, text } from "./settings.js";

const LEAST_ROW_PX = 11; // where rows would be lower, a scroll bar for them appears
const FRAME_PX = 44; // what axis and marks take of the height
const LETTER_PX = 5.6; // of a label in a bar, on average
const HAN_PX = 10; // a Chinese letter is as wide as it is high
const FAR = 1; // a due date this many times the bars' whole span behind them
const NEAR = 0.2; // of the width: closer than this two labels would overlap on a phone
const LABEL_PX = 3; // from a mark to its label
const LINE_PX = 13; // a line of labels
const FRAMES = { late: "bad", silent: "bad", failed: "bad", "at-risk": "attention", declined: "neutral" };

function widthOf(label) {
  return [...label].reduce((sum, letter) => sum + (letter > "\u2e7f" ? HAN_PX : LETTER_PX), 0);
}

function barShape(echarts, params, api, colours) {
  const from = api.coord([api.value(1), api.value(0)]);
  const to = api.coord([api.value(2), api.value(0)]);
  const height = Math.min(16, Math.max(3, api.size([0, 1])[1] * 0.7));
  const area = params.coordSys;
  const shape = echarts.graphic.clipRectByRect(
    { x: from[0], y: from[1] - height / 2, width: Math.max(2, to[0] - from[0] - 0.5), height },
    { x: area.x, y: area.y, width: area.width, height: area.height },
  );
  if (!shape) return null;
  const group = api.value(3);
  const tone = FRAMES[api.value(5)];
  const fill = colours.groups[group % colours.groups.length];
  const label = String(api.value(4));
  const hasRoom = height > 10 && shape.width > widthOf(label) + 8;
  return {
    type: "rect",
    shape: { ...shape, r: 1.5 },
    style: {
      fill,
      opacity: api.value(5) === "declined" ? 0.35 : 1,
      stroke: tone ? colours.tones[tone] : undefined,
      lineWidth: tone ? 2 : 0,
    },
    textContent: hasRoom ? { style: { text: label, fill: readableOn(fill), fontSize: 10 } } : undefined,
    textConfig: { position: "inside" },
  };
}

function gapShape(params, api, colours) {
  const from = api.coord([api.value(1), api.value(0)]);
  const to = api.coord([api.value(3), api.value(2)]);
  const area = params.coordSys;
  const isOutside = [from, to].every(([x, y]) => y < area.y || y > area.y + area.height || x < area.x || x > area.x + area.width);
  if (isOutside) return null;
  return {
    type: "line",
    shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] },
    style: { stroke: colours.ink2, lineWidth: 1, opacity: 0.35, lineDash: [3, 3] },
  };
}

function marks(data, colours) {
  const elapsed = businessNowMs() - Date.parse(settings.businessNow);
  const line = (x, label, color, align, distance = LABEL_PX) => ({ xAxis: x, lineStyle: { color, width: 1.5, type: "solid" }, label: { formatter: label, color, align, distance } });
  const lines = [line(data.now + elapsed, text("nowMark"), colours.ink, "center")];
  if (data.due !== null) {
    const label = span(data).isDueFar ? `${text("dueMark")} →` : text("dueMark");
    lines.push(line(dueMark(data), label, colours.due, "right", isDueNear(data) ? LABEL_PX + LINE_PX : LABEL_PX));
  }
  return { silent: true, symbol: "none", animation: false, label: { position: "start", fontSize: 11 }, data: lines };
}

// Now and due so close that their labels need a line each.
function isDueNear(data) {
  const { min, max } = extent(data);
  return Math.abs(dueMark(data) - data.now) < NEAR * (max - min);
}

// At the edge where the due date is far behind the bars.
function dueMark(data) {
  return span(data).isDueFar ? extent(data).max : data.due;
}

function span(data) {
  const from = Math.min(data.now, ...data.bars.map((bar) => bar[1]));
  const to = Math.max(data.now, ...data.bars.map((bar) => bar[2]));
  return { from, to, isDueFar: data.bars.length > 0 && data.due !== null && data.due - to > FAR * (to - from) };
}

// A due date far behind the last bar would press the bars into a corner: it is then marked at the edge.
function extent(data) {
  const { from, to, isDueFar } = span(data);
  const last = isDueFar ? to + 0.15 * (to - from) : Math.max(to, data.due ?? to);
  const margin = Math.max(1, (last - from) * 0.02);
  return { min: from - margin, max: last + margin };
}

function labelPx() {
  if (matchMedia("(min-width: 992px)").matches) return 230;
  return matchMedia("(min-width: 576px)").matches ? 120 : 84;
}

function tip(params, data) {
  if (params.seriesId === "gaps") return params.value[4];
  const [row, from, to, group, label] = params.value;
  const moment = (ms) => new Date(ms).toISOString().slice(5, 16).replace("T", " ");
  return [data.rows[row], [data.groups[group], label].filter(Boolean).join(" · "), `${moment(from)} – ${moment(to)}`].join("\n");
}

export function ganttOption(data, colours, heightPx) {
  const echarts = window.echarts;
  const axis = axisStyle(colours);
  const room = Math.floor((heightPx - FRAME_PX) / LEAST_ROW_PX);
  const many = data.rows.length > room;
  return {
    useUTC: true,
    animation: false,
    grid: { left: 8, right: many ? 30 : 12, top: isDueNear(data) ? 20 + LINE_PX : 20, bottom: 4, containLabel: true },
    tooltip: { trigger: "item", ...tooltipStyle(colours), formatter: (params) => tip(params, data) },
    xAxis: { type: "time", ...extent(data), ...axis, axisLabel: { ...axis.axisLabel, formatter: timeLabels() } },
    yAxis: {
      type: "category",
      data: data.rows,
      inverse: true,
      ...axis,
      axisTick: { show: false },
      axisLabel: { ...axis.axisLabel, width: labelPx(), overflow: "truncate" },
    },
    dataZoom: [
      { type: "inside", xAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false },
      ...(many
        ? [{ type: "slider", yAxisIndex: 0, filterMode: "none", width: 12, right: 4, startValue: 0, endValue: room - 1, brushSelect: false, showDetail: false }]
        : []),
    ],
    series: [
      {
        id: "gaps",
        type: "custom",
        data: data.gaps,
        encode: { x: [1, 3], y: [0, 2] },
        renderItem: (params, api) => gapShape(params, api, colours),
        clip: true,
      },
      {
        id: "bars",
        type: "custom",
        data: data.bars,
        encode: { x: [1, 2], y: 0 },
        renderItem: (params, api) => barShape(echarts, params, api, colours),
        markLine: marks(data, colours),
      },
    ],
  };
}
