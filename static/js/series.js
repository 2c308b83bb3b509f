// Bars, lines and steps over categories or time.
import { axisStyle, timeLabels, tooltipStyle } from "./palette.js";

const MANY = 60; // marks on a line of more points than this only clutter it

function oneSeries(series, index, data, colours) {
  const color = colours.tones[series.tone] ?? colours.groups[index % colours.groups.length];
  return {
    name: series.name,
    type: series.kind === "bar" ? "bar" : "line",
    step: series.kind === "step" ? "end" : false,
    stack: data.isStacked ? "all" : undefined,
    data: data.isTime ? series.values.map((value, i) => [data.x[i], value]) : series.values,
    itemStyle: { color },
    lineStyle: { color, width: 1.5 },
    showSymbol: data.x.length <= MANY,
    symbolSize: 5,
    barMaxWidth: 28,
    animation: false,
  };
}

export function seriesOption(data, colours) {
  const axis = axisStyle(colours);
  return {
    useUTC: true,
    grid: { left: 8, right: 12, top: data.series.length > 1 ? 32 : 24, bottom: 4, containLabel: true },
    tooltip: { trigger: "axis", ...tooltipStyle(colours), valueFormatter: (value) => `${value ?? "–"} ${data.unit}` },
    legend: {
      show: data.series.length > 1,
      top: 0,
      right: 0,
      itemHeight: 10,
      itemWidth: 14,
      textStyle: { color: colours.ink2, fontSize: 11 },
    },
    xAxis: data.isTime
      ? { type: "time", ...axis, splitLine: { show: false }, axisLabel: { ...axis.axisLabel, formatter: timeLabels() } }
      : { type: "category", data: data.x, ...axis, splitLine: { show: false } },
    yAxis: {
      type: "value",
      name: data.unit,
      nameTextStyle: { color: colours.ink2, fontSize: 11, align: "left" },
      nameGap: 8,
      ...axis,
    },
    series: data.series.map((series, index) => oneSeries(series, index, data, colours)),
  };
}
