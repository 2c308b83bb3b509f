// A button [data-copy] copies the text of the [data-copy-from] beside it.
export function startCopy() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = button.parentElement.querySelector("[data-copy-from]");
    source.select();
    await navigator.clipboard.writeText(source.value);
    button.querySelector("span").textContent = "✓";
  });
}
