// A form about something that just happened, for whoever may be without a connection: what was said is kept on the phone with
// the moment it was said at, and sent when there is a connection again. A photo is kept as long as the page is open.
import { businessNowMs } from "./clock.js";

const AGAIN_MS = 15_000;

export function startTellingLater() {
  for (const around of document.querySelectorAll("[data-tell-later]:not([data-is-started])")) {
    around.dataset.isStarted = "";
    start(around, around.querySelector("form"));
  }
}

function start(around, form) {
  const state = around.querySelector("[data-tell-later-state]");
  const store = `tell-later:${location.pathname}`;
  let isSending = false;

  form.elements.at.value = ""; // what was refused is said anew
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.elements.at.value) form.elements.at.value = new Date(businessNowMs()).toISOString();
    send();
  });
  addEventListener("online", sendKept);
  setInterval(sendKept, AGAIN_MS);
  fill();
  sendKept();

  function sendKept() {
    if (kept()) send();
  }

  async function send() {
    if (isSending) return;
    isSending = true;
    try {
      const response = await fetch(location.href, { method: "POST", body: new FormData(form) });
      localStorage.removeItem(store);
      if (response.ok) location.replace(response.url);
      else HTMLFormElement.prototype.submit.call(form); // the page says what is wrong
    } catch {
      keep();
    } finally {
      isSending = false;
    }
  }

  function keep() {
    localStorage.setItem(store, JSON.stringify({ signer: form.elements.signer.value, at: form.elements.at.value }));
    state.textContent = around.dataset.kept;
  }

  function kept() {
    return JSON.parse(localStorage.getItem(store) ?? "null");
  }

  function fill() {
    const before = kept();
    if (!before) return;
    form.elements.signer.value = before.signer;
    form.elements.at.value = before.at;
    state.textContent = around.dataset.kept;
  }
}
