// The colours of the page's theme, for drawings. Groups are blues and greys: green, amber and red are for states.
const GROUPS_LIGHT = ["#1d5fb8", "#7fb0e8", "#4a5563", "#9db4cc", "#0f8299", "#b3bac3"];
const GROUPS_DARK = ["#6aa5f2", "#2f69b3", "#98a4b3", "#4f6a87", "#4fb6c9", "#59626d"];

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
    groups: isDark ? GROUPS_DARK : GROUPS_LIGHT,
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
