// What the server told this page: texts in the viewer's language, the clock, where libraries lie.
export const settings = JSON.parse(document.getElementById("shell-settings").textContent);

export function text(name, values = {}) {
  return settings.texts[name].replace(/%\((\w+)\)s/g, (_, key) => values[key]);
}
