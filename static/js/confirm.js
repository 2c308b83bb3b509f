// `data-confirm="Remove Li Wei?"` on a button or form, or htmx's `hx-confirm`, asks in the shared dialog first.
import { text } from "./settings.js";

function ask(question, answerYes) {
  const dialog = document.getElementById("confirm-dialog");
  dialog.querySelector("#confirm-text").textContent = question;
  dialog.querySelector("[data-confirm-yes]").textContent = answerYes || text("confirm");
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function submitting(event) {
  const source = [event.submitter, event.target].find((element) => element?.dataset.confirm);
  if (!source || source.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(source.dataset.confirm, source.dataset.confirmYes))) return;
  source.dataset.confirmed = "yes";
  event.target.requestSubmit(event.submitter ?? undefined);
  delete source.dataset.confirmed;
}

async function requesting(event) {
  const source = event.detail.ctx?.sourceElement ?? event.target;
  const question = source.getAttribute("hx-confirm");
  if (!question) return;
  event.preventDefault();
  if (await ask(question, source.dataset.confirmYes)) event.detail.issueRequest(true);
  else event.detail.dropRequest?.();
}

export function startConfirmations() {
  document.addEventListener("submit", submitting, { capture: true });
  document.addEventListener("htmx:confirm", requesting);
}
