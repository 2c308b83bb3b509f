// The colours of the page's theme, for drawings. Groups are blues and greys: green, amber and red are for states.
const NUM_GROUPS = 6;

export function palette() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  const isDark = document.documentElement.dataset.bsTheme === "dark";
  return {
    ink: value("--m-ink"),
    ink2: value("--m-ink-2"),
    line: value("--m-line"),
    surface: value("--m-surface"),
    ground: value("--m-ground"),
    hover: value("--m-hover"),
    due: isDark ? "#ff6b5e" : "#c5221f",
    groups: Array.from({ length: NUM_GROUPS }, (_, i) => value(`--m-group-${i}`)),
    tones: {
      good: value("--m-good-fill"),
      attention: value("--m-attention-fill"),
      bad: value("--m-bad-fill"),
      active: value("--m-accent"),
      neutral: value("--m-neutral-fill"),
    },
  };
}

export function axisStyle(colours) {
  return {
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { lineStyle: { color: colours.line } },
    axisLabel: { color: colours.ink2, fontSize: 11, hideOverlap: true },
    splitLine: { lineStyle: { color: colours.line } },
  };
}

export function tooltipStyle(colours) {
  return {
    backgroundColor: colours.surface,
    borderColor: colours.line,
    textStyle: { color: colours.ink, fontSize: 12 },
    confine: true,
    renderMode: "richText",
  };
}

// Days with their month, hours to 24.
export function timeLabels() {
  const day = document.documentElement.lang.startsWith("zh") ? "{M}月{d}日" : "{d} {MMM}";
  return { year: "{yyyy}", month: day, day, hour: "{HH}:{mm}", minute: "{HH}:{mm}" };
}

// Dark or light text, whichever stands out on a colour given as #rrggbb (relative luminance of WCAG, simplified).
export function readableOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#10161d" : "#ffffff";
}
