// Rows that can be added to a form: a template of an empty row, numbered on.
function add(name) {
  const rows = document.querySelector(`[data-row-set="${CSS.escape(name)}"]`);
  const total = document.querySelector(`input[name="${CSS.escape(name)}-TOTAL_FORMS"]`);
  const most = document.querySelector(`input[name="${CSS.escape(name)}-MAX_NUM_FORMS"]`);
  if (Number(total.value) >= Number(most.value)) return;
  const template = rows.querySelector("template[data-row-empty]");
  const holder = document.createElement("div");
  holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
  const row = holder.firstElementChild;
  template.before(row);
  total.value = Number(total.value) + 1;
  row.dispatchEvent(new CustomEvent("muster:row-added", { bubbles: true }));
  row.querySelector("input, select, textarea")?.focus();
}

export function startRowSets() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-row-add]");
    if (button) add(button.dataset.rowAdd);
  });
}
