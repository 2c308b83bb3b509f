// Places and flows of goods over coast lines, true to scale in the middle of the view (equirectangular).
import { axisStyle, tooltipStyle } from "./palette.js";

const MIN_SPAN_DEG = 1.2;
const MARGIN = 0.12;
const MANY_FLOWS = 80;
const LEAST_PX = 8; // a point of no weight
const SPAN_PX = 11; // what the heaviest has more
const LABEL_LEFT = 0.7; // behind this share of the width a label stands left of its point
const RADIANS = Math.PI / 180;

// The window of degrees that shows all points in a drawing of this size.
export function mapWindow(points, widthPx, heightPx) {
  const lons = points.map((point) => point[0]);
  const lats = points.map((point) => point[1]);
  const lon = points.length ? (Math.min(...lons) + Math.max(...lons)) / 2 : 115;
  const lat = points.length ? (Math.min(...lats) + Math.max(...lats)) / 2 : 30;
  const spread = (values) => (values.length ? Math.max(...values) - Math.min(...values) : 60);
  const stretch = Math.cos(lat * RADIANS); // a degree of longitude is this much of one of latitude
  const aspect = widthPx / heightPx;
  const tall = Math.max(MIN_SPAN_DEG, spread(lats) * (1 + 2 * MARGIN), (spread(lons) * (1 + 2 * MARGIN) * stretch) / aspect);
  const wide = (tall * aspect) / stretch;
  return { west: lon - wide / 2, east: lon + wide / 2, south: lat - tall / 2, north: lat + tall / 2 };
}

function degrees(value, positive, negative) {
  const rounded = Math.round(value * 100) / 100;
  return `${Math.abs(rounded)}°${rounded > 0 ? positive : rounded < 0 ? negative : ""}`;
}

// Many flows are drawn thinner and paler, so that bundles show and not a blot.
function strokeOf(weight, heaviest, numFlows) {
  const crowd = Math.min(1, MANY_FLOWS / numFlows);
  return {
    width: 0.5 + 4.5 * crowd ** 0.5 * Math.sqrt(weight / heaviest),
    opacity: Math.max(0.1, 0.45 * crowd),
    curveness: 0.18,
  };
}

function flowSeries(data, colours) {
  const heaviest = Math.max(...data.flows.map((flow) => flow[2]), 1e-9);
  const moves = data.flows.length <= MANY_FLOWS && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    id: "flows",
    type: "lines",
    coordinateSystem: "cartesian2d",
    clip: true,
    symbol: moves ? ["none", "arrow"] : "none",
    symbolSize: 6,
    effect: { show: moves, period: 5, trailLength: 0, symbol: "circle", symbolSize: 3.5, color: colours.ink },
    data: data.flows.map(([from, to, weight, label]) => ({
      coords: [data.points[from].slice(0, 2), data.points[to].slice(0, 2)],
      name: label,
      lineStyle: { color: colours.tones.active, ...strokeOf(weight, heaviest, data.flows.length) },
    })),
  };
}

// A label goes to the side of its point that has room.
function pointSeries(data, colours, view) {
  const heaviest = Math.max(...data.points.map((point) => point[2]), 1e-9);
  return {
    id: "points",
    type: "scatter",
    clip: true,
    symbolSize: (value) => LEAST_PX + SPAN_PX * Math.sqrt(value[2] / heaviest),
    data: data.points.map(([lon, lat, weight, group, label]) => ({
      value: [lon, lat, weight],
      name: label,
      label: { position: lon > view.west + LABEL_LEFT * (view.east - view.west) ? "left" : "right" },
      itemStyle: {
        color: colours.groups[group % colours.groups.length],
        borderColor: colours.surface,
        borderWidth: 1,
      },
    })),
    label: { show: true, position: "right", formatter: "{b}", color: colours.ink, fontSize: 11, textBorderColor: colours.surface, textBorderWidth: 2 },
    labelLayout: { hideOverlap: true },
    emphasis: { label: { show: true } },
  };
}

export function mapOption(data, colours, view, coast) {
  const axis = axisStyle(colours);
  const grid = (format) => ({
    type: "value",
    ...axis,
    splitLine: { lineStyle: { color: colours.line, type: "dotted" } },
    axisLabel: { ...axis.axisLabel, formatter: format, showMinLabel: false, showMaxLabel: false },
  });
  return {
    animation: false,
    backgroundColor: "transparent",
    grid: { left: 0, right: 0, top: 0, bottom: 0 },
    tooltip: { trigger: "item", ...tooltipStyle(colours), formatter: (params) => params.name },
    xAxis: { min: view.west, max: view.east, ...grid((value) => degrees(value, "E", "W")), axisLabel: { ...axis.axisLabel, inside: true, formatter: (value) => degrees(value, "E", "W"), showMinLabel: false, showMaxLabel: false } },
    yAxis: { min: view.south, max: view.north, ...grid((value) => degrees(value, "N", "S")), axisLabel: { ...axis.axisLabel, inside: true, formatter: (value) => degrees(value, "N", "S"), showMinLabel: false, showMaxLabel: false } },
    series: [
      {
        id: "coast",
        type: "lines",
        coordinateSystem: "cartesian2d",
        polyline: true,
        silent: true,
        clip: true,
        lineStyle: { color: colours.ink2, width: 0.8, opacity: 0.55 },
        data: coast.map((coords) => ({ coords })),
      },
      flowSeries(data, colours),
      pointSeries(data, colours, view),
    ],
  };
}
