// Ctrl-K: go to a page by the first letters of its name.
function options(dialog) {
  return [...dialog.querySelectorAll("[role=option]")];
}

function select(dialog, option) {
  for (const other of options(dialog)) other.setAttribute("aria-selected", String(other === option));
  dialog.querySelector("input").setAttribute("aria-activedescendant", option?.id ?? "");
  option?.scrollIntoView({ block: "nearest" });
}

function filter(dialog) {
  const wanted = dialog.querySelector("input").value.trim().toLowerCase();
  for (const option of options(dialog)) option.hidden = !option.textContent.toLowerCase().includes(wanted);
  const shown = options(dialog).filter((option) => !option.hidden);
  dialog.querySelector(".m-command__none").hidden = shown.length > 0;
  select(dialog, shown[0]);
}

function move(dialog, step) {
  const shown = options(dialog).filter((option) => !option.hidden);
  const at = shown.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (shown.length) select(dialog, shown[(at + step + shown.length) % shown.length]);
}

function open(dialog) {
  dialog.querySelector("input").value = "";
  filter(dialog);
  dialog.showModal();
}

function pressed(dialog, event) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in steps) {
    event.preventDefault();
    move(dialog, steps[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    const chosen = dialog.querySelector("[aria-selected=true]:not([hidden])");
    if (chosen) location.assign(chosen.dataset.url);
  }
}

export function startCommandMenu() {
  const dialog = document.getElementById("command-menu");
  if (!dialog) return;
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open(dialog);
    }
  });
  for (const button of document.querySelectorAll("[data-command-menu]")) {
    button.addEventListener("click", () => open(dialog));
  }
  dialog.querySelector("input").addEventListener("input", () => filter(dialog));
  dialog.addEventListener("keydown", (event) => pressed(dialog, event));
  dialog.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
    else if (event.target === dialog) dialog.close();
  });
}
