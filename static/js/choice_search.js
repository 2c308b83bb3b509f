// A long list of boxes to tick: type to see the ones that are meant; what is ticked comes first, stays in sight, and is
// counted.

function startOne(frame) {
  const list = frame.querySelector("[data-choice-list]");
  const words = frame.querySelector("[data-choice-words]");
  const count = frame.querySelector("[data-choice-count]");
  const boxes = [...list.querySelectorAll("input[type=checkbox]")];

  function show() {
    const wanted = words.value.trim().toLocaleLowerCase();
    for (const box of boxes) {
      const label = box.closest("label");
      label.parentElement.hidden = !box.checked && !label.textContent.toLocaleLowerCase().includes(wanted);
    }
    count.textContent = boxes.filter((box) => box.checked).length;
  }

  for (const box of boxes.filter((each) => each.checked).reverse()) {
    const row = box.closest("label").parentElement;
    row.parentElement.prepend(row);
  }
  words.closest("[hidden]")?.removeAttribute("hidden");
  words.addEventListener("input", show);
  words.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  list.addEventListener("change", show);
  show();
}

export function startChoiceSearches() {
  for (const frame of document.querySelectorAll("[data-choice-search]:not([data-started])")) {
    frame.dataset.started = "";
    startOne(frame);
  }
}
